"""The source of all times, waits and random numbers of the package, which tests can replace."""

from __future__ import annotations

import time


class Clock:
    """The system clock. Replace it by an object with these five methods, such as `testing.ManualClock`."""

    __slots__ = ()

    def monotonic(self) -> float:
        """Return the time in seconds since an arbitrary point; it never decreases."""
        return time.monotonic()

    def time(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time()

    def random(self) -> float:
        """Return a random number from 0 to 1."""
        import random

        return random.random()  # noqa: S311 - spreads waits; it need not be secret

    def sleep(self, seconds: float) -> None:
        """Block for a number of seconds."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait for a number of seconds, while other tasks run."""
        from ._event_loop import sleep

        await sleep(seconds)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


SYSTEM_CLOCK = Clock()
