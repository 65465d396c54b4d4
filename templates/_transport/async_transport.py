"""How requests travel (async): the one door between a call and the network."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from . import live
from .async_lifetime import has_sockets
from .environment import find_proxy, tls_context
from .patches import is_httpx_patched

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings
    from .async_response import AsyncResponseStream
    from .plugged_in import AsyncClientLike, AsyncTransportLike


class AsyncTransport(Protocol):
    """What sends a request and returns the response once its head has come."""

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        """Send a request and wait for the head of its response.

        Raises:
            NetworkError: The network failed.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections that are not in use."""
        ...


def make_transport(
    settings: Settings,
    transport: AsyncTransportLike | None,
    http_client: AsyncClientLike | None,
    clock: Clock,
) -> AsyncTransport:
    """Choose how requests travel: by what the caller plugged in, or by a way that is chosen for each call.

    Raises:
        ConfigurationError: The environment names a proxy that cannot be used.
    """
    if http_client is None and transport is None:
        return _AsyncChoice(settings, clock)
    from .async_httpx_transport import AsyncHttpxTransport, AsyncOneClient

    clients = AsyncOneClient(http_client) if http_client is not None else AsyncOneClient.over(transport)
    return AsyncHttpxTransport(settings.origin, clients, clock)


class _AsyncChoice:
    """Chooses the way for each call.

    A call goes through httpx where a proxy is in the way, or where a tool has patched httpx and is to see
    it, or where the event loop is trio's; everywhere else over connections of our own, which cost half as much.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._proxy = find_proxy(settings.scheme, settings.host, settings.port)

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        """Send a request and wait for the head of its response."""
        if self._proxy is not None or is_httpx_patched() or not has_sockets():
            return await self._through_httpx.open(request, timeouts, give_up_at)
        refusal = live.refusal(self._settings.origin)
        if refusal is not None:
            raise refusal
        return await self._direct.open(request, timeouts, give_up_at)

    async def aclose(self) -> None:
        """Close all connections that are not in use."""
        for way in ("_direct", "_through_httpx"):
            if way in self.__dict__:
                await getattr(self, way).aclose()

    @cached_property
    def _direct(self) -> AsyncTransport:
        from .async_connections import AsyncConnections

        return AsyncConnections(self._settings, tls_context, self._clock)

    @cached_property
    def _through_httpx(self) -> AsyncTransport:
        from .async_httpx_transport import AsyncClients, AsyncHttpxTransport

        return AsyncHttpxTransport(self._settings.origin, AsyncClients(self._proxy), self._clock)
