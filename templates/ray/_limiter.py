"""A limiter for all workers of a cluster: one actor keeps the limits, and the workers ask it for turns."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
import weakref
from importlib import import_module
from typing import Any

from ..errors import ConfigurationError
from ..limits import Limiter, Limits, LimitTimeout, Slot
from ._slots import Slots

PACKAGE = __name__.partition(".")[0]

_HEARTBEATS = 6  # per lease
_MAX_WAITING = 100_000  # calls that wait in the actor; Ray's default of 1,000 is too low


def import_ray() -> Any:
    """Return the module `ray`.

    Raises:
        ConfigurationError: Ray is not installed.
    """
    try:
        return import_module("ray")
    except ImportError:
        distribution = PACKAGE.replace("_", "-")
        raise ConfigurationError(f'Ray is not installed: pip install "{distribution}[ray]"') from None


class ClusterLimiter(Limiter):
    """Keeps the calls of all workers of a Ray cluster within the limits of one token.

    Limiters with the same name share the limits, in any process and job of the cluster, by a named actor. The actor
    outlives the job, so that the next job respects the calls of the previous one; `shutdown()` ends it. If the node of
    the actor is lost, Ray restarts the actor on another node, and the calls in flight at that time are not counted.

    Pass it as `limits` to a client in a task or an actor of Ray; `Answer` creates one by default.

    Args:
        limits: The limits of all workers together; by default those of the vendor.
        name: The name of the limiter; use one for each token.
        lease: Seconds after which the slots of a worker that no longer responds are freed.

    Raises:
        ConfigurationError: Ray is not installed, or the limiter of that name has other limits.
    """

    __slots__ = ("_actor", "_id", "_lease", "_name", "_numbers", "_ray")

    # Does not call `super().__init__()`: the state is in the actor.
    def __init__(self, limits: Limits | None = None, *, name: str = PACKAGE, lease: float = 30.0) -> None:
        self.limits = Limits() if limits is None else limits
        self._name, self._lease = name, lease
        self._id = uuid.uuid4().hex
        self._numbers = itertools.count()
        self._ray = import_ray()
        self._actor = self._find_or_start()
        actual = self._ray.get(self._actor.limits.remote())
        if actual != self.limits:
            raise ConfigurationError(
                f"the cluster has a limiter {name!r} with {actual}, not {self.limits}: pass these, or another name, "
                "or call shutdown() of that one first"
            )
        threading.Thread(
            target=_stay_alive, args=(weakref.ref(self), lease / _HEARTBEATS), daemon=True, name=f"{PACKAGE}.ray"
        ).start()  # fmt: skip

    def _find_or_start(self) -> Any:
        actor = self._ray.remote(Slots).options(
            name=self._name, namespace=PACKAGE, get_if_exists=True, lifetime="detached", num_cpus=0,
            max_restarts=-1, max_task_retries=-1, max_concurrency=_MAX_WAITING,
        )  # fmt: skip
        return actor.remote(self.limits, self._lease)

    def acquire(self, give_up_at: float | None = None, timeout: float | None = None) -> Slot:
        """Wait for a turn, in a thread; like `Limiter.acquire`."""
        slot = _NumberedSlot(self)
        try:
            self._check(self._ray.get(self._ask(slot, give_up_at, timeout)))
        except BaseException:
            slot.release()
            raise
        return slot

    async def acquire_async(self, give_up_at: float | None = None, timeout: float | None = None) -> Slot:
        """Wait for a turn, in a task of asyncio; like `Limiter.acquire`."""
        slot = _NumberedSlot(self)
        try:
            self._check(await self._ask(slot, give_up_at, timeout))
        except BaseException:
            slot.release()
            raise
        return slot

    def slowed(self) -> None:
        """Slow down all workers after a 429."""
        self._actor.slowed.remote()

    def succeeded(self) -> None:
        """Speed up after a success."""
        self._actor.succeeded.remote()

    @property
    def in_flight(self) -> int:
        """The number of calls of the cluster in flight."""
        return self._load[0]

    @property
    def waiting(self) -> int:
        """The number of calls of the cluster that wait for their turn."""
        return self._load[1]

    @property
    def pace(self) -> float | None:
        """The number of calls that may start in a second now; lower than the limit after a 429."""
        return self._load[2]

    def shutdown(self) -> None:
        """End the actor. Workers that still use it fail."""
        self._ray.kill(self._actor)

    @property
    def _load(self) -> tuple[int, int, float | None]:
        load: tuple[int, int, float | None] = self._ray.get(self._actor.load.remote())
        return load

    def _ask(self, slot: _NumberedSlot, give_up_at: float | None, timeout: float | None) -> Any:
        seconds = None if give_up_at is None else give_up_at - time.monotonic()  # clocks differ between nodes
        return self._actor.acquire.remote((self._id, slot.number), seconds, timeout)

    def _check(self, timeout_reason: str) -> None:
        if timeout_reason:
            raise LimitTimeout(timeout_reason)

    def _free(self, slot: Slot) -> None:
        assert isinstance(slot, _NumberedSlot)
        if self._ray.is_initialized():
            self._actor.release.remote((self._id, slot.number))

    def __getstate__(self) -> Any:
        return self.limits, self._name, self._lease

    def __setstate__(self, state: Any) -> None:
        limits, name, lease = state
        self.__init__(limits, name=name, lease=lease)  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"<ClusterLimiter {self._name!r} {self.limits}>"


class _NumberedSlot(Slot):
    """A slot in the actor, with the number that this worker has given it."""

    __slots__ = ("number",)

    def __init__(self, limiter: ClusterLimiter) -> None:
        super().__init__(limiter._free)
        self.number = next(limiter._numbers)


def _stay_alive(limiter: weakref.ref[ClusterLimiter], seconds: float) -> None:
    """Renew the lease of a worker until its limiter is collected or Ray is shut down."""
    while (one := limiter()) is not None and one._ray.is_initialized():
        one._actor.alive.remote(one._id)
        del one
        time.sleep(seconds)
