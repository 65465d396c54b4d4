"""Generate the package from openapi.yaml, or check that it is up to date.

    python scripts/generate.py            writes generated/acedata_responses/
    python scripts/generate.py --check    prints the differences, writes nothing

The same inputs give the same bytes. The package is written atomically: it is generated in another folder, which then
replaces the old one.
"""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import crash  # noqa: E402 - the line above makes it importable

if __name__ == "__main__":
    crash.install()

from scripts.generation.project import project_for  # noqa: E402
from scripts.generation.text import LINE_LENGTH  # noqa: E402
from scripts.openapi.document import load  # noqa: E402
from scripts.openapi.problems import DocumentError  # noqa: E402

DONE, DIFFERS, REFUSED = 0, 1, 2

_RUFF = ("--isolated", "--no-cache", "--target-version=py310", f"--line-length={LINE_LENGTH}")
_STEPS = (
    ["check", "--fix-only", "--select=F401,UP007"],  # before sorting, which splits long lines irreversibly
    ["check", "--fix-only", "--select=I,RUF022"],
    ["format"],
)
_LONGEST_DIFF = 60  # lines for each file


class Package(NamedTuple):
    """The package to write.

    Attributes:
        name: The name of its folder.
        files: Every file with its bytes.
    """

    name: str
    files: dict[str, bytes]


def render(document_path: Path, templates: Path, config: Path) -> Package:
    """Return the package with the bytes of its files.

    Args:
        document_path: The OpenAPI document.
        templates: The folder of templates.
        config: The configuration of openapi-python-client.

    Raises:
        DocumentError: The document has something that cannot be generated; the message names its location.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder).resolve() / "package"
        project = project_for(load(document_path), config, templates, output)
        output = output.with_name(project.package_name)
        for name, text in project.files().items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        _format(output.parent, [path.relative_to(output.parent) for path in sorted(output.rglob("*.py"))])
        project.run_post_hooks(output)
        files = {path.relative_to(output).as_posix(): path.read_bytes() for path in _entries(output)}
        return Package(project.package_name, dict(sorted(files.items())))


def _format(folder: Path, paths: list[Path]) -> None:
    """Sort imports, remove unused ones and format, with the pinned ruff and only these settings.

    Each file is passed separately, since ruff skips files that a .gitignore in a parent folder ignores. Paths are
    relative to their folder, since the working directory affects which imports ruff considers first-party.
    """
    for command in _STEPS:
        done = subprocess.run(
            [_ruff(), *command, *_RUFF, *paths],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("RUFF_")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DocumentError(
                f"the templates produce code that ruff cannot parse:\n{done.stdout}{done.stderr}\nCorrect the template "
                "or the part of the document that it does not expect."
            )


def _ruff() -> str:
    try:
        from ruff import find_ruff_bin

        return str(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        raise DocumentError("ruff is not installed for this Python. Run: make setup") from None


def differences(files: dict[str, bytes], package: Path) -> list[str]:
    """Describe the changed, extra and missing files of a folder."""
    existing = {path.relative_to(package).as_posix(): path for path in _entries(package)}
    differences = []
    for name in sorted(files.keys() | existing.keys()):
        if name not in existing:
            differences.append(f"missing: {package / name}")
        elif name not in files:
            differences.append(f"extra: {package / name} (nothing generates it; delete it, or add a template)")
        elif existing[name].is_symlink() or not existing[name].is_file():
            differences.append(f"changed: {package / name} (a link or a folder, not a file)")
        elif files[name] != existing[name].read_bytes():
            differences.append(_diff(existing[name], files[name]))
    return differences


def _entries(package: Path) -> list[Path]:
    """Return the files, links and empty folders in a folder, without Python's caches."""
    paths = list(package.rglob("*"))
    parents = {path.parent for path in paths}
    leaves = [path for path in paths if path not in parents or path.is_symlink()]
    return [path for path in leaves if "__pycache__" not in path.relative_to(package).parts]


def _diff(path: Path, generated: bytes) -> str:
    before = path.read_bytes().decode("utf-8", "replace").splitlines()
    after = generated.decode("utf-8").splitlines()
    lines = list(difflib.unified_diff(before, after, str(path), "generated", lineterm="", n=2))
    shown = lines[:_LONGEST_DIFF]
    if len(lines) > len(shown):
        shown.append(f"... and {len(lines) - len(shown)} more lines")
    return "\n".join(shown) + "\n" if shown else f"changed: {path} (line ends only)"


def write(files: dict[str, bytes], package: Path) -> list[str]:
    """Replace the package atomically.

    Returns:
        The names of the files that changed.
    """
    new, old = package.with_name(f".{package.name}.new"), package.with_name(f".{package.name}.old")
    _restore(package, new, old)
    existing = {path.relative_to(package).as_posix() for path in _entries(package)}
    changed = sorted(name for name in files.keys() | existing if not _is(package / name, files.get(name)))
    if not changed:
        return []
    try:
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if name not in changed:
                shutil.copystat(package / name, path)
        if os.path.lexists(package):
            package.rename(old)
        new.rename(package)
    finally:
        _restore(package, new, old)
    return changed


def _is(path: Path, content: bytes | None) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def _restore(package: Path, new: Path, old: Path) -> None:
    """Clean up after a run, even one that was killed: if there is no package, restore the old one."""
    if os.path.lexists(old) and not os.path.lexists(package):
        old.rename(package)
    for folder in (new, old):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Generate or check. Return 0 on success, 1 if the package differs, 2 if the document is rejected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare, write nothing")
    parser.add_argument("--document", type=Path, default=ROOT / "openapi.yaml")
    parser.add_argument("--output", type=Path, default=ROOT / "generated", help="the folder of the package")
    parser.add_argument("--templates", type=Path, default=ROOT / "templates")
    parser.add_argument("--config", type=Path, default=ROOT / "generator-config.yaml")
    options = parser.parse_args(arguments)
    try:
        name, files = render(options.document, options.templates, options.config)
        package = options.output / name
        return check(files, package) if options.check else make(files, package)
    except (DocumentError, OSError) as error:
        print(f"generate: {error}\nNothing was written.", file=sys.stderr)
        return REFUSED


def make(files: dict[str, bytes], package: Path) -> int:
    """Write the package, and print how many files changed."""
    changed = write(files, package)
    print(f"generate: {len(files)} files, {len(changed)} changed, in {_shown(package)}")
    return DONE


def check(files: dict[str, bytes], package: Path) -> int:
    """Compare the package, and print the differences and what to do."""
    differing = differences(files, package)
    if not differing:
        print(f"verify: {len(files)} files in {_shown(package)} are up to date")
        return DONE
    print("\n".join(differing))
    print(
        f"\nverify: {len(differing)} of {len(files)} files in {_shown(package)} are not up to date.\n"
        "Edit openapi.yaml or templates/ (never generated/), then run: make generate"
    )
    return DIFFERS


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
