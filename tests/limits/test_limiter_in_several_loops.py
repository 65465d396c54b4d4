"""One limiter in several event loops and threads at once, and in event loops that are closed."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from acedata_responses.limits import Limiter, Limits
from tests.waiting import PATIENCE, acquire, in_loop, one_at_a_time, run, thread, until, until_async

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_threads_and_tasks_of_several_loops_share_the_slots():
    limiter = Limiter(Limits(in_flight=4, per_second=None))
    running, most = [], []

    def begin():
        running.append(None)
        most.append(len(running))

    def end(slot):
        running.pop()
        slot.release()

    def in_thread():
        for _ in range(50):
            slot = limiter.acquire()
            begin()
            time.sleep(0)
            end(slot)

    async def in_task():
        for _ in range(10):
            slot = await limiter.acquire_async()
            begin()
            await asyncio.sleep(0)
            end(slot)

    async def in_tasks():
        await asyncio.gather(*(in_task() for _ in range(10)))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for work in [in_thread] * 5 + [lambda: run(in_tasks())] * 6]:
            done.result(PATIENCE)
    assert max(most) <= 4
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


@in_loop
async def test_threads_and_tasks_take_turns_in_order_of_arrival():
    limiter = one_at_a_time()
    held = limiter.acquire()
    order = []

    def in_thread(number):
        slot = limiter.acquire()
        order.append(number)
        slot.release()

    async def in_task(number):
        slot = await limiter.acquire_async()
        order.append(number)
        slot.release()

    with ThreadPoolExecutor(2) as pool:
        calls = []
        for number in (1, 2, 3, 4):
            is_task = number % 2 == 0
            calls.append(asyncio.create_task(in_task(number)) if is_task else pool.submit(in_thread, number))
            await until_async(lambda number=number: limiter.waiting == number)
        held.release()
        await asyncio.gather(*(call if isinstance(call, asyncio.Task) else asyncio.wrap_future(call) for call in calls))
    assert order == [1, 2, 3, 4]


def test_a_thread_can_release_the_slot_of_a_task():
    limiter = one_at_a_time()

    def release(slot):
        until(lambda: limiter.waiting == 1)
        slot.release()

    async def calls():
        slot = await limiter.acquire_async()
        with thread(lambda: release(slot)):
            await limiter.acquire_async()

    run(calls(), debug=True)  # in debug mode, the loop refuses calls that are not thread-safe
    assert limiter.in_flight == 1


@contextmanager
def abandoned_task(limiter: Limiter) -> Iterator[asyncio.AbstractEventLoop]:
    """A task that waits for its turn in a loop that no longer runs, and is never cancelled."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(limiter.acquire_async())
    loop.run_until_complete(until_async(lambda: limiter.waiting == 1))
    yield loop
    task._log_destroy_pending = False


@pytest.mark.parametrize("released", ["after another call waits", "before another call comes", "without another call"])
def test_a_waiting_task_of_a_closed_loop_is_skipped(released):
    limiter = one_at_a_time()
    held = limiter.acquire()
    with abandoned_task(limiter) as loop:
        if released == "after another call waits":
            loop.close()
            with thread(limiter.acquire):
                until(lambda: limiter.waiting == 2)
                held.release()
        elif released == "before another call comes":
            held.release()
            loop.close()
            assert limiter.waiting == 1
            with thread(limiter.acquire):
                pass
        else:
            loop.close()
            held.release()
        assert (limiter.in_flight, limiter.waiting) == (int(released != "without another call"), 0)


def test_the_slots_of_a_closed_loop_are_free(flavour):
    limiter = Limiter(Limits(in_flight=3, per_second=None))
    loop = asyncio.new_event_loop()
    lost = [loop.run_until_complete(limiter.acquire_async()) for _ in range(3)]
    loop.close()
    assert limiter.in_flight == 3
    acquire(limiter, flavour, timeout=PATIENCE)
    assert limiter.in_flight == 1
    for slot in lost:
        slot.release()
    assert limiter.in_flight == 1


@pytest.mark.parametrize("limits", [{"timeout": 0.9}, {}], ids=repr)
def test_waiting_calls_get_the_slots_of_loops_that_are_closed_meanwhile(limits, flavour):
    """A loop does not report that it is closed, so waiting calls must check for it."""
    limiter = Limiter(Limits(in_flight=2, per_second=None))
    loops = [asyncio.new_event_loop() for _ in range(2)]
    for loop in loops:
        loop.run_until_complete(limiter.acquire_async())
    call = partial(acquire, limiter, flavour, **limits)
    with thread(call), thread(call):
        until(lambda: limiter.waiting == 2)
        for loop in loops:
            loop.close()
    assert (limiter.in_flight, limiter.waiting) == (2, 0)
