"""Servers on plain sockets, for what an HTTP server would not do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Bare:
    """A listening socket.

    Attributes:
        port: Its port.
        received: The bytes that each connection received.
    """

    port: int
    received: list[bytearray] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> int:
        """The number of request lines that arrived."""
        return sum(bytes(data).count(b" HTTP/1.1\r\n") for data in self.received)


@contextmanager
def bare(talk: Callable[[socket.socket, bytearray], None]) -> Iterator[Bare]:
    """Call a function for each connection, with the socket and a buffer for the bytes that it receives."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Bare(listener.getsockname()[1])
        threads: list[threading.Thread] = []
        sockets: list[socket.socket] = []

        def serve(connection: socket.socket) -> None:
            server.received.append(bytearray())
            with connection, suppress(OSError):  # the client may leave at any time
                talk(connection, server.received[-1])

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                sockets.append(connection)
                threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
                threads[-1].start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for connection in sockets:
                with suppress(OSError):  # it has ended
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in [accepting, *threads]:
                thread.join(5)


def silent(connection: socket.socket, received: bytearray) -> None:
    """Receive data and never respond."""
    while data := connection.recv(65536):
        received += data


def read_request(connection: socket.socket, received: bytearray) -> None:
    """Receive one whole request."""
    begin = len(received)
    while b"\r\n\r\n" not in received[begin:]:
        _more(connection, received)
    head, _, body = bytes(received[begin:]).partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    while length > len(body):
        body += _more(connection, received)


def _more(connection: socket.socket, received: bytearray) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the client disconnected")
    received += data
    return data


def responding(*responses: bytes) -> Callable[[socket.socket, bytearray], None]:
    """Respond to the requests of each connection with these bytes in turn, then close it."""

    def talk(connection: socket.socket, received: bytearray) -> None:
        for response in responses:
            read_request(connection, received)
            connection.sendall(response)

    return talk


def http(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a response with JSON."""
    lines = [b"HTTP/1.1 " + status, b"content-type: application/json", b"content-length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])
