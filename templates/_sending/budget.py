"""The time that a call may take: a timeout for each phase of a try, and a deadline for the whole call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._clock import Clock
    from ..retry import Phase

_SHORTEST_WAIT = 0.001  # seconds; a timeout of 0 would make sockets non-blocking


class TimeBudget:
    """The time that a call may take.

    Attributes:
        give_up_at: The moment of `clock.monotonic()` at which the deadline passes; None for no deadline.
    """

    __slots__ = ("_clock", "_deadline", "_started", "_timeouts", "give_up_at")

    def __init__(self, clock: Clock, timeouts: dict[str, float | None], deadline: float | None) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._deadline = deadline
        self._started = clock.monotonic()
        self.give_up_at = None if deadline is None else self._started + deadline

    @property
    def elapsed(self) -> float:
        """The seconds since the call began."""
        return self._clock.monotonic() - self._started

    @property
    def is_spent(self) -> bool:
        return self.give_up_at is not None and self._clock.monotonic() >= self.give_up_at

    def timeouts(self) -> dict[str, float | None]:
        """The timeout for each phase of the next try, in seconds, shortened to the deadline."""
        if self.give_up_at is None:
            return self._timeouts
        remaining = max(self.give_up_at - self._clock.monotonic(), _SHORTEST_WAIT)
        return {phase: remaining if limit is None else min(limit, remaining) for phase, limit in self._timeouts.items()}

    def allowed(self, phase: Phase | None) -> float | None:
        """The timeout of a phase in seconds, or the deadline of the call once it has passed."""
        if phase is not None and (phase == "deadline" or self.is_spent):
            return self._deadline
        return self._timeouts.get("pool" if phase in ("turn", "journal") else phase or "")
