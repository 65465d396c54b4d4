"""A stream may be closed while another thread or task reads it, and by a forked process: nobody else is disturbed."""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import contextmanager

import pytest

from acedata_responses import errors, testing
from tests.bare_sockets import bare, http, read_request, silent
from tests.drivers import ONE_PLACE
from tests.processes import forks
from tests.streams.events import assert_usable, delta, ending
from tests.waiting import until

DELTA = b"data: %s\n\n" % json.dumps(delta("a")).encode()
END = b"data: %s\n\n" % json.dumps(ending("completed", text="a")).encode()
HEADS = {
    "chunked": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(DELTA), DELTA),
    "with a length": b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + DELTA,
    "until the connection ends": b"HTTP/1.1 200 OK\r\n\r\n" + DELTA,
}


class Reader(threading.Thread):
    """A thread that reads a stream to its end.

    Attributes:
        events: What it got.
        error: What it ended in.
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
        """Whether it waits for the network: in a read of the sync client, or for the loop of the async one."""
        frame = sys._current_frames().get(self.ident)
        return frame is not None and frame.f_code.co_name in ("read", "wait")


@pytest.fixture(params=["plain", "TLS"])
def secure_service(request, tls):
    with testing.serve(tls=tls if request.param == "TLS" else None) as service:
        yield service


def test_a_reader_of_a_stream_that_is_closed_elsewhere_ends_at_once(connect, secure_service):
    service = secure_service
    service.reply_with(testing.Fault("stall", "event", after=3))
    client = connect(service, limits=ONE_PLACE)
    stream = client.open()
    reader = Reader(stream)
    until(lambda: len(reader.events) == 3 and reader.is_blocked())
    stream.close()
    service.wait_until_disconnected(service.requests[0], timeout=10)
    reader.join(10)
    assert not reader.is_alive()
    assert isinstance(reader.error, errors.StreamInterruptedError)
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
    assert isinstance(reader.error, errors.StreamInterruptedError)
    assert reader.error.reason == "closed"


def test_a_closed_stream_takes_nothing_of_the_next_connection(connect, secure_service):
    """It gets the number of the old one's descriptor, by which a thread that still reads would take its bytes."""
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


def test_a_stream_that_was_closed_at_its_last_event_leaves_the_connection_to_the_next_call(connect):
    """It would read on for the end of the body, and shorten the deadline of the call that has the connection now."""
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
    """A child process that has run a function, and lives on with all that it has of its parent until the end."""
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
def test_the_service_sees_a_close_though_a_forked_process_has_the_connection_too(connect, secure_service):
    service = secure_service
    service.reply_with(testing.Fault("stall", "event", after=2))
    stream = connect(service).open()
    next(stream)
    with forked(lambda: None):
        stream.close()
        service.wait_until_disconnected(service.requests[0], timeout=10)
