"""`make verify` compares the package with what is generated, prints the differences, and writes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import generate
from tests.generation.documents import ROOT, SMALL, changed
from tests.generation.generator import PACKAGE, Generator, bytes_of, snapshot

pytestmark = pytest.mark.generation

TITLE = {"/info/title": "Another"}


@pytest.fixture
def with_package(generator: Generator, rendered_once: None) -> Generator:
    """A package that is up to date."""
    generator.make(SMALL)
    return generator


def test_the_committed_package_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    before = bytes_of(ROOT / "generated" / PACKAGE)
    code = generate.main(["--check"])
    output = capsys.readouterr().out
    assert code == 0, output
    assert "are up to date" in output
    assert bytes_of(ROOT / "generated" / PACKAGE) == before


def test_a_package_that_was_just_generated_passes(with_package: Generator) -> None:
    assert with_package.run("--check").code == 0


def edit(package: Path) -> None:
    (package / "_version.py").write_text('VERSION = "9.9.9"\n')


def convert_line_ends(package: Path) -> None:
    path = package / "_version.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def write_bytes(package: Path) -> None:
    (package / "_version.py").write_bytes(b"\xff\xfe\x00")


def remove(name: str) -> Callable[[Path], None]:
    return lambda package: (package / name).unlink()


def add(name: str) -> Callable[[Path], None]:
    return lambda package: (package / name).touch()


def add_folder(package: Path) -> None:
    (package / "more").mkdir()


def add_folder_with_a_file(package: Path) -> None:
    add_folder(package)
    (package / "more" / "a.py").touch()


def add_link(target: str) -> Callable[[Path], None]:
    return lambda package: (package / "link.py").symlink_to(target)


def replace_by_a_link(package: Path) -> None:
    aside = (package / "_version.py").rename(package.parent / "aside")
    (package / "_version.py").symlink_to(aside)


def replace_by_a_folder(package: Path) -> None:
    (package / "_version.py").unlink()
    (package / "_version.py").mkdir()


NOT_A_FILE = "changed: {package}/_version.py (a link or a folder, not a file)"
DIFFERENCES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a changed file": (edit, '-VERSION = "9.9.9"\n+"""The version of this client'),
    "a changed end of line": (convert_line_ends, "changed: {package}/_version.py (line ends only)"),
    "a binary file": (write_bytes, "--- {package}/_version.py"),
    "a missing file": (remove("errors.py"), "missing: {package}/errors.py"),
    "a missing py.typed": (remove("py.typed"), "missing: {package}/py.typed"),
    "an extra file": (add("resources/old.py"), "extra: {package}/resources/old.py ("),
    "an extra text file": (
        add("notes.txt"),
        "extra: {package}/notes.txt (nothing generates it; delete it, or add a template)",
    ),
    "an extra hidden file": (add(".hidden"), "extra: {package}/.hidden ("),
    "an extra folder": (add_folder, "extra: {package}/more ("),
    "an extra folder with a file": (add_folder_with_a_file, "extra: {package}/more/a.py ("),
    "an extra link": (add_link("errors.py"), "extra: {package}/link.py ("),
    "a link to nowhere": (add_link("nowhere"), "extra: {package}/link.py ("),
    "a link in the place of a file": (replace_by_a_link, NOT_A_FILE),
    "a folder in the place of a file": (replace_by_a_folder, NOT_A_FILE),
}


@pytest.mark.parametrize(("change_package", "message"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_a_difference_fails_and_is_printed(
    with_package: Generator, change_package: Callable[[Path], None], message: str
) -> None:
    change_package(with_package.package)
    before = snapshot(with_package.output)
    outcome = with_package.run("--check")
    assert outcome.code == 1, outcome.out + outcome.err
    assert message.format(package=with_package.package) in outcome.out
    last = outcome.out.splitlines()[-2:]
    assert last[0].startswith("verify: 1 of ")
    assert last[1] == "Edit openapi.yaml or templates/ (never generated/), then run: make generate"
    assert snapshot(with_package.output) == before
    assert with_package.run().code == 0
    assert with_package.run("--check").code == 0


def test_a_missing_package_fails(generator: Generator) -> None:
    generator.write(SMALL)
    outcome = generator.run("--check")
    assert outcome.code == 1
    assert f"missing: {generator.package}/__init__.py" in outcome.out
    assert not generator.output.exists()


def test_a_changed_document_fails_with_a_readable_diff(with_package: Generator) -> None:
    with_package.write(changed(SMALL, {"/components/schemas/Part/properties/size/type": "number"}))
    outcome = with_package.run("--check")
    assert outcome.code == 1
    assert "\n-    size: int\n+    size: float\n" in outcome.out
    assert len(outcome.out.splitlines()) < 60


def test_a_long_diff_is_cut(with_package: Generator) -> None:
    (with_package.package / "errors.py").write_text("# nothing\n")
    outcome = with_package.run("--check")
    assert "more lines" in outcome.out
    assert len(outcome.out.splitlines()) < 80


def test_caches_of_python_are_ignored(with_package: Generator) -> None:
    for folder in (with_package.package, with_package.package / "gone", with_package.package / "types"):
        (folder / "__pycache__").mkdir(parents=True)
        (folder / "__pycache__" / "old.cpython-311.pyc").write_bytes(b"x")
    assert with_package.run("--check").code == 0


def test_a_refused_document_has_a_separate_exit_status(with_package: Generator) -> None:
    with_package.write(changed(SMALL, {"/servers": []}))
    outcome = with_package.run("--check")
    assert outcome.code == 2
    assert not outcome.out


def test_a_read_only_package_can_be_compared(with_package: Generator) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    for path in [with_package.output, with_package.package]:
        path.chmod(0o555)
    try:
        assert with_package.run("--check").code == 0
    finally:
        for path in [with_package.output, with_package.package]:
            path.chmod(0o755)
