"""Makes many calls in threads, up to `at_once` at a time. A request is taken only when its call can start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
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

    The arguments and exceptions are those of `async_bulk.run`.
    """
    admission = Admission(iter(requests), budget, is_streamed, progress, keep_going=keep_going)
    in_flight: dict[Future[Any], None] = {}
    threads = ThreadPoolExecutor(at_once, thread_name_prefix=f"{__name__.partition('.')[0]}.map")
    try:
        while True:
            while len(in_flight) < at_once:
                request = admission.admit(is_idle=not in_flight)
                if request is None:
                    break
                # In a copy of the caller's context, as in a task, so that hooks see the caller's trace.
                future: Future[Any] = threads.submit(copy_context().run, _make, call, request, budget)
                in_flight[future] = None
            if not in_flight:
                return
            first = [next(iter(in_flight))] if in_order else list(in_flight)
            for done in wait(first, return_when=FIRST_COMPLETED).done:
                del in_flight[done]
                if (result := admission.take_result(done)) is not None:
                    yield result
    finally:
        threads.shutdown(wait=True)


def _make(call: Callable[..., Any], request: Result[Any], budget: Budget | None) -> Result[Any]:
    """Make one call and settle its cost. An error of the call becomes its result."""
    result = request
    try:
        result = evolve(request, reply=call(**request.request))
    except AceDataError as error:
        result = evolve(request, error=error)
    finally:
        if budget is not None:
            budget.settle(result)
    return result
