"""The limiter, in which each call waits for its turn, in threads and in tasks."""

from __future__ import annotations

import logging
import math
import os
import threading
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from attrs import evolve

from .._clock import SYSTEM_CLOCK, Clock
from .._event_loop import running_loop
from ..errors import ConfigurationError
from ._pace import Pace
from ._slot import LimitTimeout, Slot, ThreadWaiter, Waiter, task_waiter
from ._turns import Turns
from ._values import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .._event_loop import EventLoop
    from ._shared import SharedSlots

logger = logging.getLogger(__name__.partition(".")[0])
_ORPHAN_CHECK = 1.0  # seconds between two checks for slots whose event loop was closed
_DAY = 86_400.0  # seconds; the longest single wait, which every kind of timer supports


class _WaitLimit(NamedTuple):
    """How long a call waits: until `give_up_at`, and at most `timeout` seconds while no call starts or finishes."""

    joined_at: float
    give_up_at: float
    timeout: float


class Limiter:
    """Keeps calls within `Limits`, first come, first served.

    One limiter can serve several clients, threads and event loops of a process at once, sync and async. A limiter that
    is pickled or copied, or used in a forked process, has the same limits and no calls.

    The service limits the calls of a token, whichever process makes them. Processes on one machine share the limits if
    each has a limiter with the same `shared` path: the calls in flight, the starts per second and the pace after a 429
    are then kept in a file. Within a process calls keep their order; between processes, a free slot goes to the first
    process that asks for it. Each process asks 20 times a second, for the first call in its queue. When a process ends,
    however it ends, its slots are freed.

    Args:
        limits: The limits; by default those of the vendor.
        shared: A path on a local disk, the same for all processes that share the limits; it can be the path of their
            journal. The files `PATH-limits` and `PATH-owners` are created beside it, accessible only to their owner.
        clock: The clock; for tests. All processes must use the same.

    Raises:
        ConfigurationError: `shared` is not a path.
        JournalError: The file cannot be used.
    """

    __slots__ = (
        "__weakref__", "_clock", "_latest", "_lock", "_loops", "_orphans_checked_at", "_path", "_shared", "_turns",
        "limits",
    )  # fmt: skip

    def __init__(
        self, limits: Limits | None = None, *, shared: str | os.PathLike[str] | None = None, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        if not isinstance(shared, (str, os.PathLike, type(None))):
            raise ConfigurationError(f"shared must be a path, not {type(shared).__name__}")
        self.limits = Limits() if limits is None else limits
        self._path: Path | None = None
        if shared is not None:
            from pathlib import Path

            self._path = Path(shared).absolute()
        self._clock = clock
        self._reset()
        if self._shared is not None:
            self._shared.open()
        _limiters.add(self)

    def _reset(self) -> None:
        # Reentrant: the garbage collector can close a stream at any point, which frees its slot.
        self._lock = threading.RLock()
        self._latest = self._orphans_checked_at = -math.inf
        self._loops: set[EventLoop | None] = set()  # the first two event loops in use; None stands for threads
        self._shared: SharedSlots | None = None
        own_limits = self.limits
        if self._path is not None:
            from ._shared import SharedSlots

            self._shared = SharedSlots(self._path, self.limits, self._now, self._lock)
            own_limits = evolve(own_limits, per_second=None)  # the pace is shared by all processes
        self._turns: Turns[Slot] = Turns(own_limits)

    @property
    def in_flight(self) -> int:
        """The number of calls of this process in flight."""
        return self._turns.in_flight

    @property
    def waiting(self) -> int:
        """The number of calls of this process that wait for their turn."""
        return self._turns.waiting

    @property
    def pace(self) -> float | None:
        """The number of calls that may start in a second now; lower than the limit after a 429."""
        return None if self._pace is None else self._pace.per_second

    @property
    def _pace(self) -> Pace | None:
        return self._turns.pace if self._shared is None else self._shared.pace

    def acquire(self, give_up_at: float | None = None, timeout: float | None = None) -> Slot:
        """Wait for a turn, in a thread.

        Args:
            give_up_at: The time of the clock's `monotonic()` at which to give up; None for never.
            timeout: Seconds to wait while no other call starts or finishes; None for no limit. As long as other calls
                start or finish, the wait continues.

        Returns:
            The slot of the call, to be released when its response is finished.

        Raises:
            LimitTimeout: The call did not get its turn in time.
        """
        slot = Slot(self._free)
        if self._start_at_once(slot):
            return slot
        waiter = slot.waiter = ThreadWaiter()
        wait_limit = self._wait_limit(give_up_at, timeout)
        try:
            self._join(slot)
            for seconds in self._wait_until_called(waiter, wait_limit):
                waiter.wait(seconds)
            for seconds in self._wait_until_started(slot, wait_limit):
                self._clock.sleep(seconds)
        except BaseException:
            self._leave(slot)
            raise
        return slot

    async def acquire_async(self, give_up_at: float | None = None, timeout: float | None = None) -> Slot:
        """Wait for a turn, in a task; like `acquire`."""
        loop = running_loop()
        slot = Slot(self._free, loop)
        if self._start_at_once(slot):
            return slot
        waiter = slot.waiter = task_waiter(loop)
        wait_limit = self._wait_limit(give_up_at, timeout)
        try:
            self._join(slot)
            for seconds in self._wait_until_called(waiter, wait_limit):
                await waiter.wait(seconds)
            for seconds in self._wait_until_started(slot, wait_limit):
                await self._clock.sleep_async(seconds)
        except BaseException:
            self._leave(slot)
            raise
        return slot

    def slowed(self) -> None:
        """Slow down after a 429. It has no effect if `per_second` is not limited."""
        pace = self._pace
        if pace is None:
            return
        with self._lock:
            before = pace.per_second
            self._change_pace(pace, Pace.slowed)
            after = pace.per_second
        if after < before:
            logger.info("the service refuses calls: pace lowered from %.3g to %.3g calls a second", before, after)

    def succeeded(self) -> None:
        """Speed up after a success, if the pace is below its limit."""
        pace = self._pace
        if pace is None or not pace.is_slowed:
            return
        with self._lock:
            was_slowed = pace.is_slowed
            self._change_pace(pace, Pace.succeeded)
            is_back = was_slowed and not pace.is_slowed
        if is_back:
            logger.info("the service accepts calls again: pace restored to %.3g calls a second", pace.per_second)

    def _change_pace(self, pace: Pace, change: Callable[[Pace, float], None]) -> None:
        if self._shared is None:
            change(pace, self._now())
        else:
            self._shared.change_pace(change)

    def _start_at_once(self, slot: Slot) -> bool:
        with self._lock:
            if len(self._loops) < 2:
                self._loops.add(slot.loop)
            if self._shared is not None:
                return False  # it must wait for its turn in this process, and then ask for one of the shared slots
            return self._turns.start_at_once(slot, self._now())

    def _join(self, slot: Slot) -> None:
        with self._lock:
            self._turns.join(slot)
            self._call_next()

    def _leave(self, slot: Slot) -> None:
        with self._lock:
            self._turns.leave(slot)
            self._call_next()

    def _free(self, slot: Slot) -> None:
        with self._lock:
            self._turns.finish(slot, self._now())
            if self._shared is not None:
                self._shared.finish(slot)
            self._call_next()

    def _wait_limit(self, give_up_at: float | None, timeout: float | None) -> _WaitLimit:
        now = self._now()
        remaining = math.inf if give_up_at is None else give_up_at - self._clock.monotonic()
        return _WaitLimit(now, now + remaining, math.inf if timeout is None else timeout)

    def _wait_until_called(self, waiter: Waiter, wait_limit: _WaitLimit) -> Iterator[float]:
        """Yield how many seconds to wait before checking again, until the call is called."""
        while not waiter.called:
            with self._lock:
                now = self._now()
                until = min(self._give_up_at(wait_limit, now), now + _DAY)
                if len(self._loops) > 1:
                    until = min(until, now + _ORPHAN_CHECK)
            yield max(until - now, 0.0)
            if not waiter.called:
                self._note_waited(until)

    def _wait_until_started(self, slot: Slot, wait_limit: _WaitLimit) -> Iterator[float]:
        """Start a call that was called. Yield how many seconds it must wait before, for the pace."""
        while (until := self._start(slot, wait_limit)) is not None:
            yield max(until - self._now(), 0.0)
            self._note_waited(until)

    def _give_up_at(self, wait_limit: _WaitLimit, now: float, in_all_processes: int | None = None) -> float:
        """Return when a call gives up unless another one starts or finishes; `now` if a slot has just been freed.

        Raises:
            LimitTimeout: That time has come.
        """
        standstill = max(wait_limit.joined_at, self._turns.standstill())
        until = min(wait_limit.give_up_at, standstill + wait_limit.timeout)
        if (now >= until or now >= self._orphans_checked_at + _ORPHAN_CHECK) and self._free_orphans(now):
            return now
        if now >= until:
            raise LimitTimeout(self._timeout_reason(now, in_all_processes))
        return until

    def _start(self, slot: Slot, wait_limit: _WaitLimit) -> float | None:
        """Start a call that was called. Return None if it has started, else when to ask again."""
        with self._lock:
            now = self._now()
            start = self._turns.next_start(now)
            if start <= now and self._shared is not None:
                start = max(start, self._start_among_processes(slot, wait_limit, now))
            if start <= now:
                self._turns.start(slot, now)
                self._call_next()
                return None
            if now >= wait_limit.give_up_at:
                raise LimitTimeout(self._timeout_reason(now))
            return min(start, wait_limit.give_up_at, now + _DAY)

    def _start_among_processes(self, slot: Slot, wait_limit: _WaitLimit, now: float) -> float:
        """Start a call that has its turn in this process. Return `now` if it has started, else when to ask again."""
        assert self._shared is not None
        blocked = self._shared.start(slot)
        if blocked is None:
            return now
        self._turns.moved(blocked.moved_at)
        self._give_up_at(wait_limit, now, blocked.in_flight)
        return now + blocked.seconds

    def _call_next(self) -> None:
        while (slot := self._turns.called()) is not None:
            if slot.waiter is None or slot.waiter.wake():
                return
            self._turns.leave(slot)

    def _free_orphans(self, now: float) -> bool:
        """Free the slots whose event loops are closed; return whether there were any.

        A loop does not report that it is closed, so waiting calls check for it if there is more than one loop.
        """
        if len(self._loops) < 2:
            return False
        self._orphans_checked_at = now
        orphans = [slot for slot in self._turns.running if slot.is_orphaned]
        for slot in orphans:
            self._free(slot)
        return bool(orphans)

    def _now(self) -> float:
        """Return the time, at least that until which a call has waited, even if the clock of a test stands still."""
        return max(self._clock.monotonic(), self._latest)

    def _note_waited(self, until: float) -> None:
        with self._lock:
            self._latest = max(self._latest, until)

    def _timeout_reason(self, now: float, in_all_processes: int | None = None) -> str:
        turns = self._turns
        if in_all_processes is not None:
            return (
                f"{in_all_processes} calls are in flight in all processes that share {self._path}, and "
                f"{turns.waiting} wait in this one"
            )
        if turns.in_flight < turns.slots:
            return (
                f"Calls start at {self.pace:.3g} a second, and {turns.waiting} wait: allow more with "
                "Limits(per_second=...), or the call more time"
            )
        oldest = turns.oldest_start
        age = 0.0 if oldest is None else now - oldest
        return (
            f"{turns.in_flight} of {turns.slots} calls are in flight, the oldest for {age:.1f} s, "
            f"and {turns.waiting} wait. A call is over when its reply has come, or its stream was read to the end or "
            "closed: close streams that are left early, do not wait for another call while streams hold all slots, "
            "or raise Limits(in_flight=...)"
        )

    def __getstate__(self) -> tuple[Limits, Path | None, Clock]:
        return self.limits, self._path, self._clock

    def __setstate__(self, state: tuple[Limits, Path | None, Clock]) -> None:
        limits, shared, clock = state
        self.__init__(limits, shared=shared, clock=clock)  # type: ignore[misc]

    def __repr__(self) -> str:
        load = f"in_flight={self.in_flight}, waiting={self.waiting}, pace={self.pace}"
        return f"<Limiter {self.limits}: {load}>"


_limiters: WeakSet[Limiter] = WeakSet()


def _reset_after_fork() -> None:
    """Forget the calls of the parent in a forked process, where they never finish."""
    for limiter in list(_limiters):
        limiter._reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
