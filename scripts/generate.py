"""Make the package from openapi.yaml, or check that it is what generation gives.

    python scripts/generate.py            writes generated/acedata_responses/
    python scripts/generate.py --check    compares it, prints what differs, writes nothing

The whole package is rendered and formatted before a file is touched. The same inputs give the same bytes.
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

from ruff import find_ruff_bin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.generation.document import DocumentError, load  # noqa: E402 - the line above makes it importable
from scripts.generation.project import LINE_LENGTH, project_for  # noqa: E402

PACKAGE = "acedata_responses"
_RUFF = ("--isolated", "--no-cache", "--quiet", "--target-version", "py310", "--line-length", str(LINE_LENGTH))
_FIXES = "I,F401,RUF022,UP007"
_LONGEST_DIFF = 60  # lines for each file


def render(document_path: Path, templates: Path, config: Path) -> dict[str, bytes]:
    """Every file of the package with its bytes.

    Args:
        document_path: The OpenAPI document.
        templates: The folder of templates.
        config: The configuration of openapi-python-client.

    Raises:
        DocumentError: The document cannot be expressed faithfully; the text names the place.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / PACKAGE
        files = project_for(load(document_path), config, templates, output).files()
        for name, text in files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        _format(output)
        return {name: (output / name).read_bytes() for name in sorted(files)}


def _format(folder: Path) -> None:
    """Sort imports, drop unused ones and format, by the pinned ruff and no settings but these."""
    for command in (["check", "--fix-only", "--select", _FIXES], ["format"]):
        done = subprocess.run(
            [find_ruff_bin(), *command, *_RUFF, str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DocumentError(
                f"the templates give code that ruff cannot read:\n{done.stdout}{done.stderr}\nCorrect the template, "
                "or the part of the document that it does not expect."
            )


def differences(files: dict[str, bytes], package: Path) -> list[str]:
    """What a folder has otherwise, has too much or lacks, as text for people."""
    there = {path.relative_to(package).as_posix(): path for path in _files_of(package)}
    found = []
    for name in sorted(files.keys() | there.keys()):
        if name not in there:
            found.append(f"missing: {package / name}")
        elif name not in files:
            found.append(f"extra: {package / name} (nothing generates it; delete it, or add a template)")
        elif files[name] != there[name].read_bytes():
            found.append(_diff(there[name], files[name]))
    return found


def _files_of(package: Path) -> list[Path]:
    return [path for path in package.rglob("*") if not path.is_dir() and "__pycache__" not in path.parts]


def _diff(path: Path, generated: bytes) -> str:
    before = path.read_bytes().decode("utf-8", "replace").splitlines()
    after = generated.decode("utf-8").splitlines()
    lines = list(difflib.unified_diff(before, after, str(path), "what generation gives", lineterm="", n=2))
    shown = lines[:_LONGEST_DIFF]
    if len(lines) > len(shown):
        shown.append(f"... and {len(lines) - len(shown)} lines more")
    return "\n".join(shown) or f"changed: {path} (line ends only)"


def write(files: dict[str, bytes], package: Path) -> list[str]:
    """Put the files in place, each whole or not at all, and delete what nothing generates.

    Returns:
        The names of the files that changed.
    """
    changed = []
    for name, content in files.items():
        path = package / name
        if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
            continue
        changed.append(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(content)
        os.replace(beside, path)
    for path in _files_of(package):
        name = path.relative_to(package).as_posix()
        if name not in files:
            changed.append(name)
            path.unlink()
    for folder in sorted((path for path in package.rglob("*") if path.is_dir()), reverse=True):
        if not any(path for path in folder.iterdir() if path.name != "__pycache__"):
            shutil.rmtree(folder)
    return changed


def main(arguments: list[str] | None = None) -> int:
    """Generate or check; 0 when all is well, 1 when the package differs, 2 when the document is refused."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare only, and write nothing")
    parser.add_argument("--document", type=Path, default=ROOT / "openapi.yaml")
    parser.add_argument("--output", type=Path, default=ROOT / "generated", help="the folder that holds the package")
    parser.add_argument("--templates", type=Path, default=ROOT / "templates")
    options = parser.parse_args(arguments)
    package = options.output / PACKAGE
    try:
        files = render(options.document, options.templates, ROOT / "generator-config.yaml")
    except DocumentError as error:
        print(f"generate: {error}\nNothing was written.", file=sys.stderr)
        return 2
    if not options.check:
        changed = write(files, package)
        print(f"generate: {len(files)} files, {len(changed)} changed, in {_shown(package)}")
        return 0
    found = differences(files, package)
    if found:
        print("\n\n".join(found))
        print(
            f"\nverify: {len(found)} of {len(files)} files in {_shown(package)} are not what generation gives.\n"
            "Edit openapi.yaml or templates/ (never generated/), then run: make generate"
        )
        return 1
    print(f"verify: {len(files)} files in {_shown(package)} are what generation gives")
    return 0


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(main())
