"""Waits until a call is called, in a thread or in a task of an event loop."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, cast

from .._event_loop import TrioLoop

if TYPE_CHECKING:
    import asyncio

    from .._event_loop import EventLoop


class Waiter(Protocol):
    """A waiting call.

    Attributes:
        called: Whether the call was called.
    """

    called: bool

    def wake(self) -> bool:
        """Wake the call, from any thread; return False if its event loop is closed."""
        ...


class ThreadWaiter:
    """A waiting call in a thread."""

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
        """Wait until the call is called, at most `seconds`."""
        self._event.wait(seconds)


class TaskWaiter(ABC):
    """A waiting call in a task of an event loop."""

    __slots__ = ("called",)

    def __init__(self) -> None:
        self.called = False

    @staticmethod
    def of(loop: EventLoop) -> TaskWaiter:
        """Create a waiter for a task of this loop, which is running."""
        return _TrioWaiter(loop) if isinstance(loop, TrioLoop) else _AsyncioWaiter(cast("Any", loop))

    @abstractmethod
    def wake(self) -> bool: ...

    @abstractmethod
    async def wait(self, seconds: float) -> None:
        """Wait until the call is called, at most `seconds`."""


class _AsyncioWaiter(TaskWaiter):
    __slots__ = ("_future", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop
        self._future: asyncio.Future[None] = loop.create_future()

    def wake(self) -> bool:
        if not self.called:
            self.called = True
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._stop_waiting)
        return not self._loop.is_closed()

    async def wait(self, seconds: float) -> None:
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


class _TrioWaiter(TaskWaiter):
    __slots__ = ("_event", "_loop")

    def __init__(self, loop: TrioLoop) -> None:
        super().__init__()
        import trio

        self._loop = loop
        self._event = trio.Event()

    def wake(self) -> bool:
        self.called = True
        try:
            self._loop.call_soon_threadsafe(self._event.set)
        except RuntimeError:
            return False
        return True

    async def wait(self, seconds: float) -> None:
        import trio

        with trio.move_on_after(seconds):
            await self._event.wait()
