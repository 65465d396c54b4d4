"""A service may answer before it has read a request: the answer is heard at once, and the rest is not sent."""

from __future__ import annotations

import logging
import socket
import struct
import threading

import pytest

from acedata_responses import errors
from tests.bare_sockets import bare, http

LARGE = "x" * 16_000_000  # more than the buffers between client and service take
TOO_LARGE = http(b'{"error": {"code": "request_too_large", "message": "Too much."}}', status=b"413 Content Too Large")

TRIALS = 5  # what comes first, the answer or the failure to write, differs


def closes(_connection, _is_over):
    """What is under way then is answered with a reset."""


def shuts_down(connection, is_over):
    connection.shutdown(socket.SHUT_WR)
    is_over.wait(30)


def resets(connection, is_over):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reads_no_more(_connection, is_over):
    is_over.wait(30)


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("end", [closes, shuts_down, resets, reads_no_more])
def test_an_answer_before_the_end_of_the_request_is_heard(end, is_secure, connect, tls, caplog):
    context = tls if is_secure else None
    is_over = threading.Event()

    def talk(connection, received):
        # Else Nagle's algorithm holds the answer back behind the tickets of TLS, and a reset drops it here.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(connection, server_side=True) if context else connection as stream:
            while b"\r\n\r\n" not in received:
                received += stream.recv(1000)
            stream.sendall(TOO_LARGE)
            end(stream, is_over)

    with bare(talk) as server, caplog.at_level(logging.WARNING):
        driver = connect(base_url=server.url.replace("http:", "https:" if is_secure else "http:"))
        for _ in range(TRIALS if end in (closes, resets) else 1):
            with pytest.raises(errors.RequestTooLargeError) as caught:
                driver.create(input=LARGE, timeout=30)
            assert caught.value.tries == 1
        is_over.set()
    assert all(len(received) < 10_000 for received in server.received)
    assert not caplog.records


def test_a_connection_on_which_a_request_was_not_sent_whole_is_not_used_again(connect):
    """What is left of it would be taken for the next request."""
    is_over = threading.Event()

    def talk(connection, received):
        received += connection.recv(1000)
        if b"early" not in received:
            connection.sendall(TOO_LARGE)
            is_over.wait(30)
        else:
            connection.sendall(TOO_LARGE)

    with bare(talk) as server:
        driver = connect(base_url=server.url)
        with pytest.raises(errors.RequestTooLargeError):
            driver.create(input=LARGE)
        with pytest.raises(errors.RequestTooLargeError):
            driver.create(input="early")
        is_over.set()
        assert len(server.received) == 2


def test_an_answer_that_comes_late_does_not_cut_a_large_request(connect, tls):
    """Over TLS something comes early, which is no answer: the tickets for another connection."""

    def talk(connection, received):
        with tls.wrap_socket(connection, server_side=True) as stream:
            while len(received) < len(LARGE):
                received += stream.recv(262_144)
            stream.sendall(TOO_LARGE)

    with bare(talk) as server:
        with pytest.raises(errors.RequestTooLargeError):
            connect(base_url=server.url.replace("http:", "https:")).create(input=LARGE)
        assert len(server.received[0]) > len(LARGE)
