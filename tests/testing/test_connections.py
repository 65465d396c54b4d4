"""The embedded service on sockets: HTTP in all its ways, many connections at once, TLS, and how it stops."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from acedata_responses import testing
from tests.certificates import tls_of, trusting
from tests.testing.answers import events_of, text_of
from tests.testing.plain_clients import ASK, HEADERS, Wire, ask, async_client_of


def test_requests_can_be_pipelined_and_cut_anywhere(service):
    requests = b"".join(Wire.request(input=str(n)) for n in range(20))
    service.reply_with(always=lambda request: testing.Answer(json=request.json["input"]))
    with Wire(service) as wire:
        for start in range(0, len(requests), 7):
            wire.socket.sendall(requests[start : start + 7])
        got = b"".join(wire.until(b'\r\n\r\n"%d"' % n) for n in range(20))
    assert got.count(b"HTTP/1.1 200 OK") == 20
    assert service.most_in_flight == service.connections_opened == 1


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it(service):
    head, _, body = Wire.request().partition(b"\r\n\r\n")
    with Wire(service) as wire:
        wire.socket.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert wire.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.socket.sendall(body)
        assert wire.until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1\r\nConnection: close"])
def test_a_client_that_wants_no_further_answer_is_left(service, version):
    with Wire(service) as wire:
        wire.socket.sendall(b"GET /openai/models %s\r\nHost: x\r\n\r\n" % version)
        got, end = wire.rest()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert end == "closed"


def test_events_are_sent_as_they_come(service, http):
    service.answers(text="one two")
    service.reply_with(testing.Fault("stall", "event", after=5))
    with http.stream("POST", "/openai/responses", json={**ASK, "stream": True}) as reply:
        lines = (line for line in reply.iter_lines() if line)
        assert json.loads([next(lines) for _ in range(5)][-1][6:])["delta"] == "one"
        service.wait_until_stalled()
        service.release()
        assert json.loads(next(lines)[6:])["delta"] == " two"
        assert json.loads(list(lines)[-1][6:])["type"] == "response.completed"
        assert service.requests[0].hung_up is None


def test_large_answers_and_requests_come_through(service, http):
    text = "x" * 8_000_000
    service.answers(text=lambda request: request.json["input"])
    reply = ask(http, input=text)
    assert text_of(reply.json()) == text


def test_many_connections_are_served_at_once(service):
    service.reply_with(always=testing.Fault("stall"))
    service.answers(text=lambda request: request.json["input"])

    async def call(http, n):
        reply = await http.post("/openai/responses", json={**ASK, "input": f"number {n}"})
        return text_of(reply.json())

    async def everyone():
        limits = httpx.Limits(max_connections=None)
        async with async_client_of(service, limits=limits, timeout=30) as http:
            calls = [asyncio.create_task(call(http, n)) for n in range(100)]
            await asyncio.to_thread(service.wait_until_stalled, 100)
            service.release()
            return await asyncio.gather(*calls)

    assert asyncio.run(everyone()) == [f"number {n}" for n in range(100)]
    assert service.most_in_flight == service.connections_opened == 100
    service.wait_until_idle()


def test_many_threads_are_served_at_once(service, http):
    service.answers(text=lambda request: request.json["input"])

    def call(n):
        stream = bool(n % 2)
        reply = ask(http, input=f"number {n}", stream=stream)
        last = events_of(reply)[-1]["response"] if stream else reply.json()
        return text_of(last)

    with ThreadPoolExecutor(64) as threads:
        assert list(threads.map(call, range(256))) == [f"number {n}" for n in range(256)]
    assert len(service.requests) == 256


def test_it_stops_at_once_and_leaves_nothing_open():
    program = """
import httpx, threading
from acedata_responses import testing

def ask():
    try:
        httpx.post(f"{service.url}/openai/responses", json={}, timeout=30)
    except httpx.TransportError:
        pass

with testing.serve() as service:
    service.reply_with(always=testing.Fault("stall", "body"))
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    service.wait_until_stalled(20)
for thread in threads:
    thread.join(5)
assert not any(thread.is_alive() for thread in threading.enumerate() if thread is not threading.main_thread())
assert all(request.hung_up is None and request.answered is None for request in service.requests)
"""
    run = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stderr.decode()) == (0, "")


def test_it_can_speak_tls(authority):
    with (
        testing.serve(tls=tls_of(authority)) as service,
        httpx.Client(verify=trusting(authority), headers=HEADERS) as http,
    ):
        assert service.url.startswith("https://")
        service.reply_with(testing.Answer(json=1), testing.Fault("reset", "body", after=9))
        assert http.post(f"{service.url}/openai/responses", json=ASK).json() == 1
        with pytest.raises(httpx.TransportError):  # which one, OpenSSL's versions do not agree on
            http.post(f"{service.url}/openai/responses", json=ASK)


def test_addresses_at_which_no_connection_comes_about():
    with testing.unreachable() as url, pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with testing.unreachable("stalled") as url, pytest.raises(httpx.ConnectTimeout):
        httpx.get(url, timeout=httpx.Timeout(5, connect=0.2))
