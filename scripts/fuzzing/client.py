"""A client that gets the answer it is told to get."""

from __future__ import annotations

from random import Random
from typing import Any

import httpx

from acedata_responses import Client

from .answers import TOKEN


def client_of(
    status: int, chunks: list[bytes], headers: list[tuple[bytes, bytes]], *, strict: bool
) -> Client:
    """A client that gets this answer."""
    transport = httpx.MockTransport(
        lambda _request: httpx.Response(status, headers=headers, content=iter(chunks))
    )
    return Client(TOKEN, transport=transport, max_retries=0, limits=None, strict=strict)


def ask(client: Client, **fields: Any) -> Any:
    """Make a call."""
    create: Any = client.responses.create
    return create(model="gpt-4o-mini", input="Hello", **fields)


def headers_of(chance: Random) -> list[tuple[bytes, bytes]]:
    """Headers of an answer, some of them nonsense."""
    values = [
        b"",
        b"5",
        b"-1",
        b"nan",
        b"text/html",
        b"text/event-stream",
        TOKEN.encode(),
        chance.randbytes(5).hex().encode(),
    ]
    names = [b"content-type", b"retry-after", b"retry-after-ms", b"location", b"x-trace-id"]
    return [(name, chance.choice(values)) for name in names if chance.random() < 0.5]
