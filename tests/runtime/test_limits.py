"""The limiter: the service never sees more than its limits, everybody gets a turn, and no turn is lost."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import math
import pickle
import subprocess
import sys
import threading
import time
import weakref
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acedata_responses.errors import ConfigurationError
from acedata_responses.limits import Limiter, Limits, LimitTimeout, Pace, Turns
from tests.runtime.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 20.0  # no test waits for so long, unless the code is wrong


def one_at_a_time(clock: FakeClock | None = None) -> Limiter:
    return Limiter(Limits(in_flight=1, per_second=None), clock=clock or FakeClock())


def until(condition: Callable[[], bool]) -> None:
    """Let other threads run until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0)


async def until_async(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came about"
        await asyncio.sleep(0)


def run(coroutine, *, debug=False):
    async def bounded():
        return await asyncio.wait_for(coroutine, PATIENCE)

    return asyncio.run(bounded(), debug=debug)


@contextmanager
def thread(target: Callable[[], object]) -> Iterator[threading.Thread]:
    """A thread that ends before the test does."""
    started = threading.Thread(target=target, daemon=True)
    started.start()
    yield started
    started.join(PATIENCE)
    assert not started.is_alive()


def most_in_a_second(starts: list[float]) -> int:
    return max((bisect_left(starts, start + 1.0) - index for index, start in enumerate(starts)), default=0)


# --- the pace


def as_early_as_allowed(pace: Pace, calls: int, now: float = 0.0) -> list[float]:
    starts = []
    for _ in range(calls):
        while (moment := pace.next_start(now)) > now:
            now = moment
        pace.started(now)
        starts.append(now)
    return starts


@given(per_second=st.integers(1, 100), begin=st.floats(0, 1e9))
def test_however_eager_no_second_sees_more_starts_than_the_limit(per_second, begin):
    starts = as_early_as_allowed(Pace(per_second), 3 * per_second, now=begin)
    assert most_in_a_second(starts) <= per_second


@given(
    per_second=st.floats(0.1, 20),
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=100),
)
def test_however_the_calls_come_no_second_sees_more_starts_than_the_limit(per_second, gaps):
    pace = Pace(per_second)
    now, starts = 0.0, []
    for gap in gaps:
        now += gap
        if pace.next_start(now) <= now:
            pace.started(now)
            starts.append(now)
    assert most_in_a_second(starts) <= max(per_second, 1)


@pytest.mark.parametrize("per_second", [1, 2, 3, 7, 60, 500])
def test_the_limit_is_used_up_to_a_twentieth(per_second):
    starts = as_early_as_allowed(Pace(per_second), 10 * per_second + 1)
    assert starts[-1] <= 10 * 1.05 + 1e-6


def test_calls_that_start_a_second_apart_may_arrive_fifty_milliseconds_closer():
    starts = as_early_as_allowed(Pace(60), 600)
    assert min(later - earlier for earlier, later in zip(starts, starts[60:], strict=False)) >= 1.05 - 1e-6


def test_the_first_half_of_a_second_starts_at_once_and_the_rest_evenly():
    starts = as_early_as_allowed(Pace(60), 240)
    assert starts[:30] == [0.0] * 30
    assert starts[30:60] == pytest.approx([number * 1.05 / 60 for number in range(1, 31)])
    assert starts[60:] == pytest.approx([number * 1.05 / 60 for number in range(60, 240)])


def test_half_of_an_odd_number_is_rounded_up():
    assert as_early_as_allowed(Pace(3), 4) == pytest.approx([0, 0, 0.35, 1.05])


def test_a_full_second_later_a_burst_is_allowed_again():
    pace = Pace(60)
    as_early_as_allowed(pace, 60)
    assert as_early_as_allowed(pace, 31, now=10.0) == [10.0] * 30 + [10.0 + 1.05 / 60]


def test_the_end_of_the_window_is_exact():
    pace = Pace(1)
    pace.started(100.0)
    assert pace.next_start(100.0) == 101.05
    assert pace.next_start(101.04) == 101.05
    assert pace.next_start(101.05) == 101.05


