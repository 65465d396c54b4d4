"""A clock for tests, so that tests of retries and deadlines do not wait."""

from __future__ import annotations

import threading
import time

from .._clock import Clock
from .._event_loop import sleep


class ManualClock(Clock):
    """A clock on which time passes only when somebody sleeps on it, or when the test says so.

        clock = testing.ManualClock()
        client = Client(transport=service, clock=clock)
        ...
        assert clock.sleeps == [1.5]

    Attributes:
        sleeps: How long each sleep was, in seconds.
    """

    def __init__(self, *, random: float = 0.5) -> None:
        """Start at the system's time.

        Args:
            random: What `random()` returns, from 0 to 1: waits before further attempts have a random part.
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
        """Let so many seconds pass."""
        with self._lock:
            self._monotonic += seconds
            self._time += seconds
