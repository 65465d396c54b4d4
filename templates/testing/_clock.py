"""A clock for tests, so that tests of retries and deadlines do not wait."""

from __future__ import annotations

import threading
import time

from .._clock import Clock
from .._event_loop import sleep


class ManualClock(Clock):
    """A clock whose time advances only by `sleep` and `advance`.

        clock = testing.ManualClock()
        client = Client(transport=service, clock=clock)
        ...
        assert clock.sleeps == [1.5]

    Attributes:
        sleeps: The duration of each sleep so far, in seconds.
    """

    def __init__(self, *, random: float = 0.5) -> None:
        """Start at the current time.

        Args:
            random: What `random()` returns, from 0 to 1. It determines the random part of the waits before retries.
        """
        self.sleeps: list[float] = []
        self._random = random
        self._monotonic = time.monotonic()
        self._time = time.time()
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self._monotonic

    def time(self) -> float:
        return self._time

    def random(self) -> float:
        return self._random

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        await sleep(0)
        self.sleep(seconds)

    def advance(self, seconds: float) -> None:
        """Advance the time by a number of seconds."""
        with self._lock:
            self._monotonic += seconds
            self._time += seconds
