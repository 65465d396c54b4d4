"""A minimal server: it finds the end of a request and sends precomputed bytes.

`python -m scripts.benchmarking.server` reads a line of JSON, `{"reply": ..., "events": [...], "repeated": 6,
"certificate": FILE}`, listens on 127.0.0.1 and prints two ports, the second one with TLS. The input of a request for
a stream sets how often the repeated event is sent, and how many events are in a chunk ("400 events, 16 a chunk").
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys
from contextlib import suppress
from functools import cache, partial
from typing import Any

_INPUT = re.compile(rb'"(\d+) events, (\d+) a chunk"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%b\r\n\r\n"


class Responses:
    """The precomputed responses, as bytes."""

    def __init__(self, served: dict[str, Any]) -> None:
        reply = json.dumps(served["reply"]).encode()
        self.reply = _HEAD % (b"application/json", b"content-length: %d" % len(reply)) + reply
        events = [f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode() for event in served["events"]]
        index = served["repeated"]
        self._before, self._repeated, self._after = events[:index], events[index], events[index + 1 :]

    @cache  # noqa: B019 - this class has one instance, which lives as long as the process
    def stream(self, count: int, per_chunk: int) -> list[bytes]:
        """Return the pieces of a stream, each to be sent separately."""
        chunks = [*self._before, *[self._repeated * per_chunk] * (count // per_chunk), *self._after]
        head = _HEAD % (b"text/event-stream", b"transfer-encoding: chunked")
        return [head, *(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks), b"0\r\n\r\n"]


async def respond(responses: Responses, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Respond to the requests of a connection until the client closes it."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            length = _LENGTH.search(await reader.readuntil(b"\r\n\r\n"))
            body = await reader.readexactly(int(length[1]) if length else 0)
            match = _INPUT.search(body)
            for piece in responses.stream(int(match[1]), int(match[2])) if match else [responses.reply]:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
    writer.close()


async def main() -> None:
    """Serve until standard input is closed."""
    served = json.loads(sys.stdin.readline())
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(served["certificate"])
    handler = partial(respond, Responses(served))
    servers = [await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context) for context in (None, tls)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
