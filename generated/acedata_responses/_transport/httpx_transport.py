"""The way to the service through httpx: with what was plugged in, through a proxy, past a tool."""

from __future__ import annotations

from typing import Any, Protocol

from attrs import evolve

from .._clock import Clock
from .._request.build import Request
from ..errors import ConfigurationError
from ..retry import Failure
from . import live
from .environment import Proxy, tls_context
from .failures import NetworkError
from .httpx_failures import network_errors
from .lifetime import KEPT_IDLE_SECONDS, ConnectionPools, close_soon, has_sockets
from .plugged_in import library_of
from .response import ResponseStream


class ClientSource(Protocol):
    """Where the httpx client for a call comes from.

    Attributes:
        proxy: The proxy that is in the way, as messages call it.
    """

    proxy: str

    def take(self) -> TakenClient:
        """Return a client for a call."""
        ...

    def give_back(self, taken: TakenClient) -> None:
        """Take it back after the call."""
        ...

    def close(self) -> None:
        """Close the clients that were made here and are idle."""
        ...


class TakenClient:
    """An httpx client that a call uses."""

    def __init__(self, client: Any) -> None:
        self.client = client

    @property
    def stream(self) -> TakenClient:
        """What a pool closes."""
        return self

    def close(self) -> None:
        """Close the client."""
        self.client.close()

    def abort(self) -> None:
        """Close the client without waiting for it."""
        close_soon(self.client.close)


class OneClient:
    """One client for all calls: that of the caller, or one over the caller's transport."""

    proxy = ""

    def __init__(self, client: Any, *, is_ours: bool = False) -> None:
        self._taken = TakenClient(client)
        self._is_ours = is_ours

    @classmethod
    def over(cls, transport: Any) -> OneClient:
        """Make a client over a transport, of the same library."""
        library: Any = library_of(transport, "BaseTransport")
        return cls(library.Client(transport=transport), is_ours=True)

    def take(self) -> TakenClient:
        """Return the client.

        Raises:
            ConfigurationError: It is closed.
        """
        if self._taken.client.is_closed:
            raise ConfigurationError("the httpx client that was plugged in is closed")
        return self._taken

    def give_back(self, taken: TakenClient) -> None:
        """Do nothing: other calls use the client at the same time."""

    def close(self) -> None:
        """Close the client, if it was made here."""
        if self._is_ours:
            self._taken.close()


class Clients:
    """A client for each connection: a call takes the idle one that was used last, or makes one.

    The pool of a single client looks at all its connections whenever one of them changes. Where many calls are in
    flight, that costs more than all else.
    """

    def __init__(self, proxy: Proxy | None) -> None:
        self.proxy = "" if proxy is None else proxy.name
        self._proxy_url = None if proxy is None else proxy.url
        self._pools: ConnectionPools[TakenClient] = ConnectionPools()

    def take(self) -> TakenClient:
        """Return a client that no other call uses."""
        return (self._pools.current()).take() or TakenClient(self._new())

    def give_back(self, taken: TakenClient) -> None:
        """Keep a client for the next call."""
        (self._pools.current()).keep(taken)

    def close(self) -> None:
        """Close the idle clients."""
        self._pools.close()

    def _new(self) -> Any:
        """Make a client.

        Raises:
            ConfigurationError: The proxy needs what is not installed, or httpx does not know its scheme.
        """
        import httpx

        limits = httpx.Limits(max_keepalive_connections=1, keepalive_expiry=KEPT_IDLE_SECONDS)
        try:
            return httpx.Client(verify=tls_context(), limits=limits, proxy=self._proxy_url, trust_env=False)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"the proxy {self.proxy} cannot be used: {error}") from None


class HttpxTransport:
    """Sends requests through httpx: with its transports, its proxies, its HTTP/2, and all that tools have done to it.

    A deadline is looked at whenever something arrives; a single wait may go beyond it by the read time-out.
    """

    def __init__(self, origin: str, clients: ClientSource, clock: Clock) -> None:
        self._origin = origin
        self._clients = clients
        self._clock = clock

    def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> ResponseStream:
        """Send a request and wait for the head of its answer."""
        has_sockets()  # raises where the event loop is one that is not known
        progress = _Progress(live.refusal(self._origin))
        taken = self._clients.take()
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
                response = taken.client.send(outgoing, stream=True, follow_redirects=False)
        except BaseException as error:
            self._clients.give_back(taken)
            if progress.only_connected and isinstance(error, NetworkError):
                phase = error.failure.phase and "connect"
                raise NetworkError(evolve(error.failure, stage="connect", phase=phase)) from None
            raise
        chunks = response.iter_bytes()

        def read() -> bytes:
            with network_errors(self._clients.proxy):
                chunk: bytes = next(chunks, b"")
            if chunk and give_up_at is not None and self._clock.monotonic() >= give_up_at:
                raise NetworkError(Failure("read_timeout", phase="deadline"))
            return chunk

        def close() -> None:
            try:
                response.close()
            finally:
                self._clients.give_back(taken)

        return ResponseStream(response.status_code, response.headers.raw, read, close)

    def close(self) -> None:
        """Close the clients that were made here and are idle."""
        self._clients.close()


class _Progress:
    """How far httpx has come with a request. httpcore calls this at each step over the network; a mock does not.

    Attributes:
        refusal: Where the real service must not be called: the error with which to stop at the first step.
        only_connected: Whether it was making the connection, perhaps through a proxy, and had not begun the request.
    """

    def __init__(self, refusal: ConfigurationError | None) -> None:
        self.refusal = refusal
        self.only_connected = False
        self._is_sending = False

    def __call__(self, event_name: str, info: dict[str, Any]) -> None:
        if self.refusal is not None:
            raise self.refusal
        if event_name.endswith("send_request_headers.started"):
            self._is_sending = self._is_sending or info["request"].method != b"CONNECT"
        self.only_connected = not self._is_sending
