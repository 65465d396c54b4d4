"""An answer on its way (async): its head has come, its body is read piece by piece, whatever way it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ._faults import fault_of


class AsyncIncoming:
    """An answer whose head has come.

    Attributes:
        status_code: The HTTP status.
        headers: The header lines.
        read: Gives the next piece of the body; an empty one at its end.
    """

    __slots__ = ("_close", "_hurry", "_loop", "_on_close", "headers", "read", "status_code")

    def __init__(
        self,
        status_code: int,
        headers: list[tuple[bytes, bytes]],
        read: Callable[[], Awaitable[bytes]],
        close: Callable[[], Awaitable[None]],
        hurry: Callable[[float], None] | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.read = read
        self._close: Callable[[], Awaitable[None]] | None = close
        self._hurry = hurry
        self._on_close: list[Callable[[], None]] = []
        self._loop = asyncio.get_running_loop()

    def when_closed(self, tell: Callable[[], None]) -> None:
        """Have someone told when the answer is done with."""
        self._on_close.append(tell)

    def hurry(self, seconds: float) -> None:
        """Wait no longer than so many seconds for the rest of the body, if the connection was made here."""
        if self._hurry is not None:
            self._hurry(seconds)

    async def drain(self, seconds: float) -> None:
        """Read on to the end of the body, should it come soon: then the connection can be kept.

        Args:
            seconds: How long to wait for it. A connection that was plugged in is not waited for.
        """
        if self._hurry is None:
            return
        self.hurry(seconds)
        try:
            while await self.read():
                pass
        except Exception as error:
            if fault_of(error) is None:
                raise

    @property
    def is_closed(self) -> bool:
        """Whether it is done with."""
        return self._close is None

    async def aclose(self) -> None:
        """Be done with the answer: a connection is kept if its body was read to the end, else closed."""
        close, self._close = self._close, None
        if close is None:
            return
        try:
            await close()
        finally:
            for tell in self._on_close:
                tell()

    def __del__(self) -> None:
        """Nobody holds it any more: close the connection, and let the next call have its turn."""
        if self._close is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.create_task, AsyncIncoming.aclose(self))
