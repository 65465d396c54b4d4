"""The calls to make. Some are unusual: abandoned, cancelled, with a short deadline, or to a port without a listener."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

HURRY = 0.1  # seconds after which an impatient caller leaves
OF_ALL = {
    "nobody there": 0.002,  # go to a port where nothing listens
    "impatient": 0.01,  # are left by their caller
    "pressed": 0.005,  # have a deadline that they cannot keep
    "cancelled twice": 0.005,  # are cancelled, and once more while they unwind; in threads they are usual
}
OF_STREAMS = {
    **OF_ALL,
    "unread": 0.05,  # are dropped without being read
    "closed elsewhere": 0.05,  # are closed by another thread or task while they are read
}
"""The shares of unusual calls, and of unusual streams."""


class Task(NamedTuple):
    """A call to make."""

    number: int
    is_stream: bool
    manner: str = "usual"

    @property
    def fields(self) -> dict[str, Any]:
        """The arguments of `create()`."""
        deadline = {"deadline": HURRY} if self.manner == "pressed" else {}
        stream = {"stream": True} if self.is_stream else {}
        return {"model": "gpt-4o-mini", "input": f"call {self.number}", **stream, **deadline}


def all_tasks(calls: int, streams: int, seed: int) -> list[Task]:
    """Return all calls in random order, including unusual ones."""
    chance = Random(seed)  # noqa: S311 - nothing depends on its secrecy
    streamed = set(chance.sample(range(calls + streams), streams))
    return [
        Task(number, number in streamed, _manner(chance, OF_STREAMS if number in streamed else OF_ALL))
        for number in range(calls + streams)
    ]


def _manner(chance: Random, shares: dict[str, float]) -> str:
    manners = {**shares, "usual": 1 - sum(shares.values())}
    return chance.choices(list(manners), list(manners.values()))[0]
