"""How a request gets to the service and its answer back.

Straight over connections of httpcore, kept in a free list, where nothing was plugged in; through an httpx client
where the caller brought one, or a transport, or the environment names a proxy. Either way an answer is an
`Incoming`, and failures are the exceptions of the library below, which `_faults` explains.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import httpcore

from ._faults import DeadlineExceeded, fault_of
from .errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    import httpx

    from ._clock import Clock
    from ._request import Request
    from ._settings import Settings

_KEPT_IDLE_SECONDS = 5.0
_KEPT_IDLE_CONNECTIONS = 100
_WRITTEN_AT_ONCE = (
    65_536  # bytes; head and body up to this go together, and between two pieces a deadline is looked at
)
Timeouts = dict[str, float | None]
Deadline = float | None


class Incoming:
    """An answer whose head has come.

    Attributes:
        status_code: The HTTP status.
        headers: The header lines.
        chunks: The body, as it comes.
    """

    __slots__ = ("_close", "_hurry", "_on_close", "chunks", "headers", "status_code")

    def __init__(
        self,
        status_code: int,
        headers: list[tuple[bytes, bytes]],
        chunks: Iterator[bytes],
        close: Callable[[], None],
        hurry: Callable[[float], None] | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.chunks = chunks
        self._close: Callable[[], None] | None = close
        self._hurry = hurry
        self._on_close: list[Callable[[], None]] = []

    def when_closed(self, tell: Callable[[], None]) -> None:
        """Have someone told when the answer is done with."""
        self._on_close.append(tell)

    def hurry(self, seconds: float) -> None:
        """Wait no longer than so many seconds for the rest of the body, if the connection was made here."""
        if self._hurry is not None:
            self._hurry(seconds)

    def drain(self, seconds: float) -> None:
        """Read on to the end of the body, should it come soon: then the connection can be kept.

        Args:
            seconds: How long to wait for it. A connection that was plugged in is not waited for.
        """
        if self._hurry is None:
            return
        self.hurry(seconds)
        try:
            for _chunk in self.chunks:
                pass
        except Exception as error:
            if fault_of(error) is None:
                raise

    @property
    def is_closed(self) -> bool:
        """Whether it is done with."""
        return self._close is None

    def close(self) -> None:
        """Be done with the answer: a connection is kept if its body was read to the end, else closed."""
        close, self._close = self._close, None
        if close is None:
            return
        try:
            close()
        finally:
            for tell in self._on_close:
                tell()

    def __del__(self) -> None:
        """Nobody holds it any more: close the connection, and let the next call have its turn."""
        self.close()


class _Stream(httpcore.NetworkStream):
    """A network stream that sends a small request in one piece, and that no wait holds beyond the call's deadline."""

    def __init__(self, inner: httpcore.NetworkStream, connection: _Connection) -> None:
        self._inner = inner
        self._connection = connection
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            self.write(b"", timeout)
        deadline = self._connection.deadline
        if deadline is None:
            return self._inner.read(max_bytes, timeout)
        left = self._connection.left()
        try:
            return self._inner.read(max_bytes, _shorter(timeout, left))
        except httpcore.ReadTimeout:
            self._connection.left()
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write what httpcore brings: the head of a request, its body and, at its end, nothing.

        Each piece that is sent by itself costs as much as all that is done for the rest of a call.
        """
        if buffer and len(self._unsent) + len(buffer) <= _WRITTEN_AT_ONCE:
            self._unsent += buffer
            return
        unsent, self._unsent = self._unsent, b""
        for part in filter(None, (unsent, buffer)):
            self._send(part, timeout)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        if self._connection.deadline is None:
            return self._inner.write(buffer, timeout)
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            piece = buffer[start : start + _WRITTEN_AT_ONCE]
            self._inner.write(piece, _shorter(timeout, self._connection.left()))
        return None

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self._connection.deadline is not None:
            # The request is not sent yet: a deadline that passes here has to look like one that passed in connecting.
            timeout = _shorter(timeout, max(self._connection.deadline - self._connection.now(), 0.001))
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._connection)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Connection(httpcore.NetworkBackend):
    """One connection, with the network under it: it knows the deadline of the call that it serves.

    Attributes:
        deadline: The moment at which the present call has taken too long.
        http: The connection as httpcore has it.
    """

    def __init__(self, origin: httpcore.Origin, tls: ssl.SSLContext | None, clock: Clock) -> None:
        self._clock = clock
        self._network = cast("httpcore.NetworkBackend", httpcore.SyncBackend())
        self.deadline: Deadline = None
        self.http = httpcore.HTTPConnection(
            origin, ssl_context=tls, keepalive_expiry=_KEPT_IDLE_SECONDS, network_backend=self
        )

    def hurry(self, seconds: float) -> None:
        """Bring the deadline forward to so many seconds from now."""
        soon = self._clock.monotonic() + seconds
        self.deadline = soon if self.deadline is None else min(self.deadline, soon)

    def now(self) -> float:
        """The present moment of the clock that the deadline is told by."""
        return self._clock.monotonic()

    def left(self) -> float:
        """The seconds until the deadline.

        Raises:
            DeadlineExceeded: There are none.
        """
        assert self.deadline is not None
        seconds = self.deadline - self.now()
        if seconds <= 0:
            raise DeadlineExceeded("the deadline passed")
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self)

    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


def _shorter(timeout: float | None, left: float) -> float:
    return left if timeout is None else min(timeout, left)


def _sent_more(http: httpcore.HTTPConnection) -> bool:
    """Whether the service sent more than its answer.

    h11 keeps such bytes, and would take them for the beginning of the next answer: then a call could get the answer
    of another. httpcore has no name for them, so they are looked for where it keeps its h11 connection.
    """
    h11_connection = getattr(getattr(http, "_connection", None), "_h11_state", None)
    return h11_connection is not None and bool(h11_connection.trailing_data[0])


def _decoded(response: httpcore.Response, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The body without its content coding. Something on the way compressed it, though `identity` was asked for."""
    import httpx

    return httpx.Response(response.status, headers=response.headers, content=chunks).iter_bytes()


