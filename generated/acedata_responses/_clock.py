"""The clock: all time, waits and random numbers of the package come from it, so that tests can pass their own."""

from __future__ import annotations

import time


class Clock:
    """The system's time. A substitute has these five methods; `testing.ManualClock` is one."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Return seconds since some moment; they never go back."""
        return time.monotonic()

    def time(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def random(self) -> float:
        """Return a random number from 0 to 1."""
        import random

        return random.random()  # noqa: S311 - spreads waits; nothing depends on its secrecy

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let other tasks run for so many seconds."""
        from ._event_loop import sleep

        await sleep(seconds)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


SYSTEM_CLOCK = Clock()
