"""Gives crashes their own exit status, since 1, the one of Python, means that a comparison found differences."""

from __future__ import annotations

import os
import sys
from types import TracebackType

STATUS = 2


def install() -> None:
    """Exit with status 2 on uncaught exceptions from now on."""
    sys.excepthook = _exit


def _exit(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if isinstance(error, ModuleNotFoundError):
        print(f"{error}: run `make setup`, then use .venv/bin/python", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STATUS)
