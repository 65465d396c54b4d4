"""How many calls start in a second, and how that number gives way when the service refuses calls."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

# The service counts arrivals, and two calls that start a second apart may arrive a little closer together.
_SECOND = 1.05
_SLOWEST = 1.0  # calls a second, however many the service refuses
_DIP_RECOVERY = 2.0  # of the limit for each second: half of it is back in a quarter of a second
_LEVEL_RECOVERY = 0.02  # of the limit for each second: half of it is back in 25 seconds
_MANY_REFUSED = 0.1  # of the calls that may start in a second


class Pace:
    """When the next call may start: never more than `per_second` starts in any window of a second.

    The first half of a second's starts may come at once. Those after it come one by one, evenly: else each
    full burst would be followed by the next one exactly a second later, and a service that sees the first a
    little late would count both together.

    A refusal (429) halves the pace, and the calls that succeed after it bring it back within a quarter of a second,
    to the level that it had: refusals of one call in a hundred hardly slow the others. When a tenth of a second's
    calls is refused, the service takes fewer than it was sent. Then the level is halved too, and comes back slowly.
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
        """Return all that changes, as JSON data, so that another process can go on from there."""
        changing = (self._level, self._level_before, self._changed_at, self._slowed_at, self._refused)
        return [list(self._starts), self.per_second, *changing]

    def resume(self, state: list[Any]) -> None:
        """Go on from the state of another pace, within the limit of this one."""
        starts, per_second, level, before, self._changed_at, self._slowed_at, self._refused = state
        self._starts = deque(starts)
        self._level, self._level_before = min(level, self._full), min(before, self._full)
        self.per_second = min(per_second, self._full)
        self._in_window = max(int(self.per_second), 1)

    def next_start(self, now: float) -> float:
        """Return the earliest moment at which a call may start; `now` if it may start at once."""
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
        """Slow down after a refusal. Calls that were under way together are refused together: a second counts once."""
        slowest = min(_SLOWEST, self._full)
        if now - self._slowed_at >= 1.0:
            self._slowed_at, self._refused, self._level_before = now, 0, self._level
            self._change(max(self.per_second / 2, slowest), now)
        self._refused += 1
        if self._refused > 1 and self._refused >= _MANY_REFUSED * self._level_before:
            self._level = max(self._level_before / 2, slowest)
            self._change(min(self.per_second, self._level), now)

    def succeeded(self, now: float) -> None:
        """Speed up after a success, by the time since the pace last changed."""
        if self.is_slowed:
            seconds = now - self._changed_at
            self._level = min(self._level + _LEVEL_RECOVERY * self._full * seconds, self._full)
            self._change(min(self.per_second + _DIP_RECOVERY * self._full * seconds, self._level), now)

    def _change(self, per_second: float, now: float) -> None:
        self.per_second = per_second
        self._in_window = max(int(per_second), 1)
        self._changed_at = now
