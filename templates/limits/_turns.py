"""Whose turn it is: the queue of calls and the places in flight."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from ._pace import Pace

if TYPE_CHECKING:
    from ._values import Limits

T = TypeVar("T")


class Turns(Generic[T]):
    """The queue of calls, those in flight, and the pace. Any object can stand for a call.

    A call queues until it is *called*: the calls before it have started, and a place is free. Then it waits for as
    long as the pace asks, and starts. Only the head of the queue is ever called, so a call that gives up at any moment
    has nothing to hand back but its place in the queue.

    Attributes:
        pace: The pace; None without a limit.
        places: How many calls may be in flight.
    """

    __slots__ = ("_in_flight", "_moved_at", "_queue", "pace", "places")

    def __init__(self, limits: Limits) -> None:
        self.places = math.inf if limits.in_flight is None else limits.in_flight
        self.pace = None if limits.per_second is None else Pace(limits.per_second)
        self._queue: OrderedDict[T, None] = OrderedDict()  # each of its ends and any leaver in constant time
        self._in_flight: dict[T, float] = {}  # since when; the longest first
        self._moved_at = -math.inf

    @property
    def waiting(self) -> int:
        """How many calls are in the queue."""
        return len(self._queue)

    @property
    def in_flight(self) -> int:
        """How many calls have started and not finished."""
        return len(self._in_flight)

    @property
    def running(self) -> list[T]:
        """The calls in flight."""
        return list(self._in_flight)

    @property
    def oldest_start(self) -> float | None:
        """When the call that is in flight for the longest time started; None without one."""
        return next(iter(self._in_flight.values()), None)

    def start_at_once(self, call: T, now: float) -> bool:
        """Start a call without queueing, if no call is waiting and the limits allow it; return whether it started."""
        if self._queue or self.in_flight >= self.places or self.next_start(now) > now:
            return False
        self._start(call, now)
        return True

    def join(self, call: T) -> None:
        """Put a call at the end of the queue."""
        self._queue[call] = None

    def leave(self, call: T) -> None:
        """Take a call that gives up out of the queue."""
        self._queue.pop(call, None)

    def called(self) -> T | None:
        """Return the head of the queue, if there is a place for it; it stays called until it starts or leaves."""
        return next(iter(self._queue)) if self._queue and self.in_flight < self.places else None

    def next_start(self, now: float) -> float:
        """Return the earliest moment at which the call that is called may start."""
        return now if self.pace is None else self.pace.next_start(now)

    def start(self, call: T, now: float) -> None:
        """Start the call that was called."""
        self._start(call, now)  # takes the place before the next one can be called for it
        del self._queue[call]

    def finish(self, call: T, now: float) -> None:
        """Free the place of a call. One that has none, because it was freed before, changes nothing."""
        if self._in_flight.pop(call, None) is not None:
            self._moved_at = now

    def standstill(self) -> float:
        """Return the moment since which no call has started or finished, though the pace would have allowed it."""
        return self.next_start(self._moved_at)

    def moved(self, at: float) -> None:
        """Note that a call of another process has started or finished."""
        self._moved_at = max(self._moved_at, at)

    def _start(self, call: T, now: float) -> None:
        self._in_flight[call] = self._moved_at = now
        if self.pace is not None:
            self.pace.started(now)
