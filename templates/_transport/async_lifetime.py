"""How long connections and responses live in event loops: what is open in a loop is closed before the loop is.

asyncio closes the asynchronous generators of a loop before the loop itself (`asyncio.run`, `loop.shutdown_asyncgens`):
one generator for each loop waits for that. Where a program closes a loop without it, what was open is closed as soon as
another loop comes into use.
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
    """Whether the running event loop has what connections of our own are made of; that of trio has not."""
    return not isinstance(running_loop(), TrioLoop)


class _Closable(Protocol):
    async def aclose(self) -> None: ...

    def abort(self) -> None: ...  # for a loop that is closed, or will go on later


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
    """Return what is open in the running event loop; who adds to it takes it out again."""
    running = running_loop()
    if running not in _open_by_loop:
        for loop in list(_open_by_loop):
            if loop.is_closed() and (left := _open_by_loop.pop(loop, None)):
                for item in list(left.items):
                    item.abort()
        _open_by_loop[running] = _OpenInLoop()
        await anext(_open_by_loop[running].end)
    return _open_by_loop[running].items


class _Connection(Protocol):
    @property
    def stream(self) -> _Closable: ...


ConnectionT = TypeVar("ConnectionT", bound=_Connection)


class AsyncConnectionPool(Generic[ConnectionT]):
    """The idle connections of a client in one event loop. Those that calls use are not in it."""

    def __init__(self, opened: set[_Closable]) -> None:
        self._opened = opened
        self._opened.add(self)
        self._idle: deque[ConnectionT] = deque()
        self._is_closed = False

    def take(self) -> ConnectionT | None:
        """Return the connection that was used last; None if there is none."""
        return self._idle.pop() if self._idle else None

    async def keep(self, connection: ConnectionT) -> None:
        """Keep a connection for the next call; close it if enough are kept."""
        if self._is_closed or len(self._idle) >= KEPT_IDLE_CONNECTIONS:
            await connection.stream.aclose()
        else:
            self._idle.append(connection)

    async def aclose(self) -> None:
        """Close all connections; one that a call uses is closed after it."""
        self._end()
        while self._idle:
            await self._idle.pop().stream.aclose()

    def abort(self) -> None:
        """Close all connections without waiting for it."""
        self._end()
        while self._idle:
            self._idle.pop().stream.abort()

    def _end(self) -> None:
        self._is_closed = True
        self._opened.discard(self)


class AsyncConnectionPools(Generic[ConnectionT]):
    """The pools of a client, one for each event loop."""

    def __init__(self) -> None:
        self._pools: dict[EventLoop, AsyncConnectionPool[ConnectionT]] = {}

    async def current(self) -> AsyncConnectionPool[ConnectionT]:
        """Return the pool of the running event loop."""
        loop = running_loop()
        return self._pools.get(loop) or await self._new(loop)

    async def aclose(self) -> None:
        """Close the pools."""
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
    """Closes a response, once, whoever asks for it: its reader, another task, or the garbage collector.

    Attributes:
        callbacks: Functions to call once the response is closed.
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
        """Whether the response was closed."""
        return not self._close

    async def aclose(self) -> None:
        """Close the response, unless that was done."""
        self._opened.discard(self)
        try:
            if self._close:
                await self._close.pop()()
        finally:
            call_each_once(self.callbacks)

    def drop(self) -> None:
        """Close a response from its destructor, which any thread may run, even after the end of the event loop."""
        if self._close:
            call_each_once(self.callbacks)
            _call_in(self._loop, self.abort)

    def abort(self) -> None:
        """Close the response without waiting for it. In a loop that is closed, its connection is closed by itself."""
        if not self._loop.is_closed():
            self._loop.create_task(self.aclose())
            return
        self._opened.discard(self)
        self._close.clear()
        call_each_once(self.callbacks)


def close_soon(aclose: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Close something in the running event loop, without waiting for it; what belongs to a loop that ended is lost."""
    with suppress(ConfigurationError):
        running_loop().create_task(aclose())


def _call_in(loop: EventLoop, function: Callable[[], None]) -> None:
    """Call a function in an event loop, from any thread; here if the loop is closed."""
    try:
        loop.call_soon_threadsafe(function)
    except RuntimeError:
        function()
