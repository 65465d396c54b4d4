"""Checks each call and each round, and counts the results."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

from acedata_responses import Limits
from tests.faults.table import ANSWERED

from .clients import TRIES, Outcome
from .levels import Level
from .service import Report, outcome_of


@dataclass
class Tally:
    """The results and the violations."""

    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    sent: int = 0
    lost_with_kept_connection: int = 0
    most_in_flight: int = 0
    most_per_second: int = 0
    levels: list[Level] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def check(self, outcome: Outcome, faults: list[str]) -> None:
        """Compare an outcome with the faults of its attempts."""
        task = outcome.task
        name = type(outcome.error).__name__ if outcome.error else ""
        self.calls["stream" if task.is_stream else "reply"] += 1
        self.errors[name or ("answered" if outcome.text is not None else "abandoned by the caller")] += 1
        self.sent += len(faults)
        self.faults.update(fault or "nothing" for fault in faults)
        self.seconds.append(outcome.seconds)
        if name == "ConnectionLostError" and not faults:
            # The service ended a kept connection while the request was on its way: no client can know.
            self.lost_with_kept_connection += 1
            return
        complaint = _complaint(outcome, name, faults)
        if complaint:
            self.violations.append(f"call {task.number} ({task.manner}): {complaint}; the service did {faults}")

    def check_connections(self) -> None:
        """Check that the service ended a connection for each call that was lost with a kept connection."""
        lost, ended = self.lost_with_kept_connection, self.faults["closed after the answer"]
        if lost > ended:
            self.violations.append(f"{lost} calls were lost with a kept connection, of which the service ended {ended}")

    def check_round(self, report: Report, limits: Limits) -> None:
        """Check the requests that the service received against the limits."""
        in_flight = _most_at_once([(arrival.began, arrival.ended) for arrival in report.arrivals])
        per_second = _most_at_once([(arrival.began, arrival.began + 1) for arrival in report.arrivals])
        self.most_in_flight = max(self.most_in_flight, in_flight)
        self.most_per_second = max(self.most_per_second, per_second)
        for name, seen, limit in (
            ("calls in flight", in_flight, limits.in_flight),
            ("calls in a second", per_second, limits.per_second),
        ):
            if limit is not None and seen > limit:
                self.violations.append(f"the service saw {seen} {name}, {limit} are allowed")


def _most_at_once(spans: list[tuple[float, float]]) -> int:
    """How many spans of time there are at the busiest moment."""
    changes = sorted([*((begin, 1) for begin, _end in spans), *((end, -1) for _begin, end in spans)])
    return max(itertools.accumulate(change for _moment, change in changes), default=0)


def _complaint(outcome: Outcome, name: str, faults: list[str]) -> str | None:
    task, expected = outcome.task, f"the answer to call {outcome.task.number}"
    if outcome.text not in (None, expected):
        return f"got {outcome.text!r}, which is not its answer"
    *earlier, last = [outcome_of(fault, is_stream=task.is_stream) for fault in faults] or [ANSWERED]
    if any(one.sent == 1 for one in earlier):
        return "was sent again, but must not be"
    if len(faults) > TRIES:
        return f"was sent {len(faults)} times"
    if task.manner == "nobody there":
        return None if name == "ConnectionFailedError" and not faults else f"ended with {name or 'an answer'}"
    is_left = outcome.text is None and not name
    if (
        (is_left and task.manner in ("impatient", "cancelled twice", "unread"))
        or (task.manner == "pressed" and name in ("RequestTimeoutError", "StreamInterruptedError"))
        or (task.manner == "closed elsewhere" and getattr(outcome.error, "reason", "") == "closed")
    ):
        return None
    if name != last.error:
        return f"ended with {name or 'an answer'}, not with {last.error or 'its answer'}"
    in_haste = task.manner != "usual"
    if last.sent > 1 and len(faults) < TRIES and not in_haste:
        return f"was not sent again after try {len(faults)}"
    if outcome.error is not None and outcome.error.tries != len(faults):
        return f"says that it was tried {outcome.error.tries} times"
    return None
