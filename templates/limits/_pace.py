"""The pace: how many calls may start in a second, which is lowered when the service refuses calls."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

# The service counts when requests arrive, and two that start a second apart may arrive a little closer together.
_SECOND = 1.05
_SLOWEST = 1.0  # calls per second, however many the service refuses
_DIP_RECOVERY = 2.0  # times the limit, per second: half of the limit is recovered in a quarter of a second
_LEVEL_RECOVERY = 0.02  # times the limit, per second: half of the limit is recovered in 25 seconds
_MANY_REFUSED = 0.1  # times the calls that may start in a second


class Pace:
    """Decides when the next call may start: at most `per_second` calls start in any window of one second.

    Half of the calls of a second may start at once, as a burst. The others start evenly spaced: otherwise each full
    burst would be followed by the next one exactly a second later, and a service that receives the first one a little
    late would count both in the same second.

    A refusal (429) halves the pace, and successful calls raise it back to its level within a quarter of a second, so a
    single refusal in a hundred calls hardly slows the others. If a tenth of the calls of a second are refused, the
    level is too high: it is halved as well, and recovers slowly.
    """

    __slots__ = (
        "_changed_at", "_full", "_in_window", "_level", "_level_before", "_refused", "_slowed_at", "_starts",
        "_window", "per_second",
    )  # fmt: skip

    def __init__(self, per_second: float) -> None:
        self._full = self._level = self._level_before = self.per_second = float(per_second)
        self._window = _SECOND / min(self._full, 1.0)
        self._in_window = max(int(self._full), 1)
        self._starts: deque[float] = deque()
        self._changed_at = self._slowed_at = -math.inf
        self._refused = 0

    def state(self) -> list[Any]:
        """Return the changing state as JSON data, so that another process can resume from it."""
        changing = (self._level, self._level_before, self._changed_at, self._slowed_at, self._refused)
        return [list(self._starts), self.per_second, *changing]

    def resume(self, state: list[Any]) -> None:
        """Resume from the state of another pace, within the limit of this one."""
        starts, per_second, level, before, self._changed_at, self._slowed_at, self._refused = state
        self._starts = deque(starts)
        self._level, self._level_before = min(level, self._full), min(before, self._full)
        self.per_second = min(per_second, self._full)
        self._in_window = max(int(self.per_second), 1)

    def next_start(self, now: float) -> float:
        """Return the earliest time at which a call may start; `now` if it may start at once."""
        starts = self._starts
        while starts and starts[0] + self._window <= now:
            starts.popleft()
        if len(starts) < (self._in_window + 1) // 2:
            return now
        earliest = starts[-1] + self._window / self._in_window
        if len(starts) >= self._in_window:
            earliest = max(earliest, starts[-self._in_window] + self._window)
        return max(earliest, now)

    @property
    def is_slowed(self) -> bool:
        """Whether the pace is below the limit."""
        return self.per_second < self._full

    def started(self, now: float) -> None:
        """Count a call that starts."""
        self._starts.append(now)

    def slowed(self, now: float) -> None:
        """Slow down after a refusal, at most once a second, as calls in flight together are refused together."""
        slowest = min(_SLOWEST, self._full)
        if now - self._slowed_at >= 1.0:
            self._slowed_at, self._refused, self._level_before = now, 0, self._level
            self._change(max(self.per_second / 2, slowest), now)
        self._refused += 1
        if self._refused > 1 and self._refused >= _MANY_REFUSED * self._level_before:
            self._level = max(self._level_before / 2, slowest)
            self._change(min(self.per_second, self._level), now)

    def succeeded(self, now: float) -> None:
        """Speed up after a success, in proportion to the time since the pace last changed."""
        if self.is_slowed:
            seconds = now - self._changed_at
            self._level = min(self._level + _LEVEL_RECOVERY * self._full * seconds, self._full)
            self._change(min(self.per_second + _DIP_RECOVERY * self._full * seconds, self._level), now)

    def _change(self, per_second: float, now: float) -> None:
        self.per_second = per_second
        self._in_window = max(int(per_second), 1)
        self._changed_at = now
