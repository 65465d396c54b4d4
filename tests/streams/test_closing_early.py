"""Leaving a stream early, in any way, closes its connection at once, and the client stays usable."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress

import pytest

from acedata_responses import AsyncClient, errors, testing
from tests.bare_sockets import bare, read_request
from tests.drivers import MINIMAL, ONE_SLOT
from tests.faults.fault_table import SHORT
from tests.streams.events import as_bytes, assert_usable, delta, ending
from tests.waiting import in_loop


def closed(stream):
    stream.close()
    stream.close()


def entered(stream):
    with stream:
        pass


def read_in_part(stream):
    with stream:
        next(iter(stream))


def read_in_part_as_text(stream):
    with stream:
        next(iter(stream.text_deltas()))


def interrupted_by_an_exception(stream):
    with suppress(ZeroDivisionError), stream:
        next(iter(stream))
        raise ZeroDivisionError


@pytest.mark.parametrize("leave", [closed, entered, read_in_part, read_in_part_as_text, interrupted_by_an_exception])
def test_leaving_a_stream_closes_its_connection_at_once(leave, client, service):
    service.reply_with(testing.Fault("stall", "event", after=5))
    stream = client.open()
    leave(stream)
    service.wait_until_disconnected(service.requests[0], timeout=30)
    for read in (stream.final, lambda: list(stream), lambda: list(stream.text_deltas())):
        with pytest.raises(errors.StreamInterruptedError) as caught:
            read()
        assert caught.value.reason == "closed"
    assert_usable(client, service)
    assert len(service.requests) == 2


def test_a_closed_stream_yields_no_more_events_though_some_were_received(client, service):
    service.reply_with(testing.Answer(events=[as_bytes(*[delta("a")] * 3)]))
    stream = client.open()
    next(iter(stream))
    stream.close()
    with pytest.raises(errors.StreamInterruptedError) as caught:
        next(iter(stream))
    assert (caught.value.reason, caught.value.events, stream.partial_text) == ("closed", 1, "a")


@pytest.mark.parametrize(
    "read", [lambda stream: None, lambda stream: next(iter(stream)), lambda stream: next(iter(stream.text_deltas()))],
    ids=["not read", "read in part", "read in part as text"],
)  # fmt: skip
def test_a_stream_that_is_garbage_collected_closes_its_connection(read, client, service):
    service.reply_with(testing.Fault("stall", "event", after=5))
    read(client.open())
    gc.collect()
    service.wait_until_disconnected(service.requests[0], timeout=5)
    assert_usable(client, service)


def test_a_stream_that_was_read_to_its_end_keeps_its_connection_and_is_not_in_flight(client, service):
    stream = client.open()
    list(stream)
    assert_usable(client, service)
    assert {request.connection for request in service.requests} == {1}
    stream.close()


STAGES = {
    "head": testing.Fault("stall"),
    "reply": testing.Fault("stall", "body", after=9),
    "stream before its first event": testing.Fault("stall", "event"),
    "stream": testing.Fault("stall", "event", after=5),
}


@pytest.mark.parametrize("reason", ["cancelled", "timed out"])
@pytest.mark.parametrize("stage", STAGES)
@in_loop
async def test_a_task_that_is_cancelled_or_times_out_closes_its_connection_at_once(stage, reason, service):
    async def read(client):
        fields = {"stream": True} if stage.startswith("stream") else {}
        async for _event in await client.responses.create(**MINIMAL, **fields):
            pass

    async with AsyncClient(testing.TOKEN, base_url=service.url, limits=ONE_SLOT) as client:
        service.reply_with(STAGES[stage])
        timeout = SHORT if reason == "timed out" else None
        task = asyncio.create_task(asyncio.wait_for(read(client), timeout))
        if reason == "cancelled":
            await asyncio.to_thread(service.wait_until_stalled)
            task.cancel()
        with pytest.raises((asyncio.CancelledError, asyncio.TimeoutError)):
            await task
        for request in service.requests:  # there is none if the task timed out before it was sent
            await asyncio.to_thread(service.wait_until_disconnected, request, 30)
        assert (await client.responses.create(**MINIMAL, deadline=30)).output_text


def test_a_stream_ends_with_its_last_event_though_the_service_keeps_the_connection_open(connect):
    def talk(connection, received):
        read_request(connection, received)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        connection.sendall(head + as_bytes(delta("Hi"), ending("completed", text="Hi")))
        connection.recv(1)

    with bare(talk) as server:
        assert connect(base_url=server.url).open().final().output_text == "Hi"
