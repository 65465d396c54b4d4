"""A server that has nothing of the package: it keeps what it gets, to the byte, and answers what it is given."""

from __future__ import annotations

import socketserver
import threading
from collections import deque
from typing import NamedTuple


class Received(NamedTuple):
    """A request as it came over the wire."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int


class PlainServer(socketserver.ThreadingTCPServer):
    """A listener on the loopback interface; each request gets the next of `answers`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.answers: deque[bytes] = deque()
        self.received: list[Received] = []
        self.connections = 0

    def answers_with(self, body: bytes, content_type: str = "application/json", status: str = "200 OK") -> None:
        """Give one more answer, whole."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.answers.append(head.encode() + body)

    def streams(self, *pieces: bytes) -> None:
        """Give one more answer, a stream of events in chunks."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
        self.answers.append(head + chunks)

    def __enter__(self) -> PlainServer:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Connection(socketserver.StreamRequestHandler):
    server: PlainServer

    def handle(self) -> None:
        self.server.connections += 1
        number = self.server.connections
        while line := self.rfile.readline():
            headers = []
            while (header := self.rfile.readline().decode("latin-1").rstrip("\r\n")) != "":
                name, _, value = header.partition(":")
                headers.append((name.lower(), value.strip()))
            body = self.rfile.read(int(dict(headers).get("content-length", 0)))
            self.server.received.append(Received(line.decode("latin-1").rstrip("\r\n"), headers, body, number))
            self.wfile.write(self.server.answers.popleft())
