"""The command of another document's package: under its name, with its operations and without facts that it lacks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.generation


@pytest.fixture
def folder(second_package: Path, tmp_path: Path) -> Path:
    """A folder with the package under a name of its own."""
    shutil.copytree(second_package, tmp_path / "village_library")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "village_library", "run", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_help_has_the_name_and_the_operations_of_the_document(folder: Path) -> None:
    text = run(folder, "--help").stdout
    assert text.startswith("usage: python -m village_library run ")
    assert "{books.add,books.replace,stories.tell}" in text
    assert "--budget" not in text
    assert "token" not in text.partition("exit status:")[0]


def test_an_operation_is_called_with_the_fields_and_parameters_of_each_line(folder: Path, library: ModuleType) -> None:
    book = {"title": "Walden", "authors": ["H. D. Thoreau"], "kind": "book"}
    (folder / "books.jsonl").write_text(json.dumps({"bookId": 7, **book}), encoding="utf-8")
    with library.testing.serve() as service:
        done = run(
            folder, "books.jsonl", "--operation", "books.replace", "--journal", "books.db", "--base-url", service.url
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert [(one.method, one.path, one.json) for one in service.requests] == [("PUT", "/books/7", book)]
    assert json.loads(done.stdout)["outcome"] == "answered"
