"""The way to the service through an httpx client: one that was plugged in, a transport, a proxy."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ._clock import Clock
from ._faults import DeadlineExceeded
from ._incoming import Incoming
from ._request import Request
from .errors import ConfigurationError


class PluggedIn:
    """Sends requests through an httpx client: with its transport, its proxies, its HTTP/2.

    A deadline is looked at whenever something arrives; a single wait may go beyond it by the read time-out.
    """

    def __init__(self, origin: str, client: httpx.Client, clock: Clock, *, is_ours: bool) -> None:
        self._origin = origin
        self._client = client
        self._clock = clock
        self._is_ours = is_ours

    def open(self, request: Request, timeouts: dict[str, float | None], deadline: float | None) -> Incoming:
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
        response = self._client.send(outgoing, stream=True, follow_redirects=False)
        chunks = self._within(deadline, response.iter_bytes())
        return Incoming(response.status_code, response.headers.raw, lambda: next(chunks, b""), response.close)

    def close(self) -> None:
        """Close the client, if it was made here."""
        if self._is_ours:
            self._client.close()

    def _within(self, deadline: float | None, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if deadline is not None and self._clock.monotonic() >= deadline:
                raise DeadlineExceeded("the deadline passed")
            yield chunk
