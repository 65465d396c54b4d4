"""Handles Ctrl-C in a run: the first one waits for the calls in flight, the second one ends the process."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

from .arguments import Status

_NOTICE = b"\ninterrupted: waiting for the calls in flight, which may be billed; Ctrl-C again to end at once\n"


class Interrupt:
    """Handles Ctrl-C in a `with` block.

    Attributes:
        was_pressed: Whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.was_pressed = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.was_pressed:
            os._exit(Status.INTERRUPTED)  # not `sys.exit`, which would wait for the threads that wait for responses
        self.was_pressed = True
        os.write(2, _NOTICE)  # not `print`, which the signal may have interrupted
