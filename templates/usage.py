"""What the calls of a client took and cost, in all and by model.

    print(client.usage.total)                    # Totals(calls=12, uncertain=0, ..., total_tokens=3400, cost=1.7)
    print(client.usage.by_model["gpt-4o-mini"].cost)
    spent = client.usage.reset()                 # read, and start again from zero

Each paid answer counts once, however it came: whole, streamed, within `map` or as an error with a reply on it.
"""

from __future__ import annotations

import threading
from operator import add
from typing import Any, NamedTuple

from .types._summary import summary_field

__all__ = ["Totals", "Usage"]


class Totals(NamedTuple):
    """Sums over calls.

    Attributes:
        calls: Calls that are billed.
        uncertain: Calls that may be billed and of which no reply came, such as those that timed out after sending. They
            are in none of the other numbers.
        unpriced: Those of `calls` whose reply did not say what it cost, so that `cost` lacks them.
        input_tokens: Tokens of the inputs.
        output_tokens: Tokens of the outputs.
        total_tokens: Both together.
        cost: The price, in the service's own currency, as the replies say.
        from_journal: Calls that were answered from a journal. They cost nothing now, and are in no other number.
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
        """Return the sums over the calls of both."""
        return Totals._make(map(add, self, other))


class Usage:
    """What the calls of a client and its copies took and cost so far; threads and tasks may share it.

    The numbers are those that the replies report. Calls of operations that only read, and calls that are not billed,
    count nothing.
    """

    def __init__(self) -> None:
        self._by_model: dict[str, Totals] = {}
        # Reentrant, since a stream that the garbage collector finds may be counted while another call is.
        self._lock = threading.RLock()

    @property
    def total(self) -> Totals:
        """The sums over all models."""
        return _sum(self.by_model)

    @property
    def by_model(self) -> dict[str, Totals]:
        """The sums by the model that was asked for; a copy. Calls that ask for none are under an empty name."""
        with self._lock:
            return dict(self._by_model)

    def reset(self) -> Totals:
        """Start again from zero, and return the sums so far. No call is lost between the two."""
        with self._lock:
            counted, self._by_model = self._by_model, {}
        return _sum(counted)

    def add(self, model: str | None, reply: Any, billed: bool | None, *, from_journal: bool = False) -> None:
        """Count a call that has ended; the client does so for each.

        Args:
            model: The model that was asked for.
            reply: The reply, None if there is none.
            billed: Whether the call is billed; None if that is not known.
            from_journal: Whether the answer came from a journal.
        """
        if from_journal:
            counted = Totals(from_journal=1)
        elif billed is False:
            return
        elif reply is None and billed is None:
            counted = Totals(uncertain=1)
        else:
            counted = _taken(reply)
        with self._lock:
            self._by_model[model or ""] = self._by_model.get(model or "", _NOTHING).plus(counted)

    def __repr__(self) -> str:
        total = self.total
        return f"<Usage: {total.calls} calls, {total.total_tokens} tokens, cost {total.cost:g}>"


_NOTHING = Totals()


def _taken(reply: Any) -> Totals:
    """What one paid answer took."""
    cost = summary_field(reply, "cost")
    return Totals(
        calls=1,
        unpriced=cost is None,
        input_tokens=summary_field(reply, "input_tokens") or 0,
        output_tokens=summary_field(reply, "output_tokens") or 0,
        total_tokens=summary_field(reply, "total_tokens") or 0,
        cost=cost or 0,
    )


def _sum(by_model: dict[str, Totals]) -> Totals:
    result = _NOTHING
    for totals in by_model.values():
        result = result.plus(totals)
    return result
