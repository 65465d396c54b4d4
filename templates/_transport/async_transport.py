"""The interface of a transport (async), and the choice of one for a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from . import live_calls
from .async_lifetime import has_sockets
from .environment import find_proxy, tls_context
from .patches import is_httpx_patched

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings
    from .async_response import AsyncResponseStream
    from .custom_transport import AsyncClientLike, AsyncTransportLike


class AsyncTransport(Protocol):
    """Sends a request and returns the response once its head was received."""

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        """Send a request and wait for the head of its response.

        Raises:
            NetworkError: The network failed.
        """
        ...

    async def aclose(self) -> None:
        """Close the idle connections."""
        ...


def make_transport(
    settings: Settings, transport: AsyncTransportLike | None, http_client: AsyncClientLike | None, clock: Clock
) -> AsyncTransport:
    """Return a transport that uses the caller's client or transport, or else the default one.

    Raises:
        ConfigurationError: The environment names a proxy that cannot be used.
    """
    if http_client is None and transport is None:
        return _AsyncDefaultTransport(settings, clock)
    from .async_httpx_transport import AsyncHttpxTransport, AsyncSharedClient

    clients = AsyncSharedClient(http_client) if http_client is not None else AsyncSharedClient.over(transport)
    return AsyncHttpxTransport(settings.origin, clients, clock)


class _AsyncDefaultTransport:
    """Chooses for each call between httpx and the package's own connections.

    A call goes through httpx if it needs a proxy, if a tool has patched httpx and expects to see the call, or if it
    runs in trio. All other calls use the package's own connections, which take half of the CPU time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._proxy = find_proxy(settings.scheme, settings.host, settings.port)

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        if self._proxy is not None or is_httpx_patched() or not has_sockets():
            return await self._through_httpx.open(request, timeouts, give_up_at)
        refusal = live_calls.refusal(self._settings.origin)
        if refusal is not None:
            raise refusal
        return await self._direct.open(request, timeouts, give_up_at)

    async def aclose(self) -> None:
        for name in ("_direct", "_through_httpx"):
            if name in self.__dict__:
                await getattr(self, name).aclose()

    @cached_property
    def _direct(self) -> AsyncTransport:
        from .async_connections import AsyncConnections

        return AsyncConnections(self._settings, tls_context, self._clock)

    @cached_property
    def _through_httpx(self) -> AsyncTransport:
        from .async_httpx_transport import AsyncClientPool, AsyncHttpxTransport

        return AsyncHttpxTransport(self._settings.origin, AsyncClientPool(self._proxy), self._clock)
