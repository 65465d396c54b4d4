"""The queue of calls and the calls in flight, which decide whose turn it is."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Generic, TypeVar

from ._pace import Pace
from ._values import Limits

T = TypeVar("T")


class Turns(Generic[T]):
    """The queue of calls, the calls in flight, and the pace. A call can be any hashable object.

    A call queues until it is *called*: all calls before it have started, and a slot is free. Then it waits as long as
    the pace requires, and starts. Only the head of the queue is ever called, so a call that gives up only has to leave
    the queue.

    Attributes:
        pace: The pace; None without a limit.
        slots: The number of calls that may be in flight.
    """

    __slots__ = ("_in_flight", "_moved_at", "_queue", "pace", "slots")

    def __init__(self, limits: Limits) -> None:
        self.slots = math.inf if limits.in_flight is None else limits.in_flight
        self.pace = None if limits.per_second is None else Pace(limits.per_second)
        self._queue: OrderedDict[T, None] = OrderedDict()  # any call can leave in constant time
        self._in_flight: dict[T, float] = {}  # the time of each start; the oldest first
        self._moved_at = -math.inf

    @property
    def waiting(self) -> int:
        """The number of calls in the queue."""
        return len(self._queue)

    @property
    def in_flight(self) -> int:
        """The number of calls that have started and not finished."""
        return len(self._in_flight)

    @property
    def running(self) -> list[T]:
        """The calls in flight."""
        return list(self._in_flight)

    @property
    def oldest_start(self) -> float | None:
        """When the oldest call in flight started; None if no call is in flight."""
        return next(iter(self._in_flight.values()), None)

    def start_at_once(self, call: T, now: float) -> bool:
        """Start a call without queueing, if no call is waiting and the limits allow it; return whether it started."""
        if self._queue or self.in_flight >= self.slots or self.next_start(now) > now:
            return False
        self._start(call, now)
        return True

    def join(self, call: T) -> None:
        """Add a call to the end of the queue."""
        self._queue[call] = None

    def leave(self, call: T) -> None:
        """Remove a call from the queue."""
        self._queue.pop(call, None)

    def called(self) -> T | None:
        """Return the head of the queue if a slot is free, else None. It stays called until it starts or leaves."""
        return next(iter(self._queue)) if self._queue and self.in_flight < self.slots else None

    def next_start(self, now: float) -> float:
        """Return the earliest time at which the called call may start."""
        return now if self.pace is None else self.pace.next_start(now)

    def start(self, call: T, now: float) -> None:
        """Start the called call."""
        self._start(call, now)  # takes the slot before another call can be called for it
        del self._queue[call]

    def finish(self, call: T, now: float) -> None:
        """Free the slot of a call. Calling it again has no effect."""
        if self._in_flight.pop(call, None) is not None:
            self._moved_at = now

    def standstill(self) -> float:
        """Return the time since which no call has started or finished, although the pace would have allowed one."""
        return self.next_start(self._moved_at)

    def moved(self, at: float) -> None:
        """Record that a call of another process has started or finished."""
        self._moved_at = max(self._moved_at, at)

    def _start(self, call: T, now: float) -> None:
        self._in_flight[call] = self._moved_at = now
        if self.pace is not None:
            self.pace.started(now)
