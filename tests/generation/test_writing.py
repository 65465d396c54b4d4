"""The package is replaced atomically, whatever goes wrong."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.generation.documents import SMALL, changed
from tests.generation.generator import PACKAGE, Generator, bytes_of, snapshot

pytestmark = pytest.mark.generation

OTHER = changed(SMALL, {"/info/version": "2.0.0", "/components/schemas/Part/description": "A part of a thing."})


@pytest.fixture
def with_package(generator: Generator, rendered_once: None) -> Generator:
    """A package, and a document that results in another one."""
    generator.make(SMALL)
    generator.write(OTHER)
    return generator


def test_a_second_run_changes_nothing(generator: Generator) -> None:
    generator.make(SMALL)
    before = snapshot(generator.output)
    outcome = generator.run()
    assert ", 0 changed, " in outcome.out
    assert snapshot(generator.output) == before


def test_only_changed_files_have_a_new_modification_time(with_package: Generator) -> None:
    for path in with_package.package.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    before = bytes_of(with_package.package)
    with_package.run()
    after = bytes_of(with_package.package)
    differ = {name for name in after if after[name] != before[name]}
    newer = {name for name in after if (with_package.package / name).stat().st_mtime > 1_000_000_000}
    assert newer - {"py.typed"} == differ == {"_version.py", "types/replies.py"}


def test_files_that_are_no_longer_generated_are_removed(with_package: Generator) -> None:
    (with_package.package / "old").mkdir()
    (with_package.package / "old" / "module.py").touch()
    (with_package.package / "old" / "__pycache__").mkdir()
    (with_package.package / "link.py").symlink_to("errors.py")
    outcome = with_package.run()
    assert not (with_package.package / "old").exists()
    assert not (with_package.package / "link.py").is_symlink()
    assert (with_package.package / "errors.py").exists()
    assert ", 4 changed, " in outcome.out


def test_a_link_to_a_folder_is_replaced_and_its_target_is_not_touched(with_package: Generator, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    with_package.package.rename(elsewhere)
    with_package.package.symlink_to(elsewhere)
    before = snapshot(elsewhere)
    assert with_package.run().code == 0
    assert not with_package.package.is_symlink()
    assert snapshot(elsewhere) == before


class FailingFunction:
    """Calls a function, except that the nth call raises."""

    def __init__(self, function: Callable[..., Any], at: int, error: BaseException) -> None:
        self.function = function
        self.left = at
        self.error = error

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        return lambda *args, **kwargs: self(instance, *args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise self.error
        return self.function(*args, **kwargs)


FULL = OSError(errno.ENOSPC, "No space left on device")
LAST = -1
FAILURES: dict[str, tuple[str, int, BaseException]] = {
    "disk full at the first file": ("write_bytes", 1, FULL),
    "disk full after some files": ("write_bytes", 20, FULL),
    "interrupted between two files": ("write_bytes", 30, KeyboardInterrupt()),
    "interrupted at the last file": ("write_bytes", LAST, KeyboardInterrupt()),
    "interrupted before the old package is moved away": ("rename", 1, KeyboardInterrupt()),
    "interrupted before the new package is moved into place": ("rename", 2, KeyboardInterrupt()),
    "the folder cannot be renamed": ("rename", 2, PermissionError(errno.EACCES, "Permission denied")),
}


@pytest.mark.parametrize(("function", "at", "error"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failed_run_leaves_the_old_package(
    with_package: Generator, monkeypatch: pytest.MonkeyPatch, function: str, at: int, error: BaseException
) -> None:
    before = snapshot(with_package.package)
    at = len([path for path in with_package.package.rglob("*") if path.is_file()]) if at == LAST else at
    with monkeypatch.context() as patch:
        patch.setattr(Path, function, FailingFunction(getattr(Path, function), at, error))
        if isinstance(error, OSError):
            outcome = with_package.run()
            assert outcome.code == 2
            assert outcome.err.endswith(f"{error}\nNothing was written.\n")
        else:
            with pytest.raises(KeyboardInterrupt):
                with_package.run()
    assert snapshot(with_package.package) == before
    assert [path.name for path in with_package.output.iterdir()] == [PACKAGE]
    assert with_package.run().code == 0
    assert (with_package.package / "_version.py").read_text(encoding="utf-8").endswith('VERSION = "2.0.0"\n')


def killed(generator: Generator, at: int) -> int:
    """Return the exit status of a process that runs the generator and is killed at the nth renaming."""
    child = os.fork()
    if child == 0:
        rename, steps = Path.rename, itertools.count(at, -1)

        def rename_or_die(path: Path, target: Path) -> Path:
            return rename(path, target) if next(steps) > 1 else os._exit(9)

        Path.rename = rename_or_die  # type: ignore[assignment, method-assign]
        os._exit(generator.run().code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("at", [1, 2])
def test_the_next_run_repairs_what_a_killed_run_left(with_package: Generator, at: int) -> None:
    """Also if it was killed between the two renames, when there is no package."""
    before = bytes_of(with_package.package)
    assert killed(with_package, at) == 9
    if at == 1:
        assert bytes_of(with_package.package) == before
    assert with_package.run().code == 0
    assert with_package.run("--check").code == 0
    assert [path.name for path in with_package.output.iterdir()] == [PACKAGE]


def test_the_old_package_is_restored_before_a_new_one_is_written(
    with_package: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(with_package.package)
    with_package.package.rename(with_package.output / f".{PACKAGE}.old")
    (with_package.output / f".{PACKAGE}.new").mkdir()
    monkeypatch.setattr(Path, "write_bytes", FailingFunction(Path.write_bytes, 1, FULL))
    assert with_package.run().code == 2
    assert bytes_of(with_package.package) == before
