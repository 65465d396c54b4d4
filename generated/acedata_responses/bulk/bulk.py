"""Makes many calls in threads, up to `at_once` at a time. A request is taken only when its call can start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import Context, copy_context
from typing import Any

from attrs import evolve

from ..errors import AceDataError
from ._budget import Budget
from ._results import Result
from .admission import Admission


def run(
    call: Callable[..., Any],
    requests: Iterable[Any],
    *,
    at_once: int,
    is_streamed: Callable[[Mapping[str, Any]], bool],
    in_order: bool = False,
    budget: Budget | None = None,
    progress: Callable[[int], object] | None = None,
    keep_going: bool = False,
) -> Iterator[Result[Any]]:
    """Make a call for each request and yield the results.

    If the caller leaves the iteration, by an exception, Ctrl-C or `break`, no further call starts, and the calls in
    flight are awaited, so that their responses reach the journal.

    Args:
        call: Makes one call.
        requests: The arguments of each call, or pairs of a key and the arguments.
        at_once: How many calls may be in flight.
        is_streamed: Whether the arguments of a call ask for a stream, which is refused.
        in_order: Whether to yield the results in the order of the requests, instead of each as soon as it is ready.
        budget: The budget for all calls; None for no limit.
        progress: Called with 1 for each result.
        keep_going: Whether to go on after an error that every further request would have.

    Raises:
        BudgetExhaustedError: The budget does not allow the next request.
        BulkStoppedError: A call failed as every further one would.
        ConfigurationError: A request asks for a stream.
        TypeError: An item is not a request.
        Exception: Whatever the iterable raises, or a call raises besides `AceDataError`, such as a hook. All errors are
            raised after the results of the calls that were sent.
    """
    admission = Admission(iter(requests), budget, is_streamed, progress, keep_going=keep_going)
    under_way: dict[Future[Result[Any]], None] = {}
    threads = ThreadPoolExecutor(at_once, thread_name_prefix=f"{__name__.partition('.')[0]}.map")
    try:
        while True:
            while len(under_way) < at_once:
                request = admission.admit(is_idle=not under_way)
                if request is None:
                    break
                future = threads.submit(_make_within, copy_context(), call, request, budget)
                under_way[future] = None
            if not under_way:
                return
            first = [next(iter(under_way))] if in_order else list(under_way)
            for done in wait(first, return_when=FIRST_COMPLETED).done:
                del under_way[done]
                if (result := admission.take_result(done)) is not None:
                    yield result
    finally:
        threads.shutdown(wait=True)


def _make_within(
    context: Context, call: Callable[..., Any], request: Result[Any], budget: Budget | None
) -> Result[Any]:
    """Make one call in a copy of the caller's context, as a task does, so that traces and the like reach the hooks."""
    return context.run(_make, call, request, budget)


def _make(call: Callable[..., Any], request: Result[Any], budget: Budget | None) -> Result[Any]:
    """Make one call and settle its cost. An error of the call becomes its result."""
    result = None
    try:
        result = _result_of(call, request)
        return result
    finally:
        if budget is not None:
            budget.settle(result)


def _result_of(call: Callable[..., Any], request: Result[Any]) -> Result[Any]:
    try:
        return evolve(request, reply=call(**request.request))
    except AceDataError as error:
        return evolve(request, error=error)
