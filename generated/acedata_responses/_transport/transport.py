"""How requests travel: the one door between a call and the network."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from . import live
from .environment import find_proxy, tls_context
from .lifetime import has_sockets
from .patches import is_httpx_patched

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings
    from .plugged_in import ClientLike, TransportLike
    from .response import ResponseStream


class Transport(Protocol):
    """What sends a request and returns the response once its head has come."""

    def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> ResponseStream:
        """Send a request and wait for the head of its response.

        Raises:
            NetworkError: The network failed.
        """
        ...

    def close(self) -> None:
        """Close all connections that are not in use."""
        ...


def make_transport(
    settings: Settings,
    transport: TransportLike | None,
    http_client: ClientLike | None,
    clock: Clock,
) -> Transport:
    """Choose how requests travel: by what the caller plugged in, or by a way that is chosen for each call.

    Raises:
        ConfigurationError: The environment names a proxy that cannot be used.
    """
    if http_client is None and transport is None:
        return _Choice(settings, clock)
    from .httpx_transport import HttpxTransport, OneClient

    clients = OneClient(http_client) if http_client is not None else OneClient.over(transport)
    return HttpxTransport(settings.origin, clients, clock)


class _Choice:
    """Chooses the way for each call.

    A call goes through httpx where a proxy is in the way, or where a tool has patched httpx and is to see
    it, or where the event loop is trio's; everywhere else over connections of our own, which cost half as much.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._proxy = find_proxy(settings.scheme, settings.host, settings.port)

    def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> ResponseStream:
        """Send a request and wait for the head of its response."""
        if self._proxy is not None or is_httpx_patched() or not has_sockets():
            return self._through_httpx.open(request, timeouts, give_up_at)
        refusal = live.refusal(self._settings.origin)
        if refusal is not None:
            raise refusal
        return self._direct.open(request, timeouts, give_up_at)

    def close(self) -> None:
        """Close all connections that are not in use."""
        for way in ("_direct", "_through_httpx"):
            if way in self.__dict__:
                getattr(self, way).close()

    @cached_property
    def _direct(self) -> Transport:
        from .connections import Connections

        return Connections(self._settings, tls_context, self._clock)

    @cached_property
    def _through_httpx(self) -> Transport:
        from .httpx_transport import Clients, HttpxTransport

        return HttpxTransport(self._settings.origin, Clients(self._proxy), self._clock)
