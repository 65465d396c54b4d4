"""Crashes get an exit status of their own: Python's 1 would say `differs` or `does not follow` to a caller."""

from __future__ import annotations

import os
import sys
from types import TracebackType

STATUS = 2


def install() -> None:
    """From here on an exception that nobody catches ends the program with status 2."""
    sys.excepthook = _exit


def _exit(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if isinstance(error, ModuleNotFoundError):
        print(f"{error}: run `make setup`, then use .venv/bin/python", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, traceback)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STATUS)
