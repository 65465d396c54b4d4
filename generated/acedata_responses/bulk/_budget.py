"""A budget for many calls. Each call reserves its maximum before it is sent, and is settled when it has ended."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

from attrs import define, field

from ..errors import BudgetExhaustedError, ConfigurationError, UnknownOutcomeError
from ..types._summary import summary_fields
from ._results import Result


def _check_amount(_: object, attribute: Any, value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0):
        raise ConfigurationError(f"Budget: {attribute.name} must be a number above 0, or None, not {value!r}")


@define
class Budget:
    """The maximum that all calls together may cost, in Credits, in tokens, or both.

    The cost of a call is known only afterwards, so each call first reserves its maximum. When the call has ended, the
    cost in its reply is counted instead; if the reply was lost or has no cost, the reserved amount is counted. A call
    that is not billed, or whose response comes from a journal, costs nothing.

    Attributes:
        cost: Credits for all calls, in the unit of the `cost` in replies; None for no limit.
        tokens: Tokens for all calls; None for no limit.
        cost_of_a_call: The maximum of Credits for one call; required with `cost`. If a `RetryPolicy` resends requests
            that may be billed, it is the maximum for all tries of a call together.
        tokens_of_a_call: The maximum of tokens for one call; required with `tokens`.
        spent_cost: The Credits spent so far.
        spent_tokens: The tokens spent so far.

    Raises:
        ConfigurationError: An amount is not above 0, or the maximum for one call is missing.
    """

    cost: float | None = field(default=None, validator=_check_amount)
    tokens: int | None = field(default=None, validator=_check_amount)
    cost_of_a_call: float | None = field(default=None, kw_only=True, validator=_check_amount)
    tokens_of_a_call: int | None = field(default=None, kw_only=True, validator=_check_amount)
    spent_cost: float = field(default=0.0, init=False)
    spent_tokens: int = field(default=0, init=False)
    _reserved: int = field(default=0, init=False, repr=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        for name in ("cost", "tokens"):
            if getattr(self, name) is not None and getattr(self, f"{name}_of_a_call") is None:
                raise ConfigurationError(
                    f"Budget: {name}={getattr(self, name)} needs {name}_of_a_call=, the maximum for one call, which "
                    "is reserved before the call is sent"
                )

    @property
    def in_flight(self) -> int:
        """The number of calls that have a reservation and are not settled."""
        return self._reserved

    def reserve(self) -> bool:
        """Reserve the maximum for one call; return False if too little is left."""
        with self._lock:
            calls = self._reserved + 1
            fits = _fits(self.cost, self.spent_cost, self.cost_of_a_call, calls) and _fits(
                self.tokens, self.spent_tokens, self.tokens_of_a_call, calls
            )
            self._reserved += fits
            return fits

    def settle(self, result: Result[Any]) -> None:
        """Replace the reservation of a call by its cost. A cancelled call has neither a reply nor an error."""
        cost, tokens = self._cost_of(result)
        with self._lock:
            self._reserved -= 1
            self.spent_cost = float(_exact(self.spent_cost) + _exact(cost))
            self.spent_tokens += tokens

    def _cost_of(self, result: Result[Any]) -> tuple[float, int]:
        error = result.error
        if result.is_from_journal or isinstance(error, UnknownOutcomeError):
            return 0.0, 0
        if error is not None and error.may_be_billed is False:
            return 0.0, 0
        cost, tokens = cost_and_tokens(getattr(error, "reply", result.reply))
        return (
            self.cost_of_a_call or 0.0 if cost is None else cost,
            self.tokens_of_a_call or 0 if tokens is None else tokens,
        )

    def exhausted(self) -> BudgetExhaustedError:
        """The error for the first call that exceeds the budget."""
        return BudgetExhaustedError(
            f"the remaining budget does not allow another call: {self!r}. To continue later, run the "
            "same requests again with a journal and a larger budget"
        )


def _fits(limit: float | None, spent: float, of_a_call: float | None, calls: int) -> bool:
    return limit is None or _exact(spent) + calls * _exact(of_a_call or 0) <= _exact(limit)


def _exact(amount: float) -> Decimal:
    """The amount as a decimal number, so that ten calls of 0.1 cost exactly 1."""
    return Decimal(str(amount))


def cost_and_tokens(reply: Any) -> tuple[float | None, int | None]:
    """The Credits and the tokens that a reply reports; None for what it does not report."""
    cost, tokens = summary_fields(reply, ("cost", "total_tokens"))
    return cost, tokens
