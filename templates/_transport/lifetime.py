"""Pools idle connections for later calls, and closes responses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

KEPT_IDLE_CONNECTIONS = 100
KEPT_IDLE_SECONDS = 5.0


def has_sockets() -> bool:
    """Whether the package's own connections can be used; in the asynchronous client that depends on the event loop."""
    return True


class _Closable(Protocol):
    def close(self) -> None: ...


class _Connection(Protocol):
    @property
    def stream(self) -> _Closable: ...


ConnectionT = TypeVar("ConnectionT", bound=_Connection)


class ConnectionPool(Generic[ConnectionT]):
    """The idle connections of a client. A connection that a call uses is not in the pool."""

    def __init__(self) -> None:
        self._idle: deque[ConnectionT] = deque()
        self._is_closed = False

    def take(self) -> ConnectionT | None:
        """Remove and return the most recently used connection; None if the pool is empty."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def keep(self, connection: ConnectionT) -> None:
        """Keep a connection for the next call; close it if the pool is full."""
        if self._is_closed or len(self._idle) >= KEPT_IDLE_CONNECTIONS:
            connection.stream.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the idle connections. A connection that a call uses is closed when the call has ended."""
        self._is_closed = True
        while connection := self.take():
            connection.stream.close()

    def __del__(self) -> None:
        """Close the connections of a client that was dropped without being closed."""
        self.close()


class ConnectionPools(Generic[ConnectionT]):
    """The connection pool of a client; the asynchronous client has one for each event loop."""

    def __init__(self) -> None:
        self._pool: ConnectionPool[ConnectionT] = ConnectionPool()

    def current(self) -> ConnectionPool[ConnectionT]:
        return self._pool

    def close(self) -> None:
        self._pool.close()


class Closing:
    """Closes a response exactly once, although its reader, another thread and the garbage collector may all try.

    Attributes:
        callbacks: Functions to call when the response is closed.
    """

    __slots__ = ("_close", "callbacks")

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = [close]
        self.callbacks: list[Callable[[], None]] = []

    @property
    def is_done(self) -> bool:
        return not self._close

    def close(self) -> None:
        try:
            close = self._close.pop()  # atomic: only one thread gets it
        except IndexError:
            return
        try:
            close()
        finally:
            call_each_once(self.callbacks)

    def drop(self) -> None:
        self.close()


def close_soon(close: Callable[[], None]) -> None:
    """Call `close` now; the asynchronous client does so later."""
    close()


def call_each_once(callbacks: list[Callable[[], None]]) -> None:
    """Call each function once, although several threads may do so at the same time."""
    while callbacks:
        callbacks.pop(0)()
