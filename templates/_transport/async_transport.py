"""How requests travel (async): the one door between a call and the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .environment import find_proxy, tls_context

if TYPE_CHECKING:
    import httpx

    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings
    from .async_response import AsyncResponseStream


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
    transport: httpx.AsyncBaseTransport | None,
    http_client: httpx.AsyncClient | None,
    clock: Clock,
) -> AsyncTransport:
    """Choose how requests travel.

    They go through httpx where the caller passed a client or a transport of it, or where a proxy is in the way;
    everywhere else over connections of our own, which cost half as much.

    Raises:
        ConfigurationError: The environment names a proxy that cannot be used.
    """
    is_plugged_in = http_client is not None or transport is not None
    proxy = None if is_plugged_in else find_proxy(settings.scheme, settings.host, settings.port)
    if not is_plugged_in and proxy is None:
        from .async_connections import AsyncConnections

        return AsyncConnections(settings, tls_context, clock)
    from .async_httpx_transport import AsyncHttpxTransport

    if http_client is not None:
        return AsyncHttpxTransport(settings.origin, http_client, clock, is_ours=False)
    return AsyncHttpxTransport.made(settings.origin, transport, proxy, clock)
