"""The same inputs give the same bytes, on every machine, at any time and with every version of Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.generation.documents import DOCUMENT, ROOT
from tests.generation.generator import PACKAGE, bytes_of
from tests.generation.test_hostile_text import hostile

pytestmark = pytest.mark.generation

STRANGE_RUFF = """
line-length = 60
indent-width = 2
target-version = "py314"
exclude = ["*"]
[format]
quote-style = "single"
indent-style = "tab"
skip-magic-trailing-comma = true
[lint]
select = ["ALL"]
[lint.isort]
force-single-line = true
known-first-party = ["httpx", "attrs"]
"""
STRANGE_PROJECT = "[tool.ruff]\nline-length = 50\n[tool.ruff.format]\nquote-style = 'single'\n"


@pytest.fixture(scope="module")
def expected() -> dict[str, bytes]:
    """The committed package, which an ordinary run generates: see test_verify.py."""
    return bytes_of(ROOT / "generated" / PACKAGE)


def generated(
    folder: Path,
    *,
    python: str = sys.executable,
    cwd: Path = ROOT,
    project: Path = ROOT,
    document: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, bytes]:
    """Return the package that a run in another process generates."""
    command = [python, str(project / "scripts" / "generate.py"), "--output", str(folder / "made")]
    command += ["--document", str(document)] if document else []
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return bytes_of(folder / "made" / PACKAGE)


def test_the_environment_does_not_change_the_package(tmp_path: Path, expected: dict[str, bytes]) -> None:
    """All differences at once, because a run takes seconds."""
    # Modules named like imports of the package, which ruff would consider first-party.
    for name in ("httpx", "attrs", "dateutil", "src/anyio"):
        (tmp_path / "build" / name).mkdir(parents=True)
        (tmp_path / "build" / name / "__init__.py").touch()
    # Python imports this module when it starts; it sets the clock back.
    code = "import time\nreal = time.time\ntime.time = lambda: real() - 1e9\n"
    (tmp_path / "startup").mkdir()
    (tmp_path / "startup" / "sitecustomize.py").write_text(code, encoding="utf-8")
    # Settings in the folder of the output, in the folder for temporary files and in the environment.
    (tmp_path / "ruff.toml").write_text(STRANGE_RUFF, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(STRANGE_PROJECT, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    (tmp_path / ".editorconfig").write_text("[*]\nindent_style = tab\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=False)
    environment = {
        "PYTHONPATH": str(tmp_path / "startup"),
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "1",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "TMPDIR": str(tmp_path / "build"),  # a name that ruff excludes by default
        "RUFF_OUTPUT_FORMAT": "json",
        "RUFF_LINE_LENGTH": "50",
    }
    copy = tmp_path / "with a space and ümlaut"
    for name in ("scripts", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "generator-config.yaml", copy)
    document = tmp_path / "openapi.yaml"
    document.write_bytes(DOCUMENT.read_bytes().replace(b"\n", b"\r\n"))
    folder = tmp_path / "build"
    assert generated(tmp_path, cwd=folder, project=copy, document=document, environment=environment) == expected


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_version_of_python_generates_the_same_package(
    tmp_path: Path, expected: dict[str, bytes], version: str
) -> None:
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip(f"this is Python {version}")
    python = ROOT / ".venvs" / version / "bin" / "python"
    if not python.exists():
        pytest.skip(f"there is no .venvs/{version} here: make test VERSIONS={version}")
    assert generated(tmp_path, python=str(python)) == expected
    hostile_document = tmp_path / "hostile.yaml"
    hostile_document.write_text(json.dumps(hostile(tmp_path / "trap")), encoding="utf-8")
    ours, theirs = (generated(tmp_path, python=exe, document=hostile_document) for exe in (sys.executable, str(python)))
    assert ours == theirs
