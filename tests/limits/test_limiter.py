"""The limiter, asked by one call after the other: who has to wait, how long, and when a call gives up."""

from __future__ import annotations

import logging
import math
import re
import threading
from contextlib import ExitStack

import pytest

from acedata_responses.limits import Limiter, Limits, LimitTimeout
from tests.clock import FakeClock
from tests.waiting import acquire, most_in_a_second, one_at_a_time, thread, until


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
    def moments(flavour):
        clock = FakeClock()
        limiter = Limiter(Limits(in_flight=None, per_second=7), clock=clock)
        for _ in range(30):
            acquire(limiter, flavour)
            yield clock.now

    assert list(moments("sync")) == list(moments("async"))


def test_a_refusal_slows_the_calls_and_successes_restore_them_and_the_log_says_so(caplog):
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
        "the service takes calls again: pace back at 60 calls a second",
    ]


def test_a_place_that_is_released_twice_frees_no_other():
    limiter = Limiter(Limits(in_flight=2, per_second=None))
    first, _second = limiter.acquire(), limiter.acquire()
    first.release()
    first.release()
    assert limiter.in_flight == 1


def test_a_free_turn_is_given_even_when_the_time_is_up():
    limiter = one_at_a_time()
    limiter.acquire(give_up_at=0.0)
    assert limiter.in_flight == 1


def test_a_call_whose_time_is_up_does_not_begin_to_wait(flavour):
    limiter = one_at_a_time()
    limiter.acquire()
    with pytest.raises(LimitTimeout, match="1 of 1 calls are in flight"):
        acquire(limiter, flavour, give_up_at=1000.0)
    assert (limiter.in_flight, limiter.waiting) == (1, 0)
    assert issubclass(LimitTimeout, TimeoutError)


@pytest.mark.parametrize("give_up_at", [1000.3, 1002.0, 1002.099])
def test_a_call_that_waits_for_the_pace_gives_up_in_time(give_up_at, flavour):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.5), clock=clock)
    limiter.acquire()
    with pytest.raises(LimitTimeout, match=r"Calls start at 0\.5 a second, and 1 wait: .*Limits\(per_second="):
        acquire(limiter, flavour, give_up_at=give_up_at)
    assert (clock.now, limiter.in_flight, limiter.waiting) == (give_up_at, 1, 0)


def test_a_turn_that_comes_before_the_time_is_up_is_taken():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.5), clock=clock)
    limiter.acquire()
    limiter.acquire(give_up_at=1002.2)
    assert clock.now == 1002.1


@pytest.mark.parametrize("give_up_at", [None, math.inf, 1e300])
def test_a_time_without_end_is_as_good_as_none(give_up_at, flavour):
    limiter = one_at_a_time()
    held = limiter.acquire()
    with thread(lambda: acquire(limiter, flavour, give_up_at=give_up_at)):
        until(lambda: limiter.waiting == 1)
        held.release()
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
                places.pop().release()
            return super().monotonic()

    clock = Collecting()
    limiter = Limiter(Limits(in_flight=3, per_second=None), clock=clock)
    places = [limiter.acquire(), limiter.acquire()]
    clock.forgotten = 1
    with thread(limiter.acquire):
        pass
    assert limiter.in_flight == 2


# --- a limiter that stands still


STILL = 0.05  # seconds: how long the tests wait while nothing moves


def gives_up(limiter, flavour, **limits) -> str:
    """Ask for a turn that does not come: what the error says."""
    with pytest.raises(LimitTimeout) as caught:
        acquire(limiter, flavour, **limits)
    assert limiter.waiting == 0
    return str(caught.value)


def test_a_call_gives_up_when_nothing_moves_for_its_time_out(flavour):
    limiter = Limiter(Limits(in_flight=2, per_second=None))
    limiter.acquire()
    limiter.acquire()
    text = gives_up(limiter, flavour, timeout=STILL)
    assert re.match(r"2 of 2 calls are in flight, the oldest for 0\.[01] s, and 1 wait\. ", text)
    assert "Limits(in_flight=...)" in text


def test_a_queue_that_moves_is_waited_for_however_long_it_takes():
    clock = FakeClock()
    limiter = one_at_a_time(clock)
    held = limiter.acquire()
    order = []

    def in_thread(name):
        place = limiter.acquire(timeout=10.0)
        order.append(name)
        clock.now += 9.0  # each call takes long, though shorter than the time-out
        place.release()

    with ExitStack() as threads:
        for name in range(5):
            threads.enter_context(thread(lambda name=name: in_thread(name)))
            until(lambda name=name: limiter.waiting == name + 1)
        held.release()
    assert order == list(range(5))


def test_a_wait_for_the_pace_is_no_standstill(flavour):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=0.2), clock=clock)
    limiter.acquire()
    acquire(limiter, flavour, timeout=0.1)
    assert clock.now == 1005.25


def test_a_call_behind_one_that_waits_for_the_pace_does_not_give_up():
    class Interesting(FakeClock):
        def sleep(self, seconds):
            if not queued:
                queued.append(threading.Thread(target=lambda: limiter.acquire(timeout=0.1), daemon=True))
                queued[0].start()
                until(lambda: limiter.waiting == 2)
            super().sleep(seconds)

    queued = []
    limiter = Limiter(Limits(in_flight=None, per_second=0.2), clock=Interesting())
    limiter.acquire()
    limiter.acquire()
    queued[0].join(20)
    assert (limiter.in_flight, limiter.waiting) == (3, 0)


@pytest.mark.parametrize("limits", [{"timeout": STILL}, {"give_up_at": 1000.0 + STILL}])
def test_a_clock_that_stands_still_does_not_keep_a_call_waiting_for_a_place(limits, flavour):
    limiter = one_at_a_time(FakeClock())
    limiter.acquire()
    gives_up(limiter, flavour, **limits)


def test_a_clock_that_stands_still_does_not_hold_up_the_pace(flavour):
    class Frozen(FakeClock):
        def pass_by(self, seconds):
            self.sleeps.append(seconds)

    clock = Frozen()
    limiter = Limiter(Limits(in_flight=None, per_second=10), clock=clock)
    for _ in range(50):
        acquire(limiter, flavour)
    assert limiter.in_flight == 50
    assert sum(clock.sleeps) == pytest.approx(49 * 1.05 / 10)
