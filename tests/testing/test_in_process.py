"""The embedded service without a socket: the same answers and the same faults."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import pytest

from acedata_responses import testing
from tests.testing.answers import EVENTS, SHAPES, TEXT
from tests.testing.plain_clients import ASK, ask, async_client_of, client_of
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

    def sync(service):
        with client_of(service, timeout=timeout) as http:
            ask(http, stream=stream)

    async def async_(service):
        async with async_client_of(service, timeout=timeout) as http:
            await ask(http, stream=stream)

    messages = []
    for carrier in (service, testing.transport()):
        carrier.reply_with(scripted, scripted)
        with pytest.raises(error) as sync_failure:
            sync(carrier)
        with pytest.raises(error) as async_failure:
            asyncio.run(async_(carrier))
        messages.append((str(sync_failure.value), str(async_failure.value)))
        carrier.wait_until(lambda: len(carrier.requests) == 2 and not carrier.in_flight)  # noqa: B023
        assert [bool(request.hung_up) for request in carrier.requests] == [error is httpx.ReadTimeout] * 2
    if error is httpx.RemoteProtocolError:
        assert messages[0] == messages[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_in_process_the_same_answers_are_given(service, http, shape):
    transport = testing.transport(shape=shape, text=TEXT)
    service.answers(shape=shape, text=TEXT)

    async def call(**fields):
        async with async_client_of(transport) as client:
            return await ask(client, **fields)

    with client_of(transport) as client:
        for fields in ({}, {"stream": True}, {"n": 0}):
            transport.clear()
            here, there = ask(client, **fields), ask(http, **fields)
            later = asyncio.run(call(**fields))
            assert here.status_code == there.status_code == later.status_code
            assert here.headers == there.headers == later.headers
            assert len(transport.requests) == 2
            assert transport.requests[0].json == service.requests[-1].json
    assert transport.connections_opened == transport.in_flight == 0


def test_in_process_events_come_one_by_one_and_leaving_early_is_noticed():
    transport = testing.transport()
    with client_of(transport) as http:
        with http.stream("POST", "/openai/responses", json={**ASK, "stream": True}) as reply:
            pieces = reply.iter_raw()
            assert [json.loads(next(pieces)[6:])["sequence_number"] for _ in range(3)] == [0, 1, 2]
            assert transport.in_flight == 1
        (request,) = transport.requests
        transport.wait_until_disconnected(request)
        assert transport.in_flight == 0


@in_loop
async def test_in_process_a_stall_lasts_until_it_is_released_or_the_task_is_cancelled():
    transport = testing.transport()
    transport.reply_with(testing.Fault("stall"), testing.Fault("stall", "body"))

    async with async_client_of(transport, timeout=None) as http:
        waiting = asyncio.create_task(ask(http))
        await asyncio.to_thread(transport.wait_until_stalled)
        transport.release()
        assert (await waiting).status_code == 200
        waiting = asyncio.create_task(ask(http))
        await asyncio.to_thread(transport.wait_until_stalled)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert [bool(request.hung_up) for request in transport.requests] == [False, True]
    transport.reply_with(testing.Fault("stall"))
    with client_of(transport, timeout=None) as http:
        threading.Timer(0.05, lambda: (transport.wait_until_stalled(), transport.release())).start()
        assert ask(http).status_code == 200
