"""The way straight to the service (async): connections that are kept between calls."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import h11

from ..retry import Failure
from .async_lifetime import AsyncIdleConnections
from .async_response import AsyncResponseStream
from .async_sockets import AsyncSocketStream, connect
from .failures import NetworkError, read_failure, reason_of
from .http1 import HTTP1, Head
from .lifetime import KEPT_IDLE_CONNECTIONS, KEPT_IDLE_SECONDS

if TYPE_CHECKING:
    import ssl

    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings

_WRITTEN_AT_ONCE = 65_536  # bytes; between two pieces the deadline is looked at


class _Connection:
    """One connection to the service. The call that uses it sets how long each wait may take."""

    def __init__(self, stream: AsyncSocketStream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._http = HTTP1()
        self._timeouts: dict[str, float | None] = {}
        self._give_up_at: float | None = None
        self._idle_since = 0.0

    async def send(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> Head:
        """Send a request and wait for the head of its answer."""
        self._timeouts, self._give_up_at = timeouts, give_up_at
        if give_up_at is not None and self._clock.monotonic() >= give_up_at:
            raise NetworkError(Failure("connect", phase="deadline"))
        data = self._http.request(request)
        # A service that takes no more of a request may have answered it all the same: too large, say.
        with suppress(OSError):
            await self._write(data)
        try:
            while (head := self._http.head()) is None:
                self._http.receive(await self._stream.read(self._remaining("read")))
        except (OSError, h11.RemoteProtocolError) as error:
            raise NetworkError(read_failure(error)) from None
        return head

    async def read(self) -> bytes:
        """The next piece of the answer's body; empty at its end."""
        try:
            while (data := self._http.body()) is None:
                self._http.receive(await self._stream.read(self._remaining("read")))
        except (OSError, h11.RemoteProtocolError) as error:
            raise NetworkError(read_failure(error)) from None
        return data

    def shorten_deadline(self, seconds: float) -> None:
        """Bring the deadline forward to so many seconds from now."""
        soon = self._clock.monotonic() + seconds
        self._give_up_at = soon if self._give_up_at is None else min(self._give_up_at, soon)

    def mark_idle(self) -> bool:
        """Be idle from now on, if the connection can be used again."""
        self._idle_since = self._clock.monotonic()
        return self._http.is_reusable

    @property
    def is_fresh(self) -> bool:
        """Whether it can be used again: it has not been idle for long, and the service has not ended it."""
        return (
            self._clock.monotonic() - self._idle_since < KEPT_IDLE_SECONDS
            and self._stream.has_no_pending_data
        )

    async def aclose(self) -> None:
        """End the connection."""
        await self._stream.aclose()

    async def _write(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), _WRITTEN_AT_ONCE):
                await self._stream.write(data[start : start + _WRITTEN_AT_ONCE], self._remaining("write"))
        except TimeoutError as error:
            raise NetworkError(Failure("write_timeout", phase="write", reason=reason_of(error))) from None

    def _remaining(self, phase: str) -> float | None:
        """The seconds for one wait: as many as its phase may take, none beyond the deadline.

        Raises:
            NetworkError: The deadline passed.
        """
        limit = self._timeouts[phase]
        if self._give_up_at is None:
            return limit
        left = self._give_up_at - self._clock.monotonic()
        if left <= 0:
            raise NetworkError(Failure("read_timeout", phase="deadline"))
        return left if limit is None else min(limit, left)


class AsyncConnections:
    """Connections to one origin: a call takes one that is idle, the last used first, or makes one.

    There is no limit on their number: how many calls are in flight is the limiter's concern.
    """

    def __init__(self, settings: Settings, tls: Callable[[], ssl.SSLContext], clock: Clock) -> None:
        self._host = settings.host
        self._port = settings.port
        self._tls = tls if settings.scheme == "https" else None
        self._clock = clock
        self._idle: AsyncIdleConnections[_Connection] = AsyncIdleConnections()

    async def open(
        self, request: Request, timeouts: dict[str, float | None], give_up_at: float | None
    ) -> AsyncResponseStream:
        """Send a request and wait for the head of its answer."""
        idle = await self._idle.current()
        connection = await self._idle_one(idle) or await self._new_one(timeouts["connect"])
        try:
            head = await connection.send(request, timeouts, give_up_at)
        except BaseException:
            await connection.aclose()
            raise

        async def close() -> None:
            if connection.mark_idle() and len(idle) < KEPT_IDLE_CONNECTIONS:
                idle.append(connection)
            else:
                await connection.aclose()

        is_coded = any(name.lower() == b"content-encoding" for name, _value in head.headers)
        read = _decoded(head, connection.read) if is_coded else connection.read
        return AsyncResponseStream(head.status_code, head.headers, read, close, connection.shorten_deadline)

    async def aclose(self) -> None:
        """Close the idle connections of this event loop."""
        await self._idle.aclose()

    async def _idle_one(self, idle: deque[_Connection]) -> _Connection | None:
        while idle:
            try:
                connection = idle.pop()
            except IndexError:  # another thread was quicker
                break
            if connection.is_fresh:
                return connection
            await connection.aclose()
        return None

    async def _new_one(self, timeout: float | None) -> _Connection:
        tls = self._tls() if self._tls else None
        try:
            return _Connection(await connect(self._host, self._port, tls, timeout), self._clock)
        except TimeoutError as error:
            raise NetworkError(Failure("connect", phase="connect", reason=reason_of(error))) from None
        except (OSError, UnicodeError) as error:  # UnicodeError: the name of the host cannot be one
            raise NetworkError(Failure("connect", reason=reason_of(error))) from None


def _decoded(head: Head, read: Callable[[], Awaitable[bytes]]) -> Callable[[], Awaitable[bytes]]:
    """Undo the content coding of a body: a proxy compressed it, although `identity` was asked for."""
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
