"""The limiter in threads: which calls wait, for how long, and when they give up."""

from __future__ import annotations

import asyncio
import copy
import gc
import logging
import math
import pickle
import re
import threading
import weakref
from contextlib import ExitStack

import pytest

from acedata_responses.errors import ConfigurationError
from acedata_responses.limits import Limiter, Limits, LimitTimeout, _limiter
from tests.clock import FakeClock
from tests.waiting import PATIENCE, acquire, most_in_a_second, one_at_a_time, thread, until


def test_limits_are_a_value_with_those_of_the_vendor_as_defaults():
    assert Limiter().limits == Limits() == Limits(in_flight=20, per_second=60)
    limits = Limits(in_flight=5, per_second=None)
    assert limits == pickle.loads(pickle.dumps(limits)) != Limits()
    assert hash(limits) == hash(copy.copy(limits))
    with pytest.raises(AttributeError):
        limits.in_flight = 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("in_flight", value) for value in (0, -1, 1.0, math.nan, "20", True)],
        *[("per_second", value) for value in (0, -1, 1e-9, math.nan, math.inf, 10**400, "60", True, 1j)],
    ],
)
def test_an_invalid_limit_is_refused(name, value):
    with pytest.raises(ConfigurationError, match=rf"^Limits: {name} must be .*, or None for no limit, not "):
        Limits(**{name: value})


@pytest.mark.parametrize("limits", [(1, 1), (10**6, 10**6), (1, 0.001), (None, None)])
def test_extreme_limits_are_accepted(limits):
    assert Limiter(Limits(*limits)).limits == Limits(in_flight=limits[0], per_second=limits[1])


def test_a_copied_or_pickled_limiter_has_the_same_limits_and_no_calls():
    limiter = Limiter(Limits(in_flight=2, per_second=7))
    limiter.acquire()
    limiter.slowed()
    for twin in (pickle.loads(pickle.dumps(limiter)), copy.copy(limiter), copy.deepcopy(limiter)):
        assert (twin.limits, twin.in_flight, twin.pace) == (limiter.limits, 0, 7)
        twin.acquire().release()
    assert limiter.in_flight == 1


def test_a_copied_limiter_has_the_same_clock():
    clock = FakeClock()
    twin = copy.copy(Limiter(Limits(in_flight=None, per_second=1), clock=clock))
    twin.acquire()
    twin.acquire()
    assert clock.now == 1001.05


def test_the_repr_shows_the_limits_and_the_load():
    limiter = Limiter(Limits(in_flight=2, per_second=8), clock=FakeClock())
    limiter.acquire()
    limiter.slowed()
    assert repr(limiter) == "<Limiter Limits(in_flight=2, per_second=8): in_flight=1, waiting=0, pace=4.0>"


def test_an_unused_limiter_is_garbage_collected():
    limiter = Limiter()
    limiter.acquire()
    seen = weakref.ref(limiter)
    del limiter
    gc.collect()
    assert seen() is None


# Turns


@pytest.mark.parametrize(("limits", "calls"), [(Limits(), 20), (Limits(in_flight=None, per_second=None), 1000)])
def test_calls_within_the_limits_start_immediately(limits, calls):
    clock = FakeClock()
    limiter = Limiter(limits, clock=clock)
    for _ in range(calls):
        limiter.acquire()
    limiter.slowed()
    limiter.succeeded()
    assert (limiter.in_flight, limiter.waiting, clock.sleeps) == (calls, 0, [])


def test_sync_and_async_calls_wait_for_the_pace_in_the_same_way():
    def starts(flavour):
        clock = FakeClock()
        limiter = Limiter(Limits(in_flight=None, per_second=4), clock=clock)
        for _ in range(12):
            acquire(limiter, flavour)
            yield clock.now
        assert len(clock.sleeps) < 25

    sync_starts = list(starts("sync"))
    assert sync_starts == list(starts("async"))
    assert most_in_a_second(sync_starts) == 4
    assert sync_starts[-1] - 1000 == pytest.approx(11 * 1.05 / 4)


def test_a_refusal_slows_the_calls_and_successes_restore_them_and_both_are_logged(caplog):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=60), clock=clock)
    with caplog.at_level(logging.INFO, logger="acedata_responses"):
        limiter.slowed()
        limiter.slowed()
        assert limiter.pace == 30
        clock.now += 0.125
        limiter.succeeded()
        assert limiter.pace == 45
        clock.now += 10.0
        limiter.succeeded()
        limiter.succeeded()
        assert limiter.pace == 60
    assert [record.getMessage() for record in caplog.records] == [
        "the service refuses calls: pace lowered from 60 to 30 calls a second",
        "the service accepts calls again: pace restored to 60 calls a second",
    ]


def test_releasing_a_slot_twice_frees_no_other_slot():
    limiter = Limiter(Limits(in_flight=2, per_second=None))
    first, _second = limiter.acquire(), limiter.acquire()
    first.release()
    first.release()
    assert limiter.in_flight == 1


def test_a_slot_can_be_released_from_within_the_limiter():
    """The garbage collector may close a stream at any point."""

    class Collecting(FakeClock):
        forgotten = 0

        def monotonic(self):
            if self.forgotten:
                self.forgotten -= 1
                slots.pop().release()
            return super().monotonic()

    clock = Collecting()
    limiter = Limiter(Limits(in_flight=3, per_second=None), clock=clock)
    slots = [limiter.acquire(), limiter.acquire()]
    clock.forgotten = 1
    with thread(limiter.acquire):
        pass
    assert limiter.in_flight == 2


# Giving up at a time


