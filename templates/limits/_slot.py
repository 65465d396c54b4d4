"""The slot of a call among the calls in flight, and how the call waits for it, in a thread or in a task."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._event_loop import EventLoop, TrioLoop

if TYPE_CHECKING:
    import asyncio


class LimitTimeout(TimeoutError):  # noqa: N818 - named like TimeoutError
    """A call did not get its turn in time. The message says what it waited for and what to do."""


class Slot:
    """The slot of a call among the calls in flight, from its turn until its response is finished."""

    __slots__ = ("_free", "loop", "waiter")

    def __init__(self, free: Callable[[Slot], None], loop: EventLoop | None = None) -> None:
        self._free = free
        self.loop = loop
        self.waiter: Waiter | None = None

    @property
    def is_orphaned(self) -> bool:
        """Whether its event loop is closed, so that the response can no longer be read."""
        return self.loop is not None and self.loop.is_closed()

    def release(self) -> None:
        """Free the slot, from any thread. Calling it again has no effect."""
        self._free(self)


class ThreadWaiter:
    """A waiting call in a thread.

    Attributes:
        called: Whether it is the turn of the call.
    """

    __slots__ = ("_event", "called")

    def __init__(self) -> None:
        self.called = False
        self._event = threading.Event()

    def wake(self) -> bool:
        """Call the call, from any thread; return False if its event loop is closed."""
        if not self.called:
            self.called = True
            self._event.set()
        return True

    def wait(self, seconds: float) -> None:
        """Wait until the call is called, at most `seconds`."""
        self._event.wait(seconds)


class AsyncioWaiter:
    """A waiting call in a task of asyncio; like `ThreadWaiter`."""

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


class TrioWaiter:
    """A waiting call in a task of trio; like `ThreadWaiter`."""

    __slots__ = ("_event", "_loop", "called")

    def __init__(self, loop: TrioLoop) -> None:
        import trio

        self.called = False
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


Waiter: TypeAlias = ThreadWaiter | AsyncioWaiter | TrioWaiter


def task_waiter(loop: EventLoop) -> AsyncioWaiter | TrioWaiter:
    """Return a waiter for a task of this loop, which is running."""
    return TrioWaiter(loop) if isinstance(loop, TrioLoop) else AsyncioWaiter(cast("Any", loop))
