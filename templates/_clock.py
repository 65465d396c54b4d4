"""Time and chance in one place: whatever waits or draws lots asks a clock, and tests bring their own."""

from __future__ import annotations

import time


class Clock:
    """The system's time. A substitute has these five methods; `testing.ManualClock` is one."""

    __slots__ = ()

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    def random(self) -> float:
        import random

        return random.random()  # noqa: S311 - spreads waits, keeps no secret

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        from ._event_loop import sleep

        await sleep(seconds)


SYSTEM_CLOCK = Clock()
