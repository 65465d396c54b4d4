"""The test server on sockets: HTTP/1.1, many connections, TLS, and how it starts and stops."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import httpx
import pytest

from acedata_responses import testing
from tests.certificates import tls_of, trusting
from tests.testing.clients import HEADERS, REQUEST, RawConnection, async_client_of, post, text_of


def test_requests_can_be_pipelined_and_split_anywhere(service):
    requests = b"".join(RawConnection.request(input=str(n)) for n in range(20))
    service.reply_with(always=lambda request: testing.Answer(json=request.json["input"]))
    with RawConnection(service) as connection:
        for start in range(0, len(requests), 7):
            connection.socket.sendall(requests[start : start + 7])
        got = b"".join(connection.read_until(b'\r\n\r\n"%d"' % n) for n in range(20))
    assert got.count(b"HTTP/1.1 200 OK") == 20
    assert service.most_in_flight == service.connections_opened == 1


def test_a_client_that_expects_100_continue_receives_it(service):
    head, _, body = RawConnection.request().partition(b"\r\n\r\n")
    with RawConnection(service) as connection:
        connection.socket.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert connection.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.socket.sendall(body)
        assert connection.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1\r\nConnection: close"])
def test_the_connection_is_closed_if_the_client_does_not_keep_it_alive(service, version):
    with RawConnection(service) as connection:
        connection.socket.sendall(b"GET /openai/models %s\r\nHost: x\r\n\r\n" % version)
        got, end = connection.read_to_end()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert end == "closed"


def test_each_event_is_sent_immediately(service, http):
    service.answers(text="one two")
    service.reply_with(testing.Fault("stall", "event", after=5))
    with http.stream("POST", "/openai/responses", json={**REQUEST, "stream": True}) as response:
        lines = (line for line in response.iter_lines() if line)
        assert json.loads([next(lines) for _ in range(5)][-1][6:])["delta"] == "one"
        service.wait_until_stalled()
        service.release()
        assert json.loads(next(lines)[6:])["delta"] == " two"
        assert json.loads(list(lines)[-1][6:])["type"] == "response.completed"
        assert service.requests[0].hung_up is None


def test_a_request_and_its_answer_can_be_large(service, http):
    text = "x" * 8_000_000
    service.answers(text=lambda request: request.json["input"])
    assert text_of(post(http, input=text).json()) == text


def test_many_connections_are_served_at_once(service):
    service.reply_with(always=testing.Fault("stall"))
    service.answers(text=lambda request: request.json["input"])

    async def call(http, n):
        response = await http.post("/openai/responses", json={**REQUEST, "input": f"number {n}"})
        return text_of(response.json())

    async def all_calls():
        limits = httpx.Limits(max_connections=None)
        async with async_client_of(service, limits=limits, timeout=30) as http:
            calls = [asyncio.create_task(call(http, n)) for n in range(100)]
            await asyncio.to_thread(service.wait_until_stalled, 100)
            service.release()
            return await asyncio.gather(*calls)

    assert asyncio.run(all_calls()) == [f"number {n}" for n in range(100)]
    assert service.most_in_flight == service.connections_opened == 100
    service.wait_until_idle()


def test_stopping_closes_all_connections_and_threads():
    program = """
import httpx, threading
from acedata_responses import testing

def post():
    try:
        httpx.post(f"{service.url}/openai/responses", json={}, timeout=30)
    except httpx.TransportError:
        pass

with testing.serve() as service:
    service.reply_with(always=testing.Fault("stall", "body"))
    threads = [threading.Thread(target=post) for _ in range(20)]
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


def test_the_service_can_be_served_over_tls(authority):
    with (
        testing.serve(tls=tls_of(authority)) as service,
        httpx.Client(verify=trusting(authority), headers=HEADERS) as http,
    ):
        assert service.url.startswith("https://")
        service.reply_with(testing.Answer(json=1), testing.Fault("reset", "body", after=9))
        assert http.post(f"{service.url}/openai/responses", json=REQUEST).json() == 1
        with pytest.raises(httpx.TransportError):  # which one depends on the version of OpenSSL
            http.post(f"{service.url}/openai/responses", json=REQUEST)


def test_an_unreachable_address_refuses_connections_or_lets_them_time_out():
    with testing.unreachable() as url, pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with testing.unreachable("stalled") as url, pytest.raises(httpx.ConnectTimeout):
        httpx.get(url, timeout=httpx.Timeout(5, connect=0.2))


# Starting


def start(**options):
    with testing.serve(**options):
        pytest.fail("it started")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"port": 70000}, OSError, "70000"),
        ({"port": -1}, OSError, "-1"),
        ({"tls": True}, TypeError, "SSLContext"),
        ({"host": "256.0.0.1"}, OSError, None),
        ({"host": "192.0.2.1"}, OSError, None),
    ],
    ids=["port too large", "negative port", "tls is not a context", "invalid host", "address of another machine"],
)
def test_invalid_options_are_reported(options, error, message):
    with pytest.raises(error, match=message):
        start(**options)


def test_a_port_in_use_is_reported(port):
    with pytest.raises(OSError, match=r"in use|address"):
        start(port=port)


class BlockedError(RuntimeError):
    """Like the error of pytest-socket with --disable-socket."""


@pytest.mark.parametrize("functions", [["new_event_loop", "run"], ["base_events.BaseEventLoop.create_server"]])
def test_any_exception_of_the_event_loop_is_reported(functions, monkeypatch):
    def block(*_args, **_options):
        raise BlockedError

    for function in functions:
        monkeypatch.setattr(f"asyncio.{function}", block)
    with pytest.raises(BlockedError):
        start()
