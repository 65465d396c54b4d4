"""Ctrl-C in a run: the first one lets the calls under way end, the second one leaves them."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

from .arguments import Status

_NOTICE = b"\ninterrupted: waiting for the calls under way, which may be billed; Ctrl-C again to leave them\n"


class Interrupt:
    """Handles Ctrl-C in a `with` block.

    Attributes:
        came: Whether there was one.
    """

    def __init__(self) -> None:
        self.came = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.came:
            os._exit(Status.INTERRUPTED)  # the journal has what was sent, and threads wait for answers
        self.came = True
        os.write(
            2, _NOTICE
        )  # to standard error itself: the signal may have come while something was printed there
