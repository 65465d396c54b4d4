"""Builds the package, and checks the archives and their installation.

- twine and check-wheel-contents report no problems, and the wheel contains exactly the files of generated/.
- The source archive builds the same wheel, byte for byte, and the wheel is small.
- The wheel works in empty environments: on the oldest and the newest Python, with the newest and with the oldest
  allowed dependencies.
- pip-audit knows of no vulnerabilities in the dependencies, if it can reach its database.

Exit status: 0 no problems, 1 problems.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".venvs" / "judges" / "bin"
UV = ROOT / ".venvs" / "uv" / "bin" / "uv"
PYTHONS = ("3.10", "3.13")
LARGEST_WHEEL = 320_000  # bytes; raise it only deliberately, the goal is 100_000

CALLS = """
import asyncio
from acedata_responses import AsyncClient, Client, testing
import acedata_responses

assert "site-packages" in acedata_responses.__file__, acedata_responses.__file__
with testing.serve() as service, Client(token=testing.TOKEN, base_url=service.url) as client:
    assert client.responses.create(model="gpt-4o-mini", input="Hello").output_text
    with client.responses.create(model="gpt-4o-mini", input="Hello", stream=True) as stream:
        assert "".join(stream.text_deltas()) == stream.final().output_text

async def call():
    async with AsyncClient(token=testing.TOKEN, transport=testing.transport()) as client:
        assert (await client.models.list()).data

asyncio.run(call())
"""


class FoundError(Exception):
    """A check found a problem."""


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """Run a program, which must succeed, and return its output."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
    try:
        return subprocess.check_output(command, cwd=folder, env=clean, stderr=subprocess.STDOUT, text=True)
    except subprocess.CalledProcessError as error:
        reason = f"{' '.join(map(str, command))} ended with {error.returncode}"
        raise FoundError(f"{error.output}\n{reason}") from None


# What is built


def build(source: Path, target: Path, *kinds: str) -> list[Path]:
    """Build archives of a source tree, or of a source archive."""
    options = ("--no-build-isolation", *kinds)
    run(UV, "build", "--python", PROGRAMS / "python", *options, "--out-dir", target, source)
    return sorted(target.glob("acedata_responses-*"))


def check_archives(archives: list[Path]) -> str:
    """Check the names, metadata and contents of the archives with twine and check-wheel-contents."""
    run(PROGRAMS / "twine", "check", "--strict", *archives)
    wheel = next(one for one in archives if one.suffix == ".whl")
    run(PROGRAMS / "check-wheel-contents", "--no-config", "--package", "generated/acedata_responses", wheel)
    return "twine check --strict and check-wheel-contents"


def check_size(wheel: Path) -> str:
    """Check the size of the wheel. If it is too large, list its largest files."""
    size = wheel.stat().st_size
    if size > LARGEST_WHEEL:
        entries = sorted(zipfile.ZipFile(wheel).infolist(), key=lambda entry: entry.compress_size, reverse=True)
        largest = "\n".join(f"{entry.compress_size:8,} {entry.filename}" for entry in entries[:20])
        raise FoundError(f"{largest}\nthe wheel has {size:,} bytes, more than {LARGEST_WHEEL:,}")
    return f"the wheel has {size:,} bytes"


def check_rebuilt(archives: list[Path], folder: Path) -> str:
    """Check that the source archive builds the same wheel in another folder."""
    source, wheel = sorted(archives, key=lambda archive: archive.suffix == ".whl")
    [again] = build(source, folder / "again", "--wheel")
    if again.read_bytes() != wheel.read_bytes():
        raise FoundError(f"the source archive builds another wheel: {differing(wheel, again)}")
    return "the source archive builds the same wheel"


def differing(one: Path, other: Path) -> str:
    """Return the names of files that differ between two wheels."""
    entries = [{entry.filename: entry.CRC for entry in zipfile.ZipFile(wheel).infolist()} for wheel in (one, other)]
    names = sorted({name for name, _ in entries[0].items() ^ entries[1].items()})
    return ", ".join(names) or "in the archive itself"


# What is installed


def check_installed(wheel: Path, version: str, folder: Path, *dependencies: str | Path) -> None:
    """Install the wheel with these dependencies in an empty environment, and use it there."""
    pip = (UV, "pip")
    run(UV, "venv", "--python", version, folder)
    run(*pip, "install", "--python", folder, *dependencies)
    run(*pip, "install", "--python", folder, "--offline", "--no-deps", wheel)
    run(*pip, "check", "--python", folder)
    run(folder / "bin" / "python", "-I", "-W", "error", "-c", CALLS, folder=folder)


def is_installed(version: str) -> bool:
    """Whether an interpreter of this version is installed."""
    return subprocess.call([UV, "python", "find", version], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def installed(wheel: Path, folder: Path) -> Iterator[str]:
    """Check the wheel on the oldest and newest Python, and with the oldest dependencies."""
    pinned = ("--require-hashes", "--requirement", ROOT / "tools" / "requirements" / "runtime.txt")
    oldest = ("--resolution", "lowest-direct", "--requirement", ROOT / "pyproject.toml")
    for version in PYTHONS:
        if not is_installed(version):
            yield f"skipped  Python {version} is not installed"
            continue
        check_installed(wheel, version, folder / version, *pinned)
        yield f"ok       installed and called on Python {version}"
        check_installed(wheel, version, folder / f"{version}-oldest", *oldest)
        yield "ok       the same with the oldest dependencies that pyproject.toml allows"


def audited() -> str:
    """Check the dependencies with pip-audit."""
    options = "--disable-pip --require-hashes --format json --progress-spinner off --requirement".split()
    try:
        report = run(PROGRAMS / "pip-audit", *options, ROOT / "tools" / "requirements" / "runtime.txt")
    except FoundError as found:
        if "ConnectionError" in str(found) or "ServiceError" in str(found):
            return "skipped  pip-audit: its database cannot be reached"
        raise
    dependencies = json.loads(report[report.index("{") : report.rindex("}") + 1])["dependencies"]
    if any("skip_reason" in dependency for dependency in dependencies):
        return "skipped  pip-audit: its database cannot be reached"
    return f"ok       pip-audit found no vulnerabilities in {len(dependencies)} dependencies"


def main() -> int:
    """Run all checks and print the results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            archives = build(ROOT, folder / "dist", "--sdist", "--wheel")
            wheel = next(one for one in archives if one.suffix == ".whl")
            for judgement in (check_archives(archives), check_rebuilt(archives, folder), check_size(wheel)):
                print(f"ok       {judgement}", flush=True)
            for line in installed(wheel, folder):
                print(line, flush=True)
            print(audited())
        except FoundError as found:
            print(f"FAILED   {found}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