class Connections:
    """Connections to one origin: a call takes one that is idle, the last used first, or makes one.

    There is no limit on their number: how many calls are in flight is the limiter's concern.
    """

    def __init__(self, settings: Settings, tls: Callable[[], ssl.SSLContext], clock: Clock) -> None:
        self._origin = httpcore.Origin(settings.scheme.encode(), settings.host.encode(), settings.port)
        self._tls = tls if settings.scheme == "https" else None
        self._clock = clock
        self._idle: deque[_Connection] = deque()

    def open(self, request: Request, timeouts: Timeouts, deadline: Deadline) -> Incoming:
        """Send a request and wait for the head of its answer."""
        idle = self._idle
        connection = self._take(idle)
        connection.deadline = deadline
        origin = self._origin
        url = httpcore.URL(
            scheme=origin.scheme, host=origin.host, port=origin.port, target=request.target.encode("ascii")
        )
        try:
            response = connection.http.handle_request(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers,
                    content=request.content,
                    extensions={"timeout": timeouts},
                )
            )
        except BaseException:
            connection.http.close()
            raise

        chunks = iter(cast("Iterable[bytes]", response.stream))
        if any(name.lower() == b"content-encoding" for name, _value in response.headers):
            chunks = _decoded(response, chunks)

        def close() -> None:
            response.close()
            if (
                connection.http.is_idle()
                and len(idle) < _KEPT_IDLE_CONNECTIONS
                and not _sent_more(connection.http)
            ):
                idle.append(connection)
            else:
                connection.http.close()

        return Incoming(response.status, response.headers, chunks, close, connection.hurry)

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().http.close()

    def __del__(self) -> None:
        """Nobody holds the client any more, and nobody closed it."""
        self.close()

    def _take(self, idle: deque[_Connection]) -> _Connection:
        while idle:
            try:
                connection = idle.pop()
            except IndexError:  # another thread was quicker
                break
            if not connection.http.has_expired():
                return connection
            connection.http.close()
        return _Connection(self._origin, self._tls() if self._tls else None, self._clock)


class HttpxConnections:
    """The same through an httpx client: with its transport, its proxies, its HTTP/2.

    A deadline is looked at whenever something arrives; a single wait may go beyond it by the read time-out.
    """

    def __init__(self, origin: str, client: httpx.Client, clock: Clock, *, is_ours: bool) -> None:
        self._prefix = origin
        self._client = client
        self._clock = clock
        self._is_ours = is_ours

    def open(self, request: Request, timeouts: Timeouts, deadline: Deadline) -> Incoming:
        """Send a request and wait for the head of its answer."""
        import httpx

        if self._client.is_closed:
            raise ConfigurationError("the httpx client that was plugged in is closed")
        outgoing = self._client.build_request(
            request.method,
            self._prefix + request.target,
            headers=httpx.Headers(request.headers),
            content=request.content or None,
            timeout=httpx.Timeout(**timeouts),
        )
        response = self._client.send(outgoing, stream=True, follow_redirects=False)
        return Incoming(
            response.status_code,
            response.headers.raw,
            self._within(deadline, response.iter_bytes()),
            response.close,
        )

    def close(self) -> None:
        """Close the client, if it was made here."""
        if self._is_ours:
            self._client.close()

    def _within(self, deadline: Deadline, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if deadline is not None and self._clock.monotonic() >= deadline:
                raise DeadlineExceeded("the deadline passed")
            yield chunk
