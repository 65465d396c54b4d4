"""The in-process transport: the same answers and the same faults as on a socket."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest

from acedata_responses import testing
from tests.testing.clients import EVENTS, REQUEST, SHAPES, async_client_of, client_of, post
from tests.waiting import in_loop


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("scripted", "error"),
    [
        (testing.Fault("cut"), httpx.RemoteProtocolError),
        (testing.Fault("cut", "head"), httpx.RemoteProtocolError),
        (testing.Fault("cut", "body"), httpx.RemoteProtocolError),
        (EVENTS.but(testing.Fault("cut", "event", after=1)), httpx.RemoteProtocolError),
        (testing.Fault("reset"), httpx.ReadError),
        (testing.Fault("reset", "head"), httpx.ReadError),
        (testing.Fault("reset", "body", after=20), httpx.ReadError),
        (testing.Fault("stall"), httpx.ReadTimeout),
        (testing.Fault("stall", "head"), httpx.ReadTimeout),
        (testing.Fault("stall", "body", after=20), httpx.ReadTimeout),
        (testing.Fault("delay", seconds=60), httpx.ReadTimeout),
        (testing.Answer(raw=b"SSH-2.0-server\r\n"), httpx.RemoteProtocolError),
        (testing.Answer(body=b"abc", headers={"content-length": "9"}), httpx.RemoteProtocolError),
    ],
)
def test_a_fault_is_the_same_in_process_and_on_a_socket(service, scripted, error, stream):
    timeout = httpx.Timeout(10, read=0.05 if error is httpx.ReadTimeout else 10)

    def in_thread(service):
        with client_of(service, timeout=timeout) as http:
            post(http, stream=stream)

    async def in_task(service):
        async with async_client_of(service, timeout=timeout) as http:
            await post(http, stream=stream)

    messages = []
    for served in (service, testing.transport()):
        served.reply_with(scripted, scripted)
        with pytest.raises(error) as thread_error:
            in_thread(served)
        with pytest.raises(error) as task_error:
            asyncio.run(in_task(served))
        messages.append((str(thread_error.value), str(task_error.value)))
        served.wait_until(lambda: len(served.requests) == 2 and not served.in_flight)  # noqa: B023
        assert [bool(request.hung_up) for request in served.requests] == [error is httpx.ReadTimeout] * 2
    if error is httpx.RemoteProtocolError:
        assert messages[0] == messages[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_answers_are_the_same_in_process_and_on_a_socket(service, http, shape):
    transport = testing.transport(shape=shape, text="Hello")
    service.answers(shape=shape, text="Hello")

    async def call(**fields):
        async with async_client_of(transport) as client:
            return await post(client, **fields)

    with client_of(transport) as client:
        for fields in ({}, {"stream": True}, {"n": 0}):
            transport.clear()
            responses = post(client, **fields), post(http, **fields), asyncio.run(call(**fields))
            assert len({response.status_code for response in responses}) == 1
            assert responses[0].headers == responses[1].headers == responses[2].headers
            assert len(transport.requests) == 2
            assert transport.requests[0].json == service.requests[-1].json
    assert transport.connections_opened == transport.in_flight == 0


def test_events_are_sent_one_by_one_and_a_disconnect_is_recorded():
    transport = testing.transport()
    with client_of(transport) as http:
        with http.stream("POST", "/openai/responses", json={**REQUEST, "stream": True}) as response:
            pieces = response.iter_raw()
            assert [json.loads(next(pieces)[6:])["sequence_number"] for _ in range(3)] == [0, 1, 2]
            assert transport.in_flight == 1
        (request,) = transport.requests
        transport.wait_until_disconnected(request)
        assert transport.in_flight == 0


@in_loop
async def test_a_stalled_answer_continues_when_it_is_released_or_ends_when_the_task_is_cancelled():
    transport = testing.transport()
    transport.reply_with(testing.Fault("stall"), testing.Fault("stall", "body"))

    async with async_client_of(transport, timeout=None) as http:
        waiting = asyncio.create_task(post(http))
        await asyncio.to_thread(transport.wait_until_stalled)
        transport.release()
        assert (await waiting).status_code == 200
        waiting = asyncio.create_task(post(http))
        await asyncio.to_thread(transport.wait_until_stalled)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert [bool(request.hung_up) for request in transport.requests] == [False, True]
    transport.reply_with(testing.Fault("stall"))
    with client_of(transport, timeout=None) as http:
        threading.Timer(0.05, lambda: (transport.wait_until_stalled(), transport.release())).start()
        assert post(http).status_code == 200
