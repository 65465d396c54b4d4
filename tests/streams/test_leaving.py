"""Leaving a stream early closes its connection at once, however it is left, and the client stays usable."""

from __future__ import annotations

import asyncio
import gc
import json
from contextlib import suppress

import pytest

from acedata_responses import AsyncClient, errors, testing
from tests.bare_sockets import bare, read_request
from tests.drivers import MINIMAL, ONE_PLACE
from tests.faults.table import SHORT
from tests.streams.events import assert_usable, delta, ending
from tests.waiting import in_loop


def left_by_closing(stream):
    stream.close()
    stream.close()


def left_by_the_with(stream):
    with stream:
        pass


def left_in_the_middle(stream):
    with stream:
        next(iter(stream))


def left_in_the_texts(stream):
    with stream:
        for _text in stream.text_deltas():
            break


def left_by_an_exception(stream):
    with suppress(ZeroDivisionError), stream:
        next(iter(stream))
        raise ZeroDivisionError


LEAVING = [left_by_closing, left_by_the_with, left_in_the_middle, left_in_the_texts, left_by_an_exception]


@pytest.mark.parametrize("leave", LEAVING)
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


def test_a_closed_stream_gives_out_nothing_more_of_what_was_received(client, service):
    service.reply_with(
        testing.Answer(events=[b"".join(b"data: %s\n\n" % json.dumps(delta("a")).encode() for _ in "123")])
    )
    stream = client.open()
    next(iter(stream))
    stream.close()
    with pytest.raises(errors.StreamInterruptedError) as caught:
        next(iter(stream))
    assert (caught.value.reason, caught.value.events, stream.partial_text) == ("closed", 1, "a")


def dropped_at_once(_stream):
    pass


def dropped_in_the_middle(stream):
    next(iter(stream))


def dropped_in_the_texts(stream):
    next(iter(stream.text_deltas()))


@pytest.mark.parametrize("drop", [dropped_at_once, dropped_in_the_middle, dropped_in_the_texts])
def test_a_stream_that_nobody_holds_any_more_is_left_too(drop, client, service):
    service.reply_with(testing.Fault("stall", "event", after=5))
    drop(client.open())
    gc.collect()
    service.wait_until_disconnected(service.requests[0], timeout=5)
    assert_usable(client, service)


def test_a_stream_read_to_its_end_keeps_the_connection_and_gives_its_place_back_at_once(client, service):
    stream = client.open()
    list(stream)
    assert_usable(client, service)
    assert {request.connection for request in service.requests} == {1}
    stream.close()


STAGES = {
    "head": testing.Fault("stall"),
    "reply": testing.Fault("stall", "body", after=9),
    "stream": testing.Fault("stall", "event", after=5),
}


@pytest.mark.parametrize("cut_short", ["cancelled", "timed out"])
@pytest.mark.parametrize("stage", STAGES)
@in_loop
async def test_a_task_that_is_cut_short_closes_its_connection_at_once(stage, cut_short, service):
    async def read(client):
        fields = {"stream": True} if stage == "stream" else {}
        async for _event in await client.responses.create(**MINIMAL, **fields):
            pass

    async with AsyncClient(testing.TOKEN, base_url=service.url, limits=ONE_PLACE) as client:
        service.reply_with(STAGES[stage])
        timeout = SHORT if cut_short == "timed out" else None
        task = asyncio.create_task(asyncio.wait_for(read(client), timeout))
        if cut_short == "cancelled":
            await asyncio.to_thread(service.wait_until_stalled)
            task.cancel()
        with pytest.raises((asyncio.CancelledError, asyncio.TimeoutError)):
            await task
        for request in service.requests:  # none where the time was up before it arrived
            await asyncio.to_thread(service.wait_until_disconnected, request, 30)
        assert (await client.responses.create(**MINIMAL, deadline=30)).output_text


def test_a_service_that_keeps_the_connection_open_after_the_end_does_not_hold_the_reader(connect):
    lines = b"".join(
        b"data: %s\n\n" % json.dumps(event).encode() for event in [delta("Hi"), ending("completed", text="Hi")]
    )

    def talk(connection, received):
        read_request(connection, received)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        connection.sendall(head + lines)
        connection.recv(1)

    with bare(talk) as server:
        assert connect(base_url=server.url).open().final().output_text == "Hi"
