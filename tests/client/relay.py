"""A server that forwards bytes: as a proxy, or as a TLS server in front of the test server."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.drivers import Driver


class Relay:
    """Forwards bytes between its own listener and a server on a port.

    Attributes:
        seen: The first line that each connection received.
    """

    def __init__(self, port: int) -> None:
        self.seen: list[str] = []
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[Any] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        self._tasks.append(asyncio.current_task())
        self._writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self.talk(reader, writer)
        writer.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward the bytes of one connection in both directions."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.seen.append(head.split(b"\r\n")[0].decode())
        from_service, to_service = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.append(to_service)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            to_service.write(self._rewritten(head))
        await asyncio.gather(self._forward(reader, to_service), self._forward(from_service, writer))

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(self._rewritten(data))
                await writer.drain()
        finally:
            writer.close()

    def _rewritten(self, data: bytes) -> bytes:
        """Replace the absolute URL that a proxy receives by the path that the service expects."""
        return data.replace(b" http://service.test/", b" /")

    async def end(self) -> None:
        """Abort the connections that are still open."""
        for writer in self._writers:
            with suppress(AttributeError):  # early versions of Python 3.10 and 3.11: it was closed twice
                writer.transport.abort()
        await asyncio.gather(*filter(None, self._tasks), return_exceptions=True)


@asynccontextmanager
async def listening(relay: Relay, **where: Any) -> AsyncIterator[int]:
    """Let a relay listen on a port of 127.0.0.1, or on the `path` of a socket."""
    if "path" in where:
        server = await asyncio.start_unix_server(relay.serve, **where)
    else:
        server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, **where)
    try:
        name = server.sockets[0].getsockname()
        yield 0 if "path" in where else name[1]
    finally:
        server.close()
        await relay.end()


def assert_calls_work(driver: Driver) -> None:
    """A plain call and a stream, each to its end."""
    assert driver.create().output_text
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == stream.final().output_text
