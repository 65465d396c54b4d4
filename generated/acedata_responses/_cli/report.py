"""The results of a run: a line of JSON for each, and their totals."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from ..bulk._budget import cost_and_tokens
from ..bulk._results import Outcome
from .arguments import Status

if TYPE_CHECKING:
    from ..bulk import Result


def line_of(result: Result[Any]) -> dict[str, Any]:
    """The result as JSON data, with the number of its line and the key of its request."""
    data = result.to_dict()
    key = result.request["key"]
    return {"line": data.pop("key"), **({"key": key} if key else {}), **data}


class Tally:
    """Totals of the results.

    Args:
        total: The number of requests.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.outcomes: Counter[Outcome] = Counter()
        self.from_journal = 0
        self.errors: Counter[str] = Counter()
        self.cost = Decimal(0)
        self.tokens = 0

    @property
    def left(self) -> int:
        """The number of requests without a result."""
        return self.total - self.outcomes.total()

    def add(self, result: Result[Any]) -> None:
        """Count a result. A response from the journal adds no cost, as an earlier run has paid for it."""
        self.outcomes[result.outcome] += 1
        if result.error is not None:
            self.errors[type(result.error).__name__] += 1
        reply = getattr(result.error, "reply", result.reply)
        if reply is None:
            return
        if result.is_from_journal:
            self.from_journal += result.error is None
            return
        cost, tokens = cost_and_tokens(reply)
        self.cost += Decimal(str(cost or 0))
        self.tokens += tokens or 0

    @property
    def notes(self) -> str:
        """The totals to show during the run."""
        wrong = [f", {self.outcomes[one]} {one}" for one in ("failed", "unknown") if self.outcomes[one]]
        return "".join(wrong) + f", {self.tokens} tokens" + (f", cost {self.cost}" if self.cost else "")

    @property
    def summary(self) -> str:
        """The totals of the whole run, in a few lines."""
        outcomes = self.outcomes
        lines = [
            f"{self.total} requests: "
            + ", ".join(f"{outcomes[one]} {one}" for one in get_args(Outcome))
            + f", {self.left} left; {self.from_journal} of the responses are from the journal",
            f"paid in this run: {self.tokens} tokens, cost {self.cost}",
        ]
        lines += [f"  {count} x {name}" for name, count in self.errors.most_common()]
        return "\n".join(lines)

    @property
    def status(self) -> Status:
        """The exit status when no request is left."""
        if self.outcomes["unknown"]:
            return Status.UNKNOWN
        return Status.FAILED if self.outcomes["failed"] else Status.ANSWERED
