"""`make verify` passes only what generation gives, says what is otherwise and what to do, and writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import generate
from tests.generation.workshop import PACKAGE, ROOT, SMALL, Workshop, bytes_of, changed, snapshot

pytestmark = pytest.mark.generation

TITLE = {"/info/title": "Another"}


@pytest.fixture
def made(workshop: Workshop, rendered_once: None) -> Workshop:
    """A package that is what generation gives."""
    workshop.make(SMALL)
    return workshop


def test_the_committed_package_is_what_generation_gives(capsys: pytest.CaptureFixture[str]) -> None:
    before = bytes_of(ROOT / "generated" / PACKAGE)
    code = generate.main(["--check"])
    said = capsys.readouterr().out
    assert code == 0, said
    assert "are what generation gives" in said
    assert bytes_of(ROOT / "generated" / PACKAGE) == before


def test_a_package_that_was_just_made_passes(made: Workshop) -> None:
    assert made.run("--check").code == 0


def change(package: Path) -> None:
    (package / "_version.py").write_text('VERSION = "9.9.9"\n')


def change_line_ends(package: Path) -> None:
    path = package / "_version.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def put_bytes(package: Path) -> None:
    (package / "_version.py").write_bytes(b"\xff\xfe\x00")


def take_away(name: str) -> Callable[[Path], None]:
    return lambda package: (package / name).unlink()


def put(name: str) -> Callable[[Path], None]:
    return lambda package: (package / name).touch()


def put_folder(package: Path) -> None:
    (package / "more").mkdir()


def put_folder_with_a_file(package: Path) -> None:
    put_folder(package)
    (package / "more" / "a.py").touch()


def put_link(target: str) -> Callable[[Path], None]:
    return lambda package: (package / "link.py").symlink_to(target)


def change_to_a_link(package: Path) -> None:
    aside = (package / "_version.py").rename(package.parent / "aside")
    (package / "_version.py").symlink_to(aside)


def change_to_a_folder(package: Path) -> None:
    (package / "_version.py").unlink()
    (package / "_version.py").mkdir()


NO_FILE = "changed: {package}/_version.py (no file of its own, but a link or a folder)"
DEPARTURES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a changed file": (change, '-VERSION = "9.9.9"\n+"""The version of this client'),
    "a changed end of line": (change_line_ends, "changed: {package}/_version.py (line ends only)"),
    "a file that is no text": (put_bytes, "--- {package}/_version.py"),
    "a missing file": (take_away("errors.py"), "missing: {package}/errors.py"),
    "a missing mark of types": (take_away("py.typed"), "missing: {package}/py.typed"),
    "an extra file": (put("resources/old.py"), "extra: {package}/resources/old.py ("),
    "an extra file that is no Python": (
        put("notes.txt"),
        "extra: {package}/notes.txt (nothing generates it; delete it, or add a template)",
    ),
    "an extra hidden file": (put(".hidden"), "extra: {package}/.hidden ("),
    "an extra folder": (put_folder, "extra: {package}/more ("),
    "an extra folder with a file": (put_folder_with_a_file, "extra: {package}/more/a.py ("),
    "an extra link": (put_link("errors.py"), "extra: {package}/link.py ("),
    "a link to nowhere": (put_link("nowhere"), "extra: {package}/link.py ("),
    "a link in the place of a file": (change_to_a_link, NO_FILE),
    "a folder in the place of a file": (change_to_a_folder, NO_FILE),
}


@pytest.mark.parametrize(("disturb", "words"), DEPARTURES.values(), ids=DEPARTURES.keys())
def test_a_departure_fails_and_is_shown(made: Workshop, disturb: Callable[[Path], None], words: str) -> None:
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
