"""How long connections and responses live: idle connections are kept for the next call, dropped responses closed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

KEPT_IDLE_CONNECTIONS = 100
KEPT_IDLE_SECONDS = 5.0


def has_sockets() -> bool:
    """Whether there is what connections of our own are made of. Not every event loop has it."""
    return True


class _Closable(Protocol):
    def close(self) -> None: ...


class _Connection(Protocol):
    @property
    def stream(self) -> _Closable: ...


ConnectionT = TypeVar("ConnectionT", bound=_Connection)


class ConnectionPool(Generic[ConnectionT]):
    """The idle connections of a client. Those that calls use are not in it."""

    def __init__(self) -> None:
        self._idle: deque[ConnectionT] = deque()
        self._is_closed = False

    def take(self) -> ConnectionT | None:
        """Return the connection that was used last; None if there is none."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def keep(self, connection: ConnectionT) -> None:
        """Keep a connection for the next call; close it if enough are kept."""
        if self._is_closed or len(self._idle) >= KEPT_IDLE_CONNECTIONS:
            connection.stream.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close all connections; one that a call uses is closed after it."""
        self._is_closed = True
        while connection := self.take():
            connection.stream.close()

    def __del__(self) -> None:
        """Close the connections of a client that was dropped without being closed."""
        self.close()


class ConnectionPools(Generic[ConnectionT]):
    """The pool of a client, in the place where the asynchronous client has one for each event loop."""

    def __init__(self) -> None:
        self._pool: ConnectionPool[ConnectionT] = ConnectionPool()

    def current(self) -> ConnectionPool[ConnectionT]:
        """Return the pool that this call may use."""
        return self._pool

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()


class Closing:
    """Closes a response, once, whoever asks for it: its reader, another thread, or the garbage collector.

    Attributes:
        callbacks: Functions to call once the response is closed.
    """

    __slots__ = ("_close", "callbacks")

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = [close]
        self.callbacks: list[Callable[[], None]] = []

    @property
    def is_done(self) -> bool:
        """Whether the response was closed."""
        return not self._close

    def close(self) -> None:
        """Close the response, unless that was done."""
        try:
            close = self._close.pop()  # of several threads one gets it
        except IndexError:
            return
        try:
            close()
        finally:
            call_each_once(self.callbacks)

    def drop(self) -> None:
        """Close a response from its destructor."""
        self.close()


def close_soon(close: Callable[[], None]) -> None:
    """Close something; where the asynchronous client does so later, at once."""
    close()


def call_each_once(callbacks: list[Callable[[], None]]) -> None:
    """Call these functions, of which several threads have the list."""
    while callbacks:
        callbacks.pop(0)()
