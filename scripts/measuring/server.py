"""A minimal server: it finds the end of a request and sends precomputed bytes.

`python -m scripts.measuring.server` reads a line of JSON, `{"reply": ..., "events": [...], "repeated": 6,
"certificate": FILE}`, listens on 127.0.0.1 and prints two ports, the second one with TLS. A request that asks for a
stream gets the events, the repeated one as often, and as many to a chunk, as its input says ("400 events, 16 a
chunk"). GET returns the number of connections so far.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys
from functools import cache
from typing import Any

_INPUT = re.compile(rb'"(\d+) events, (\d+) a chunk"')
_STREAMS = re.compile(rb'"stream": ?true')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def as_sent(event: Any) -> bytes:
    """Encode an event for a stream."""
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


class Pages:
    """The precomputed responses, as bytes."""

    def __init__(self, described: dict[str, Any]) -> None:
        reply = json.dumps(described["reply"]).encode()
        self.reply = _PLAIN % len(reply) + reply
        self._events = [as_sent(event) for event in described["events"]]
        self._repeated = described["repeated"]

    @cache  # noqa: B019 - there is one object of this class, for as long as the process lasts
    def stream(self, events: int, a_chunk: int) -> tuple[bytes, ...]:
        """Return the chunks of a stream, each to be sent separately."""
        delta = self._events[self._repeated]
        before, after = self._events[: self._repeated], self._events[self._repeated + 1 :]
        deltas = [_chunk(delta * a_chunk)] * (events // a_chunk)
        return (_CHUNKED, *map(_chunk, before), *deltas, *map(_chunk, after), b"0\r\n\r\n")


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


class Connection(asyncio.Protocol):
    """A connection that answers one request after another."""

    count = 0

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._received = b""
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._streaming: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Connection.count += 1
        self._transport: Any = transport

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def connection_lost(self, _exception: Exception | None) -> None:
        if self._streaming is not None:
            self._streaming.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or (length and len(rest) < int(length[1])):
            return
        self._received = b""
        self._answer(head, rest)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET"):
            count = b"%d" % Connection.count
            self._transport.write(_PLAIN % len(count) + count)
        elif _STREAMS.search(body):
            wanted = _INPUT.search(body)
            events, a_chunk = (int(wanted[1]), int(wanted[2])) if wanted else (10, 1)
            self._streaming = asyncio.ensure_future(self._stream(events, a_chunk))
        else:
            self._transport.write(self._pages.reply)

    async def _stream(self, events: int, a_chunk: int) -> None:
        for piece in self._pages.stream(events, a_chunk):
            self._transport.write(piece)
            await asyncio.sleep(0)
            await self._may_write.wait()


async def main() -> None:
    """Serve until standard input is closed."""
    described = json.loads(sys.stdin.readline())
    pages = Pages(described)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(described["certificate"])
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(lambda: Connection(pages), "127.0.0.1", 0, ssl=one) for one in (None, tls)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
