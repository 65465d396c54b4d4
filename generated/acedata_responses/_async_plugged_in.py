"""The way to the service through an httpx client (async): one that was plugged in, a transport, a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from ._async_incoming import AsyncIncoming
from ._clock import Clock
from ._faults import DeadlineExceeded
from ._request import Request
from .errors import ConfigurationError


class AsyncPluggedIn:
    """Sends requests through an httpx client: with its transport, its proxies, its HTTP/2.

    A deadline is looked at whenever something arrives; a single wait may go beyond it by the read time-out.
    """

    def __init__(self, origin: str, client: httpx.AsyncClient, clock: Clock, *, is_ours: bool) -> None:
        self._origin = origin
        self._client = client
        self._clock = clock
        self._is_ours = is_ours

    async def open(
        self, request: Request, timeouts: dict[str, float | None], deadline: float | None
    ) -> AsyncIncoming:
        """Send a request and wait for the head of its answer."""
        if self._client.is_closed:
            raise ConfigurationError("the httpx client that was plugged in is closed")
        outgoing = self._client.build_request(
            request.method,
            self._origin + request.target,
            headers=httpx.Headers(request.headers),
            content=request.content or None,
            timeout=httpx.Timeout(**timeouts),
        )
        response = await self._client.send(outgoing, stream=True, follow_redirects=False)
        chunks = self._within(deadline, response.aiter_bytes())
        return AsyncIncoming(
            response.status_code, response.headers.raw, lambda: anext(chunks, b""), response.aclose
        )

    async def aclose(self) -> None:
        """Close the client, if it was made here."""
        if self._is_ours:
            await self._client.aclose()

    async def _within(self, deadline: float | None, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            if deadline is not None and self._clock.monotonic() >= deadline:
                raise DeadlineExceeded("the deadline passed")
            yield chunk
