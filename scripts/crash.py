"""Gives crashes a separate exit status: 1, which Python uses, means that a comparison found differences."""

from __future__ import annotations

import os
import sys
from types import TracebackType

STATUS = os.EX_SOFTWARE
NOT_SET_UP = 2  # as for a source that cannot be read: nothing was compared


def install() -> None:
    """Exit with `STATUS` on uncaught exceptions from now on."""
    sys.excepthook = _exit


def _exit(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    is_set_up = not isinstance(error, ModuleNotFoundError)
    if is_set_up:
        sys.__excepthook__(kind, error, traceback)
    else:
        print(f"{error}: run `make setup`, then use .venv/bin/python", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STATUS if is_set_up else NOT_SET_UP)
