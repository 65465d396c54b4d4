"""The place of a call within the limits, and how long the call waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .._event_loop import EventLoop
    from ._waiting import Waiter

_DAY = 86_400.0  # the longest wait in one piece: every timer takes it


class LimitTimeout(TimeoutError):  # noqa: N818 - named like TimeoutError
    """A call did not get its turn in time. The message says what it waited for, and what to do."""


class Place:
    """The place of a call within the limits, from when it has its turn until its answer is over."""

    __slots__ = ("_free", "loop", "waiter")

    def __init__(self, free: Callable[[Place], None], loop: EventLoop | None = None) -> None:
        self._free = free
        self.loop = loop
        self.waiter: Waiter | None = None

    @property
    def is_orphaned(self) -> bool:
        """Whether its event loop is closed, so that its answer cannot be read any more."""
        return self.loop is not None and self.loop.is_closed()

    def release(self) -> None:
        """Free the place, from any thread. A second time changes nothing."""
        self._free(self)


class Patience(NamedTuple):
    """How long a call waits: until `give_up_at`, and for `timeout` seconds in which no call starts or finishes."""

    joined_at: float
    give_up_at: float
    timeout: float


class Pause(NamedTuple):
    """A wait in one piece."""

    seconds: float
    until: float


def pause_until(now: float, until: float) -> Pause:
    """Return the wait until a moment, or the beginning of it if that is far off."""
    seconds = max(min(until - now, _DAY), 0.0)
    return Pause(seconds, until if seconds < _DAY else now + seconds)