def test_a_call_whose_time_is_up_takes_a_free_slot_and_does_not_wait_for_another(flavour):
    limiter = one_at_a_time()
    limiter.acquire(give_up_at=0.0)
    with pytest.raises(LimitTimeout, match="1 of 1 calls are in flight"):
        acquire(limiter, flavour, give_up_at=1000.0)
    assert (limiter.in_flight, limiter.waiting) == (1, 0)
    assert issubclass(LimitTimeout, TimeoutError)


@pytest.mark.parametrize("give_up_at", [1000.3, 1002.099, 1002.2])
def test_a_call_that_waits_for_the_pace_gives_up_in_time(give_up_at, flavour):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.5), clock=clock)
    limiter.acquire()
    if give_up_at < 1002.1:
        with pytest.raises(LimitTimeout, match=r"Calls start at 0\.5 a second, and 1 wait: .*Limits\(per_second="):
            acquire(limiter, flavour, give_up_at=give_up_at)
        assert (clock.now, limiter.in_flight, limiter.waiting) == (give_up_at, 1, 0)
    else:
        acquire(limiter, flavour, give_up_at=give_up_at)
        assert clock.now == 1002.1


@pytest.mark.parametrize("give_up_at", [None, math.inf, 1e300])
def test_a_call_can_wait_without_a_limit(give_up_at, flavour):
    limiter = one_at_a_time()
    held = limiter.acquire()
    with thread(lambda: acquire(limiter, flavour, give_up_at=give_up_at)):
        until(lambda: limiter.waiting == 1)
        held.release()
    assert limiter.in_flight == 1


def test_after_an_interrupted_wait_for_the_pace_the_next_call_gets_its_turn():
    class Interrupted(FakeClock):
        def sleep(self, seconds):
            raise KeyboardInterrupt

    clock = Interrupted()
    limiter = Limiter(Limits(in_flight=None, per_second=1), clock=clock)
    limiter.acquire()
    with pytest.raises(KeyboardInterrupt):
        limiter.acquire()
    assert (limiter.in_flight, limiter.waiting) == (1, 0)
    clock.now += 1.05
    limiter.acquire()


# Giving up when no call starts or finishes


STANDSTILL = 0.05  # seconds


@pytest.mark.parametrize("clock", [None, FakeClock()], ids=["system clock", "frozen clock"])
@pytest.mark.parametrize("limit", ["timeout", "give_up_at"])
def test_a_call_gives_up_after_a_standstill(limit, clock, flavour):
    limiter = Limiter(Limits(in_flight=2, per_second=None), **({} if clock is None else {"clock": clock}))
    limiter.acquire()
    limiter.acquire()
    seconds = STANDSTILL if limit == "timeout" else limiter._clock.monotonic() + STANDSTILL
    with pytest.raises(LimitTimeout) as caught:
        acquire(limiter, flavour, **{limit: seconds})
    assert limiter.waiting == 0
    assert re.match(r"2 of 2 calls are in flight, the oldest for 0\.[01] s, and 1 wait\. ", str(caught.value))
    assert "Limits(in_flight=...)" in str(caught.value)


def test_a_call_does_not_give_up_while_other_calls_finish(monkeypatch):
    class Counting(FakeClock):
        reads = 0

        def monotonic(self):
            self.reads += 1
            return super().monotonic()

    monkeypatch.setattr(_limiter, "_ORPHAN_CHECK", 0.001)  # waiting calls read the clock that often
    clock = Counting()
    limiter = one_at_a_time(clock)
    loop = asyncio.new_event_loop()
    slots = [loop.run_until_complete(limiter.acquire_async())]
    with ExitStack() as threads:
        for _ in range(3):
            threads.enter_context(thread(lambda: slots.append(limiter.acquire(timeout=10.0))))
        for waiting in (3, 2, 1):
            until(lambda waiting=waiting: limiter.waiting == waiting and len(slots) == 1)
            clock.now += 9.0  # each call takes long, but less than the timeout
            reads = clock.reads
            until(lambda reads=reads: clock.reads > reads + 10)
            slots.pop().release()
    assert (limiter.in_flight, limiter.waiting) == (1, 0)
    loop.close()


def test_a_wait_for_the_pace_is_not_a_standstill(flavour):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.2), clock=clock)
    limiter.acquire()
    acquire(limiter, flavour, timeout=0.1)
    assert clock.now == 1005.25


def test_calls_that_arrive_while_another_waits_for_the_pace_queue_behind_it():
    class Arriving(FakeClock):
        def sleep(self, seconds):
            if not queued:
                with pytest.raises(LimitTimeout):
                    limiter.acquire(give_up_at=self.now)
                queued.append(threading.Thread(target=lambda: limiter.acquire(timeout=0.1), daemon=True))
                queued[0].start()
                until(lambda: limiter.waiting == 2)
            super().sleep(seconds)

    queued = []
    limiter = Limiter(Limits(in_flight=None, per_second=0.2), clock=Arriving())
    limiter.acquire()
    limiter.acquire()
    queued[0].join(PATIENCE)
    assert (limiter.in_flight, limiter.waiting) == (3, 0)


def test_a_frozen_clock_does_not_block_the_pace(flavour):
    class Frozen(FakeClock):
        def advance(self, seconds):
            self.sleeps.append(seconds)

    clock = Frozen()
    limiter = Limiter(Limits(in_flight=None, per_second=10), clock=clock)
    for _ in range(50):
        acquire(limiter, flavour)
    assert limiter.in_flight == 50
    assert sum(clock.sleeps) == pytest.approx(49 * 1.05 / 10)
