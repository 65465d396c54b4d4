"""Files that are changed all together or not at all: whatever goes wrong, they are put back as they were.

The files are copied aside first, with a list of them, and put back by renaming the copies, which needs no room on a
full disk. The copies outlive a process that is killed: the next run begins by putting them back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

COPIES = ".models-copies"
"""The folder at the root that holds the copies while a change is under way."""

UNWANTED = f"{COPIES}.unfinished"
"""Its name before all is in it, and once it is not needed any more."""

_LIST = "list.json"
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


class StoppedError(BaseException):
    """The process was asked to stop."""


class BusyError(Exception):
    """Another run is changing the same files."""


@contextmanager
def alone(root: Path) -> Iterator[bool]:
    """A time in which no other run changes the files below a folder.

    Yields:
        Whether an earlier run had been cut off, and its change has now been undone.

    Raises:
        BusyError: Another run is at work here.
    """
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with _stopped_by_signals():
            was_cut_off = (root / COPIES).exists()
            if was_cut_off:
                _put_back(root)
            yield was_cut_off
    except BlockingIOError:
        raise BusyError("another run is changing these files; wait until it is done") from None
    finally:
        os.close(descriptor)


@contextmanager
def all_or_nothing(root: Path, names: list[str]) -> Iterator[None]:
    """Files and folders below a folder that are put back if the block does not run to its end."""
    _copy(root, names)
    signals = _Signals()
    try:
        yield
        signals.hold()
        (root / COPIES).rename(root / UNWANTED)  # from here on the change stands
        shutil.rmtree(root / UNWANTED, ignore_errors=True)
    except BaseException:
        signals.hold()
        if (root / COPIES).exists():
            _put_back(root)
        raise
    finally:
        signals.release()


def write(path: Path, text: str) -> None:
    """Replace a file's content in one step."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _below(root: Path, names: list[str]) -> tuple[list[str], list[str]]:
    """The files and the folders among and below these, without Python's caches."""
    paths = [path for name in names for path in (root / name, *(root / name).rglob("*"))]
    kept = [path for path in paths if "__pycache__" not in path.parts]
    files = [path for path in kept if path.is_symlink() or path.is_file()]
    folders = [path for path in kept if path.is_dir() and not path.is_symlink()]
    return _relative(root, files), _relative(root, folders)


def _relative(root: Path, paths: list[Path]) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in paths)


def _copy(root: Path, names: list[str]) -> None:
    """Copy aside. The folder gets its name last, so that one of this name is whole."""
    unfinished = root / UNWANTED
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        (unfinished / "files").mkdir(parents=True)
        (unfinished / ".gitignore").write_text("*\n", encoding="utf-8")
        files, folders = _below(root, names)
        for file in files:
            target = unfinished / "files" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, target, follow_symlinks=False)
        listed = {"names": names, "files": files, "folders": folders}
        (unfinished / _LIST).write_text(json.dumps(listed), encoding="utf-8")
        unfinished.rename(root / COPIES)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _put_back(root: Path) -> None:
    """Put all back. It can be done again where it was cut off: a file that is not among the copies is back."""
    copies = root / COPIES
    listed = json.loads((copies / _LIST).read_text(encoding="utf-8"))
    for file in listed["files"]:
        copy, target = copies / "files" / file, root / file
        if copy.is_symlink() or copy.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            copy.replace(target)
    files, folders = _below(root, listed["names"])
    for file in set(files) - set(listed["files"]):
        (root / file).unlink()
    for folder in sorted(set(folders) - set(listed["folders"]), reverse=True):  # the inner ones first
        shutil.rmtree(root / folder, ignore_errors=True)
    copies.rename(root / UNWANTED)
    shutil.rmtree(root / UNWANTED, ignore_errors=True)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Within this, a signal to stop is an exception, so that everything is put back first."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise StoppedError(f"stopped by {signal.Signals(number).name}")

    before = {number: signal.signal(number, stop) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Signals:
    """Signals to stop. While files are put back, or once the change stands, they are not heard."""

    def __init__(self) -> None:
        self._handlers: dict[signal.Signals, Any] = {}

    def hold(self) -> None:
        """From here on they are not heard."""
        for number in (signal.SIGINT, *_STOPPING):
            self._handlers.setdefault(number, signal.signal(number, lambda *_: None))

    def release(self) -> None:
        """From here on they are heard again."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
