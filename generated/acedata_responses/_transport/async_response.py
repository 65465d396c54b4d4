"""A response (async) whose head has come and whose body is read piece by piece, whichever transport it came by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from .async_lifetime import AsyncClosing
from .failures import NetworkError
from .lifetime import call_each_once


def _nothing() -> None:
    """Without limits there is no place."""


class AsyncResponseStream:
    """A response whose head has come.

    Attributes:
        status_code: The HTTP status.
        headers: The header lines.
        read: Returns the next piece of the body, an empty one at its end. It raises `NetworkError` and nothing else.
        release: Frees the place of the call within the limits, before the response is closed; it may be called again.
    """

    __slots__ = ("_closing", "_shorten_deadline", "headers", "read", "release", "status_code")

    def __init__(
        self,
        status_code: int,
        headers: list[tuple[bytes, bytes]],
        read: Callable[[], Awaitable[bytes]],
        close: Callable[[], Awaitable[None]],
        shorten_deadline: Callable[[float], None] | None = None,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.read = read
        self.release: Callable[[], None] = _nothing
        self._shorten_deadline = shorten_deadline
        self._closing = AsyncClosing(close)

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call a function once the response is finished or closed."""
        self._closing.callbacks.append(callback)

    def finish(self) -> None:
        """Call these functions now, as all that matters of the response has been read."""
        call_each_once(self._closing.callbacks)

    def shorten_deadline(self, seconds: float) -> None:
        """Wait no longer than so many seconds for the rest of the body, if the connection was made here."""
        if self._shorten_deadline is not None:
            self._shorten_deadline(seconds)

    async def drain(self, seconds: float) -> None:
        """Read on to the end of the body, should it come soon: then the connection can be kept.

        Args:
            seconds: How long to wait for it. There is no waiting on a connection of an httpx client.
        """
        if self._shorten_deadline is None:
            return
        self.shorten_deadline(seconds)
        with suppress(NetworkError):
            while await self.read():
                pass

    @property
    def is_closed(self) -> bool:
        """Whether the response was closed."""
        return self._closing.is_done

    async def aclose(self) -> None:
        """Close the response: its connection is kept if the body was read to the end, else closed."""
        await self._closing.aclose()

    def __del__(self) -> None:
        """Close the connection of a response that was dropped without being closed."""
        self._closing.drop()
