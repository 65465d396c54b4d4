"""Sends requests over connections (async) that are kept open and reused by later calls."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import h11
from attrs import Factory, define

from ..retry import Failure
from .async_lifetime import AsyncConnectionPool, AsyncConnectionPools
from .async_response import AsyncResponseStream
from .async_sockets import AsyncSocketStream, connect
from .failures import NetworkError, not_allowed, read_failure, reason_of
from .http1 import HTTP1, Head
from .lifetime import KEPT_IDLE_SECONDS

if TYPE_CHECKING:
    import ssl

    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings

logger = logging.getLogger(__name__.partition(".")[0])
_SMALL_REQUEST = 65_536  # bytes; a request up to this size fits into the buffers of a connection


@define(eq=False, repr=False)
class _Connection:
    """A connection to the service.

    Attributes:
        stream: The socket.
        http: The HTTP/1.1 protocol on it.
        idle_since: When it was last used, by `clock.monotonic()`.
    """

    stream: AsyncSocketStream
    http: HTTP1 = Factory(HTTP1)
    idle_since: float = 0.0


@define(eq=False, repr=False)
class _Exchange:
    """A request and its response on a connection.

    Closing it returns the connection to the pool if it can be reused. After that the exchange does not touch the
    connection, whose bytes then belong to the next exchange.
    """

    _connection: _Connection
    _pool: AsyncConnectionPool[_Connection]
    _clock: Clock
    _timeouts: dict[str, float | None]
    _give_up_at: float | None
    _is_written: bool = False
    _is_reading: bool = False
    _is_closed: bool = False

    async def send(self, request: Request) -> Head:
        """Send the request and wait for the head of the response."""
        if self._give_up_at is not None and self._clock.monotonic() >= self._give_up_at:
            raise NetworkError(Failure("connect", phase="deadline"))
        await self._write(self._connection.http.request(request))
        logger.debug("%s %s: request sent, waiting for the response", request.method, request.target.partition("?")[0])
        http, stream = self._connection.http, self._connection.stream
        try:
            while (head := http.head()) is None:
                http.receive(await stream.read(self._remaining("read")))
        except (OSError, h11.RemoteProtocolError) as error:
            raise NetworkError(read_failure(error)) from None
        return head

    async def read(self) -> bytes:
        """Return the next chunk of the response's body; an empty one at its end."""
        http, stream = self._connection.http, self._connection.stream
        self._is_reading = True  # before `_is_closed` is checked: another thread may close it at any point
        try:
            self._check_open()
            while (data := http.body()) is None:
                received = await stream.read(self._remaining("read"))
                self._check_open()
                http.receive(received)
        except (OSError, h11.RemoteProtocolError) as error:
            raise NetworkError(read_failure(error)) from None
        finally:
            self._is_reading = False
        return data

    def shorten_deadline(self, seconds: float) -> None:
        """Move the deadline to `seconds` from now, unless it is earlier already."""
        give_up_at = self._clock.monotonic() + seconds
        self._give_up_at = give_up_at if self._give_up_at is None else min(self._give_up_at, give_up_at)

    async def close(self) -> None:
        """End the exchange. If another thread or task is reading, its `read` fails."""
        self._is_closed = True
        if self._is_written and not self._is_reading and self._connection.http.is_reusable:
            self._connection.idle_since = self._clock.monotonic()
            await self._pool.keep(self._connection)
        else:
            await self._connection.stream.aclose()

    async def _write(self, data: bytes) -> None:
        """Write the request; stop if the service responds early, for example because the request is too large."""
        stream = self._connection.stream
        try:
            if len(data) <= _SMALL_REQUEST:
                await stream.write(data, self._remaining("write"))
                self._is_written = True
                return
            unsent = memoryview(data)
            while unsent and (count := await stream.write_some(unsent, self._remaining("write"))):
                unsent = unsent[count:]
            self._is_written = not unsent
        except TimeoutError as error:
            raise NetworkError(Failure("write_timeout", phase="write", reason=reason_of(error))) from None
        except OSError:
            pass  # the connection broke, but a response may have been received before that

    def _check_open(self) -> None:
        if self._is_closed:
            raise ConnectionAbortedError("the response was closed")

    def _remaining(self, phase: str) -> float | None:
        """Return the timeout of a phase in seconds, shortened to the deadline.

        Raises:
            NetworkError: The deadline has passed.
        """
        limit = self._timeouts[phase]
        if self._give_up_at is None:
            return limit
        remaining = self._give_up_at - self._clock.monotonic()
        if remaining <= 0:
            raise NetworkError(Failure("read_timeout", phase="deadline"))
        return remaining if limit is None else min(limit, remaining)


class AsyncConnections:
    """Connections to one origin. A call reuses the most recently used idle connection, or opens a new one.

    There is no limit on the number of connections: the limiter limits the calls in flight.
    """

    def __init__(self, settings: Settings, tls: Callable[[], ssl.SSLContext], clock: Clock) -> None:
        self._host = settings.host
        self._port = settings.port
        self._tls = tls if settings.scheme == "https" else None
        self._clock = clock
        self._pools: AsyncConnectionPools[_Connection] = AsyncConnectionPools()

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        pool = await self._pools.current()
        connection = await self._idle(pool) or await self._new(timeouts["connect"])
        exchange = _Exchange(connection, pool, self._clock, timeouts, give_up_at)
        try:
            head = await exchange.send(request)
        except BaseException:
            await connection.stream.aclose()
            raise
        is_coded = any(name.lower() == b"content-encoding" for name, _value in head.headers)
        read = _decoded(head, exchange.read) if is_coded else exchange.read
        return AsyncResponseStream(head.status_code, head.headers, read, exchange.close, exchange.shorten_deadline)

    async def aclose(self) -> None:
        await self._pools.aclose()

    async def _idle(self, pool: AsyncConnectionPool[_Connection]) -> _Connection | None:
        """Return a connection that was not idle for long and that the service has not closed; None without one."""
        while connection := pool.take():
            is_recent = self._clock.monotonic() - connection.idle_since < KEPT_IDLE_SECONDS
            if is_recent and connection.stream.has_no_pending_data:
                return connection
            await connection.stream.aclose()
        return None

    async def _new(self, timeout: float | None) -> _Connection:
        tls = self._tls() if self._tls else None
        logger.debug("connecting to %s port %d", self._host, self._port)
        try:
            return _Connection(await connect(self._host, self._port, tls, timeout))
        except TimeoutError as error:
            raise NetworkError(Failure("connect", phase="connect", reason=reason_of(error))) from None
        except (OSError, UnicodeError) as error:  # UnicodeError: an invalid host name
            raise NetworkError(Failure("connect", reason=reason_of(error))) from None
        except RuntimeError as error:  # from a replacement of `socket.socket`, such as that of pytest-socket
            raise not_allowed(error) from None


def _decoded(head: Head, read: Callable[[], Awaitable[bytes]]) -> Callable[[], Awaitable[bytes]]:
    """Decompress a body that a proxy has compressed, although the request accepts only `identity`."""
    import httpx

    from .httpx_failures import network_errors

    async def chunks() -> AsyncIterator[bytes]:
        while chunk := await read():
            yield chunk

    decoded = httpx.Response(head.status_code, headers=head.headers, content=chunks()).aiter_bytes()

    async def read_decoded() -> bytes:
        with network_errors():
            return await anext(decoded, b"")

    return read_decoded
