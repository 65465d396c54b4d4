"""`make verify` passes only what generation gives, says what is otherwise and what to do, and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.generation.workshop import PACKAGE, ROOT, SMALL, Workshop, changed, snapshot

pytestmark = pytest.mark.generation

TITLE = {"/info/title": "Another"}


@pytest.fixture
def made(workshop: Workshop, rendered_once: None) -> Workshop:
    """A package that is what generation gives."""
    workshop.make(SMALL)
    return workshop


def test_the_committed_package_is_what_generation_gives() -> None:
    before = snapshot(ROOT / "generated" / PACKAGE)
    check = [sys.executable, str(ROOT / "scripts" / "generate.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "are what generation gives" in done.stdout
    assert snapshot(ROOT / "generated" / PACKAGE) == before


def test_a_package_that_was_just_made_passes(made: Workshop) -> None:
    assert made.run("--check").code == 0


DEPARTURES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a changed file": (
        lambda package: (package / "_version.py").write_text('VERSION = "9.9.9"\n'),
        '-VERSION = "9.9.9"\n+"""The version of this client',
    ),
    "a changed end of line": (
        lambda package: (package / "_version.py").write_bytes(
            (package / "_version.py").read_bytes().replace(b"\n", b"\r\n")
        ),
        "changed: {package}/_version.py (line ends only)",
    ),
    "a file that is no text": (
        lambda package: (package / "_version.py").write_bytes(b"\xff\xfe\x00"),
        "--- {package}/_version.py",
    ),
    "a missing file": (lambda package: (package / "errors.py").unlink(), "missing: {package}/errors.py"),
    "a missing mark of types": (lambda package: (package / "py.typed").unlink(), "missing: {package}/py.typed"),
    "an extra file": (lambda package: (package / "resources" / "old.py").touch(), "extra: {package}/resources/old.py ("),
    "an extra file that is no Python": (
        lambda package: (package / "notes.txt").write_text("x"),
        "extra: {package}/notes.txt (nothing generates it; delete it, or add a template)",
    ),
    "an extra hidden file": (lambda package: (package / ".x").touch(), "extra: {package}/.x ("),
    "an extra folder": (lambda package: (package / "more").mkdir(), "extra: {package}/more ("),
    "an extra folder with a file": (
        lambda package: [(package / "more").mkdir(), (package / "more" / "a.py").touch()],
        "extra: {package}/more/a.py (",
    ),
    "an extra link": (lambda package: (package / "link.py").symlink_to("errors.py"), "extra: {package}/link.py ("),
    "a link to nowhere": (lambda package: (package / "link.py").symlink_to("nowhere"), "extra: {package}/link.py ("),
    "a link in the place of a file": (
        lambda package: [
            (package / "_version.py").rename(package.parent / "aside"),
            (package / "_version.py").symlink_to(package.parent / "aside"),
        ],
        "changed: {package}/_version.py (no file of its own, but a link or a folder)",
    ),
    "a folder in the place of a file": (
        lambda package: [(package / "_version.py").unlink(), (package / "_version.py").mkdir()],
        "changed: {package}/_version.py (no file of its own, but a link or a folder)",
    ),
}


@pytest.mark.parametrize(("disturb", "words"), DEPARTURES.values(), ids=DEPARTURES.keys())
def test_a_departure_fails_and_is_shown(made: Workshop, disturb: Callable[[Path], object], words: str) -> None:
    disturb(made.package)
    before = snapshot(made.output)
    outcome = made.run("--check")
    assert outcome.code == 1, outcome.out + outcome.err
    assert words.format(package=made.package) in outcome.out
    last = outcome.out.splitlines()[-2:]
    assert last[0].startswith("verify: 1 of ")
    assert last[1] == "Edit openapi.yaml or templates/ (never generated/), then run: make generate"
    assert snapshot(made.output) == before
    assert made.run().code == 0
    assert made.run("--check").code == 0


def test_a_package_that_is_not_there_fails(workshop: Workshop) -> None:
    workshop.write(SMALL)
    outcome = workshop.run("--check")
    assert outcome.code == 1
    assert f"missing: {workshop.package}/__init__.py" in outcome.out
    assert not workshop.output.exists()


def test_another_document_fails_with_a_readable_difference(made: Workshop) -> None:
    made.write(changed(SMALL, {"/components/schemas/Part/properties/size/type": "number"}))
    outcome = made.run("--check")
    assert outcome.code == 1
    assert "\n-    size: int\n+    size: float\n" in outcome.out
    assert len(outcome.out.splitlines()) < 60


def test_a_long_difference_is_cut(made: Workshop) -> None:
    (made.package / "errors.py").write_text("# nothing\n")
    outcome = made.run("--check")
    assert "lines more" in outcome.out
    assert len(outcome.out.splitlines()) < 80


def test_what_python_leaves_behind_is_no_departure(made: Workshop) -> None:
    for folder in (made.package, made.package / "gone", made.package / "types"):
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "__pycache__" / "old.cpython-311.pyc").write_bytes(b"x")
    assert made.run("--check").code == 0


def test_a_refused_document_is_not_a_departure(made: Workshop) -> None:
    made.write(changed(SMALL, {"/servers": []}))
    outcome = made.run("--check")
    assert outcome.code == 2
    assert not outcome.out


def test_it_works_where_nothing_can_be_written(made: Workshop) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    for path in [made.output, made.package]:
        path.chmod(0o555)
    try:
        assert made.run("--check").code == 0
    finally:
        for path in [made.output, made.package]:
            path.chmod(0o755)
