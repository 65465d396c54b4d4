"""The limiter in threads: never too many at once, each in its turn, and who gives up leaves no hole."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from acedata_responses.limits import Limiter, Limits, LimitTimeout
from tests.clock import FakeClock
from tests.waiting import PATIENCE, one_at_a_time, thread, until


def test_a_newcomer_does_not_pass_those_who_wait_for_the_pace():
    """The one at the head sleeps on the clock when the newcomer asks."""
    asked = []

    class Interesting(FakeClock):
        def sleep(self, seconds):
            if not asked:
                asked.append(True)
                with pytest.raises(LimitTimeout):
                    limiter.acquire(give_up_at=self.now)
            super().sleep(seconds)

    limiter = Limiter(Limits(in_flight=None, per_second=1), clock=Interesting())
    limiter.acquire()
    limiter.acquire()
    assert asked
    assert limiter.in_flight == 2


def test_threads_keep_the_pace_together():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=10), clock=clock)
    starts: list[float] = []
    lock = threading.Lock()

    def call():
        limiter.acquire()
        with lock:
            starts.append(clock.now)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(call) for _ in range(50)]:
            done.result(PATIENCE)
    assert clock.now - 1000 == pytest.approx(49 * 1.05 / 10)
    assert len(clock.sleeps) < 150, "waiting is not asking again and again"


def test_a_thread_that_gives_up_leaves_no_hole():
    clock = FakeClock()
    limiter = one_at_a_time(clock)
    held = limiter.acquire()
    gave_up = threading.Event()

    def impatient():
        with pytest.raises(LimitTimeout):
            limiter.acquire(give_up_at=clock.now + 0.02)
        gave_up.set()

    with thread(impatient), thread(limiter.acquire):
        assert gave_up.wait(PATIENCE)
        until(lambda: limiter.waiting == 1)
        held.release()
    assert (limiter.in_flight, limiter.waiting) == (1, 0)
