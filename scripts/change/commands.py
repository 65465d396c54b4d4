"""Runs programs so that a signal to stop also ends the program and its child processes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn


class StoppedError(BaseException):
    """The process was asked to stop."""


def run(command: Sequence[str], folder: Path) -> None:
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
