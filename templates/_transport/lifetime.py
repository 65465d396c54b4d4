"""How long connections live: idle ones are kept for the next call, dropped ones are closed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

KEPT_IDLE_CONNECTIONS = 100
KEPT_IDLE_SECONDS = 5.0


class _Closable(Protocol):
    def close(self) -> None: ...


ConnectionT = TypeVar("ConnectionT", bound=_Closable)


class IdleConnections(Generic[ConnectionT]):
    """The connections that no call uses."""

    def __init__(self) -> None:
        self._idle: deque[ConnectionT] = deque()

    def current(self) -> deque[ConnectionT]:
        """Return those that this call may use, the last used one at the right."""
        return self._idle

    def close(self) -> None:
        """Close all of them."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        """Close the connections of a client that was dropped without being closed."""
        self.close()


def finalizer() -> Callable[[Callable[[], None]], None]:
    """Return a function that a destructor can call to run a `close`."""
    return _run


def _run(close: Callable[[], None]) -> None:
    close()
