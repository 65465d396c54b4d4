"""A response (async) whose head was received and whose body is read in chunks, for every transport."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from .async_lifetime import AsyncClosing
from .failures import NetworkError
from .lifetime import call_each_once


def _nothing() -> None:
    """The `release` of a response without a slot in the limits."""


class AsyncResponseStream:
    """A response whose head was received.

    Attributes:
        status_code: The HTTP status.
        headers: The header lines.
        read: Returns the next chunk of the body, an empty one at its end. It raises `NetworkError` and nothing else.
        release: Frees the slot of the call in the limits, before the response is closed. It can be called repeatedly.
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
        """Call a function when the response is finished or closed."""
        self._closing.callbacks.append(callback)

    def finish(self) -> None:
        """Call these functions now, because the rest of the response does not matter."""
        call_each_once(self._closing.callbacks)

    def shorten_deadline(self, seconds: float) -> None:
        """Limit the time for the rest of the body, in seconds. It has no effect on a response from httpx."""
        if self._shorten_deadline is not None:
            self._shorten_deadline(seconds)

    async def drain(self, seconds: float) -> None:
        """Read to the end of the body if it is received soon, so that the connection can be reused.

        Args:
            seconds: How long to wait. A response from httpx is not read on.
        """
        if self._shorten_deadline is None:
            return
        self.shorten_deadline(seconds)
        with suppress(NetworkError):
            while await self.read():
                pass

    @property
    def is_closed(self) -> bool:
        return self._closing.is_done

    async def aclose(self) -> None:
        """Close the response. Its connection is kept if the body was read to the end, and closed otherwise."""
        await self._closing.aclose()

    def __del__(self) -> None:
        """Close the connection of a response that was dropped without being closed."""
        self._closing.drop()