def test_less_than_a_call_a_second_is_a_call_in_many_seconds():
    assert as_early_as_allowed(Pace(0.2), 3) == pytest.approx([0, 5.25, 10.5])


def test_above_one_a_fraction_of_a_call_counts_for_nothing():
    assert as_early_as_allowed(Pace(2.9), 3) == as_early_as_allowed(Pace(2), 3)


def test_a_refusal_halves_the_pace_and_bounds_the_next_second():
    pace = Pace(60)
    pace.slowed(0.0)
    assert pace.per_second == 30
    assert most_in_a_second(as_early_as_allowed(pace, 200)) == 30


def test_starts_from_before_a_refusal_count_after_it():
    pace = Pace(60)
    as_early_as_allowed(pace, 30)
    assert pace.next_start(0.0) == pytest.approx(1.05 / 60)
    pace.slowed(0.0)
    assert pace.next_start(0.0) == 1.05


def test_calls_that_are_refused_together_halve_the_pace_once():
    pace = Pace(60)
    for moment in (5.0, 5.0, 5.5, 5.999):
        pace.slowed(moment)
    assert pace.per_second == 30
    pace.slowed(6.0)
    assert pace.per_second == 15


@pytest.mark.parametrize(("limit", "slowest"), [(60, 1), (1.5, 1), (1, 1), (0.5, 0.5)])
def test_a_call_a_second_is_left_however_often_calls_are_refused(limit, slowest):
    pace = Pace(limit)
    for second in range(20):
        pace.slowed(float(second))
    assert pace.per_second == slowest
    assert pace.is_slowed is (slowest < limit)


def test_successes_restore_the_pace_by_a_tenth_of_the_limit_each_second():
    pace = Pace(60)
    pace.slowed(100.0)
    paces = []
    for moment in (100.0, 100.5, 101.0, 104.0, 105.0, 106.0):
        pace.succeeded(moment)
        paces.append(pace.per_second)
    assert paces == pytest.approx([30, 33, 36, 54, 60, 60])
    assert not pace.is_slowed


def test_how_many_calls_succeed_does_not_matter_only_how_long():
    pace = Pace(60)
    pace.slowed(0.0)
    for moment in range(1, 2001):
        pace.succeeded(moment / 1000)
    assert pace.per_second == pytest.approx(30 + 12)


def test_without_a_success_the_pace_stays_slow():
    pace = Pace(60)
    pace.slowed(0.0)
    pace.next_start(1000.0)
    assert pace.per_second == 30
    pace.succeeded(1000.0)
    assert pace.per_second == 60


def test_a_recovered_pace_allows_more_starts_again():
    pace = Pace(10)
    pace.slowed(0.0)
    pace.succeeded(1000.0)
    assert most_in_a_second(as_early_as_allowed(pace, 50, now=1000.0)) == 10


# --- the queue, under everything that can happen to it


