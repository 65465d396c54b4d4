"""Which request is sent next (async): the requests are taken one at a time, when there is room for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ._budget import Budget
from ._results import Result, named


class AsyncAdmission:
    """Hands out the requests that the budget allows, in their order."""

    def __init__(self, requests: AsyncIterator[Any], budget: Budget | None) -> None:
        self._requests = requests
        self._budget = budget
        self._taken = 0
        self._next: Result[Any] | None = None

    async def admit(self, *, is_idle: bool) -> Result[Any] | None:
        """Return the next request that may be sent; None if there is none, or none before another call ends.

        Args:
            is_idle: Whether no call is under way, so that none will give back what it has reserved.

        Raises:
            BudgetExhaustedError: The budget does not allow the next request, and will not.
        """
        if self._next is None:
            item = await anext(self._requests, _END)
            if item is _END:
                return None
            self._next = named(self._taken, item)
            self._taken += 1
        if self._budget is not None and not self._budget.reserve():
            if is_idle:
                raise self._budget.exhausted()
            return None
        admitted, self._next = self._next, None
        return admitted


_END: Any = object()
