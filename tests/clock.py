"""Clocks for tests, whose sleeps take no time."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any


class FakeClock:
    """A clock that only advances when something sleeps."""

    def __init__(self, now: float = 1000.0, wall: float = 1_795_392_000.0, random: float = 0.5) -> None:
        self.now = now
        self.wall = wall  # 2026-11-23 00:00:00 UTC
        self._random = random
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.wall

    def random(self) -> float:
        return self._random

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        assert 0 <= seconds < float("inf")
        with self._lock:
            self.sleeps.append(seconds)
            self.now += seconds
            self.wall += seconds


class SkippingClock:
    """The time of the system, with sleeps skipped and a fixed random number."""

    def __init__(self, random: float = 0.5, wall: float = 1_795_392_000.0) -> None:
        self._random = random
        self.wall = wall  # 2026-11-23 00:00:00 UTC
        self.sleeps: list[float] = []
        self._skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def time(self) -> float:
        return self.wall

    def random(self) -> float:
        return self._random

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self._skipped += seconds

    async def sleep_async(self, seconds: float) -> Any:
        self.sleep(seconds)
