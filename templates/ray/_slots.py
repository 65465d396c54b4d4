"""The actor that keeps the limits of a cluster."""

from __future__ import annotations

from .._clock import SYSTEM_CLOCK, Clock
from ..limits import Limiter, Limits, LimitTimeout, Slot

Number = tuple[str, int]
"""A slot: the worker that has it, and the number that the worker gave it."""


class Slots:
    """Gives slots within the limits to the workers of a cluster. It runs as an actor, in the actor's event loop.

    If a worker has not renewed its lease in time, it is considered dead, and its slots are freed.

    Args:
        limits: The limits of all workers together.
        lease: Seconds until the lease of a worker expires.
        clock: The clock.
    """

    def __init__(self, limits: Limits, lease: float, clock: Clock = SYSTEM_CLOCK) -> None:
        self._limiter = Limiter(limits, clock=clock)
        self._lease = lease
        self._clock = clock
        self._renewed_at: dict[str, float] = {}
        self._held: dict[Number, Slot] = {}
        self._waiting: set[Number] = set()

    async def limits(self) -> Limits:
        """Return the limits."""
        return self._limiter.limits

    async def load(self) -> tuple[int, int, float | None]:
        """Return the number of calls in flight, the number of waiting calls, and the pace."""
        return self._limiter.in_flight, self._limiter.waiting, self._limiter.pace

    async def acquire(self, number: Number, seconds: float | None = None, timeout: float | None = None) -> str:
        """Wait for a slot.

        Args:
            number: The slot.
            seconds: Seconds to wait; None for no limit.
            timeout: Seconds to wait while no other call starts or finishes; None for no limit.

        Returns:
            An empty text; or, if the slot was not free in time, the reason.
        """
        await self.alive(number[0])
        if number in self._held:  # Ray calls the method again if the result was lost
            return ""
        give_up_at = None if seconds is None else self._clock.monotonic() + seconds
        self._waiting.add(number)
        try:
            slot = await self._limiter.acquire_async(give_up_at, timeout)
        except LimitTimeout as error:
            self._waiting.discard(number)
            return str(error)
        if number in self._waiting:
            self._waiting.discard(number)
            self._held[number] = slot
        else:
            slot.release()
        return ""

    async def release(self, number: Number) -> None:
        """Free a slot; if it is still waited for, free it when it is given. Calling it again has no effect."""
        self._waiting.discard(number)
        slot = self._held.pop(number, None)
        if slot is not None:
            slot.release()

    async def alive(self, worker: str) -> None:
        """Renew the lease of a worker, and free the slots of workers whose lease has expired."""
        now = self._clock.monotonic()
        self._renewed_at[worker] = now
        self._renewed_at = {worker: at for worker, at in self._renewed_at.items() if now - at <= self._lease}
        for number in [one for one in self._held if one[0] not in self._renewed_at]:
            await self.release(number)

    async def slowed(self) -> None:
        """Slow down after a 429."""
        self._limiter.slowed()

    async def succeeded(self) -> None:
        """Speed up after a success."""
        self._limiter.succeeded()
