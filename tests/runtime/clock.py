"""A clock for tests: time passes only when somebody sleeps on it."""

from __future__ import annotations

import asyncio
import threading


class FakeClock:
    def __init__(self, now: float = 1000.0, wall: float = 1_795_392_000.0, lot: float = 0.5) -> None:
        self.now = now
        self.wall = wall  # 2026-11-23 00:00:00 UTC
        self.lot = lot
        self.sleeps: list[float] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.wall

    def random(self) -> float:
        return self.lot

    def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        assert 0 <= seconds < float("inf")
        with self._lock:
            self.sleeps.append(seconds)
            self.now += seconds
            self.wall += seconds
