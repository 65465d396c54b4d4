"""The tokens and the cost of the calls of a client, in total and by model.

    print(client.usage.total)                    # Totals(calls=12, uncertain=0, ..., total_tokens=3400, cost=1.7)
    print(client.usage.by_model["gpt-4o-mini"].cost)
    spent = client.usage.reset()                 # read, and start again from zero

Each billed reply counts once, whether it was plain, streamed, part of `map`, or carried by an error.
"""

from __future__ import annotations

import threading
from operator import add
from typing import Any, NamedTuple

from .types._summary import summary_fields

__all__ = ["Totals", "Usage"]


class Totals(NamedTuple):
    """Sums over calls.

    Attributes:
        calls: Calls that are billed.
        uncertain: Calls without a reply that may be billed, such as those that timed out after the request was sent.
            They are not included in the other numbers.
        unpriced: The calls in `calls` whose reply has no cost, so that `cost` does not include them.
        input_tokens: Tokens of the inputs.
        output_tokens: Tokens of the outputs.
        total_tokens: Tokens of both.
        cost: The cost that the replies report, in the service's currency.
        from_journal: Calls whose response was read from a journal. They are not included in the other numbers.
    """

    calls: int = 0
    uncertain: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cost: float = 0
    from_journal: int = 0

    def plus(self, other: Totals) -> Totals:
        """Return the sums of both."""
        return Totals._make(map(add, self, other))


class Usage:
    """The tokens and the cost of the calls of a client and its copies so far. Threads and tasks can share it.

    The numbers are those that the replies report. Calls that are not billed, such as calls that only read, count zero.
    """

    def __init__(self) -> None:
        self._by_model: dict[str, Totals] = {}
        # Reentrant: while a call is counted, the garbage collector may end a stream, which is then counted too.
        self._lock = threading.RLock()

    @property
    def total(self) -> Totals:
        """The sums for all models."""
        return _sum(self.by_model)

    @property
    def by_model(self) -> dict[str, Totals]:
        """The sums by requested model, as a copy. Calls without a model are under the empty name."""
        with self._lock:
            return dict(self._by_model)

    def reset(self) -> Totals:
        """Return the sums so far and reset them to zero, in one atomic step."""
        with self._lock:
            counted, self._by_model = self._by_model, {}
        return _sum(counted)

    def add(self, model: str | None, reply: Any, billed: bool | None, *, from_journal: bool = False) -> None:
        """Count a call that has ended. The client does this for each of its calls.

        Args:
            model: The requested model.
            reply: The reply; None if there is none.
            billed: Whether the call is billed; None if that is not known.
            from_journal: Whether the response was read from a journal.
        """
        if from_journal:
            counted = Totals(from_journal=1)
        elif billed is False:
            return
        elif reply is None and billed is None:
            counted = Totals(uncertain=1)
        else:
            counted = _totals_of(reply)
        with self._lock:
            self._by_model[model or ""] = self._by_model.get(model or "", _NOTHING).plus(counted)

    def __repr__(self) -> str:
        total = self.total
        return f"<Usage: {total.calls} calls, {total.total_tokens} tokens, cost {total.cost:g}>"


_NOTHING = Totals()


def _totals_of(reply: Any) -> Totals:
    """The totals of one billed reply."""
    inputs, outputs, total, cost = summary_fields(reply, ("input_tokens", "output_tokens", "total_tokens", "cost"))
    return Totals(
        calls=1,
        unpriced=int(cost is None),
        input_tokens=inputs or 0,
        output_tokens=outputs or 0,
        total_tokens=total or 0,
        cost=cost or 0,
    )


def _sum(by_model: dict[str, Totals]) -> Totals:
    result = _NOTHING
    for totals in by_model.values():
        result = result.plus(totals)
    return result
