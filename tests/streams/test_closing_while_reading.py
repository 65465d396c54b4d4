"""A stream may be closed while another thread or task reads it, and by a forked process."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager

import pytest

from acedata_responses import errors, testing
from tests.bare_sockets import bare, http, read_request, silent
from tests.drivers import ONE_SLOT
from tests.processes import forks
from tests.streams.events import as_bytes, assert_usable, delta, ending
from tests.waiting import until

DELTA, END = as_bytes(delta("a")), as_bytes(ending("completed", text="a"))
HEADS = {
    "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(DELTA), DELTA),
    "with a length": b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + DELTA,
    "until the connection ends": b"HTTP/1.1 200 OK\r\n\r\n" + DELTA,
}


class Reader(threading.Thread):
    """A thread that reads a stream to its end.

    Attributes:
        events: The events that it has read.
        error: The error that ended the stream, if any.
    """

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.events, self.error = [], None
        self._stream = stream
        self.start()

    def run(self):
        try:
            for event in self._stream:
                self.events.append(event)
        except errors.AceDataError as error:
            self.error = error

    def is_blocked(self):
        """Return whether it waits for the network, or for the loop of the asynchronous client."""
        frame = sys._current_frames().get(self.ident)
        return frame is not None and frame.f_code.co_name in ("read", "wait")


@pytest.fixture(params=["plain", "TLS"])
def secure_service(request, tls):
    with testing.serve(tls=tls if request.param == "TLS" else None) as service:
        yield service


def test_the_reader_of_a_stream_ends_when_another_thread_closes_it(connect, secure_service):
    service = secure_service
    service.reply_with(testing.Fault("stall", "event", after=3))
    client = connect(service, limits=ONE_SLOT)
    stream = client.open()
    reader = Reader(stream)
    until(lambda: len(reader.events) == 3 and reader.is_blocked())
    stream.close()
    service.wait_until_disconnected(service.requests[0], timeout=10)
    reader.join(10)
    assert not reader.is_alive()
    assert reader.error.reason == "closed"
    assert_usable(client, service)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_close_is_not_taken_for_the_end_of_the_body(head, connect):
    def talk(connection, received):
        read_request(connection, received)
        connection.sendall(head)
        silent(connection, received)

    with bare(talk) as server:
        stream = connect(base_url=server.url).open()
        reader = Reader(stream)
        until(lambda: len(reader.events) == 1 and reader.is_blocked())
        stream.close()
        reader.join(10)
    assert reader.error.reason == "closed"


def test_the_reader_of_a_closed_stream_reads_nothing_from_the_next_connection(connect, secure_service):
    """The next connection gets the same descriptor number, from which a thread that still reads would take bytes."""
    service = secure_service
    client = connect(service, limits=None, max_retries=0)
    for _ in range(5):
        service.reply_with(testing.Fault("stall", "event", after=1))
        stream = client.open()
        reader = Reader(stream)
        until(lambda reader=reader: reader.events and reader.is_blocked())
        stream.close()
        assert client.create(input="x" * 100_000).output_text
        reader.join(10)
        assert reader.error.reason == "closed"


def test_a_stream_that_was_closed_at_its_last_event_does_not_use_its_connection_any_more(connect):
    """It would read the rest of the body, and change the deadline of the call that uses the connection now."""
    goes_on = threading.Event()
    body = DELTA + END

    def talk(connection, received):
        read_request(connection, received)
        connection.sendall(http(body))
        read_request(connection, received)
        goes_on.wait(30)
        connection.sendall(http(body))

    with bare(talk) as server:
        client = connect(base_url=server.url)
        first = client.open()
        assert [next(first).type, next(first).type] == [delta("a")["type"], "response.completed"]
        first.close()
        reader = threading.Thread(target=lambda: replies.append(client.create(stream=True).final()))
        replies = []
        reader.start()
        until(lambda: server.requests == 2)
        assert list(first) == []
        goes_on.set()
        reader.join(30)
        assert replies[0].output_text == "a"
        assert len(server.received) == 1


@contextmanager
def forked(in_child):
    """Fork a child process that runs a function and keeps its inherited descriptors until the end."""
    is_done, end = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            in_child()
            os.write(is_done[1], b"1")
            os.close(end[1])
            os.read(end[0], 1)
        finally:
            os._exit(0)
    os.close(is_done[1])
    assert os.read(is_done[0], 1) == b"1", "the child failed"
    try:
        yield
    finally:
        for descriptor in (is_done[0], *end):
            os.close(descriptor)
        os.waitpid(child, 0)


@forks
@pytest.mark.parametrize("flavour", ["sync"])
def test_a_forked_process_closes_a_stream_without_disturbing_its_parent(connect, secure_service):
    service = secure_service
    service.reply_with(testing.Fault("stall", "event", after=2))
    stream = connect(service).open()
    next(stream)
    service.wait_until_stalled()
    with forked(stream.close):
        service.release()
        assert stream.final().output_text


@forks
def test_the_service_notices_a_close_though_a_forked_process_has_the_connection_too(connect, secure_service):
    service = secure_service
    service.reply_with(testing.Fault("stall", "event", after=2))
    stream = connect(service).open()
    next(stream)
    with forked(lambda: None):
        stream.close()
        service.wait_until_disconnected(service.requests[0], timeout=10)
