"""The actor that keeps the limits of a cluster, without Ray. `make ray` tests it with Ray."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec

import pytest

from acedata_responses import ConfigurationError
from acedata_responses.ray import Answer, ClusterLimiter
from acedata_responses.ray._slots import Slots
from tests.clock import FakeClock
from tests.drivers import ONE_SLOT
from tests.waiting import in_loop, until_async

LEASE = 30.0


def slots(clock: FakeClock) -> Slots:
    return Slots(ONE_SLOT, LEASE, clock)


async def waiting_for(kept: Slots, number: tuple[str, int]) -> asyncio.Task[str]:
    """Return a task that waits for a slot."""
    task = asyncio.create_task(kept.acquire(number))
    await until_async(lambda: kept._limiter.waiting == 1)
    return task


@in_loop
async def test_a_released_slot_is_taken_by_the_next_call():
    kept = slots(FakeClock())
    assert await kept.acquire(("a", 0)) == await kept.acquire(("a", 0)) == "", "the same slot, not another one"
    waiting = await waiting_for(kept, ("b", 0))
    assert await kept.load() == (1, 1, None)
    await kept.release(("a", 0))
    assert await waiting == ""
    await kept.release(("b", 0))
    await kept.release(("b", 0))
    assert await kept.load() == (0, 0, None)


@in_loop
async def test_a_slot_is_freed_when_the_lease_of_its_worker_has_expired():
    clock = FakeClock()
    kept = slots(clock)
    await kept.acquire(("dead", 0))
    waiting = await waiting_for(kept, ("b", 0))
    for _ in range(5):
        clock.advance(LEASE)
        await kept.alive("b")
        await kept.alive("dead")
    clock.advance(LEASE)
    await kept.alive("b")
    assert not waiting.done()
    clock.advance(1)
    await kept.alive("b")
    assert await waiting == ""


@in_loop
async def test_a_slot_that_is_given_to_a_dead_worker_is_freed():
    clock = FakeClock()
    kept = slots(clock)
    await kept.acquire(("a", 0))
    dead = await waiting_for(kept, ("dead", 0))
    clock.advance(LEASE + 1)
    await kept.alive("a")
    await kept.release(("a", 0))
    assert await dead == ""
    await kept.alive("a")
    assert await kept.acquire(("a", 1)) == ""


@in_loop
async def test_a_slot_that_was_released_while_it_was_waited_for_is_free():
    kept = slots(FakeClock())
    await kept.acquire(("a", 0))
    waiting = await waiting_for(kept, ("b", 0))
    await kept.release(("b", 0))
    await kept.release(("a", 0))
    await waiting
    assert await kept.load() == (0, 0, None)


@in_loop
async def test_a_worker_that_waited_too_long_receives_the_reason():
    kept = slots(FakeClock())
    await kept.acquire(("a", 0))
    assert "1 of 1 calls are in flight" in await kept.acquire(("b", 0), seconds=0.0)
    await kept.release(("a", 0))
    assert await kept.acquire(("b", 1), seconds=0.0) == ""


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed here")
@pytest.mark.parametrize("make", [ClusterLimiter, lambda: Answer(token="a-token")], ids=["limiter", "answer"])
def test_without_ray_the_error_says_how_to_install_it(make):
    with pytest.raises(ConfigurationError, match=r'pip install "acedata-responses\[ray\]"'):
        make()
