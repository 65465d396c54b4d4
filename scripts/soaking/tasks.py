"""The calls to make. Some are unusual: abandoned, cancelled, with a short deadline, or to a port without a listener."""

from __future__ import annotations

import threading
from random import Random
from typing import Any, NamedTuple

NOBODY_THERE = 0.002  # of the calls go to a port where nothing listens
IMPATIENT = 0.01  # of the calls are left by their caller
CANCELLED_TWICE = (
    0.005  # of the calls are cancelled, and once more while they unwind; in threads they are usual
)
UNREAD = 0.05  # of the streams are dropped without being read
CLOSED_ELSEWHERE = 0.05  # of the streams are closed by another thread or task while they are read
PRESSED = 0.005  # of the calls have a deadline that they cannot keep
HURRY = 0.1  # seconds after which an impatient caller leaves


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


OF_ALL = {
    "nobody there": NOBODY_THERE, "impatient": IMPATIENT, "pressed": PRESSED, "cancelled twice": CANCELLED_TWICE,
}  # fmt: skip
OF_STREAMS = {**OF_ALL, "unread": UNREAD, "closed elsewhere": CLOSED_ELSEWHERE}


def _manner(chance: Random, shares: dict[str, float]) -> str:
    manners = {**shares, "usual": 1 - sum(shares.values())}
    return chance.choices(list(manners), list(manners.values()))[0]


class Shared:
    """An iterator that threads and tasks can share."""

    def __init__(self, tasks: list[Task]) -> None:
        self._count = len(tasks)
        self._tasks = iter(tasks)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Shared:
        return self

    def __next__(self) -> Task:
        with self._lock:
            return next(self._tasks)
