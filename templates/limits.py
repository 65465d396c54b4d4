"""Whose turn it is: calls queue fairly for their turn, so that the service has no reason to refuse them.

`Pace` and `Turns` decide; they know neither clock, lock nor event loop. `Limiter` waits, in threads and in
tasks alike: a call queues until it is *called* (the calls before it have started, and a place is free), then
lets pass what the pace asks for, and starts. Only the call at the head is ever called, so one that gives up
at any moment has nothing to hand back but its place in the queue.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, TypeVar

import attrs

from ._clock import SYSTEM_CLOCK, Clock
from ._document.facts import IN_FLIGHT_LIMIT, PER_SECOND_LIMIT

if TYPE_CHECKING:
    import asyncio

__all__ = ["LimitTimeout", "Limiter", "Limits", "Pace", "Turns"]

# The service counts arrivals, and two calls that start a second apart may arrive a little closer together.
_SECOND = 1.05
_SLOWEST = 1.0  # calls a second, however often the service answers that it is too much
_RECOVERY = 0.1  # of the full pace, for each second since it last changed
_DAY = 86_400.0  # the longest wait in one piece: every timer takes it


class LimitTimeout(TimeoutError):  # noqa: N818 - as in TimeoutError, the word says it
    """The turn of a call did not come in time."""


def _check_in_flight(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not int or value < 1):
        _refuse(field, "a whole number from 1", value)


def _check_per_second(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 / _DAY <= value <= 1e9:
        _refuse(field, "a number above 0", value)


def _refuse(field: attrs.Attribute[Any], expected: str, value: object) -> NoReturn:
    from .errors import ConfigurationError

    raise ConfigurationError(f"Limits: {field.name} must be {expected}, or None for no limit, not {value!r}")


@attrs.frozen
class Limits:
    """How many calls may be in flight at once, and how many may start in a second; None for no limit.

    `per_second` may be below 1 (0.2: a call in five seconds); above it, a fraction counts for nothing.
    """

    in_flight: int | None = attrs.field(default=IN_FLIGHT_LIMIT, validator=_check_in_flight)
    per_second: float | None = attrs.field(default=PER_SECOND_LIMIT, validator=_check_per_second)


class Pace:
    """When the next call may start: never more than `per_second` starts in any window of a second.

    The first half of a second's starts may come at once. Those after it come one by one, evenly: else each
    full burst would be followed by the next one exactly a second later, and a service that sees the first a
    little late would count both together.

    A refusal (429) halves the pace, at most once a second, as calls that were under way together are refused
    together. Successes restore it: by a tenth of the full pace for each second since it last changed.
    """

    __slots__ = ("_changed_at", "_full", "_in_window", "_slowed_at", "_starts", "_window", "per_second")

    def __init__(self, per_second: float) -> None:
        self._full = self.per_second = float(per_second)
        self._window = _SECOND / min(self._full, 1.0)
        self._in_window = max(int(self._full), 1)
        self._starts: deque[float] = deque()
        self._changed_at = self._slowed_at = -math.inf

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
        """Whether a refusal still holds the pace below its limit."""
        return self.per_second < self._full

    def started(self, now: float) -> None:
        """Count a call that starts."""
        self._starts.append(now)

    def slowed(self, now: float) -> None:
        """Heed a refusal."""
        if now - self._slowed_at >= 1.0:
            self._slowed_at = now
            self._change(max(self.per_second / 2, min(_SLOWEST, self._full)), now)

    def succeeded(self, now: float) -> None:
        """Heed a success."""
        if self.is_slowed:
            recovered = self.per_second + _RECOVERY * self._full * (now - self._changed_at)
            self._change(min(recovered, self._full), now)

    def _change(self, per_second: float, now: float) -> None:
        self.per_second = per_second
        self._in_window = max(int(per_second), 1)
        self._changed_at = now


T = TypeVar("T")


class Turns(Generic[T]):
    """The queue of calls, the places in flight and the pace. A call is known by any object of its own."""

    __slots__ = ("_places", "_queue", "in_flight", "pace")

    def __init__(self, limits: Limits) -> None:
        self._places = math.inf if limits.in_flight is None else limits.in_flight
        self._queue: OrderedDict[T, None] = OrderedDict()  # each of its ends and any leaver in constant time
        self.in_flight = 0
        self.pace = None if limits.per_second is None else Pace(limits.per_second)

    @property
    def waiting(self) -> int:
        """How many calls are in the queue."""
        return len(self._queue)

    def start_at_once(self, now: float) -> bool:
        """Start a call that has not queued, if nobody is before it and the limits allow it."""
        if self._queue or self.in_flight >= self._places or self.next_start(now) > now:
            return False
        self._start(now)
        return True

    def join(self, call: T) -> None:
        """Put a call at the end of the queue."""
        self._queue[call] = None

    def leave(self, call: T) -> None:
        """Take a call that gives up out of the queue."""
        self._queue.pop(call, None)

    def called(self) -> T | None:
        """Return the head of the queue, if it has a place; it stays called until it starts or leaves."""
        return next(iter(self._queue)) if self._queue and self.in_flight < self._places else None

    def next_start(self, now: float) -> float:
        """Return the earliest moment at which the called one may start."""
        return now if self.pace is None else self.pace.next_start(now)

    def start(self, call: T, now: float) -> None:
        """Start the called one."""
        self._start(now)  # takes the place before the next one can be called for it
        del self._queue[call]

    def finish(self) -> None:
        """Give a place back."""
        if not self.in_flight:
            raise RuntimeError("a turn was given back that nobody had")
        self.in_flight -= 1

    def _start(self, now: float) -> None:
        self.in_flight += 1
        if self.pace is not None:
            self.pace.started(now)


class _Waiter(Protocol):
    called: bool

    def wake(self) -> bool: ...  # tells it that it is called; False if there is nobody left to tell


class _Thread:
    """A call that waits in a thread."""

    __slots__ = ("_event", "called")

    def __init__(self) -> None:
        self.called = False
        self._event = threading.Event()

    def wake(self) -> bool:
        if not self.called:
            self.called = True
            self._event.set()
        return True

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)


class _Task:
    """A call that waits in a task of an event loop."""

    __slots__ = ("_future", "_loop", "called")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.called = False
        self._loop = loop
        self._future: asyncio.Future[None] = loop.create_future()

    def wake(self) -> bool:
        if not self.called:
            self.called = True
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._stop_waiting)
        return not self._loop.is_closed()

    async def wait(self, seconds: float) -> None:
        if self._future.done():  # by the end of an earlier wait
            self._future = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._stop_waiting)
        try:
            await self._future
        finally:
            timer.cancel()

    def _stop_waiting(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


class Limiter:
    """Keeps calls within `Limits`, first come, first served.

    One limiter can serve several clients, threads and event loops, sync and async, at once. A pickled or
    copied one starts anew with the same limits.
    """

    __slots__ = ("__weakref__", "_clock", "_lock", "_turns", "limits")

    def __init__(self, limits: Limits | None = None, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self.limits = Limits() if limits is None else limits
        self._clock = clock
        # Re-entrant: the collector can step in anywhere and close a stream, which gives its turn back.
        self._lock = threading.RLock()
        self._turns: Turns[_Waiter] = Turns(self.limits)

    @property
    def in_flight(self) -> int:
        """How many calls have their turn now."""
        return self._turns.in_flight

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._turns.waiting

    @property
    def pace(self) -> float | None:
        """How many calls may start in a second now; fewer than the limit after a 429."""
        return None if self._turns.pace is None else self._turns.pace.per_second

    def acquire(self, give_up_at: float | None = None) -> None:
        """Wait for a turn, in a thread.

        `give_up_at` is a moment of the clock's `monotonic()`; `LimitTimeout` tells that it passed.
        """
        if self._start_at_once():
            return
        waiter = _Thread()
        try:
            self._join(waiter)
            while not waiter.called:
                waiter.wait(self._remaining(give_up_at))
            while seconds := self._start(waiter, give_up_at):
                self._clock.sleep(seconds)
        except BaseException:
            self._leave(waiter)
            raise

    async def acquire_async(self, give_up_at: float | None = None) -> None:
        """Wait for a turn, in a task; otherwise like `acquire`."""
        if self._start_at_once():
            return
        import asyncio

        waiter = _Task(asyncio.get_running_loop())
        try:
            self._join(waiter)
            while not waiter.called:
                await waiter.wait(self._remaining(give_up_at))
            while seconds := self._start(waiter, give_up_at):
                await self._clock.sleep_async(seconds)
        except BaseException:
            self._leave(waiter)
            raise

    def release(self) -> None:
        """Give a turn back; from any thread, whoever got it."""
        with self._lock:
            self._turns.finish()
            self._call_next()

    def slowed(self) -> None:
        """Heed a 429: the service wants fewer calls. Without `per_second` there is no pace to slow."""
        with self._lock:
            if self._turns.pace is not None:
                self._turns.pace.slowed(self._clock.monotonic())

    def succeeded(self) -> None:
        """Heed a success: the service takes calls."""
        pace = self._turns.pace
        if pace is not None and pace.is_slowed:
            with self._lock:
                pace.succeeded(self._clock.monotonic())

    def _start_at_once(self) -> bool:
        with self._lock:
            return self._turns.start_at_once(self._clock.monotonic())

    def _join(self, waiter: _Waiter) -> None:
        with self._lock:
            self._turns.join(waiter)
            self._call_next()

    def _leave(self, waiter: _Waiter) -> None:
        with self._lock:
            self._turns.leave(waiter)
            self._call_next()

    def _start(self, waiter: _Waiter, give_up_at: float | None) -> float:
        """Start the waiter, which was called: 0, or the seconds until it may try again."""
        with self._lock:
            now = self._clock.monotonic()
            seconds = self._turns.next_start(now) - now
            if seconds <= 0:
                self._turns.start(waiter, now)
                self._call_next()
                return 0.0
        return min(seconds, self._remaining(give_up_at))

    def _call_next(self) -> None:
        while (waiter := self._turns.called()) is not None and not waiter.wake():
            self._turns.leave(waiter)

    def _remaining(self, give_up_at: float | None) -> float:
        """How long to wait in one piece."""
        if give_up_at is None:
            return _DAY
        seconds = give_up_at - self._clock.monotonic()
        if seconds <= 0:
            raise LimitTimeout("no turn came in time")
        return min(seconds, _DAY)

    def __getstate__(self) -> tuple[Limits, Clock]:
        return self.limits, self._clock

    def __setstate__(self, state: tuple[Limits, Clock]) -> None:
        limits, clock = state
        self.__init__(limits, clock=clock)  # type: ignore[misc]

    def __repr__(self) -> str:
        load = f"in_flight={self.in_flight}, waiting={self.waiting}, pace={self.pace}"
        return f"<Limiter {self.limits}: {load}>"
