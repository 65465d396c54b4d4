"""A clock on which waiting takes no time: what is slept is noted and skipped, everything else is the system's."""

from __future__ import annotations

import time
from typing import Any


class SkippingClock:
    """The system's time with each sleep skipped; chance is a number that the test knows."""

    def __init__(self, lot: float = 0.5, wall: float = 1_795_392_000.0) -> None:
        self.lot = lot
        self.wall = wall  # 2026-11-23 00:00:00 UTC
        self.sleeps: list[float] = []
        self._skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def time(self) -> float:
        return self.wall

    def random(self) -> float:
        return self.lot

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self._skipped += seconds

    async def sleep_async(self, seconds: float) -> Any:
        self.sleep(seconds)
