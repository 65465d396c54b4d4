"""The place of a call among the calls in flight, and how long the call waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .._event_loop import EventLoop

if TYPE_CHECKING:
    from ._waiting import Waiter

_DAY = 86_400.0  # seconds; the longest single wait, which every kind of timer supports


class LimitTimeout(TimeoutError):  # noqa: N818 - named like TimeoutError
    """A call did not get its turn in time. The message says what it waited for and what to do."""


class Place:
    """The place of a call among the calls in flight, from its turn until its response is finished."""

    __slots__ = ("_free", "loop", "waiter")

    def __init__(self, free: Callable[[Place], None], loop: EventLoop | None = None) -> None:
        self._free = free
        self.loop = loop
        self.waiter: Waiter | None = None

    @property
    def is_orphaned(self) -> bool:
        """Whether its event loop is closed, so that the response can no longer be read."""
        return self.loop is not None and self.loop.is_closed()

    def release(self) -> None:
        """Free the place, from any thread. Calling it again has no effect."""
        self._free(self)


class WaitLimit(NamedTuple):
    """How long a call waits: until `give_up_at`, and at most `timeout` seconds while no call starts or finishes."""

    joined_at: float
    give_up_at: float
    timeout: float


class Pause(NamedTuple):
    """A single wait."""

    seconds: float
    until: float


def pause_until(now: float, until: float) -> Pause:
    """Return the wait until a time, or the first day of it if it is longer."""
    seconds = max(min(until - now, _DAY), 0.0)
    return Pause(seconds, until if seconds < _DAY else now + seconds)
