"""The interface of a transport, and the choice of one for a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from . import live_calls
from .environment import find_proxy, tls_context
from .lifetime import has_sockets
from .patches import is_httpx_patched

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings
    from .custom_transport import ClientLike, TransportLike
    from .response import ResponseStream


class Transport(Protocol):
    """Sends a request and returns the response once its head was received."""

    def open(self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None) -> ResponseStream:
        """Send a request and wait for the head of its response.

        Raises:
            NetworkError: The network failed.
        """
        ...

    def close(self) -> None:
        """Close the idle connections."""
        ...


def make_transport(
    settings: Settings, transport: TransportLike | None, http_client: ClientLike | None, clock: Clock
) -> Transport:
    """Return a transport that uses the caller's client or transport, or else the default one.

    Raises:
        ConfigurationError: The environment names a proxy that cannot be used.
    """
    if http_client is None and transport is None:
        return _DefaultTransport(settings, clock)
    from .httpx_transport import HttpxTransport, SharedClient

    clients = SharedClient(http_client) if http_client is not None else SharedClient.over(transport)
    return HttpxTransport(settings.origin, clients, clock)


class _DefaultTransport:
    """Chooses for each call between httpx and the package's own connections.

    A call goes through httpx if it needs a proxy, if a tool has patched httpx and expects to see the call, or if it
    runs in trio. All other calls use the package's own connections, which take half of the CPU time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._proxy = find_proxy(settings.scheme, settings.host, settings.port)

    def open(self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None) -> ResponseStream:
        if self._proxy is not None or is_httpx_patched() or not has_sockets():
            return self._through_httpx.open(request, timeouts, give_up_at)
        refusal = live_calls.refusal(self._settings.origin)
        if refusal is not None:
            raise refusal
        return self._direct.open(request, timeouts, give_up_at)

    def close(self) -> None:
        for name in ("_direct", "_through_httpx"):
            if name in self.__dict__:
                getattr(self, name).close()

    @cached_property
    def _direct(self) -> Transport:
        from .connections import Connections

        return Connections(self._settings, tls_context, self._clock)

    @cached_property
    def _through_httpx(self) -> Transport:
        from .httpx_transport import ClientPool, HttpxTransport

        return HttpxTransport(self._settings.origin, ClientPool(self._proxy), self._clock)
