"""Waits for the turn of each call, in threads and tasks."""

from __future__ import annotations

import logging
import math
import os
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

from attrs import evolve

from .._clock import SYSTEM_CLOCK, Clock
from .._event_loop import running_loop
from ..errors import ConfigurationError
from ._place import LimitTimeout, Patience, Pause, Place, pause_until
from ._turns import Turns
from ._values import Limits
from ._waiting import TaskWaiter, ThreadWaiter

if TYPE_CHECKING:
    from .._event_loop import EventLoop
    from ._pace import Pace
    from ._shared import SharedPlaces

logger = logging.getLogger(__name__.partition(".")[0])
_ORPHAN_CHECK = 1.0  # seconds between two looks for places whose event loop was closed


class Limiter:
    """Keeps calls within `Limits`, first come, first served.

    One limiter can serve several clients, threads and event loops, sync and async, at once, within one process. A
    pickled or copied limiter, and that of a forked process, has the same limits and no calls.

    The limits of the service are those of a token, whoever uses it. Processes of one machine keep them together if each
    has a limiter with the same `shared` path: they have the places in flight, the starts in a second and the pace
    after a 429 in common, in a file. Within a process calls keep their order; among processes the one that asks first
    after a place was freed has it. Each asks 20 times a second, for its first call in the queue. A process that ends,
    however it ends, leaves no place behind.

    Args:
        limits: The limits; those of the vendor when not given.
        shared: A path that all processes name which share the limits, in a folder on a local disk; it can be that of
            their journal. The files `PATH-limits` and `PATH-owners` are made beside it, for their owner alone.
        clock: Where the time comes from; for tests. All processes must have the same.

    Raises:
        ConfigurationError: `shared` is no path.
        JournalError: The file cannot be used.
    """

    __slots__ = (
        "__weakref__", "_clock", "_latest", "_lock", "_loops", "_orphans_checked_at", "_path", "_shared", "_turns",
        "limits",
    )  # fmt: skip

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        shared: str | os.PathLike[str] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if not isinstance(shared, (str, os.PathLike, type(None))):
            raise ConfigurationError(f"shared must be a path, not {type(shared).__name__}")
        self.limits = Limits() if limits is None else limits
        self._path = shared
        self._clock = clock
        self._start_anew()
        if self._shared is not None:
            self._shared.open()
        _limiters.add(self)

    def _start_anew(self) -> None:
        # Re-entrant: the garbage collector can close a stream at any point, which frees its place.
        self._lock = threading.RLock()
        self._latest = self._orphans_checked_at = -math.inf
        self._loops: set[EventLoop | None] = set()  # the first two that called; None is for threads
        self._shared: SharedPlaces | None = None
        here = self.limits
        if self._path is not None:
            from ._shared import SharedPlaces

            self._shared = SharedPlaces(self._path, self.limits, self._now, self._lock)
            here = evolve(here, per_second=None)  # the pace is common to all processes
        self._turns: Turns[Place] = Turns(here)

    @property
    def in_flight(self) -> int:
        """How many calls of this process have their turn now."""
        return self._turns.in_flight

    @property
    def waiting(self) -> int:
        """How many calls of this process wait for their turn."""
        return self._turns.waiting

    @property
    def pace(self) -> float | None:
        """How many calls may start in a second now; fewer than the limit after a 429."""
        return None if self._pace is None else self._pace.per_second

    @property
    def _pace(self) -> Pace | None:
        return self._turns.pace if self._shared is None else self._shared.pace

    def acquire(self, give_up_at: float | None = None, timeout: float | None = None) -> Place:
        """Wait for a turn, in a thread.

        Args:
            give_up_at: The moment of the clock's `monotonic()` at which to give up; None for never.
            timeout: The seconds for which to wait while no other call starts or finishes; None for no limit. A queue
                that moves is waited for, however long it is.

        Returns:
            The place of the call, to be released when its answer is over.

        Raises:
            LimitTimeout: The turn did not come in time.
        """
        place = Place(self._free)
        if self._start_at_once(place):
            return place
        waiter = place.waiter = ThreadWaiter()
        patience = self._patience(give_up_at, timeout)
        try:
            self._join(place)
            while not waiter.called:
                pause = self._pause(patience)
                waiter.wait(pause.seconds)
                if not waiter.called:
                    self._passed(pause)
            while (wait := self._start(place, patience)) is not None:
                self._clock.sleep(wait.seconds)
                self._passed(wait)
        except BaseException:
            self._leave(place)
            raise
        return place

    async def acquire_async(self, give_up_at: float | None = None, timeout: float | None = None) -> Place:
        """Wait for a turn, in a task; otherwise like `acquire`."""
        loop = running_loop()
        place = Place(self._free, loop)
        if self._start_at_once(place):
            return place
        waiter = place.waiter = TaskWaiter.of(loop)
        patience = self._patience(give_up_at, timeout)
        try:
            self._join(place)
            while not waiter.called:
                pause = self._pause(patience)
                await waiter.wait(pause.seconds)
                if not waiter.called:
                    self._passed(pause)
            while (wait := self._start(place, patience)) is not None:
                await self._clock.sleep_async(wait.seconds)
                self._passed(wait)
        except BaseException:
            self._leave(place)
            raise
        return place

    def slowed(self) -> None:
        """Slow down after a 429: the service wants fewer calls. Without `per_second` there is no pace to slow."""
        pace = self._pace
        if pace is None:
            return
        with self._lock:
            before = pace.per_second
            if self._shared is None:
                pace.slowed(self._now())
            else:
                self._shared.slowed()
            after = pace.per_second
        if after < before:
            logger.info(
                "the service refuses calls: pace lowered from %.3g to %.3g calls a second", before, after
            )

    def succeeded(self) -> None:
        """Speed up again after a success, if the pace is below its limit."""
        pace = self._pace
        if pace is None or not pace.is_slowed:
            return
        with self._lock:
            was_slowed = pace.is_slowed
            if self._shared is None:
                pace.succeeded(self._now())
            else:
                self._shared.succeeded()
            is_back = was_slowed and not pace.is_slowed
        if is_back:
            logger.info("the service takes calls again: pace back at %.3g calls a second", pace.per_second)

    def _start_at_once(self, place: Place) -> bool:
        with self._lock:
            if len(self._loops) < 2:
                self._loops.add(place.loop)
            if self._shared is not None:
                return False  # it has to ask the other processes, when it has its turn in this one
            return self._turns.start_at_once(place, self._now())

    def _join(self, place: Place) -> None:
        with self._lock:
            self._turns.join(place)
            self._call_next()

    def _leave(self, place: Place) -> None:
        with self._lock:
            self._turns.leave(place)
            self._call_next()

    def _free(self, place: Place) -> None:
        with self._lock:
            self._turns.finish(place, self._now())
            if self._shared is not None:
                self._shared.finish(place)
            self._call_next()

    def _patience(self, give_up_at: float | None, timeout: float | None) -> Patience:
        now = self._now()
        left = math.inf if give_up_at is None else give_up_at - self._clock.monotonic()
        return Patience(now, now + left, math.inf if timeout is None else timeout)

    def _pause(self, patience: Patience) -> Pause:
        """How long to wait in one piece until called."""
        with self._lock:
            now = self._now()
            standstill = max(patience.joined_at, self._turns.standstill())
            until = min(patience.give_up_at, standstill + patience.timeout)
            if (now >= until or now >= self._orphans_checked_at + _ORPHAN_CHECK) and self._free_orphans(now):
                return Pause(0.0, now)  # perhaps for this call
            if now >= until:
                raise LimitTimeout(self._in_the_way(now))
            return pause_until(now, min(until, now + _ORPHAN_CHECK) if len(self._loops) > 1 else until)

    def _start(self, place: Place, patience: Patience) -> Pause | None:
        """Start a call that was called; or how long it waits for the pace first."""
        with self._lock:
            now = self._now()
            start = self._turns.next_start(now)
            if start <= now and self._shared is not None:
                start = max(start, self._start_among_processes(place, patience, now))
            if start <= now:
                self._turns.start(place, now)
                self._call_next()
                return None
            if now >= patience.give_up_at:
                raise LimitTimeout(self._in_the_way(now))
            return pause_until(now, min(start, patience.give_up_at))

    def _start_among_processes(self, place: Place, patience: Patience, now: float) -> float:
        """Start a call that has its turn in this process: `now`, or when to ask again."""
        assert self._shared is not None
        blocked = self._shared.start(place)
        if blocked is None:
            return now
        self._turns.moved(blocked.moved_at)
        standstill = max(patience.joined_at, self._turns.standstill())
        until = min(patience.give_up_at, standstill + patience.timeout)
        is_due = now >= until or now >= self._orphans_checked_at + _ORPHAN_CHECK
        is_freed = is_due and self._free_orphans(now)
        if now >= until and not is_freed:
            raise LimitTimeout(
                f"{blocked.in_flight} calls are in flight in all processes that share {self._path}, and "
                f"{self._turns.waiting} wait in this one"
            )
        return now + blocked.seconds

    def _call_next(self) -> None:
        while (place := self._turns.called()) is not None:
            if place.waiter is None or place.waiter.wake():
                return
            self._turns.leave(place)

    def _free_orphans(self, now: float) -> bool:
        """Free the places whose event loops are closed; return whether there were any.

        A loop does not report that it is closed, so waiting calls check for it, unless all calls are of one loop.
        """
        if len(self._loops) < 2:
            return False
        self._orphans_checked_at = now
        orphans = [place for place in self._turns.running if place.is_orphaned]
        for place in orphans:
            self._free(place)
        return bool(orphans)

    def _now(self) -> float:
        """Return the time, never before one that was waited for: a clock that stands still must not hold up calls."""
        return max(self._clock.monotonic(), self._latest)

    def _passed(self, pause: Pause) -> None:
        with self._lock:
            self._latest = max(self._latest, pause.until)

    def _in_the_way(self, now: float) -> str:
        turns = self._turns
        if turns.in_flight < turns.places:
            return (
                f"Calls start at {self.pace:.3g} a second, and {turns.waiting} wait: allow more with "
                "Limits(per_second=...), or the call more time"
            )
        oldest = turns.oldest_start
        age = 0.0 if oldest is None else now - oldest
        return (
            f"{turns.in_flight} of {turns.places} calls are in flight, the oldest for {age:.1f} s, "
            f"and {turns.waiting} wait. A call is over when its reply has come, or its stream was read to the end or "
            "closed: close streams that are left early, do not wait for another call while streams hold all places, "
            "or raise Limits(in_flight=...)"
        )

    def __getstate__(self) -> tuple[Limits, str | os.PathLike[str] | None, Clock]:
        return self.limits, self._path, self._clock

    def __setstate__(self, state: tuple[Limits, str | os.PathLike[str] | None, Clock]) -> None:
        limits, shared, clock = state
        self.__init__(limits, shared=shared, clock=clock)  # type: ignore[misc]

    def __repr__(self) -> str:
        load = f"in_flight={self.in_flight}, waiting={self.waiting}, pace={self.pace}"
        return f"<Limiter {self.limits}: {load}>"


_limiters: WeakSet[Limiter] = WeakSet()


def _start_anew_after_fork() -> None:
    """Forget, in a forked process, the calls of its parent: they never finish here."""
    for limiter in list(_limiters):
        limiter._start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew_after_fork)
