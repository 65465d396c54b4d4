"""Kept connections: reused only if the service has not ended them and nothing is left to read."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from contextlib import contextmanager

import pytest

from acedata_responses import AsyncClient, errors, testing
from tests.bare_sockets import bare, http, read_request, responding
from tests.clock import SkippingClock
from tests.drivers import MINIMAL
from tests.streams.events import response

REPLY, OTHER = (json.dumps(response(id=id_)).encode() for id_ in ("r-1", "r-2"))
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("is_stream", [False, True], ids=["reply", "stream"])
def test_calls_one_after_the_other_share_a_connection(is_stream, driver, service):
    for _ in range(5):
        driver.stream() if is_stream else driver.create()
    assert {request.connection for request in service.requests} == {1}


@contextmanager
def ending_each_connection(how="cut"):
    """A server that ends each connection after a response, and an event that is set then."""
    is_ended = threading.Event()

    def talk(connection, received):
        read_request(connection, received)
        connection.sendall(http(REPLY))
        if how == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        is_ended.set()

    with bare(talk) as server:
        yield server, is_ended


@pytest.mark.parametrize("how", ["cut", "reset"])
def test_a_connection_that_the_service_ended_is_not_reused(how, connect):
    with ending_each_connection(how) as (server, is_ended):
        driver = connect(base_url=server.url)
        driver.create()
        assert is_ended.wait(30)
        assert driver.create().http.tries == 1
        assert server.requests == len(server.received) == 2


def test_a_connection_that_was_idle_for_long_is_not_reused(connect, service):
    """The service may be about to end it, and a request that meets the end is lost."""
    clock = SkippingClock()
    driver = connect(service, clock=clock)
    for seconds in (0, 4.5, 5.5):
        clock.sleep(seconds)
        driver.create()
    assert [request.connection for request in service.requests] == [1, 1, 2]


def test_an_end_that_the_event_loop_has_not_processed_yet_is_noticed():
    """A task that blocks the loop keeps it from noticing that the service has ended the connection."""

    async def main(server, is_ended):
        async with AsyncClient(testing.TOKEN, base_url=server.url) as client:
            await client.responses.create(**MINIMAL)
            assert is_ended.wait(30)  # blocks the loop
            return await client.responses.create(**MINIMAL)

    with ending_each_connection() as (server, is_ended):
        assert asyncio.run(main(server, is_ended)).http.tries == 1
        assert server.requests == len(server.received) == 2


def test_at_most_a_hundred_connections_are_kept(service):
    calls = 120

    async def main():
        async with AsyncClient(testing.TOKEN, base_url=service.url, limits=None) as client:
            await asyncio.gather(*(client.responses.create(**MINIMAL) for _ in range(calls)))
            await asyncio.to_thread(service.wait_until, lambda: service.open_connections <= 100)
            return service.open_connections

    assert asyncio.run(main()) == 100
    assert service.connections_opened == calls


def test_a_connection_is_not_reused_after_connection_close(driver, service):
    service.reply_with(lambda request: testing.Answer(json=json.loads(REPLY), headers={"connection": "close"}))
    driver.create()
    driver.create()
    assert [request.connection for request in service.requests] == [1, 2]


def test_a_connection_is_not_reused_if_its_response_was_not_read_completely(driver, service):
    service.reply_with(testing.Fault("stall", "event", after=2))
    with driver.open() as stream:
        next(iter(stream))
    driver.create()
    assert [request.connection for request in service.requests] == [1, 2]


@pytest.mark.parametrize(
    "surplus", [http(OTHER), b"\r\n", b"HTTP/1.1 200 OK\r\ncontent-le", b"garbage"],
    ids=["a response", "an empty line", "half a response", "garbage"],
)  # fmt: skip
def test_bytes_after_a_response_are_not_taken_for_the_next_one(surplus, connect):
    with bare(responding(http(REPLY) + surplus, http(REPLY))) as server:
        driver = connect(base_url=server.url)
        assert [driver.create().id for _ in range(3)] == ["r-1"] * 3
        assert len(server.received) == 3


def test_a_response_on_an_idle_connection_is_not_taken_for_the_next_one(connect):
    is_read, is_sent = threading.Event(), threading.Event()

    def talk(connection, received):
        responding(http(REPLY))(connection, received)
        is_read.wait(30)
        connection.sendall(http(OTHER))
        is_sent.set()
        connection.recv(1)

    with bare(talk) as server:
        driver = connect(base_url=server.url)
        driver.create()
        is_read.set()
        assert is_sent.wait(30)
        assert driver.create().id == "r-1"
        assert len(server.received) == 2


def test_a_call_is_not_retried_if_its_kept_connection_ends_after_the_request(connect):
    def talk(connection, received):
        read_request(connection, received)
        connection.sendall(http(REPLY))
        read_request(connection, received)  # and ends the connection without a response

    with bare(talk) as server:
        driver = connect(base_url=server.url)
        driver.create()
        with pytest.raises(errors.ConnectionLostError, match="closed the connection without a response") as caught:
            driver.create()
        assert caught.value.tries == 1
        assert server.requests == 2


@pytest.mark.parametrize(
    "answer", [
        b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + REPLY,
        CHUNKED + b"%x\r\n%b\r\n0\r\nx-trailer: 1\r\n\r\n" % (len(REPLY), REPLY),
        b"HTTP/1.1 200\r\nConTent-LENGTH:%d\r\n\r\n%b" % (len(REPLY), REPLY),
        http(b"\xef\xbb\xbf" + REPLY),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + http(REPLY),
    ], ids=["HTTP 1.0", "trailers", "no reason", "byte order mark", "interim responses"],
)  # fmt: skip
def test_unusual_valid_responses_are_read(answer, connect):
    with bare(responding(answer)) as server:
        assert connect(base_url=server.url).create().id == "r-1"


def test_a_response_that_switches_protocols_is_an_error(connect):
    switch = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"
    with bare(responding(switch)) as server:
        with pytest.raises(errors.AceDataError):
            connect(base_url=server.url).create(timeout=1)
        assert server.requests == 1


def test_the_deadline_ends_a_call_whose_request_is_read_slowly(connect):
    clock = SkippingClock()

    def talk(connection, received):
        received += connection.recv(262_144)
        clock.sleep(60)
        while data := connection.recv(262_144):
            received += data

    with bare(talk) as server:
        driver = connect(base_url=server.url, clock=clock)
        with pytest.raises(errors.RequestTimeoutError) as caught:
            driver.create(input="x" * 40_000_000, deadline=30)
        assert (caught.value.phase, caught.value.sent) == ("deadline", True)
        assert len(server.received[0]) < 40_000_000
        assert server.requests == 1


def test_the_deadline_ends_a_call_whose_response_is_sent_slowly(connect, service):
    clock = SkippingClock()

    def drip(_request):
        clock.sleep(60)
        return testing.Fault("drip", seconds=0.02)

    service.reply_with(drip)
    with pytest.raises(errors.RequestTimeoutError) as caught:
        connect(service, clock=clock).create(deadline=30)
    assert (caught.value.phase, caught.value.after) == ("deadline", 30)
    assert len(service.requests) == 1
