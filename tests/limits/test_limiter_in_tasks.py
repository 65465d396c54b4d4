"""The limiter in tasks: no turn is lost, whichever task is cancelled when, and a wait costs nothing meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acedata_responses.limits import Limiter, Limits, LimitTimeout
from tests.clock import FakeClock
from tests.waiting import in_loop, most_in_a_second, one_at_a_time, run, until_async


@in_loop
async def test_tasks_keep_the_pace_together():
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=10), clock=clock)
    starts = []

    async def call():
        await limiter.acquire_async()
        starts.append(clock.now)

    await asyncio.gather(*(call() for _ in range(50)))
    assert most_in_a_second(starts) == 10
    assert clock.now - 1000 == pytest.approx(49 * 1.05 / 10)
    assert len(clock.sleeps) < 100


@in_loop
async def test_a_task_that_gives_up_leaves_no_hole():
    limiter = one_at_a_time(clock := FakeClock())
    held = limiter.acquire()

    impatient = asyncio.create_task(limiter.acquire_async(give_up_at=clock.now + 0.02))
    patient = asyncio.create_task(limiter.acquire_async())
    with pytest.raises(LimitTimeout):
        await impatient
    assert limiter.waiting == 1
    held.release()
    await patient
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("released_first", [True, False])
@in_loop
async def test_a_task_cancelled_at_the_moment_of_its_turn_hands_it_on(steps, released_first):
    limiter = one_at_a_time()
    held = limiter.acquire()

    first, second = (asyncio.create_task(limiter.acquire_async()) for _ in range(2))
    await until_async(lambda: limiter.waiting == 2)
    if released_first:
        held.release()
    for _ in range(steps):
        await asyncio.sleep(0)
    first.cancel()
    if not released_first:
        held.release()
    with suppress(asyncio.CancelledError):
        (await first).release()  # the turn had come before the cancellation
    await second
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
@in_loop
async def test_no_turn_is_lost_whichever_tasks_are_cancelled_whenever(data):
    limiter = Limiter(Limits(in_flight=2, per_second=5), clock=FakeClock())
    number = st.integers(0, 11)
    doomed = data.draw(st.lists(st.tuples(number, st.integers(0, 40)), max_size=12))

    async def call():
        place = await limiter.acquire_async()
        try:
            await asyncio.sleep(0)
        finally:
            place.release()

    tasks = [asyncio.create_task(call()) for _ in range(12)]
    for step in range(41):
        for index, moment in doomed:
            if moment == step:
                tasks[index].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
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


@in_loop
async def test_those_who_wait_for_a_place_ask_for_nothing_meanwhile():
    limiter = one_at_a_time(clock := Asked())
    held = limiter.acquire()

    waiting = asyncio.create_task(limiter.acquire_async())
    await until_async(lambda: limiter.waiting == 1)
    looks = clock.looks
    for _ in range(100):
        await asyncio.sleep(0)
    assert clock.looks == looks
    held.release()
    await waiting
    assert clock.sleeps == []


@in_loop
async def test_a_wait_that_is_over_leaves_no_timer_behind(monkeypatch):
    limiter = one_at_a_time()
    held = limiter.acquire()
    timers = []

    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def recorded(seconds, *call):
        timers.append(call_later(seconds, *call))
        return timers[-1]

    monkeypatch.setattr(loop, "call_later", recorded)
    turn, cancelled = (asyncio.create_task(limiter.acquire_async()) for _ in range(2))
    await until_async(lambda: limiter.waiting == 2)
    cancelled.cancel()
    held.release()
    await asyncio.gather(turn, cancelled, return_exceptions=True)
    assert len(timers) == 2
    assert all(timer.cancelled() for timer in timers)