class Crowd(RuleBasedStateMachine):
    """Calls come, start, finish and give up in any order; a plain model says what must be true."""

    @initialize(in_flight=st.sampled_from([None, 1, 2, 3]), per_second=st.sampled_from([None, 0.5, 1, 2, 5]))
    def begin(self, in_flight, per_second):
        self.limits = Limits(in_flight=in_flight, per_second=per_second)
        self.turns: Turns[int] = Turns(self.limits)
        self.names = itertools.count()
        self.now = 0.0
        self.queue: list[int] = []
        self.running = 0
        self.starts: list[float] = []

    def place_is_free(self) -> bool:
        return self.limits.in_flight is None or self.running < self.limits.in_flight

    @rule()
    def come(self):
        if self.turns.start_at_once(self.now):
            assert not self.queue, "a newcomer went before those who wait"
            self.count_start()
        else:
            has_to_wait = self.queue or not self.place_is_free() or self.turns.next_start(self.now) > self.now
            assert has_to_wait, "nothing stood in the way"
            call = next(self.names)
            self.turns.join(call)
            self.queue.append(call)

    @rule()
    def start(self):
        call = self.turns.called()
        if call is not None and self.turns.next_start(self.now) <= self.now:
            assert call == self.queue.pop(0)
            self.turns.start(call, self.now)
            self.count_start()

    def count_start(self):
        assert self.place_is_free()
        self.running += 1
        self.starts.append(self.now)

    @precondition(lambda self: self.running)
    @rule()
    def finish(self):
        self.turns.finish()
        self.running -= 1

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def give_up(self, data):
        call = data.draw(st.sampled_from(self.queue))
        self.turns.leave(call)
        self.queue.remove(call)

    @rule(seconds=st.sampled_from([0.001, 0.1, 0.25, 0.5, 1.0, 1.05, 3.0]))
    def wait(self, seconds):
        self.now += seconds

    @precondition(lambda self: self.limits.per_second)
    @rule()
    def refused(self):
        self.turns.pace.slowed(self.now)

    @precondition(lambda self: self.limits.per_second)
    @rule()
    def succeeded(self):
        self.turns.pace.succeeded(self.now)

    @invariant()
    def the_first_in_the_queue_is_called_when_a_place_is_free(self):
        expected = self.queue[0] if self.queue and self.place_is_free() else None
        assert self.turns.called() == expected

    @invariant()
    def the_counts_are_right(self):
        assert (self.turns.in_flight, self.turns.waiting) == (self.running, len(self.queue))

    @invariant()
    def no_second_sees_too_many_starts(self):
        if self.limits.per_second is not None:
            assert most_in_a_second(self.starts) <= max(self.limits.per_second, 1)

    @invariant()
    def the_wait_for_the_pace_is_short(self):
        wait = self.turns.next_start(self.now) - self.now
        assert 0 <= wait <= 1.05 / min(self.limits.per_second or 1, 1) + 1e-9

    def teardown(self):
        while self.running:
            self.finish()
        while self.queue:
            self.now = self.turns.next_start(self.now)
            waiting = len(self.queue)
            self.start()
            assert len(self.queue) == waiting - 1, "the queue is stuck"
            self.finish()
        assert (self.turns.in_flight, self.turns.waiting, self.turns.called()) == (0, 0, None)


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)


# --- in one thread


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


# --- in threads


def test_threads_never_exceed_the_places_and_all_get_their_turn():
    limiter = Limiter(Limits(in_flight=3, per_second=None))
    running, most = [], []

    def call(number):
        limiter.acquire()
        running.append(number)
        most.append(len(running))
        time.sleep(0)
        running.remove(number)
        limiter.release()
        return number

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(call, range(500), timeout=PATIENCE)) == list(range(500))
    assert max(most) <= 3
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_threads_start_in_the_order_in_which_they_came():
    limiter = one_at_a_time()
    limiter.acquire()
    order: list[int] = []

    def call(number):
        limiter.acquire()
        order.append(number)
        limiter.release()

    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=call, args=(number,), daemon=True))
        threads[-1].start()
        until(lambda number=number: limiter.waiting == number + 1)
    limiter.release()
    for waiting in threads:
        waiting.join(PATIENCE)
    assert order == list(range(10))


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
    limiter.acquire()
    gave_up = threading.Event()

    def impatient():
        with pytest.raises(LimitTimeout):
            limiter.acquire(give_up_at=clock.now + 0.02)
        gave_up.set()

    with thread(impatient), thread(limiter.acquire):
        until(lambda: limiter.waiting == 2)
        clock.now += 1.0
        assert gave_up.wait(PATIENCE)
        assert limiter.waiting == 1
        limiter.release()
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


# --- in tasks


def test_tasks_never_exceed_the_places_and_start_in_order():
    limiter = Limiter(Limits(in_flight=3, per_second=None))
    running, most, order = [], [], []

    async def call(number):
        await limiter.acquire_async()
        order.append(number)
        running.append(number)
        most.append(len(running))
        await asyncio.sleep(0)
        running.remove(number)
        limiter.release()

    async def calls():
        await asyncio.gather(*(call(number) for number in range(200)))

    run(calls())
    assert max(most) == 3
    assert order == list(range(200))
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_tasks_keep_the_pace_together():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=10), clock=clock)
    starts = []

    async def call():
        await limiter.acquire_async()
        starts.append(clock.now)

    async def calls():
        await asyncio.gather(*(call() for _ in range(50)))

    run(calls())
    assert most_in_a_second(starts) == 10
    assert clock.now - 1000 == pytest.approx(49 * 1.05 / 10)
    assert len(clock.sleeps) < 100


