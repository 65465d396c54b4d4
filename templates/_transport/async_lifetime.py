"""How long connections live in event loops: each loop keeps its own idle ones, and closes them before it is closed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Generic, Protocol, TypeVar


class _Closable(Protocol):
    async def aclose(self) -> None: ...


ConnectionT = TypeVar("ConnectionT", bound=_Closable)


class AsyncIdleConnections(Generic[ConnectionT]):
    """The connections that no call uses, for each event loop its own."""

    def __init__(self) -> None:
        self._idle_by_loop: dict[asyncio.AbstractEventLoop, deque[ConnectionT]] = {}
        self._ends_by_loop: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}

    async def current(self) -> deque[ConnectionT]:
        """Return those of the running event loop, the last used one at the right."""
        loop = asyncio.get_running_loop()
        idle = self._idle_by_loop.get(loop)
        if idle is None:
            idle = self._idle_by_loop[loop] = deque()
            self._ends_by_loop[loop] = self._close_with(loop, idle)
            await anext(self._ends_by_loop[loop])
        return idle

    async def aclose(self) -> None:
        """Close all of the running event loop."""
        end = self._ends_by_loop.get(asyncio.get_running_loop())
        if end is not None:
            await end.aclose()

    async def _close_with(
        self, loop: asyncio.AbstractEventLoop, idle: deque[ConnectionT]
    ) -> AsyncGenerator[None, None]:
        """Close the idle connections when this generator is closed, which asyncio does before it closes a loop."""
        try:
            yield
        finally:
            del self._idle_by_loop[loop], self._ends_by_loop[loop]
            while idle:
                await idle.pop().aclose()


def finalizer() -> Callable[[Callable[[], Coroutine[Any, Any, None]]], None]:
    """Return a function that a destructor can call, from any thread, to run a `close` in the running event loop."""
    loop = asyncio.get_running_loop()

    def run(aclose: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: loop.create_task(aclose()))

    return run
