"""A server that passes bytes on: as a proxy, or with TLS in front of the embedded service."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.drivers import Driver


class Relay:
    """Passes bytes on between its own listener and a server: as it is with TLS in front, or as a proxy.

    Attributes:
        seen: The first line of what each connection brought.
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
        """What one connection is told."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.seen.append(head.split(b"\r\n")[0].decode())
        further_reader, further_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.append(further_writer)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            further_writer.write(self._passed_on(head))
        await asyncio.gather(self._pass_on(reader, further_writer), self._pass_on(further_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(self._passed_on(data))
                await writer.drain()
        finally:
            writer.close()

    def _passed_on(self, data: bytes) -> bytes:
        """What a proxy is asked for with the whole address, the service is asked for with the path alone."""
        return data.replace(b" http://service.test/", b" /")

    async def end(self) -> None:
        """Break off what is still open."""
        for writer in self._writers:
            with suppress(AttributeError):  # early versions of Python 3.10 and 3.11: it was closed twice
                writer.transport.abort()
        await asyncio.gather(*filter(None, self._tasks), return_exceptions=True)


@asynccontextmanager
async def listening(relay: Relay, **where: Any) -> AsyncIterator[int]:
    """Have a relay listen, on a port of 127.0.0.1 or on the `path` of a socket."""
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


def both_ways(driver: Driver) -> None:
    """A plain call and a stream, each to its end."""
    assert driver.create().output_text
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == stream.final().output_text
