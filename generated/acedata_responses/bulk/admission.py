"""Takes requests from the iterable, one at a time, when the next one can be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import ConfigurationError
from ._budget import Budget
from ._results import Result, result_for


class Admission:
    """Yields the requests that the budget allows, in their order.

    Args:
        requests: The requests as the caller passed them.
        budget: The budget for all calls; None for no limit.
        is_streamed: Whether the arguments of a call ask for a stream, which is refused.
    """

    def __init__(
        self,
        requests: Iterator[Any],
        budget: Budget | None,
        is_streamed: Callable[[Mapping[str, Any]], bool],
    ) -> None:
        self._requests = requests
        self._budget = budget
        self._is_streamed = is_streamed
        self._taken = 0
        self._next: Result[Any] | None = None
        self._failure: Exception | None = None

    def admit(self, *, is_idle: bool) -> Result[Any] | None:
        """Return the next request that may be sent; None if there is none, or none before another call has ended.

        Args:
            is_idle: Whether no call is in flight. An error that ends the run is raised only then, so that the results
                of all calls that were sent come first.

        Raises:
            BudgetExhaustedError: The budget does not allow the next request.
            TypeError: An item is not a request.
            ConfigurationError: A request asks for a stream.
            Exception: Whatever the iterable raised.
        """
        if self._next is None and self._failure is None:
            try:
                item = next(self._requests, _END)
                if item is _END:
                    return None
                self._next = self._checked(item)
            except Exception as failure:  # noqa: BLE001 - raised below, once the calls in flight have ended
                self._failure = failure
        if self._failure is None and self._budget is not None and not self._budget.reserve():
            if not is_idle:
                return None
            self._failure = self._budget.exhausted()
        if self._failure is not None:
            if is_idle:
                raise self._failure
            return None
        admitted, self._next = self._next, None
        return admitted

    def _checked(self, item: Any) -> Result[Any]:
        request = result_for(self._taken, item)
        if self._is_streamed(request.request):
            raise ConfigurationError(
                f"request {self._taken} (key {request.key!r}) asks for a stream, but each result has a whole reply: "
                "leave that argument out. The request was not sent"
            )
        self._taken += 1
        return request


_END: Any = object()
