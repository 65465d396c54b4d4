"""Slow services and slow readers: large requests, large replies, and data after a reply."""

from __future__ import annotations

import json
import select
import threading

import httpx
import pytest

from acedata_responses import errors
from tests.bare_sockets import bare, http, read_request, responding, silent
from tests.clock import SkippingClock

EVENT = {"type": "response.output_text.delta", "sequence_number": 1, "delta": "Hel"}
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
REPLY = json.dumps({"object": "response", "id": "r-1", "status": "completed", "output": []}).encode()


def chunk(event, times=1):
    data = f"data: {json.dumps(event)}\n\n".encode() * times
    return b"%x\r\n%b\r\n" % (len(data), data)


def test_a_slow_service_receives_a_large_request_completely(connect):
    def talk(connection, received):
        while b"\r\n\r\n" not in received:
            received += connection.recv(100)
        while len(received) < 4_000_000:
            received += connection.recv(65_536)
        connection.sendall(http(REPLY))

    text = "é" * 2_000_000
    with bare(talk) as server:
        assert connect(base_url=server.url).create(input=text).id == "r-1"
        body = bytes(server.received[0]).partition(b"\r\n\r\n")[2]
    assert json.loads(body)["input"] == text


def test_a_slow_reader_holds_the_service_back_and_misses_nothing(connect):
    """Otherwise a stream that is read slowly would be buffered in memory."""
    sent, is_held_back, pieces = [], threading.Event(), 400
    large = chunk({**EVENT, "delta": "x" * 100_000})

    def talk(connection, received):
        read_request(connection, received)
        connection.sendall(STREAM)
        for _ in range(pieces):
            if not select.select([], [connection], [], 0.5)[1]:
                is_held_back.set()
            connection.sendall(large)
            sent.append(large)

    with bare(talk) as server, connect(base_url=server.url).open() as stream:
        texts = stream.text_deltas()
        assert len(next(texts)) == 100_000
        assert is_held_back.wait(30)
        assert len(sent) < pieces * 3 // 4
        assert [len(next(texts)) for _ in range(pieces - 1)] == [100_000] * (pieces - 1)


def test_a_request_that_cannot_be_written_in_time_is_a_write_timeout(connect):
    is_over = threading.Event()

    with bare(lambda _connection, _received: is_over.wait(30)) as server:
        driver = connect(base_url=server.url)
        with pytest.raises(errors.RequestTimeoutError, match=r"could not be written within 0.2 s") as caught:
            driver.create(input="x" * 40_000_000, timeout=httpx.Timeout(30, write=0.2))
        is_over.set()
    assert (caught.value.phase, caught.value.sent, caught.value.tries) == ("write", True, 1)


def test_events_before_garbage_in_the_same_packet_are_given_to_the_caller(connect):
    with bare(responding(STREAM + chunk(EVENT) + chunk(EVENT) + b"no chunk at all\r\n")) as server:
        stream = connect(base_url=server.url).open()
        events = iter(stream)
        assert [next(events).delta, next(events).delta] == ["Hel", "Hel"]
        with pytest.raises(errors.StreamInterruptedError, match="illegal chunk header") as caught:
            next(events)
    assert (caught.value.reason, caught.value.partial_text) == ("broken", "HelHel")


def test_a_deadline_that_passes_while_connecting_is_an_error_that_was_not_sent(connect, tls):
    class Clock(SkippingClock):
        def advance(self):
            self._skipped += 100

    clock = Clock()

    def talk(connection, received):
        clock.advance()
        with tls.wrap_socket(connection, server_side=True) as stream:
            silent(stream, received)

    with bare(talk) as server:
        driver = connect(base_url=server.url.replace("http:", "https:"), clock=clock)
        with pytest.raises(errors.RequestTimeoutError) as caught:
            driver.create(deadline=50)
        assert (caught.value.phase, caught.value.sent) == ("deadline", False)
        assert server.requests == 0
