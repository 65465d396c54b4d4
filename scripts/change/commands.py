"""Runs programs so that a signal to stop also ends the program and its child processes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

_STOPPING = (signal.SIGTERM, signal.SIGHUP)


class StoppedError(BaseException):
    """The process was asked to stop."""


def run(command: Sequence[str], folder: Path) -> None:
    """Run a program and wait for it, with the package in generated/ on its path.

    Raises:
        subprocess.CalledProcessError: The program failed.
        StoppedError: A signal asked this process to stop; the program was ended.
    """
    environment = {**os.environ, "PYTHONPATH": str(folder / "generated"), "PYTHONDONTWRITEBYTECODE": "1"}
    with _stopped_by_signals():
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


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Raise `StoppedError` on a signal to stop, so that the program can be stopped as well."""

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise StoppedError(f"stopped by {signal.Signals(number).name}")

    before = {number: signal.signal(number, stop) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