def test_a_task_that_gives_up_leaves_no_hole():
    limiter = one_at_a_time(clock := FakeClock())
    limiter.acquire()

    async def calls():
        impatient = asyncio.create_task(limiter.acquire_async(give_up_at=clock.now + 0.02))
        patient = asyncio.create_task(limiter.acquire_async())
        await until_async(lambda: limiter.waiting == 2)
        clock.now += 1.0
        with pytest.raises(LimitTimeout):
            await impatient
        assert limiter.waiting == 1
        limiter.release()
        await patient

    run(calls())
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("released_first", [True, False])
def test_a_task_cancelled_at_the_moment_of_its_turn_hands_it_on(steps, released_first):
    limiter = one_at_a_time()
    limiter.acquire()

    async def calls():
        first, second = (asyncio.create_task(limiter.acquire_async()) for _ in range(2))
        await until_async(lambda: limiter.waiting == 2)
        if released_first:
            limiter.release()
        for _ in range(steps):
            await asyncio.sleep(0)
        first.cancel()
        if not released_first:
            limiter.release()
        with suppress(asyncio.CancelledError):
            await first
            limiter.release()  # the turn had come before the cancellation
        await second

    run(calls())
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_a_task_cancelled_while_it_waits_for_the_pace_lets_the_next_one_go():
    class Slow(FakeClock):
        async def sleep_async(self, seconds):
            sleeping.set()
            await awake.wait()
            await super().sleep_async(seconds)

    limiter = Limiter(Limits(in_flight=None, per_second=1), clock=Slow())
    limiter.acquire()

    async def calls():
        nonlocal sleeping, awake
        sleeping, awake = asyncio.Event(), asyncio.Event()
        first, second = (asyncio.create_task(limiter.acquire_async()) for _ in range(2))
        await sleeping.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        awake.set()
        await second

    sleeping = awake = None
    run(calls())
    assert (limiter.in_flight, limiter.waiting) == (2, 0)


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_no_turn_is_lost_whichever_tasks_are_cancelled_whenever(data):
    limiter = Limiter(Limits(in_flight=2, per_second=5), clock=FakeClock())
    number = st.integers(0, 11)
    doomed = data.draw(st.lists(st.tuples(number, st.integers(0, 40)), max_size=12))

    async def call():
        await limiter.acquire_async()
        try:
            await asyncio.sleep(0)
        finally:
            limiter.release()

    async def calls():
        tasks = [asyncio.create_task(call()) for _ in range(12)]
        for step in range(41):
            for index, moment in doomed:
                if moment == step:
                    tasks[index].cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)

    run(calls())
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_ten_thousand_waiting_tasks_can_be_cancelled_in_either_order():
    limiter = one_at_a_time()
    limiter.acquire()

    async def calls(backwards):
        tasks = [asyncio.create_task(limiter.acquire_async()) for _ in range(10_000)]
        await until_async(lambda: limiter.waiting == len(tasks))
        for task in reversed(tasks) if backwards else tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    for backwards in (False, True):
        run(calls(backwards))
        assert (limiter.in_flight, limiter.waiting) == (1, 0)


class Asked(FakeClock):
    """Counts how often somebody looks at the clock."""

    looks = 0

    def monotonic(self):
        self.looks += 1
        return super().monotonic()


