"""How a call waits until it is called: in a thread, or in a task of an event loop."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio


class Waiter(Protocol):
    """A call that waits.

    Attributes:
        called: Whether it was called.
    """

    called: bool

    def wake(self) -> bool:
        """Tell it, from any thread, that it is called; False if it cannot run any more."""
        ...


class ThreadWaiter:
    """A call that waits in a thread."""

    __slots__ = ("_event", "called")

    def __init__(self) -> None:
        self.called = False
        self._event = threading.Event()

    def wake(self) -> bool:
        if not self.called:
            self.called = True
            self._event.set()
        return True

    def wait(self, seconds: float) -> None:
        """Wait until it is called, for so many seconds at most."""
        self._event.wait(seconds)


class TaskWaiter:
    """A call that waits in a task of an event loop."""

    __slots__ = ("_future", "_loop", "called")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.called = False
        self._loop = loop
        self._future: asyncio.Future[None] = loop.create_future()

    def wake(self) -> bool:
        if not self.called:
            self.called = True
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._stop_waiting)
        return not self._loop.is_closed()

    async def wait(self, seconds: float) -> None:
        """Wait until it is called, for so many seconds at most."""
        if self._future.done():  # by the end of an earlier wait
            self._future = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._stop_waiting)
        try:
            await self._future
        finally:
            timer.cancel()

    def _stop_waiting(self) -> None:
        if not self._future.done():
            self._future.set_result(None)
