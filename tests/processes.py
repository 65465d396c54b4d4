"""Other processes: Python programs and forked children."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest


def python(*code: str, arguments: tuple[object, ...] = (), **options: Any) -> subprocess.Popen[str]:
    """Start a Python process that runs these pieces of code in order."""
    command = [sys.executable, "-c", "\n".join(map(textwrap.dedent, code)), *map(str, arguments)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, **{"text": True, **pipes, **options})


def forks(test: Any) -> Any:
    """Mark a test that forks; it is skipped on systems without `fork`."""
    test = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")(test)
    return pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")(test)


def is_true_in_a_child(function: Callable[[], object]) -> bool:
    """Call a function in a forked child and return whether its result is true."""
    child = os.fork()
    if not child:
        try:
            os._exit(0 if function() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
