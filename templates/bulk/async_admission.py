"""Takes requests from the iterable (async), one at a time, when the next one can be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import BulkStoppedError, ConfigurationError
from ._budget import Budget
from ._results import Result, result_for

if TYPE_CHECKING:
    from asyncio import Task
    from concurrent.futures import Future


class AsyncAdmission:
    """Yields the requests that the budget allows, in their order.

    The arguments are those of `run`.

    Raises:
        ConfigurationError: `budget` is not a `Budget`, or `progress` cannot be called.
    """

    def __init__(
        self,
        requests: AsyncIterator[Any],
        budget: Budget | None,
        is_streamed: Callable[[Mapping[str, Any]], bool],
        progress: Callable[[int], object] | None,
        *,
        keep_going: bool,
    ) -> None:
        if budget is not None and not isinstance(budget, Budget):
            raise ConfigurationError(f"budget must be a Budget, not {budget!r:.100}")
        if progress is not None and not callable(progress):
            raise ConfigurationError(f"progress must be a function, not {progress!r:.100}")
        self._requests = requests
        self._budget = budget
        self._is_streamed = is_streamed
        self._progress = progress
        self._keep_going = keep_going
        self._taken = 0
        self._next: Result[Any] | None = None
        self._failure: Exception | None = None
        self._stop: BulkStoppedError | None = None

    def take_result(self, ended: Future[Result[Any]] | Task[Result[Any]]) -> Result[Any] | None:
        """Return the result of a call that has ended.

        None if the call raised an exception other than `AceDataError`. No further request is admitted then, and the
        exception is raised once no call is in flight, unless another error has stopped the run before.
        """
        failure = ended.exception()
        if isinstance(failure, Exception):
            self._failure = self._failure or failure
            return None
        if self._progress is not None:
            self._progress(1)
        result = ended.result()
        if not self._keep_going and self._stop is None:
            self._stop = _stop(result)
        return result

    async def admit(self, *, is_idle: bool) -> Result[Any] | None:
        """Return the next request that may be sent; None if there is none, or none before another call has ended.

        Args:
            is_idle: Whether no call is in flight. An error that ends the run is raised only then, so that the results
                of all calls that were sent come first.

        Raises:
            BudgetExhaustedError: The budget does not allow the next request.
            BulkStoppedError: A call failed as every further one would.
            TypeError: An item is not a request.
            ConfigurationError: A request asks for a stream.
            Exception: Whatever the iterable raised, or a call that ended before.
        """
        if self._next is None and self._failure is None:
            try:
                item = await anext(self._requests, _END)
                if item is _END:
                    return None
                self._next = self._checked(item)
            except Exception as failure:  # noqa: BLE001 - raised below, once the calls in flight have ended
                self._failure = failure
        self._failure = self._failure or self._stop
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


def _stop(result: Result[Any]) -> BulkStoppedError | None:
    """The error that ends the run if a result has an error that every further request would have too."""
    error = result.error
    if error is None or not error.affects_every_request or result.is_from_journal:
        return None
    stop = BulkStoppedError(
        f"every further request would fail like the one with the key {result.key!r:.100}, so no more were sent "
        f"({error}). To continue later, run the same requests again with a journal; to send them anyway, pass "
        "keep_going=True",
        error=error,
    )
    stop.__cause__ = error
    return stop


_END: Any = object()