def test_a_timer_that_ends_too_early_ends_no_wait():
    limiter = one_at_a_time(clock := Asked())
    limiter.acquire()

    def in_a_thread():
        with pytest.raises(LimitTimeout):
            limiter.acquire(give_up_at=clock.now + 0.001)

    with thread(in_a_thread):
        until(lambda: clock.looks > 10)
        clock.now += 1.0

    async def in_a_task():
        waiting = asyncio.create_task(limiter.acquire_async(give_up_at=clock.now + 0.001))
        await until_async(lambda: clock.looks > 20)
        clock.now += 1.0
        with pytest.raises(LimitTimeout):
            await waiting

    run(in_a_task())
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_those_who_wait_for_a_place_ask_for_nothing_meanwhile():
    limiter = one_at_a_time(clock := Asked())
    limiter.acquire()

    async def calls():
        waiting = asyncio.create_task(limiter.acquire_async())
        await until_async(lambda: limiter.waiting == 1)
        looks = clock.looks
        for _ in range(100):
            await asyncio.sleep(0)
        assert clock.looks == looks
        limiter.release()
        await waiting

    run(calls())
    assert clock.sleeps == []


def test_a_wait_that_is_over_leaves_no_timer_behind(monkeypatch):
    limiter = one_at_a_time()
    limiter.acquire()
    timers = []

    async def calls():
        loop = asyncio.get_running_loop()
        call_later = loop.call_later

        def recorded(seconds, *call):
            timers.append(call_later(seconds, *call))
            return timers[-1]

        monkeypatch.setattr(loop, "call_later", recorded)
        turn, cancelled = (asyncio.create_task(limiter.acquire_async()) for _ in range(2))
        await until_async(lambda: limiter.waiting == 2)
        cancelled.cancel()
        limiter.release()
        await asyncio.gather(turn, cancelled, return_exceptions=True)

    run(calls())
    assert len(timers) == 2
    assert all(timer.cancelled() for timer in timers)


# --- in several event loops, in threads and tasks at once


def test_threads_and_tasks_of_several_loops_share_the_places():
    limiter = Limiter(Limits(in_flight=4, per_second=None))
    running, most = [], []

    def begin():
        running.append(None)
        most.append(len(running))

    def end():
        running.pop()
        limiter.release()

    def in_thread():
        for _ in range(50):
            limiter.acquire()
            begin()
            time.sleep(0)
            end()

    async def one_of_many():
        for _ in range(10):
            await limiter.acquire_async()
            begin()
            await asyncio.sleep(0)
            end()

    async def many():
        await asyncio.gather(*(one_of_many() for _ in range(10)))

    def in_loop():
        run(many())

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for work in [in_thread] * 5 + [in_loop] * 3]:
            done.result(PATIENCE)
    assert max(most) <= 4
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_threads_and_tasks_take_turns_in_the_order_in_which_they_came():
    limiter = one_at_a_time()
    limiter.acquire()
    order = []

    def in_thread(name):
        limiter.acquire()
        order.append(name)
        limiter.release()

    async def in_task(name):
        await limiter.acquire_async()
        order.append(name)
        limiter.release()

    async def calls():
        async def queued(number):
            await until_async(lambda: limiter.waiting == number)

        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(in_thread, "thread 1")]
            await queued(1)
            tasks = [asyncio.create_task(in_task("task 2"))]
            await queued(2)
            done.append(pool.submit(in_thread, "thread 3"))
            await queued(3)
            tasks.append(asyncio.create_task(in_task("task 4")))
            await queued(4)
            limiter.release()
            await asyncio.gather(*tasks, *map(asyncio.wrap_future, done))

    run(calls())
    assert order == ["thread 1", "task 2", "thread 3", "task 4"]


def test_a_thread_can_give_a_tasks_turn_back():
    limiter = one_at_a_time()

    def in_a_thread():
        until(lambda: limiter.waiting == 1)
        limiter.release()

    async def calls():
        await limiter.acquire_async()
        with thread(in_a_thread):
            await limiter.acquire_async()

    run(calls(), debug=True)  # the loop then refuses what another thread must not do to it
    assert limiter.in_flight == 1


