"""The limiter, asked by one call after the other: who has to wait, how long, and when a call gives up."""

from __future__ import annotations

import asyncio
import math

import pytest

from acedata_responses.limits import Limiter, Limits, LimitTimeout
from tests.runtime.clock import FakeClock
from tests.runtime.waiting import most_in_a_second, one_at_a_time, run, thread, until, until_async


def test_up_to_the_limit_calls_start_without_a_wait():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=20, per_second=60), clock=clock)
    for _ in range(20):
        limiter.acquire()
    assert (limiter.in_flight, limiter.waiting, clock.sleeps) == (20, 0, [])


def test_the_vendors_limits_hold_by_default():
    assert Limiter().limits == Limits() == Limits(in_flight=20, per_second=60)


def test_without_limits_nobody_waits():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=None), clock=clock)
    for _ in range(1000):
        limiter.acquire()
    limiter.slowed()
    limiter.succeeded()
    assert (limiter.in_flight, limiter.pace, clock.sleeps) == (1000, None, [])


def test_the_pace_is_kept_by_sleeping_on_the_clock():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=4), clock=clock)
    starts = []
    for _ in range(12):
        limiter.acquire()
        starts.append(clock.now)
    assert most_in_a_second(starts) == 4
    assert clock.now - 1000 == pytest.approx(11 * 1.05 / 4)
    assert len(clock.sleeps) < 25


def test_sync_and_async_calls_start_at_the_same_moments():
    def moments(acquire_all):
        clock = FakeClock()
        acquire_all(Limiter(Limits(in_flight=None, per_second=7), clock=clock), starts := [], clock)
        return starts

    def in_thread(limiter, starts, clock):
        for _ in range(30):
            limiter.acquire()
            starts.append(clock.now)

    def in_loop(limiter, starts, clock):
        async def calls():
            for _ in range(30):
                await limiter.acquire_async()
                starts.append(clock.now)

        run(calls())

    assert moments(in_thread) == moments(in_loop)


def test_a_refusal_slows_the_calls_and_successes_restore_them():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=60), clock=clock)
    limiter.slowed()
    limiter.slowed()
    assert limiter.pace == 30
    clock.now += 2.0
    limiter.succeeded()
    assert limiter.pace == 42
    clock.now += 10.0
    limiter.succeeded()
    assert limiter.pace == 60


def test_a_turn_that_nobody_had_cannot_be_given_back():
    limiter = Limiter()
    with pytest.raises(RuntimeError, match="nobody had"):
        limiter.release()
    limiter.acquire()
    limiter.release()
    assert limiter.in_flight == 0


def test_a_free_turn_is_given_even_when_the_time_is_up():
    limiter = one_at_a_time()
    limiter.acquire(give_up_at=0.0)
    assert limiter.in_flight == 1


def test_a_call_whose_time_is_up_does_not_begin_to_wait():
    limiter = one_at_a_time()
    limiter.acquire()
    with pytest.raises(LimitTimeout, match="no turn came in time"):
        limiter.acquire(give_up_at=1000.0)
    with pytest.raises(LimitTimeout):
        run(limiter.acquire_async(give_up_at=1000.0))
    assert (limiter.in_flight, limiter.waiting) == (1, 0)
    assert issubclass(LimitTimeout, TimeoutError)


@pytest.mark.parametrize("give_up_at", [1000.3, 1002.0, 1002.099])
def test_a_call_that_waits_for_the_pace_gives_up_in_time(give_up_at):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.5), clock=clock)
    limiter.acquire()
    with pytest.raises(LimitTimeout):
        limiter.acquire(give_up_at)
    assert clock.now == give_up_at
    clock.now = 1000.0
    with pytest.raises(LimitTimeout):
        run(limiter.acquire_async(give_up_at))
    assert (clock.now, limiter.in_flight, limiter.waiting) == (give_up_at, 1, 0)


def test_a_turn_that_comes_before_the_time_is_up_is_taken():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.5), clock=clock)
    limiter.acquire()
    limiter.acquire(give_up_at=1002.2)
    assert clock.now == 1002.1


@pytest.mark.parametrize("give_up_at", [None, math.inf, 1e300])
def test_a_time_without_end_is_as_good_as_none(give_up_at):
    limiter = one_at_a_time()
    limiter.acquire()
    with thread(lambda: limiter.acquire(give_up_at)):
        until(lambda: limiter.waiting == 1)
        limiter.release()

    async def in_a_task():
        waiting = asyncio.create_task(limiter.acquire_async(give_up_at))
        await until_async(lambda: limiter.waiting == 1)
        limiter.release()
        await waiting

    run(in_a_task())
    assert limiter.in_flight == 1


def test_an_interrupted_wait_for_the_pace_leaves_no_hole():
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


def test_a_turn_may_be_given_back_from_within_the_limiter_itself():
    """As happens when the garbage collector closes a forgotten stream at the wrong moment."""

    class Collecting(FakeClock):
        forgotten = 0

        def monotonic(self):
            if self.forgotten:
                self.forgotten -= 1
                limiter.release()
            return super().monotonic()

    clock = Collecting()
    limiter = Limiter(Limits(in_flight=3, per_second=None), clock=clock)
    limiter.acquire()
    limiter.acquire()
    clock.forgotten = 1
    with thread(limiter.acquire):
        pass
    assert limiter.in_flight == 2
