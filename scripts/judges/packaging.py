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
from collections.abc import Iterator
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".venvs" / "judges" / "bin"
UV = ROOT / ".venvs" / "uv" / "bin" / "uv"
RUNTIME = ROOT / "tools" / "requirements" / "runtime.txt"
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


class ProblemError(Exception):
    """A check found a problem."""


def run(*command: str | Path) -> str:
    """Run a program, which must succeed, and return its output."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONHOME", "PYTHONPATH"}}
    try:
        return subprocess.check_output(command, cwd=ROOT, env=clean, stderr=subprocess.STDOUT, text=True)
    except subprocess.CalledProcessError as error:
        reason = f"{' '.join(map(str, command))} ended with {error.returncode}"
        raise ProblemError(f"{error.output}\n{reason}") from None


def check_archives(folder: Path) -> Iterator[str]:
    """Build the wheel, the source archive, and the wheel from the source archive, and check all of them."""
    build = (UV, "build", "--python", PROGRAMS / "python", "--no-build-isolation", "--out-dir")
    run(*build, folder, "--sdist", "--wheel", ROOT)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    run(PROGRAMS / "twine", "check", "--strict", wheel, source)
    run(PROGRAMS / "check-wheel-contents", "--no-config", "--package", "generated/acedata_responses", wheel)
    yield "ok       twine check --strict and check-wheel-contents"
    run(*build, folder / "again", "--wheel", source)
    again = folder / "again" / wheel.name
    if again.read_bytes() != wheel.read_bytes():
        contents = [
            {(file.filename, file.CRC) for file in zipfile.ZipFile(archive).infolist()} for archive in (wheel, again)
        ]
        names = sorted({name for name, _checksum in contents[0] ^ contents[1]})
        raise ProblemError(f"the source archive builds another wheel: {', '.join(names) or 'in the archive itself'}")
    yield "ok       the source archive builds the same wheel"
    size = wheel.stat().st_size
    if size > LARGEST_WHEEL:
        files = sorted(zipfile.ZipFile(wheel).infolist(), key=lambda file: file.compress_size, reverse=True)
        largest = "\n".join(f"{file.compress_size:8,} {file.filename}" for file in files[:20])
        raise ProblemError(f"{largest}\nthe wheel has {size:,} bytes, more than {LARGEST_WHEEL:,}")
    yield f"ok       the wheel has {size:,} bytes"


def check_installed(wheel: Path) -> Iterator[str]:
    """Use the wheel in empty environments: on the oldest and newest Python, with the newest and oldest dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = [word for dependency in project["dependencies"] for word in ("--with", dependency)]
    for version in ("3.10", "3.13"):
        if subprocess.run([UV, "python", "find", version], capture_output=True, check=False).returncode:
            yield f"skipped  Python {version} is not installed"
            continue
        python = (UV, "run", "--isolated", "--no-project", "--python", version, "--with", wheel)
        call = ("python", "-I", "-W", "error", "-c", CALLS)
        run(*python, "--with-requirements", RUNTIME, *call)
        yield f"ok       installed and called on Python {version}"
        run(*python, "--resolution", "lowest-direct", *oldest, *call)
        yield "ok       the same with the oldest dependencies that pyproject.toml allows"


def audit() -> str:
    """Check the dependencies with pip-audit."""
    options = "--disable-pip --require-hashes --format json --progress-spinner off --requirement".split()
    unreachable = "skipped  pip-audit: its database cannot be reached"
    try:
        report = run(PROGRAMS / "pip-audit", *options, RUNTIME)
    except ProblemError as problem:
        if "ConnectionError" in str(problem) or "ServiceError" in str(problem):
            return unreachable
        raise
    dependencies = json.loads(report[report.index("{") : report.rindex("}") + 1])["dependencies"]
    if any("skip_reason" in dependency for dependency in dependencies):
        return unreachable
    return f"ok       pip-audit found no vulnerabilities in {len(dependencies)} dependencies"


def main() -> int:
    """Run all checks and print the results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            for line in check_archives(folder):
                print(line, flush=True)
            for line in check_installed(next(folder.glob("*.whl"))):
                print(line, flush=True)
            print(audit())
        except ProblemError as problem:
            print(f"FAILED   {problem}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
