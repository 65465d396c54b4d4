"""The limits of a whole cluster, as the actor that keeps them."""

from __future__ import annotations

from .._clock import SYSTEM_CLOCK, Clock
from ..limits import Limiter, Limits, LimitTimeout, Place

Number = tuple[str, int]
"""A place: the worker that has it, and its number there."""


class Places:
    """Hands out places within the limits to the workers of a cluster. It runs as an actor, in its event loop.

    A worker that has not been heard of for the time of a lease is dead, and its places are free again.

    Args:
        limits: The limits of all workers together.
        lease: Seconds.
        clock: Where the time comes from.
    """

    def __init__(self, limits: Limits, lease: float, clock: Clock = SYSTEM_CLOCK) -> None:
        self._limiter = Limiter(limits, clock=clock)
        self._lease = lease
        self._clock = clock
        self._heard_of: dict[str, float] = {}
        self._held: dict[Number, Place] = {}
        self._waiting: set[Number] = set()

    async def limits(self) -> Limits:
        """Return the limits."""
        return self._limiter.limits

    async def load(self) -> tuple[int, int, float | None]:
        """Return how many calls are in flight, how many wait, and the pace."""
        return self._limiter.in_flight, self._limiter.waiting, self._limiter.pace

    async def acquire(
        self, number: Number, seconds: float | None = None, timeout: float | None = None
    ) -> str:
        """Wait for a place.

        Args:
            number: What the worker calls it.
            seconds: How long to wait; None for no limit.
            timeout: How long to wait while no other call starts or finishes; None for no limit.

        Returns:
            Nothing; or, when it did not come in time, what was in the way.
        """
        await self.alive(number[0])
        if number in self._held:  # Ray asks again when the reply was lost
            return ""
        give_up_at = None if seconds is None else self._clock.monotonic() + seconds
        self._waiting.add(number)
        try:
            place = await self._limiter.acquire_async(give_up_at, timeout)
        except LimitTimeout as error:
            self._waiting.discard(number)
            return str(error)
        if number in self._waiting:
            self._waiting.discard(number)
            self._held[number] = place
        else:
            place.release()
        return ""

    async def release(self, number: Number) -> None:
        """Free a place, or one that is waited for, as soon as it is there. A second time changes nothing."""
        self._waiting.discard(number)
        place = self._held.pop(number, None)
        if place is not None:
            place.release()

    async def alive(self, worker: str) -> None:
        """Renew the lease of a worker, and free the places of those whose leases have run out."""
        now = self._clock.monotonic()
        self._heard_of[worker] = now
        self._heard_of = {one: then for one, then in self._heard_of.items() if now - then <= self._lease}
        for number in [one for one in self._held if one[0] not in self._heard_of]:
            await self.release(number)

    async def slowed(self) -> None:
        """Slow down after a 429."""
        self._limiter.slowed()

    async def succeeded(self) -> None:
        """Speed up again after a success."""
        self._limiter.succeeded()
