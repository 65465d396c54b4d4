"""Connections in event loops: cancelled calls and closed loops leave no socket open and no slot taken."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path

import anyio
import pytest
import uvloop

from acedata_responses import AsyncClient, Client, Limiter, Limits, errors, testing
from tests.bare_sockets import bare, silent
from tests.drivers import MINIMAL, ONE_SLOT
from tests.faults.fault_table import PATIENT
from tests.waiting import in_loop, until

CALLS = 300
DESCRIPTORS = Path("/proc/self/fd")


async def cancelled_twice(call, steps):
    """Cancel a call after so many steps of the event loop, and once more while it unwinds."""
    task = asyncio.create_task(call())
    await going_on(steps)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def cancelled_by_a_scope(call, steps):
    """Cancel a call in the scope of anyio, which cancels it at each step until it has ended."""
    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await going_on(steps)
        group.cancel_scope.cancel()


async def going_on(steps):
    for _ in range(steps):
        await asyncio.sleep(0)


@pytest.mark.parametrize("cancel", [cancelled_twice, cancelled_by_a_scope])
def test_a_call_that_is_cancelled_at_any_step_leaves_no_connection(cancel, tls):
    async def main(service):
        limits = Limits(in_flight=5, per_second=None)
        async with AsyncClient(testing.TOKEN, base_url=service.url, limits=limits) as client:

            async def read():
                async for _event in await client.responses.create(**MINIMAL, stream=True):
                    pass

            for steps in range(CALLS):
                await cancel(client.models.list if steps % 2 else read, steps)
            assert (await client.responses.create(**MINIMAL, deadline=30)).output_text
        await asyncio.to_thread(service.wait_until, lambda: service.open_connections == 0)

    with testing.serve(tls=tls) as service:
        asyncio.run(main(service))


def run_and_close(coroutine):
    """Run a coroutine in a loop that is closed without the cleanup of `asyncio.run`."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def sockets():
    """Return the number of open sockets of this process."""
    links = [str(each.readlink()) for each in DESCRIPTORS.iterdir() if each.is_symlink()]
    return sum(link.startswith("socket:") for link in links)


UNCLOSED = pytest.mark.filterwarnings(
    "ignore:unclosed transport:ResourceWarning",  # what asyncio says of a loop that is closed like this
    "ignore:.*unclosed.*:pytest.PytestUnraisableExceptionWarning",
)


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="this system does not list descriptors")
@pytest.mark.parametrize("run", [asyncio.run, pytest.param(run_and_close, marks=UNCLOSED)])
@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
def test_closed_loops_leave_no_sockets(run, is_secure, tls):
    with testing.serve(tls=tls if is_secure else None) as service:
        client = AsyncClient(testing.TOKEN, base_url=service.url)
        gc.collect()
        gc.disable()  # it shall not be the collector that closes them
        try:
            run(client.models.list())
            before = sockets()
            for _ in range(10):
                run(client.models.list())
            until(lambda: sockets() <= before + 2)  # the two ends of the latest, at most
        finally:
            gc.enable()
        run(client.close())
        gc.collect()
        service.wait_until(lambda: service.open_connections == 0)


@UNCLOSED
@pytest.mark.parametrize("run", [asyncio.run, run_and_close])
@pytest.mark.parametrize("is_held", [True, False], ids=["held", "dropped"])
@pytest.mark.parametrize("caller", ["another loop", "a thread"])
def test_a_stream_whose_loop_was_closed_does_not_count_as_in_flight(caller, is_held, run, service):
    service.reply_with(testing.Fault("stall", "event", after=2))
    limiter = Limiter(ONE_SLOT)
    client = AsyncClient(testing.TOKEN, base_url=service.url, limits=limiter)
    streams = [run(client.responses.create(**MINIMAL, stream=True))]
    if not is_held:
        streams.clear()
    if run is asyncio.run:
        service.wait_until_disconnected(service.requests[0], timeout=10)
    if caller == "a thread":
        with Client(testing.TOKEN, base_url=service.url, limits=limiter) as other:
            assert other.responses.create(**MINIMAL, deadline=30).output_text
    assert run(client.responses.create(**MINIMAL, deadline=30)).output_text
    assert limiter.in_flight == 0
    run(client.close())
    streams.clear()
    gc.collect()


@in_loop
async def test_a_client_that_is_garbage_collected_closes_its_connections(service):
    client = AsyncClient(testing.TOKEN, base_url=service.url)
    await client.models.list()
    del client
    gc.collect()
    await asyncio.to_thread(service.wait_until, lambda: service.open_connections == 0)


@in_loop
async def test_a_client_closes_its_connections_in_all_loops(service):
    client = AsyncClient(testing.TOKEN, base_url=service.url)

    async def elsewhere():
        await client.models.list()
        assert service.open_connections == 2
        await client.close()

    await client.models.list()
    await asyncio.to_thread(asyncio.run, elsewhere())
    await asyncio.to_thread(service.wait_until, lambda: service.open_connections == 0)


@pytest.mark.parametrize("cut_short", ["cancelled", "timed out"])
def test_a_connection_that_is_abandoned_while_it_is_made_is_closed(cut_short):
    began, ended = threading.Event(), threading.Event()

    def talk(connection, received):
        received += connection.recv(1)
        began.set()
        silent(connection, received)
        ended.set()

    async def main(server):
        url = server.url.replace("http:", "https:")
        async with AsyncClient(testing.TOKEN, base_url=url, max_retries=0) as client:
            timeout = PATIENT if cut_short == "timed out" else None
            call = asyncio.create_task(client.responses.create(**MINIMAL, timeout=timeout))
            assert await asyncio.to_thread(began.wait, 30)
            if cut_short == "cancelled":
                call.cancel()
            with pytest.raises((asyncio.CancelledError, errors.RequestTimeoutError)):
                await call
            assert await asyncio.to_thread(ended.wait, 30)

    with bare(talk) as server:
        asyncio.run(main(server))


def test_uvloop_can_be_used(tls):
    async def main(url):
        async with AsyncClient(testing.TOKEN, base_url=url) as client:
            replies = [client.responses.create(**MINIMAL) for _ in range(3)]
            assert all(reply.output_text for reply in await asyncio.gather(*replies))
            async with await client.responses.create(**MINIMAL, stream=True) as stream:
                text = "".join([text async for text in stream.text_deltas()])
                assert text == (await stream.final()).output_text
            return client

    for settings in (None, tls):
        with testing.serve(tls=settings) as service:
            loop = uvloop.new_event_loop()
            loop.run_until_complete(main(service.url))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
            assert service.connections_opened == 3
            service.wait_until(lambda: service.open_connections == 0)
