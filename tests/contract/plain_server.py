"""A server that shares no code with the package: it records each request and responds with the bytes it is given."""

from __future__ import annotations

import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Received(NamedTuple):
    """A request as the server received it."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes


class PlainServer(ThreadingHTTPServer):
    """A server on the loopback interface. Each request gets the next of `responses`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.responses: deque[bytes] = deque()
        self.received: list[Received] = []

    def respond_with(self, body: bytes) -> None:
        """Add a response with a body of JSON."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.responses.append(head.encode() + body)

    def stream(self, *pieces: bytes) -> None:
        """Add a response that is a stream of events, in chunks."""
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
        self.responses.append(head + chunks)

    def __enter__(self) -> PlainServer:
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PlainServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = [(name.lower(), value.strip()) for name, value in self.headers.items()]
        self.server.received.append(Received(self.requestline, headers, body))
        self.wfile.write(self.server.responses.popleft())

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""
