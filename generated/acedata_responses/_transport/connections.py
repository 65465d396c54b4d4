"""Requests over connections of our own, which are kept between calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import h11

from ..retry import Failure
from .failures import NetworkError, not_allowed, read_failure, reason_of
from .http1 import HTTP1, Head
from .lifetime import KEPT_IDLE_SECONDS, ConnectionPool, ConnectionPools
from .response import ResponseStream
from .sockets import SocketStream, connect

if TYPE_CHECKING:
    import ssl

    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings

logger = logging.getLogger(__name__.partition(".")[0])
_SMALL_REQUEST = 65_536  # bytes; the buffers of a connection take so many at once


class _Connection:
    """A connection to the service.

    Attributes:
        stream: The bytes that are sent and received.
        http: The messages that they make.
        idle_since: When it was last used, in the seconds of the clock.
    """

    __slots__ = ("http", "idle_since", "stream")

    def __init__(self, stream: SocketStream) -> None:
        self.stream = stream
        self.http = HTTP1()
        self.idle_since = 0.0


class _Exchange:
    """A request and its response on a connection.

    Closing it gives the connection back to the pool, unless it cannot be used again. From then on the exchange does not
    touch the connection: the bytes that come over it belong to the next one.
    """

    __slots__ = (
        "_clock", "_connection", "_give_up_at", "_is_closed", "_is_reading", "_is_written", "_pool", "_timeouts",
    )  # fmt: skip

    def __init__(
        self,
        connection: _Connection,
        pool: ConnectionPool[_Connection],
        clock: Clock,
        timeouts: dict[str, float | None],
        give_up_at: float | None,
    ) -> None:
        self._connection = connection
        self._pool = pool
        self._clock = clock
        self._timeouts = timeouts
        self._give_up_at = give_up_at
        self._is_written = self._is_reading = self._is_closed = False

    def send(self, request: Request) -> Head:
        """Send the request and wait for the head of the response."""
        if self._give_up_at is not None and self._clock.monotonic() >= self._give_up_at:
            raise NetworkError(Failure("connect", phase="deadline"))
        self._write(self._connection.http.request(request))
        logger.debug(
            "%s %s: request sent, waiting for the response", request.method, request.target.partition("?")[0]
        )
        http, stream = self._connection.http, self._connection.stream
        try:
            while (head := http.head()) is None:
                http.receive(stream.read(self._remaining("read")))
        except (OSError, h11.RemoteProtocolError) as error:
            raise NetworkError(read_failure(error)) from None
        return head

    def read(self) -> bytes:
        """Return the next piece of the response's body, an empty one at its end."""
        http, stream = self._connection.http, self._connection.stream
        self._is_reading = True  # before the look at `_is_closed`: another thread may close it at any point
        try:
            self._check_open()
            while (data := http.body()) is None:
                received = stream.read(self._remaining("read"))
                self._check_open()
                http.receive(received)
        except (OSError, h11.RemoteProtocolError) as error:
            raise NetworkError(read_failure(error)) from None
        finally:
            self._is_reading = False
        return data

    def shorten_deadline(self, seconds: float) -> None:
        """Bring the deadline forward to so many seconds from now."""
        give_up_at = self._clock.monotonic() + seconds
        self._give_up_at = give_up_at if self._give_up_at is None else min(self._give_up_at, give_up_at)

    def close(self) -> None:
        """End the exchange. It can be called while another thread or task reads, whose `read` then fails."""
        self._is_closed = True
        if self._is_written and not self._is_reading and self._connection.http.is_reusable:
            self._connection.idle_since = self._clock.monotonic()
            self._pool.keep(self._connection)
        else:
            self._connection.stream.close()

    def _write(self, data: bytes) -> None:
        """Write the request, or as much of it as the service wants: it may answer early, that it is too large."""
        stream = self._connection.stream
        try:
            if len(data) <= _SMALL_REQUEST:
                stream.write(data, self._remaining("write"))
                self._is_written = True
                return
            left = memoryview(data)
            while left and (count := stream.write_some(left, self._remaining("write"))):
                left = left[count:]
            self._is_written = not left
        except TimeoutError as error:
            raise NetworkError(Failure("write_timeout", phase="write", reason=reason_of(error))) from None
        except OSError:
            pass  # the connection broke; what came before that may be the response

    def _check_open(self) -> None:
        if self._is_closed:
            raise ConnectionAbortedError("the response was closed")

    def _remaining(self, phase: str) -> float | None:
        """Return the seconds that a wait may take: those of its phase, but none beyond the deadline.

        Raises:
            NetworkError: The deadline has passed.
        """
        limit = self._timeouts[phase]
        if self._give_up_at is None:
            return limit
        left = self._give_up_at - self._clock.monotonic()
        if left <= 0:
            raise NetworkError(Failure("read_timeout", phase="deadline"))
        return left if limit is None else min(limit, left)


class Connections:
    """Connections to one origin: a call takes one that is idle, the last used first, or makes one.

    There is no limit on their number: how many calls are in flight is the limiter's concern.
    """

    def __init__(self, settings: Settings, tls: Callable[[], ssl.SSLContext], clock: Clock) -> None:
        self._host = settings.host
        self._port = settings.port
        self._tls = tls if settings.scheme == "https" else None
        self._clock = clock
        self._pools: ConnectionPools[_Connection] = ConnectionPools()

    def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> ResponseStream:
        """Send a request and wait for the head of its response."""
        pool = self._pools.current()
        connection = self._idle(pool) or self._new(timeouts["connect"])
        exchange = _Exchange(connection, pool, self._clock, timeouts, give_up_at)
        try:
            head = exchange.send(request)
        except BaseException:
            connection.stream.close()
            raise
        is_coded = any(name.lower() == b"content-encoding" for name, _value in head.headers)
        read = _decoded(head, exchange.read) if is_coded else exchange.read
        return ResponseStream(head.status_code, head.headers, read, exchange.close, exchange.shorten_deadline)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._pools.close()

    def _idle(self, pool: ConnectionPool[_Connection]) -> _Connection | None:
        """Return a connection that can be used again: it was not idle for long, and the service has not ended it."""
        while connection := pool.take():
            is_recent = self._clock.monotonic() - connection.idle_since < KEPT_IDLE_SECONDS
            if is_recent and connection.stream.has_no_pending_data:
                return connection
            connection.stream.close()
        return None

    def _new(self, timeout: float | None) -> _Connection:
        tls = self._tls() if self._tls else None
        logger.debug("connecting to %s port %d", self._host, self._port)
        try:
            return _Connection(connect(self._host, self._port, tls, timeout))
        except TimeoutError as error:
            raise NetworkError(Failure("connect", phase="connect", reason=reason_of(error))) from None
        except (OSError, UnicodeError) as error:  # UnicodeError: the name of the host cannot be one
            raise NetworkError(Failure("connect", reason=reason_of(error))) from None
        except RuntimeError as error:  # from what replaces `socket.socket`, such as pytest-socket
            raise not_allowed(error) from None


def _decoded(head: Head, read: Callable[[], bytes]) -> Callable[[], bytes]:
    """Undo the content coding of a body: a proxy compressed it, although `identity` was asked for."""
    import httpx

    from .httpx_failures import network_errors

    def chunks() -> Iterator[bytes]:
        while chunk := read():
            yield chunk

    decoded = httpx.Response(head.status_code, headers=head.headers, content=chunks()).iter_bytes()

    def read_decoded() -> bytes:
        with network_errors():
            return next(decoded, b"")

    return read_decoded
