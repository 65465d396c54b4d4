"""Shows the progress of a run: as a progress bar on a terminal, else as a line every ten seconds."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

_BAR = 30  # characters
_REDRAWN = 0.1  # seconds
_REPEATED = 10.0  # seconds


class Progress:
    """The progress of a run.

    Args:
        total: The number of results to expect.
        stream: The file to write to, such as `sys.stderr`.
    """

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._done = 0
        self._shown_at = time.monotonic()

    def update(self, done: int = 1, *, notes: str = "") -> None:
        """Count results.

        Args:
            done: The number of results.
            notes: Text to show after the number of all results.
        """
        self._done += done
        now = time.monotonic()
        if now - self._shown_at >= (_REDRAWN if self._is_terminal else _REPEATED):
            self._shown_at = now
            self._show(notes)

    def close(self) -> None:
        """Remove the progress bar."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _show(self, notes: str) -> None:
        text = f"{self._done} of {self._total}{notes}"
        if not self._is_terminal:
            print(text, file=self._stream, flush=True)
            return
        filled = _BAR * self._done // max(self._total, 1)
        line = f"[{'#' * filled}{' ' * (_BAR - filled)}] {text}"
        self._stream.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        self._stream.flush()
