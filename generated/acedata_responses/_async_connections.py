"""The way straight to the service (async): connections that are kept between calls.

Whatever fails is an exception of the standard library, of h11 or of `_faults`, which explains them all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ._async_incoming import AsyncIncoming
from ._async_sockets import AsyncSocketStream, connect
from ._faults import ConnectError, ConnectTimeout, DeadlineExceeded, WriteTimeout
from ._http1 import HTTP1, Head
from ._settings import KEPT_IDLE_CONNECTIONS, KEPT_IDLE_SECONDS

if TYPE_CHECKING:
    import ssl

    from ._clock import Clock
    from ._request import Request
    from ._settings import Settings

_WRITTEN_AT_ONCE = 65_536  # bytes; between two pieces the deadline is looked at


class _Connection:
    """One connection: what is said on it, and the network under it. The call that has it says how long each wait may be."""

    def __init__(self, stream: AsyncSocketStream, clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._http = HTTP1()
        self._timeouts: dict[str, float | None] = {}
        self._deadline: float | None = None
        self._idle_since = 0.0

    async def ask(self, request: Request, timeouts: dict[str, float | None], deadline: float | None) -> Head:
        """Send a request and wait for the head of its answer."""
        self._timeouts, self._deadline = timeouts, deadline
        if deadline is not None and self._clock.monotonic() >= deadline:
            raise ConnectTimeout  # nothing was sent: it must not look like a deadline that passes later
        data = self._http.request(request)
        # A service that takes no more of a request may have answered it all the same: too large, say.
        with suppress(OSError):
            await self._write(data)
        while (head := self._http.head()) is None:
            self._http.receive(await self._stream.read(self._patience("read")))
        return head

    async def read(self) -> bytes:
        """The next piece of the answer's body; empty at its end."""
        while (data := self._http.body()) is None:
            self._http.receive(await self._stream.read(self._patience("read")))
        return data

    def hurry(self, seconds: float) -> None:
        """Bring the deadline forward to so many seconds from now."""
        soon = self._clock.monotonic() + seconds
        self._deadline = soon if self._deadline is None else min(self._deadline, soon)

    def rest(self) -> bool:
        """Be idle from now on, if the connection can be used again."""
        self._idle_since = self._clock.monotonic()
        return self._http.can_go_on

    @property
    def is_fresh(self) -> bool:
        """Whether it can be used again: it has not been idle for long, and the service has not ended it."""
        return self._clock.monotonic() - self._idle_since < KEPT_IDLE_SECONDS and self._stream.is_quiet

    async def aclose(self) -> None:
        """End the connection."""
        await self._stream.aclose()

    async def _write(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), _WRITTEN_AT_ONCE):
                await self._stream.write(data[start : start + _WRITTEN_AT_ONCE], self._patience("write"))
        except TimeoutError:
            raise WriteTimeout from None

    def _patience(self, phase: str) -> float | None:
        """The seconds for one wait: as many as its phase may take, none beyond the deadline.

        Raises:
            DeadlineExceeded: None are left.
        """
        limit = self._timeouts[phase]
        if self._deadline is None:
            return limit
        left = self._deadline - self._clock.monotonic()
        if left <= 0:
            raise DeadlineExceeded("the deadline passed")
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
        self._idle_by_loop: dict[asyncio.AbstractEventLoop, deque[_Connection]] = {}
        self._ends_by_loop: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}

    async def open(
        self, request: Request, timeouts: dict[str, float | None], deadline: float | None
    ) -> AsyncIncoming:
        """Send a request and wait for the head of its answer."""
        idle = await self._idle_of_this_loop()
        connection = await self._idle_one(idle) or await self._new_one(timeouts["connect"])
        try:
            head = await connection.ask(request, timeouts, deadline)
        except BaseException:
            await connection.aclose()
            raise

        async def close() -> None:
            if connection.rest() and len(idle) < KEPT_IDLE_CONNECTIONS:
                idle.append(connection)
            else:
                await connection.aclose()

        is_coded = any(name.lower() == b"content-encoding" for name, _value in head.headers)
        read = _decoded(head, connection.read) if is_coded else connection.read
        return AsyncIncoming(head.status_code, head.headers, read, close, connection.hurry)

    async def aclose(self) -> None:
        """Close the idle connections of this event loop."""
        end = self._ends_by_loop.get(asyncio.get_running_loop())
        if end is not None:
            await end.aclose()

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
        except TimeoutError:
            raise ConnectTimeout from None
        except (OSError, UnicodeError) as error:  # UnicodeError: the name of the host cannot be one
            raise ConnectError(str(error)) from None

    async def _idle_of_this_loop(self) -> deque[_Connection]:
        """A connection belongs to the event loop in which it was made, and ends with it."""
        loop = asyncio.get_running_loop()
        idle = self._idle_by_loop.get(loop)
        if idle is None:
            idle = self._idle_by_loop[loop] = deque()
            self._ends_by_loop[loop] = self._end(loop, idle)
            await anext(self._ends_by_loop[loop])
        return idle

    async def _end(
        self, loop: asyncio.AbstractEventLoop, idle: deque[_Connection]
    ) -> AsyncGenerator[None, None]:
        """Stands still until it is closed: asyncio closes what is left of such generators before it closes a loop."""
        try:
            yield
        finally:
            del self._idle_by_loop[loop], self._ends_by_loop[loop]
            while idle:
                await idle.pop().aclose()


def _decoded(head: Head, read: Callable[[], Awaitable[bytes]]) -> Callable[[], Awaitable[bytes]]:
    """Reads the body without its content coding. Something on the way compressed it, though `identity` was asked for."""
    import httpx

    async def chunks() -> AsyncIterator[bytes]:
        while chunk := await read():
            yield chunk

    decoded = httpx.Response(head.status_code, headers=head.headers, content=chunks()).aiter_bytes()
    return lambda: anext(decoded, b"")
