"""What many calls may cost together: reserved before a call is sent, settled when it has ended."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

from attrs import define, field

from ..errors import AceDataError, ConfigurationError, UnknownOutcomeError
from ..types._summary import summary_field
from ._results import Result


class BudgetExhaustedError(AceDataError):
    """What is left of the budget does not allow another call. The results of all calls that were sent came before."""

    def _outcome(self) -> str:
        return "not-sent"


def _check_amount(_: object, attribute: Any, value: object) -> None:
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0
    ):
        raise ConfigurationError(f"Budget: {attribute.name} must be a number above 0, or None, not {value!r}")


@define
class Budget:
    """The most that calls may cost together, in Credits, in tokens, or both.

    What a call costs is known only afterwards, so each call reserves the most that it may cost. A call counts with what
    its reply says that it cost, and with what it has reserved where the reply says nothing or was lost. A call that is
    not billed, or is answered from a journal, costs nothing.

    Attributes:
        cost: Credits for all calls, in the unit in which replies say what they cost; None for no limit.
        tokens: Tokens for all calls; None for no limit.
        cost_of_a_call: Credits that one call costs at most; needed beside `cost`. Where a `RetryPolicy` sends again
            what may be billed, that is the cost of all tries together.
        tokens_of_a_call: Tokens that one call takes at most; needed beside `tokens`.
        spent_cost: Credits that the calls so far have cost.
        spent_tokens: Tokens that the calls so far have taken.

    Raises:
        ConfigurationError: An amount is not above 0, or it is not said what one call may cost.
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
                    f"Budget: {name}={getattr(self, name)} needs {name}_of_a_call=, the most that one call may "
                    "take: it is reserved before the call is sent"
                )

    @property
    def in_flight(self) -> int:
        """How many calls have reserved their part and are not settled yet."""
        return self._reserved

    def reserve(self) -> bool:
        """Reserve what one call may cost; False if not enough is left."""
        with self._lock:
            calls = self._reserved + 1
            fits = _fits(self.cost, self.spent_cost, self.cost_of_a_call, calls) and _fits(
                self.tokens, self.spent_tokens, self.tokens_of_a_call, calls
            )
            self._reserved += fits
            return fits

    def settle(self, result: Result[Any] | None) -> None:
        """Put what a call cost in the place of what it had reserved.

        Args:
            result: The result of the call; None for a call that was left.
        """
        cost, tokens = self._of(result)
        with self._lock:
            self._reserved -= 1
            self.spent_cost = float(_exact(self.spent_cost) + _exact(cost))
            self.spent_tokens += tokens

    def _of(self, result: Result[Any] | None) -> tuple[float, int]:
        reply = None
        if result is not None:
            error = result.error
            if result.is_from_journal or isinstance(error, UnknownOutcomeError):
                return 0.0, 0
            if error is not None and error.may_be_billed is False:
                return 0.0, 0
            reply = getattr(error, "reply", result.reply)
        cost, tokens = cost_and_tokens(reply)
        return (
            self.cost_of_a_call or 0.0 if cost is None else cost,
            self.tokens_of_a_call or 0 if tokens is None else tokens,
        )

    def exhausted(self) -> BudgetExhaustedError:
        """The error for the first call that is not allowed any more."""
        return BudgetExhaustedError(
            f"what is left of the budget does not allow another call: {self!r}. With a larger one, and a journal, the "
            "same requests go on where they stopped"
        )


def _fits(limit: float | None, spent: float, of_a_call: float | None, calls: int) -> bool:
    return limit is None or _exact(spent) + calls * _exact(of_a_call or 0) <= _exact(limit)


def _exact(amount: float) -> Decimal:
    """The amount as it is written: ten calls of 0.1 cost 1, not a little more."""
    return Decimal(str(amount))


def cost_and_tokens(reply: Any) -> tuple[float | None, int | None]:
    """What a reply says that its call cost, in Credits, and how many tokens it took; None for what it does not say."""
    return summary_field(reply, "cost"), summary_field(reply, "total_tokens")
