"""One limiter in several event loops, in threads and tasks at once; also where a loop is closed over its tasks."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from acedata_responses.limits import Limiter, Limits
from tests.drivers import ONE_PLACE
from tests.waiting import PATIENCE, acquire, in_loop, one_at_a_time, run, thread, until, until_async

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_threads_and_tasks_of_several_loops_share_the_places():
    limiter = Limiter(Limits(in_flight=4, per_second=None))
    running, most = [], []

    def begin():
        running.append(None)
        most.append(len(running))

    def end(place):
        running.pop()
        place.release()

    def in_thread():
        for _ in range(50):
            place = limiter.acquire()
            begin()
            time.sleep(0)
            end(place)

    async def one_of_many():
        for _ in range(10):
            place = await limiter.acquire_async()
            begin()
            await asyncio.sleep(0)
            end(place)

    async def many():
        await asyncio.gather(*(one_of_many() for _ in range(10)))

    def in_loop():
        run(many())

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work) for work in [in_thread] * 5 + [in_loop] * 3]:
            done.result(PATIENCE)
    assert max(most) <= 4
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


@in_loop
async def test_threads_and_tasks_take_turns_in_the_order_in_which_they_came():
    limiter = one_at_a_time()
    held = limiter.acquire()
    order = []

    def in_thread(name):
        place = limiter.acquire()
        order.append(name)
        place.release()

    async def in_task(name):
        place = await limiter.acquire_async()
        order.append(name)
        place.release()

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
        held.release()
        await asyncio.gather(*tasks, *map(asyncio.wrap_future, done))
    assert order == ["thread 1", "task 2", "thread 3", "task 4"]


def test_a_thread_can_give_a_tasks_turn_back():
    limiter = one_at_a_time()

    def in_a_thread(place):
        until(lambda: limiter.waiting == 1)
        place.release()

    async def calls():
        place = await limiter.acquire_async()
        with thread(lambda: in_a_thread(place)):
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
    held = limiter.acquire()
    with abandoned_task(limiter) as loop:
        loop.close()
        with thread(limiter.acquire):
            until(lambda: limiter.waiting == 2)
            held.release()
        assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_a_task_whose_loop_was_closed_after_it_was_called_is_passed_over():
    limiter = one_at_a_time()
    held = limiter.acquire()
    with abandoned_task(limiter) as loop:
        held.release()
        loop.close()
        assert limiter.waiting == 1
        with thread(limiter.acquire):
            pass
        assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_a_task_in_a_closed_loop_is_no_trouble_for_who_gives_a_turn_back():
    limiter = one_at_a_time()
    held = limiter.acquire()
    with abandoned_task(limiter) as loop:
        loop.close()
        held.release()
        assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_one_limiter_serves_several_loops_one_after_another():
    limiter = Limiter(ONE_PLACE)

    async def calls():
        async def call():
            place = await limiter.acquire_async()
            await asyncio.sleep(0)
            place.release()

        await asyncio.gather(*(call() for _ in range(5)))

    for _ in range(3):
        run(calls())
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_the_places_of_a_loop_that_was_closed_over_them_are_free_again(flavour):
    limiter = Limiter(Limits(in_flight=3, per_second=None))
    loop = asyncio.new_event_loop()
    lost = [loop.run_until_complete(limiter.acquire_async()) for _ in range(3)]
    loop.close()
    assert limiter.in_flight == 3
    acquire(limiter, flavour, timeout=PATIENCE)
    assert limiter.in_flight == 1
    for place in lost:
        place.release()
    assert limiter.in_flight == 1


@pytest.mark.parametrize("limits", [{"timeout": 0.9}, {}], ids=repr)
def test_a_call_that_waits_gets_a_place_of_a_loop_that_is_closed_meanwhile(limits, flavour):
    """Nothing tells it of the end of the loop, so that it has to look for it from time to time."""
    limiter = one_at_a_time()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(limiter.acquire_async())
    with thread(lambda: acquire(limiter, flavour, **limits)):
        until(lambda: limiter.waiting == 1)
        loop.close()
    assert (limiter.in_flight, limiter.waiting) == (1, 0)


def test_of_several_calls_that_wait_each_gets_a_place_of_a_loop_that_is_closed_meanwhile():
    limiter = Limiter(Limits(in_flight=2, per_second=None))
    loops = [asyncio.new_event_loop() for _ in range(2)]
    for loop in loops:
        loop.run_until_complete(limiter.acquire_async())
    with thread(limiter.acquire), thread(limiter.acquire):
        until(lambda: limiter.waiting == 2)
        for loop in loops:
            loop.close()
    assert (limiter.in_flight, limiter.waiting) == (2, 0)
