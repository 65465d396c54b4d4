"""Pools idle connections, and closes connections and responses before their event loop is closed.

asyncio closes the asynchronous generators of a loop before the loop itself (`asyncio.run`, `loop.shutdown_asyncgens`).
So one generator for each loop closes everything that is open in that loop. If a program closes a loop without shutting
down its generators, the connections are closed as soon as another loop is used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from .._event_loop import EventLoop, TrioLoop, running_loop
from ..errors import ConfigurationError
from .lifetime import KEPT_IDLE_CONNECTIONS, call_each_once


def has_sockets() -> bool:
    """Whether the package's own connections work in the running event loop: yes in asyncio, no in trio."""
    return not isinstance(running_loop(), TrioLoop)


class _Closable(Protocol):
    async def aclose(self) -> None: ...

    def abort(self) -> None: ...  # does not wait; also for a loop that is closed


class _OpenInLoop:
    """The connections, pools and responses that are open in an event loop."""

    def __init__(self) -> None:
        self.items: set[_Closable] = set()
        self.end = self._close_at_end()

    async def _close_at_end(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            _open_by_loop.pop(running_loop(), None)
            for item in list(self.items):
                await item.aclose()


_open_by_loop: dict[EventLoop, _OpenInLoop] = {}


async def open_in_loop() -> set[_Closable]:
    """Return the objects that are open in the running event loop. Each adds itself, and removes itself when closed."""
    running = running_loop()
    if running not in _open_by_loop:
        for loop in list(_open_by_loop):
            if loop.is_closed() and (leftover := _open_by_loop.pop(loop, None)):
                for item in list(leftover.items):
                    item.abort()
        _open_by_loop[running] = _OpenInLoop()
        await anext(_open_by_loop[running].end)
    return _open_by_loop[running].items


class _Connection(Protocol):
    @property
    def stream(self) -> _Closable: ...


ConnectionT = TypeVar("ConnectionT", bound=_Connection)


class AsyncConnectionPool(Generic[ConnectionT]):
    """The idle connections of a client in one event loop. A connection that a call uses is not in the pool."""

    def __init__(self, opened: set[_Closable]) -> None:
        self._opened = opened
        self._opened.add(self)
        self._idle: deque[ConnectionT] = deque()
        self._is_closed = False

    def take(self) -> ConnectionT | None:
        """Remove and return the most recently used connection; None if the pool is empty."""
        return self._idle.pop() if self._idle else None

    async def keep(self, connection: ConnectionT) -> None:
        """Keep a connection for the next call; close it if the pool is full."""
        if self._is_closed or len(self._idle) >= KEPT_IDLE_CONNECTIONS:
            await connection.stream.aclose()
        else:
            self._idle.append(connection)

    async def aclose(self) -> None:
        """Close the idle connections. A connection that a call uses is closed when the call has ended."""
        self._end()
        while self._idle:
            await self._idle.pop().stream.aclose()

    def abort(self) -> None:
        self._end()
        while self._idle:
            self._idle.pop().stream.abort()

    def _end(self) -> None:
        self._is_closed = True
        self._opened.discard(self)


class AsyncConnectionPools(Generic[ConnectionT]):
    """The connection pools of a client, one for each event loop."""

    def __init__(self) -> None:
        self._pools: dict[EventLoop, AsyncConnectionPool[ConnectionT]] = {}

    async def current(self) -> AsyncConnectionPool[ConnectionT]:
        loop = running_loop()
        return self._pools.get(loop) or await self._new(loop)

    async def aclose(self) -> None:
        pool = self._pools.pop(running_loop(), None)
        if pool is not None:
            await pool.aclose()
        self._abort()

    def __del__(self) -> None:
        """Close the connections of a client that was dropped without being closed."""
        self._abort()

    async def _new(self, loop: EventLoop) -> AsyncConnectionPool[ConnectionT]:
        opened = await open_in_loop()
        for closed in [each for each in list(self._pools) if each.is_closed()]:
            self._pools.pop(closed, None)
        pool = self._pools[loop] = AsyncConnectionPool(opened)
        return pool

    def _abort(self) -> None:
        for loop, pool in list(self._pools.items()):
            _call_in(loop, pool.abort)


class AsyncClosing:
    """Closes a response exactly once, although its reader, another task and the garbage collector may all try.

    Attributes:
        callbacks: Functions to call when the response is closed.
    """

    __slots__ = ("_close", "_loop", "_opened", "callbacks")

    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        self._loop = running_loop()
        opened = _open_by_loop.get(self._loop)
        self._opened: set[_Closable] = set() if opened is None else opened.items
        self._opened.add(self)
        self._close = [close]
        self.callbacks: list[Callable[[], None]] = []

    @property
    def is_done(self) -> bool:
        return not self._close

    async def aclose(self) -> None:
        self._opened.discard(self)
        try:
            if self._close:
                await self._close.pop()()
        finally:
            call_each_once(self.callbacks)

    def drop(self) -> None:
        """Close the response from its destructor, which may run in any thread, and after the event loop was closed."""
        if self._close:
            call_each_once(self.callbacks)
            _call_in(self._loop, self.abort)

    def abort(self) -> None:
        """Close the response without waiting. If the loop is closed, only the callbacks remain to be called."""
        if not self._loop.is_closed():
            self._loop.create_task(self.aclose())
            return
        self._opened.discard(self)
        self._close.clear()
        call_each_once(self.callbacks)


def close_soon(aclose: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Call `aclose` in the running event loop without waiting for it; do nothing if no loop is running."""
    with suppress(ConfigurationError):
        running_loop().create_task(aclose())


def _call_in(loop: EventLoop, function: Callable[[], None]) -> None:
    """Call a function in an event loop, from any thread; call it directly if the loop is closed."""
    try:
        loop.call_soon_threadsafe(function)
    except RuntimeError:
        function()
