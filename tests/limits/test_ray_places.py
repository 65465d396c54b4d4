"""The limits of a cluster, as the actor that keeps them: tried without Ray. `make ray` tries them with it."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec

import pytest

from acedata_responses import ConfigurationError, Limits
from acedata_responses.ray import Answer, ClusterLimiter
from acedata_responses.ray._places import Places
from tests.clock import FakeClock
from tests.waiting import in_loop, until_async

LEASE = 30.0


def places(clock: FakeClock, in_flight: int = 1) -> Places:
    return Places(Limits(in_flight=in_flight, per_second=None), LEASE, clock)


@in_loop
async def test_a_place_that_is_released_goes_to_the_one_who_waits():
    kept = places(FakeClock())
    assert await kept.acquire(("a", 0)) == ""
    waiting = asyncio.create_task(kept.acquire(("b", 0)))
    await until_async(lambda: kept._limiter.waiting == 1)
    assert await kept.load() == (1, 1, None)
    await kept.release(("a", 0))
    assert await waiting == ""
    await kept.release(("b", 0))
    await kept.release(("b", 0))
    assert await kept.load() == (0, 0, None)


@in_loop
async def test_the_places_of_a_worker_that_is_not_heard_of_come_back():
    clock = FakeClock()
    kept = places(clock)
    await kept.acquire(("dead", 0))
    waiting = asyncio.create_task(kept.acquire(("b", 0)))
    await until_async(lambda: kept._limiter.waiting == 1)
    clock.pass_by(LEASE)
    await kept.alive("b")
    assert not waiting.done()
    clock.pass_by(1)
    await kept.alive("b")
    assert await waiting == ""


@in_loop
async def test_a_place_that_comes_when_its_worker_is_dead_comes_back():
    clock = FakeClock()
    kept = places(clock)
    await kept.acquire(("a", 0))
    dead = asyncio.create_task(kept.acquire(("dead", 0)))
    await until_async(lambda: kept._limiter.waiting == 1)
    clock.pass_by(LEASE + 1)
    await kept.alive("a")
    await kept.release(("a", 0))
    assert await dead == ""
    await kept.alive("a")
    assert await kept.acquire(("a", 1)) == ""


@in_loop
async def test_a_worker_that_renews_its_lease_keeps_its_places():
    clock = FakeClock()
    kept = places(clock)
    await kept.acquire(("a", 0))
    for _ in range(5):
        clock.pass_by(LEASE / 2)
        await kept.alive("a")
    assert (await kept.load())[0] == 1


@in_loop
async def test_a_place_that_nobody_wants_any_more_is_free_as_soon_as_it_is_there():
    kept = places(FakeClock())
    await kept.acquire(("a", 0))
    waiting = asyncio.create_task(kept.acquire(("b", 0)))
    await until_async(lambda: kept._limiter.waiting == 1)
    await kept.release(("b", 0))
    await kept.release(("a", 0))
    await waiting
    assert await kept.load() == (0, 0, None)


@in_loop
async def test_asking_again_for_a_place_takes_no_second_one():
    kept = places(FakeClock(), in_flight=2)
    assert await kept.acquire(("a", 0)) == await kept.acquire(("a", 0)) == ""
    assert (await kept.load())[0] == 1


@in_loop
async def test_a_worker_that_waits_too_long_learns_what_is_in_the_way():
    kept = places(FakeClock())
    await kept.acquire(("a", 0))
    assert "1 of 1 calls are in flight" in await kept.acquire(("b", 0), seconds=0.0)
    await kept.release(("a", 0))
    assert await kept.acquire(("b", 1), seconds=0.0) == ""


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed here")
@pytest.mark.parametrize("make", [ClusterLimiter, lambda: Answer(token="a-token")], ids=["limiter", "answer"])
def test_without_ray_the_message_says_how_to_install_it(make):
    with pytest.raises(ConfigurationError, match=r'pip install "acedata-responses\[ray\]"'):
        make()
