"""The event loop that runs an asynchronous call: asyncio's, whose interface uvloop and others implement, or trio's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol, cast

from .errors import ConfigurationError


class EventLoop(Protocol):
    """The methods of an event loop that a call needs, named as in asyncio. Instances are hashable."""

    def call_soon_threadsafe(self, callback: Callable[[], Any], /) -> Any:
        """Call a function in the loop, from any thread.

        Raises:
            RuntimeError: The loop is closed.
        """
        ...

    def create_task(self, coroutine: Coroutine[Any, Any, None], /) -> Any:
        """Run a coroutine as a separate task. Must be called in the loop."""
        ...

    def is_closed(self) -> bool:
        """Whether the loop will never run anything again."""
        ...


def running_loop() -> EventLoop:
    """Return the event loop that runs the caller.

    Raises:
        ConfigurationError: It is neither asyncio's nor trio's.
    """
    if runs_in_trio():
        return TrioLoop()
    import asyncio

    try:
        return cast("EventLoop", asyncio.get_running_loop())
    except RuntimeError:
        raise ConfigurationError("AsyncClient requires asyncio or trio; nothing was sent") from None


def runs_in_trio() -> bool:
    """Whether the caller runs in a trio task."""
    if "trio" not in sys.modules:
        return False
    import trio

    return trio.lowlevel.in_trio_task()


async def sleep(seconds: float) -> None:
    """Sleep in the event loop of the caller."""
    if runs_in_trio():
        import trio

        await trio.sleep(seconds)
    else:
        import asyncio

        await asyncio.sleep(seconds)


class TrioLoop:
    """The trio run of the caller."""

    __slots__ = ("_token",)

    def __init__(self) -> None:
        import trio

        self._token = trio.lowlevel.current_trio_token()

    def call_soon_threadsafe(self, callback: Callable[[], Any], /) -> None:
        self._token.run_sync_soon(callback)

    def create_task(self, coroutine: Coroutine[Any, Any, None], /) -> None:
        import trio

        trio.lowlevel.spawn_system_task(_ignore_errors, coroutine)

    def is_closed(self) -> bool:
        try:
            self._token.run_sync_soon(lambda: None)
        except RuntimeError:
            return True
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TrioLoop) and other._token is self._token

    def __hash__(self) -> int:
        return hash(self._token)


async def _ignore_errors(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine and ignore its exceptions, which would crash the trio run."""
    with suppress(Exception):
        await coroutine
