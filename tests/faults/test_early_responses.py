"""A service may respond before it has read the request: the response is read at once, and the rest is not sent."""

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

TRIALS = 5  # whether the response or the failure to write is noticed first varies


def closes(_connection, _is_over):
    """Data that is still on its way is then answered with a reset."""


def shuts_down(connection, is_over):
    connection.shutdown(socket.SHUT_WR)
    is_over.wait(30)


def resets(connection, is_over):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stops_reading(_connection, is_over):
    is_over.wait(30)


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("end", [closes, shuts_down, resets, stops_reading])
def test_a_response_before_the_end_of_the_request_is_read(end, is_secure, connect, tls, caplog):
    context = tls if is_secure else None
    is_over = threading.Event()

    def talk(connection, received):
        # Nagle's algorithm would hold the response back behind the session tickets of TLS, and a reset would drop it.
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


def test_a_connection_whose_request_was_not_sent_completely_is_not_reused(connect):
    """The service would take the rest of it for the next request."""
    is_over = threading.Event()

    def talk(connection, received):
        received += connection.recv(1000)
        connection.sendall(TOO_LARGE)
        if b"small" not in received:
            is_over.wait(30)

    with bare(talk) as server:
        driver = connect(base_url=server.url)
        for text in (LARGE, "small"):
            with pytest.raises(errors.RequestTooLargeError):
                driver.create(input=text)
        is_over.set()
        assert len(server.received) == 2


def test_session_tickets_are_not_taken_for_an_early_response(connect, tls):
    def talk(connection, received):
        with tls.wrap_socket(connection, server_side=True) as stream:
            while len(received) < len(LARGE):
                received += stream.recv(262_144)
            stream.sendall(TOO_LARGE)

    with bare(talk) as server:
        with pytest.raises(errors.RequestTooLargeError):
            connect(base_url=server.url.replace("http:", "https:")).create(input=LARGE)
        assert len(server.received[0]) > len(LARGE)
