"""The results of a run: a JSON line for each, and what they come to together."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from ..bulk._budget import cost_and_tokens
from ..bulk._results import Outcome
from .arguments import Status

if TYPE_CHECKING:
    from ..bulk import Result
    from ..errors import AceDataError

_FACTS = ("code", "status_code", "trace_id", "retry_after")


def line_of(result: Result[Any]) -> dict[str, Any]:
    """The result as JSON data."""
    key = result.request["key"]
    line: dict[str, Any] = {
        "line": result.key,
        **({"key": key} if key else {}),
        "outcome": result.outcome,
    }
    reply = result.reply
    if result.error is not None:
        line["error"] = _error(result.error)
        reply = getattr(result.error, "reply", None)
    if reply is not None:
        line["from_journal"] = _http(reply).from_journal
        text = getattr(reply, "output_text", None)
        line |= {} if text is None else {"output_text": text}
        line["reply"] = _data(reply)
    return line


def _error(error: AceDataError) -> dict[str, Any]:
    facts = {name: getattr(error, name, None) for name in _FACTS}
    return {
        "type": type(error).__name__,
        "message": str(error),
        "may_be_billed": error.may_be_billed,
        **{name: value for name, value in facts.items() if value is not None},
    }


def _http(reply: Any) -> Any:
    return getattr(reply, "http", reply)


def _data(reply: Any) -> Any:
    """The JSON data of an object or a list; the text of an answer that has none."""
    for method in ("to_dict", "to_list"):
        if hasattr(reply, method):
            return getattr(reply, method)()
    return reply.text


class Tally:
    """What the results come to together.

    Args:
        total: How many requests there are.
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
        """How many requests have no result."""
        return self.total - self.outcomes.total()

    def add(self, result: Result[Any]) -> None:
        """Count a result. What is in the journal already was paid by another run."""
        self.outcomes[result.outcome] += 1
        if result.error is not None:
            self.errors[type(result.error).__name__] += 1
        reply = getattr(result.error, "reply", result.reply)
        if reply is None:
            return
        if _http(reply).from_journal:
            self.from_journal += result.error is None
            return
        cost, tokens = cost_and_tokens(reply)
        self.cost += Decimal(str(cost or 0))
        self.tokens += tokens or 0

    @property
    def notes(self) -> str:
        """What is worth seeing while the run goes on."""
        wrong = [f", {self.outcomes[one]} {one}" for one in ("failed", "unknown") if self.outcomes[one]]
        return "".join(wrong) + f", {self.tokens} tokens" + (f", cost {self.cost}" if self.cost else "")

    @property
    def summary(self) -> str:
        """The whole run, in a few lines."""
        outcomes = self.outcomes
        lines = [
            f"{self.total} requests: "
            + ", ".join(f"{outcomes[one]} {one}" for one in get_args(Outcome))
            + f", {self.left} left; {self.from_journal} of the answers are from the journal",
            f"paid in this run: {self.tokens} tokens, cost {self.cost}",
        ]
        lines += [f"  {count} x {name}" for name, count in self.errors.most_common()]
        return "\n".join(lines)

    @property
    def status(self) -> Status:
        """What the command exits with when no request is left."""
        if self.outcomes["unknown"]:
            return Status.UNKNOWN
        return Status.FAILED if self.outcomes["failed"] else Status.ANSWERED
