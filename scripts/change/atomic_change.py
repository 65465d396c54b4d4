"""Changes several files atomically: the change is made and tested in a copy of the project.

The changed files are collected in one folder, and a single rename of the folder commits the change. Before the rename
the project is untouched. After it the files are moved to their places, by the next run if this one is killed.

Programs that run in the copy are ended, with all their child processes, when this process is asked to stop.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

COPY = ".models-copy"
"""The folder in the root with the copy. If a run is killed, the next one removes it."""

READY = ".models-ready"
"""The folder in the root with the files to move to their places."""

OLD = ".models-old"
"""The name of that folder after the files were moved. It then has the old files, and can be removed."""

_LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "__pycache__")


class BusyError(Exception):
    """Another run is changing the same files."""


class StoppedError(BaseException):
    """The process was asked to stop."""


@contextmanager
def exclusive_lock(root: Path) -> Iterator[bool]:
    """Lock a folder, so that no other run changes the files in it.

    Yields:
        Whether an earlier run was killed while it moved files to their places; the move is now complete.

    Raises:
        BusyError: Another run has the lock.
    """
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        was_killed = (root / READY).exists()
        _move_into_place(root)
        yield was_killed
    except BlockingIOError:
        raise BusyError("another run is changing these files; wait until it is done") from None
    finally:
        os.close(descriptor)


@contextmanager
def atomic_change(root: Path, names: Sequence[str]) -> Iterator[Path]:
    """Make a copy of a project to change files in, and apply the changes at the end. Requires `exclusive_lock`.

    Args:
        root: The project.
        names: The top-level files and folders that may change.

    Yields:
        The copy. If the block succeeds, these files and folders replace those of the project.

    Raises:
        OSError: The copy cannot be made, for example on a full disk.
    """
    copy = root / COPY
    shutil.rmtree(copy, ignore_errors=True)
    try:
        _copy(root, copy)
        yield copy
        made = copy / READY
        made.mkdir()
        (made / ".gitignore").write_text("*\n", encoding="utf-8")
        for name in names:
            if (copy / name).exists():
                (copy / name).rename(made / name)
        with signal_handler(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            made.rename(root / READY)  # from here on the change stands
            try:
                _move_into_place(root)
            except BaseException:
                _move_into_place(root)
                raise
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _copy(root: Path, copy: Path) -> None:
    try:
        shutil.copytree(root, copy, symlinks=True, ignore=_LEFT_OUT)
        (copy / ".gitignore").write_text("*\n", encoding="utf-8")
    except shutil.Error as error:  # all that failed; the first reason is that of the others
        source, _, reason = error.args[0][0]
        raise OSError(f"{source} cannot be copied ({reason})") from None


def _move_into_place(root: Path) -> None:
    """Move the files to their places. Can be repeated after an interruption."""
    ready, old = root / READY, root / OLD
    shutil.rmtree(old, ignore_errors=True)
    if not ready.exists():
        return
    for new in sorted(ready.glob("[!.]*")):
        target = root / new.name
        if target.is_dir() and not target.is_symlink():
            target.rename(ready / f".{new.name}")
        new.replace(target)
    ready.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def run_program(command: Sequence[str], folder: Path) -> None:
    """Run a program and wait for it, with the package in generated/ on its path.

    Raises:
        subprocess.CalledProcessError: The program failed.
        StoppedError: A signal asked this process to stop; the program was ended.
    """
    environment = {**os.environ, "PYTHONPATH": str(folder / "generated"), "PYTHONDONTWRITEBYTECODE": "1"}
    with signal_handler(_stop, signal.SIGTERM, signal.SIGHUP):
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            status = process.wait()
        except BaseException:
            _end(process)
            raise
    if status:
        raise subprocess.CalledProcessError(status, list(command))


def _end(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            continue


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise StoppedError(f"stopped by {signal.Signals(number).name}")


@contextmanager
def signal_handler(handler: Any, *numbers: int) -> Iterator[None]:
    """Handle some signals in another way for a while."""
    before = {}
    try:
        for number in numbers:
            before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