@contextmanager
def abandoned_task(limiter: Limiter) -> Iterator[asyncio.AbstractEventLoop]:
    """A task that waits for its turn in a loop that stands still, and is never cancelled."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(limiter.acquire_async())
    loop.run_until_complete(until_async(lambda: limiter.waiting == 1))
    yield loop
    task._log_destroy_pending = False


def test_a_task_whose_loop_was_closed_over_it_is_passed_over():
    limiter = one_at_a_time()
    limiter.acquire()
    with abandoned_task(limiter) as loop:
        loop.close()
        with thread(limiter.acquire):
            until(lambda: limiter.waiting == 2)
            limiter.release()
        assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_a_task_whose_loop_was_closed_after_it_was_called_is_passed_over():
    limiter = one_at_a_time()
    limiter.acquire()
    with abandoned_task(limiter) as loop:
        limiter.release()
        loop.close()
        assert limiter.waiting == 1
        with thread(limiter.acquire):
            pass
        assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_a_task_in_a_closed_loop_is_no_trouble_for_who_gives_a_turn_back():
    limiter = one_at_a_time()
    limiter.acquire()
    with abandoned_task(limiter) as loop:
        loop.close()
        limiter.release()
        assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_one_limiter_serves_several_loops_one_after_another():
    limiter = Limiter(Limits(in_flight=1, per_second=None))

    async def calls():
        async def call():
            await limiter.acquire_async()
            await asyncio.sleep(0)
            limiter.release()

        await asyncio.gather(*(call() for _ in range(5)))

    for _ in range(3):
        run(calls())
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


# --- the limiter and its limits as objects


def test_a_pickled_limiter_starts_anew_with_the_same_limits():
    limiter = Limiter(Limits(in_flight=2, per_second=7))
    limiter.acquire()
    limiter.slowed()
    for twin in (pickle.loads(pickle.dumps(limiter)), copy.copy(limiter), copy.deepcopy(limiter)):
        assert twin is not limiter
        assert (twin.limits, twin.in_flight, twin.pace) == (limiter.limits, 0, 7)
        twin.acquire()
        twin.release()
    assert limiter.in_flight == 1


def test_a_copied_limiter_keeps_its_clock():
    clock = FakeClock()
    twin = copy.copy(Limiter(Limits(in_flight=None, per_second=1), clock=clock))
    twin.acquire()
    twin.acquire()
    assert clock.now == 1001.05


def test_a_limiter_shows_its_limits_and_its_load():
    limiter = Limiter(Limits(in_flight=2, per_second=8), clock=FakeClock())
    limiter.acquire()
    limiter.slowed()
    expected = "<Limiter Limits(in_flight=2, per_second=8): in_flight=1, waiting=0, pace=4.0>"
    assert repr(limiter) == expected


def test_limits_are_a_value():
    limits = Limits(in_flight=5, per_second=None)
    assert limits == pickle.loads(pickle.dumps(limits)) != Limits()
    assert hash(limits) == hash(copy.copy(limits))
    with pytest.raises(AttributeError):
        limits.in_flight = 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("in_flight", value) for value in (0, -1, 1.0, 2.5, math.nan, math.inf, "20", True, False)],
        *[("per_second", value) for value in (0, -1, 0.0, 1e-9, math.nan, math.inf, 10**400, "60", True, 1j)],
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=rf"^Limits: {name} must be .*, or None for no limit, not "):
        Limits(**{name: value})


@pytest.mark.parametrize("limits", [(1, 1), (1, 1.0), (10**6, 10**6), (1, 0.001), (None, None)])
def test_the_ends_of_a_limits_range_are_taken(limits):
    assert Limiter(Limits(*limits)).limits == Limits(in_flight=limits[0], per_second=limits[1])


def test_a_limiter_that_nobody_holds_is_gone():
    limiter = Limiter()
    limiter.acquire()
    seen = weakref.ref(limiter)
    del limiter
    gc.collect()
    assert seen() is None


def test_asyncio_is_not_imported_for_threads():
    code = (
        "import sys\n"
        "from acedata_responses.limits import Limiter\n"
        "limiter = Limiter()\n"
        "limiter.acquire()\n"
        "limiter.release()\n"
        "print([name for name in ('httpx', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
