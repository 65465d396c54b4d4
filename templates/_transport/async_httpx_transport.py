"""Sends requests through httpx (async): with the caller's client or transport, a proxy, or tools that patch httpx."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from .._clock import Clock
from .._request.build import Request
from ..errors import ConfigurationError
from ..retry import Failure
from . import live_calls
from .async_lifetime import AsyncConnectionPools, close_soon, has_sockets
from .async_response import AsyncResponseStream
from .custom_transport import library_of
from .environment import Proxy, tls_context
from .failures import NetworkError
from .httpx_failures import network_errors
from .lifetime import KEPT_IDLE_SECONDS


class AsyncPooledClient:
    """An httpx client, as an item of a connection pool."""

    def __init__(self, client: Any) -> None:
        self.client = client

    @property
    def stream(self) -> AsyncPooledClient:
        """The object that the pool closes."""
        return self

    async def aclose(self) -> None:
        await self.client.aclose()

    def abort(self) -> None:
        close_soon(self.client.aclose)


class AsyncSharedClient:
    """One client for all calls: the caller's client, or one that uses the caller's transport."""

    proxy = ""

    def __init__(self, client: Any, *, is_ours: bool = False) -> None:
        self._pooled = AsyncPooledClient(client)
        self._is_ours = is_ours

    @classmethod
    def over(cls, transport: Any) -> AsyncSharedClient:
        """Create a client that uses a transport, from the library of that transport."""
        library: Any = library_of(transport, "AsyncBaseTransport")
        return cls(library.AsyncClient(transport=transport), is_ours=True)

    async def take(self) -> AsyncPooledClient:
        """Return the client.

        Raises:
            ConfigurationError: The client is closed.
        """
        if self._pooled.client.is_closed:
            raise ConfigurationError("the httpx client that was passed as http_client is closed")
        return self._pooled

    async def give_back(self, pooled: AsyncPooledClient) -> None:
        """Do nothing: other calls use the client at the same time."""

    async def aclose(self) -> None:
        """Close the client, unless it is the caller's."""
        if self._is_ours:
            await self._pooled.aclose()


class AsyncClientPool:
    """A client for each connection. A call reuses the most recently used idle client, or creates a new one.

    A single client with many connections would be slow: its pool iterates over all of them whenever one changes.
    """

    def __init__(self, proxy: Proxy | None) -> None:
        self.proxy = "" if proxy is None else proxy.name
        self._proxy_url = None if proxy is None else proxy.url
        self._pools: AsyncConnectionPools[AsyncPooledClient] = AsyncConnectionPools()

    async def take(self) -> AsyncPooledClient:
        """Return a client that no other call is using."""
        return (await self._pools.current()).take() or AsyncPooledClient(self._new())

    async def give_back(self, pooled: AsyncPooledClient) -> None:
        await (await self._pools.current()).keep(pooled)

    async def aclose(self) -> None:
        await self._pools.aclose()

    def _new(self) -> Any:
        """Create a client.

        Raises:
            ConfigurationError: The proxy needs a package that is not installed, or httpx does not support its scheme.
        """
        import httpx

        limits = httpx.Limits(max_keepalive_connections=1, keepalive_expiry=KEPT_IDLE_SECONDS)
        try:
            return httpx.AsyncClient(verify=tls_context(), limits=limits, proxy=self._proxy_url, trust_env=False)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"the proxy {self.proxy} cannot be used: {error}") from None


class AsyncHttpxTransport:
    """Sends requests through httpx, with its transports, proxies and HTTP/2, and with the patches of tools.

    The deadline is checked whenever data is received, so a call may exceed it by up to the read timeout.
    """

    def __init__(self, origin: str, clients: AsyncSharedClient | AsyncClientPool, clock: Clock) -> None:
        self._origin = origin
        self._clients = clients
        self._clock = clock

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        has_sockets()  # raises an error if the event loop is not supported
        progress = _AsyncProgress(live_calls.refusal(self._origin))
        pooled = await self._clients.take()
        try:
            outgoing = pooled.client.build_request(
                request.method,
                self._origin + request.target,
                headers=request.headers,
                content=request.content or None,
                timeout=tuple(timeouts[phase] for phase in ("connect", "read", "write", "pool")),
                extensions={"trace": progress} if progress.refusal or self._clients.proxy else None,
            )
            with network_errors(self._clients.proxy):
                response = await pooled.client.send(outgoing, stream=True, follow_redirects=False)
        except BaseException as error:
            await self._clients.give_back(pooled)
            if progress.only_connected and isinstance(error, NetworkError):
                phase = error.failure.phase and "connect"
                raise NetworkError(evolve(error.failure, stage="connect", phase=phase)) from None
            raise
        chunks = response.aiter_bytes()

        async def read() -> bytes:
            with network_errors(self._clients.proxy):
                chunk: bytes = await anext(chunks, b"")
            if chunk and give_up_at is not None and self._clock.monotonic() >= give_up_at:
                raise NetworkError(Failure("read_timeout", phase="deadline"))
            return chunk

        async def close() -> None:
            try:
                await response.aclose()
            finally:
                await self._clients.give_back(pooled)

        return AsyncResponseStream(response.status_code, response.headers.raw, read, close)

    async def aclose(self) -> None:
        await self._clients.aclose()


class _AsyncProgress:
    """Tracks how far a request got. httpcore calls it at each step over the network; a mock transport does not.

    Attributes:
        refusal: The error to raise at the first step if the real service must not be called; else None.
        only_connected: Whether httpx had started to connect, perhaps through a proxy, but not to send the request.
    """

    def __init__(self, refusal: ConfigurationError | None) -> None:
        self.refusal = refusal
        self.only_connected = False
        self._is_sending = False

    async def __call__(self, event_name: str, info: dict[str, Any]) -> None:
        if self.refusal is not None:
            raise self.refusal
        if event_name.endswith("send_request_headers.started"):
            self._is_sending = self._is_sending or info["request"].method != b"CONNECT"
        self.only_connected = not self._is_sending
