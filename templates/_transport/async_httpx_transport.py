"""The way to the service through httpx (async): with what was plugged in, through a proxy, past a tool."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import evolve

from .._clock import Clock
from .._request.build import Request
from ..errors import ConfigurationError
from ..retry import Failure
from . import live
from .async_lifetime import AsyncConnectionPools, close_soon, has_sockets
from .async_response import AsyncResponseStream
from .environment import Proxy, tls_context
from .failures import NetworkError
from .httpx_failures import network_errors
from .lifetime import KEPT_IDLE_SECONDS
from .plugged_in import library_of


class AsyncClientSource(Protocol):
    """Where the httpx client for a call comes from.

    Attributes:
        proxy: The proxy that is in the way, as messages call it.
    """

    proxy: str

    async def take(self) -> AsyncTakenClient:
        """Return a client for a call."""
        ...

    async def give_back(self, taken: AsyncTakenClient) -> None:
        """Take it back after the call."""
        ...

    async def aclose(self) -> None:
        """Close the clients that were made here and are idle."""
        ...


class AsyncTakenClient:
    """An httpx client that a call uses."""

    def __init__(self, client: Any) -> None:
        self.client = client

    @property
    def stream(self) -> AsyncTakenClient:
        """What a pool closes."""
        return self

    async def aclose(self) -> None:
        """Close the client."""
        await self.client.aclose()

    def abort(self) -> None:
        """Close the client without waiting for it."""
        close_soon(self.client.aclose)


class AsyncOneClient:
    """One client for all calls: that of the caller, or one over the caller's transport."""

    proxy = ""

    def __init__(self, client: Any, *, is_ours: bool = False) -> None:
        self._taken = AsyncTakenClient(client)
        self._is_ours = is_ours

    @classmethod
    def over(cls, transport: Any) -> AsyncOneClient:
        """Make a client over a transport, of the same library."""
        library: Any = library_of(transport, "AsyncBaseTransport")
        return cls(library.AsyncClient(transport=transport), is_ours=True)

    async def take(self) -> AsyncTakenClient:
        """Return the client.

        Raises:
            ConfigurationError: It is closed.
        """
        if self._taken.client.is_closed:
            raise ConfigurationError("the httpx client that was plugged in is closed")
        return self._taken

    async def give_back(self, taken: AsyncTakenClient) -> None:
        """Do nothing: other calls use the client at the same time."""

    async def aclose(self) -> None:
        """Close the client, if it was made here."""
        if self._is_ours:
            await self._taken.aclose()


class AsyncClients:
    """A client for each connection: a call takes the idle one that was used last, or makes one.

    The pool of a single client looks at all its connections whenever one of them changes. Where many calls are in
    flight, that costs more than all else.
    """

    def __init__(self, proxy: Proxy | None) -> None:
        self.proxy = "" if proxy is None else proxy.name
        self._proxy_url = None if proxy is None else proxy.url
        self._pools: AsyncConnectionPools[AsyncTakenClient] = AsyncConnectionPools()

    async def take(self) -> AsyncTakenClient:
        """Return a client that no other call uses."""
        return (await self._pools.current()).take() or AsyncTakenClient(self._new())

    async def give_back(self, taken: AsyncTakenClient) -> None:
        """Keep a client for the next call."""
        await (await self._pools.current()).keep(taken)

    async def aclose(self) -> None:
        """Close the idle clients."""
        await self._pools.aclose()

    def _new(self) -> Any:
        """Make a client.

        Raises:
            ConfigurationError: The proxy needs what is not installed, or httpx does not know its scheme.
        """
        import httpx

        limits = httpx.Limits(max_keepalive_connections=1, keepalive_expiry=KEPT_IDLE_SECONDS)
        try:
            return httpx.AsyncClient(
                verify=tls_context(), limits=limits, proxy=self._proxy_url, trust_env=False
            )
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"the proxy {self.proxy} cannot be used: {error}") from None


class AsyncHttpxTransport:
    """Sends requests through httpx: with its transports, its proxies, its HTTP/2, and all that tools have done to it.

    A deadline is looked at whenever something arrives; a single wait may go beyond it by the read time-out.
    """

    def __init__(self, origin: str, clients: AsyncClientSource, clock: Clock) -> None:
        self._origin = origin
        self._clients = clients
        self._clock = clock

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        """Send a request and wait for the head of its answer."""
        has_sockets()  # raises where the event loop is one that is not known
        progress = _AsyncProgress(live.refusal(self._origin))
        taken = await self._clients.take()
        try:
            outgoing = taken.client.build_request(
                request.method,
                self._origin + request.target,
                headers=request.headers,
                content=request.content or None,
                timeout=tuple(timeouts[phase] for phase in ("connect", "read", "write", "pool")),
                extensions={"trace": progress} if progress.refusal or self._clients.proxy else None,
            )
            with network_errors(self._clients.proxy):
                response = await taken.client.send(outgoing, stream=True, follow_redirects=False)
        except BaseException as error:
            await self._clients.give_back(taken)
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
                await self._clients.give_back(taken)

        return AsyncResponseStream(response.status_code, response.headers.raw, read, close)

    async def aclose(self) -> None:
        """Close the clients that were made here and are idle."""
        await self._clients.aclose()


class _AsyncProgress:
    """How far httpx has come with a request. httpcore calls this at each step over the network; a mock does not.

    Attributes:
        refusal: Where the real service must not be called: the error with which to stop at the first step.
        only_connected: Whether it was making the connection, perhaps through a proxy, and had not begun the request.
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
