"""The way to the service through an httpx client (async): one that was plugged in, a transport, a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from .._clock import Clock
from .._request.build import Request
from ..errors import ConfigurationError
from ..retry import Failure
from .async_response import AsyncResponseStream
from .environment import Proxy, tls_context
from .failures import NetworkError
from .httpx_failures import network_errors
from .lifetime import KEPT_IDLE_CONNECTIONS, KEPT_IDLE_SECONDS


class AsyncHttpxTransport:
    """Sends requests through an httpx client: with its transport, its proxies, its HTTP/2.

    A deadline is looked at whenever something arrives; a single wait may go beyond it by the read time-out.
    """

    def __init__(
        self,
        origin: str,
        client: httpx.AsyncClient,
        clock: Clock,
        *,
        is_ours: bool,
        proxy: Proxy | None = None,
    ) -> None:
        self._origin = origin
        self._proxy = "" if proxy is None else proxy.name
        self._client = client
        self._clock = clock
        self._is_ours = is_ours

    @classmethod
    def made(
        cls, origin: str, transport: httpx.AsyncBaseTransport | None, proxy: Proxy | None, clock: Clock
    ) -> AsyncHttpxTransport:
        """Make one with a client of its own: for a transport, else for a proxy.

        Raises:
            ConfigurationError: The proxy needs what is not installed, or httpx does not know its scheme.
        """
        if transport is not None:
            return cls(origin, httpx.AsyncClient(transport=transport), clock, is_ours=True)
        assert proxy is not None
        limits = httpx.Limits(
            max_keepalive_connections=KEPT_IDLE_CONNECTIONS, keepalive_expiry=KEPT_IDLE_SECONDS
        )
        try:
            client = httpx.AsyncClient(verify=tls_context(), limits=limits, proxy=proxy.url, trust_env=False)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"the proxy {proxy.name} cannot be used: {error}") from None
        return cls(origin, client, clock, is_ours=True, proxy=proxy)

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
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
        with network_errors(self._proxy):
            response = await self._client.send(outgoing, stream=True, follow_redirects=False)
        chunks = self._within(give_up_at, response.aiter_bytes())
        return AsyncResponseStream(
            response.status_code, response.headers.raw, lambda: anext(chunks, b""), response.aclose
        )

    async def aclose(self) -> None:
        """Close the client, if it was made here."""
        if self._is_ours:
            await self._client.aclose()

    async def _within(self, give_up_at: float | None, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        with network_errors():
            async for chunk in chunks:
                if give_up_at is not None and self._clock.monotonic() >= give_up_at:
                    raise NetworkError(Failure("read_timeout", phase="deadline"))
                yield chunk
