"""The package is written whole or not at all, whatever goes wrong."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.generation.workshop import PACKAGE, SMALL, Workshop, bytes_of, changed, snapshot

pytestmark = pytest.mark.generation

OTHER = changed(SMALL, {"/info/version": "2.0.0", "/components/schemas/Part/description": "A part of a thing."})


@pytest.fixture
def made(workshop: Workshop, rendered_once: None) -> Workshop:
    """A package, and a document that asks for another one."""
    workshop.make(SMALL)
    workshop.write(OTHER)
    return workshop


def test_a_second_run_changes_nothing(workshop: Workshop) -> None:
    workshop.make(SMALL)
    before = snapshot(workshop.output)
    outcome = workshop.run()
    assert ", 0 changed, " in outcome.out
    assert snapshot(workshop.output) == before


def test_only_what_changed_has_a_new_time(made: Workshop) -> None:
    """So that tools which go by it look at no more than they must."""
    for path in made.package.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    before = bytes_of(made.package)
    made.run()
    after = bytes_of(made.package)
    differ = {name for name in after if after[name] != before[name]}
    newer = {name for name in after if (made.package / name).stat().st_mtime > 1_000_000_000}
    assert newer - {"py.typed"} == differ == {"_version.py", "types/replies.py"}


def test_what_nothing_generates_any_more_is_gone(made: Workshop) -> None:
    (made.package / "old").mkdir()
    (made.package / "old" / "module.py").touch()
    (made.package / "old" / "__pycache__").mkdir()
    (made.package / "link.py").symlink_to("errors.py")
    outcome = made.run()
    assert not (made.package / "old").exists()
    assert not (made.package / "link.py").is_symlink()
    assert (made.package / "errors.py").exists()
    assert ", 4 changed, " in outcome.out


def test_a_link_to_a_folder_is_replaced_and_its_target_left_alone(made: Workshop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    made.package.rename(elsewhere)
    made.package.symlink_to(elsewhere)
    before = snapshot(elsewhere)
    assert made.run().code == 0
    assert not made.package.is_symlink()
    assert snapshot(elsewhere) == before


class Trouble:
    """Raises at the nth call of a function, which it goes on to call otherwise."""

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
TROUBLES: dict[str, tuple[str, int, BaseException]] = {
    "a disk that is full at once": ("write_bytes", 1, FULL),
    "a disk that is full after some files": ("write_bytes", 20, FULL),
    "an interruption between two files": ("write_bytes", 30, KeyboardInterrupt()),
    "an interruption at the last file": ("write_bytes", LAST, KeyboardInterrupt()),
    "an interruption before the old one is put aside": ("rename", 1, KeyboardInterrupt()),
    "an interruption before the new one is put in place": ("rename", 2, KeyboardInterrupt()),
    "a folder that cannot be renamed": ("rename", 2, PermissionError(errno.EACCES, "Permission denied")),
}


@pytest.mark.parametrize(("function", "at", "error"), TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble_on_the_way_leaves_the_old_package(
    made: Workshop, monkeypatch: pytest.MonkeyPatch, function: str, at: int, error: BaseException
) -> None:
    before = snapshot(made.package)
    at = len([path for path in made.package.rglob("*") if path.is_file()]) if at == LAST else at
    with monkeypatch.context() as patch:
        patch.setattr(Path, function, Trouble(getattr(Path, function), at, error))
        if isinstance(error, OSError):
            outcome = made.run()
            assert outcome.code == 2
            assert outcome.err.endswith(f"{error}\nNothing was written.\n")
        else:
            with pytest.raises(KeyboardInterrupt):
                made.run()
    assert snapshot(made.package) == before
    assert [path.name for path in made.output.iterdir()] == [PACKAGE]
    assert made.run().code == 0
    assert (made.package / "_version.py").read_text(encoding="utf-8").endswith('VERSION = "2.0.0"\n')


def killed(workshop: Workshop, at: int) -> int:
    """The exit status of a process that runs the generator and is killed at the nth renaming."""
    child = os.fork()
    if child == 0:
        rename, left = Path.rename, itertools.count(at, -1)

        def rename_or_die(path: Path, target: Path) -> Path:
            return rename(path, target) if next(left) > 1 else os._exit(9)

        Path.rename = rename_or_die  # type: ignore[assignment, method-assign]
        os._exit(workshop.run().code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("at", [1, 2])
def test_a_killed_run_is_put_right_by_the_next_one(made: Workshop, at: int) -> None:
    """Even between the two renames, when there is no package for a moment."""
    before = bytes_of(made.package)
    assert killed(made, at) == 9
    if at == 1:
        assert bytes_of(made.package) == before
    assert made.run().code == 0
    assert made.run("--check").code == 0
    assert [path.name for path in made.output.iterdir()] == [PACKAGE]


def test_a_killed_run_gives_the_old_package_back_before_anything_new(
    made: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(made.package)
    made.package.rename(made.output / f".{PACKAGE}.old")
    (made.output / f".{PACKAGE}.new").mkdir()
    monkeypatch.setattr(Path, "write_bytes", Trouble(Path.write_bytes, 1, FULL))
    assert made.run().code == 2
    assert bytes_of(made.package) == before
