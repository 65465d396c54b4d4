"""The limiter in tasks: no turn is lost when tasks are cancelled, and waiting uses no processor time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acedata_responses.limits import Limiter, Limits
from tests.clock import FakeClock
from tests.waiting import in_loop, one_at_a_time, run, until_async


def start_in_tasks(limiter):
    async def calls():
        await asyncio.gather(*(limiter.acquire_async() for _ in range(50)))

    run(calls())


def start_in_threads(limiter):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: limiter.acquire(), range(50)))


@pytest.mark.parametrize("start", [start_in_tasks, start_in_threads])
def test_concurrent_calls_keep_the_pace_together(start):
    clock = FakeClock()
    limiter = Limiter(Limits(in_flight=None, per_second=10), clock=clock)
    start(limiter)
    assert limiter.in_flight == 50
    assert clock.now - 1000 == pytest.approx(49 * 1.05 / 10)
    assert len(clock.sleeps) < 150, "waiting is not polling"


@settings(deadline=None, max_examples=50)
@given(data=st.data())
@in_loop
async def test_no_turn_is_lost_whichever_tasks_are_cancelled(data):
    limiter = Limiter(Limits(in_flight=2, per_second=5), clock=FakeClock())
    cancellations = data.draw(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 40)), max_size=12))

    async def call():
        slot = await limiter.acquire_async()
        try:
            await asyncio.sleep(0)
        finally:
            slot.release()

    tasks = [asyncio.create_task(call()) for _ in range(12)]
    for step in range(41):
        for index, at in cancellations:
            if at == step:
                tasks[index].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


@pytest.mark.parametrize("order", [1, -1])
@in_loop
async def test_ten_thousand_waiting_tasks_can_be_cancelled_in_either_order(order):
    limiter = one_at_a_time()
    limiter.acquire()
    tasks = [asyncio.create_task(limiter.acquire_async()) for _ in range(10_000)]
    await until_async(lambda: limiter.waiting == len(tasks))
    for task in tasks[::order]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


@in_loop
async def test_a_waiting_task_does_not_poll_and_leaves_no_timer_behind(monkeypatch):
    class Counting(FakeClock):
        reads = 0

        def monotonic(self):
            self.reads += 1
            return super().monotonic()

    limiter = one_at_a_time(clock := Counting())
    held = limiter.acquire()
    loop, timers = asyncio.get_running_loop(), []
    call_later = loop.call_later

    def recorded(seconds, *call):
        timers.append(call_later(seconds, *call))
        return timers[-1]

    monkeypatch.setattr(loop, "call_later", recorded)
    waiting, cancelled = (asyncio.create_task(limiter.acquire_async()) for _ in range(2))
    await until_async(lambda: limiter.waiting == 2)
    reads = clock.reads
    for _ in range(100):
        await asyncio.sleep(0)
    assert (clock.reads, clock.sleeps) == (reads, [])
    cancelled.cancel()
    held.release()
    await asyncio.gather(waiting, cancelled, return_exceptions=True)
    assert len(timers) == 2
    assert all(timer.cancelled() for timer in timers)
