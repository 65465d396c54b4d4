"""Checks each call, each round and the process, and counts the results."""

from __future__ import annotations

import gc
import itertools
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from acedata_responses import Limits
from scripts.benchmarking.worker import memory_in_use
from tests.faults.fault_table import ANSWERED

from .calls import TRIES, Call
from .service import Arrival, outcome_of


class Level(NamedTuple):
    """The memory, objects, threads and open files of the process."""

    megabytes: float
    objects: int
    threads: int
    files: int


MAY_GROW = Level(megabytes=12, objects=3000, threads=0, files=64)
"""The allowed growth. The number of open connections varies between rounds; at the end all must be closed."""


def level() -> Level:
    """Measure this process, after garbage collection."""
    gc.collect()
    files = Path("/proc/self/fd")
    return Level(
        megabytes=memory_in_use() / 1e6,
        objects=len(gc.get_objects()),
        threads=threading.active_count(),
        files=len(list(files.iterdir())) if files.is_dir() else 0,
    )


@dataclass
class Tally:
    """The results and the violations."""

    calls: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lost_with_kept_connection: int = 0
    most_in_flight: int = 0
    most_per_second: int = 0
    levels: list[Level] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def check(self, call: Call, faults: list[str]) -> None:
        """Compare the result of a call with the faults of its requests."""
        name = type(call.error).__name__ if call.error else ""
        self.calls["stream" if call.is_stream else "reply"] += 1
        self.ends[name or ("answered" if call.text is not None else "abandoned by the caller")] += 1
        self.faults.update(fault or "nothing" for fault in faults)
        if call.seconds is None:
            self.violations.append(f"call {call.number} did not end")
            return
        self.seconds.append(call.seconds)
        if name == "ConnectionLostError" and not faults:
            # The service ended a kept connection while the request was on its way: no client can know.
            self.lost_with_kept_connection += 1
            return
        complaint = _complaint(call, name, faults)
        if complaint:
            self.violations.append(f"call {call.number} ({call.kind}): {complaint}; faults: {faults}")

    def check_limits(self, arrivals: list[Arrival], limits: Limits) -> None:
        """Check the requests that the service received in a round against the limits."""
        in_flight = _most_at_once([(arrival.began, arrival.ended) for arrival in arrivals])
        per_second = _most_at_once([(arrival.began, arrival.began + 1) for arrival in arrivals])
        self.most_in_flight = max(self.most_in_flight, in_flight)
        self.most_per_second = max(self.most_per_second, per_second)
        for name, seen, limit in (
            ("calls in flight", in_flight, limits.in_flight),
            ("calls in a second", per_second, limits.per_second),
        ):
            if limit is not None and seen > limit:
                self.violations.append(f"the service saw {seen} {name}, but only {limit} are allowed")

    def check_end(self) -> None:
        """Check the lost connections, and what grew after the first rounds."""
        lost, ended = self.lost_with_kept_connection, self.faults["closed after the answer"]
        if lost > ended:
            self.violations.append(f"{lost} calls were lost with a kept connection, of which the service ended {ended}")
        self.violations += [
            f"{name} grew from {before:.0f} to {after:.0f}"
            for (name, before, after), allowed in zip(self.growth(), MAY_GROW, strict=True)
            if after - before > allowed
        ]

    def growth(self) -> list[tuple[str, float, float]]:
        """Return each level after the first rounds and at the end."""
        settled, last = self.levels[min(2, len(self.levels) - 1)], self.levels[-1]
        return list(zip(Level._fields, settled, last, strict=True))


def _most_at_once(spans: list[tuple[float, float]]) -> int:
    """Return how many spans of time overlap at most."""
    changes = sorted([*((begin, 1) for begin, _end in spans), *((end, -1) for _begin, end in spans)])
    return max(itertools.accumulate(change for _time, change in changes), default=0)


def _complaint(call: Call, name: str, faults: list[str]) -> str | None:
    if call.text not in (None, f"the answer to call {call.number}"):
        return f"got {call.text!r}, which is not its reply"
    *earlier, last = [outcome_of(fault, is_stream=call.is_stream) for fault in faults] or [ANSWERED]
    if any(outcome.sent == 1 for outcome in earlier):
        return "was sent again, but must not be"
    if len(faults) > TRIES:
        return f"was sent {len(faults)} times"
    if call.kind == "no listener":
        return None if name == "ConnectionFailedError" and not faults else f"ended with {name or 'a reply'}"
    was_abandoned = call.text is None and not name
    if (
        (was_abandoned and call.kind in ("abandoned", "cancelled twice", "unread"))
        or (call.kind == "short deadline" and name in ("RequestTimeoutError", "StreamInterruptedError"))
        or (call.kind == "closed elsewhere" and getattr(call.error, "reason", "") == "closed")
    ):
        return None
    if name != last.error:
        return f"ended with {name or 'a reply'}, not with {last.error or 'its reply'}"
    if last.sent > 1 and len(faults) < TRIES and call.kind == "ordinary":
        return f"was not sent again after try {len(faults)}"
    if call.error is not None and call.error.tries != len(faults):
        return f"says that it was tried {call.error.tries} times"
    return None
