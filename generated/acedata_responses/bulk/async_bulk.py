"""Makes many calls in tasks, up to `at_once` at a time. A request is taken only when its call can start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from attrs import evolve

from .._event_loop import runs_in_trio
from ..errors import AceDataError, ConfigurationError
from ._budget import Budget
from ._results import Result
from .async_admission import AsyncAdmission


async def run(
    call: Callable[..., Awaitable[Any]],
    requests: Iterable[Any] | AsyncIterable[Any],
    *,
    at_once: int,
    is_streamed: Callable[[Mapping[str, Any]], bool],
    in_order: bool = False,
    budget: Budget | None = None,
    progress: Callable[[int], object] | None = None,
    keep_going: bool = False,
) -> AsyncIterator[Result[Any]]:
    """Make a call for each request and yield the results.

    If the caller leaves the iteration, by an exception or `break`, no further call starts, and the calls in flight are
    awaited, so that their responses reach the journal. A cancellation cancels them.

    Args:
        call: Makes one call.
        requests: The arguments of each call, or pairs of a key and the arguments.
        at_once: How many calls may be in flight.
        is_streamed: Whether the arguments of a call ask for a stream, which is refused.
        in_order: Whether to yield the results in the order of the requests, instead of each as soon as it is ready.
        budget: The budget for all calls; None for no limit.
        progress: Called with 1 for each result.
        keep_going: Whether to continue after an error that every further request would have.

    Raises:
        BudgetExhaustedError: The budget does not allow the next request.
        BulkStoppedError: A call failed as every further one would.
        ConfigurationError: A request asks for a stream; or the event loop is trio's, and nothing was sent.
        TypeError: An item is not a request.
        Exception: Whatever the iterable raises, or a call raises besides `AceDataError`, such as a hook. All errors are
            raised after the results of the calls that were sent.
    """
    admission = AsyncAdmission(_one_by_one(requests), budget, is_streamed, progress, keep_going=keep_going)
    in_flight: dict[asyncio.Task[Result[Any]], None] = {}
    try:
        while True:
            while len(in_flight) < at_once:
                request = await admission.admit(is_idle=not in_flight)
                if request is None:
                    break
                in_flight[asyncio.create_task(_make(call, request, budget))] = None
            if not in_flight:
                return
            first = [next(iter(in_flight))] if in_order else list(in_flight)
            for done in (await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED))[0]:
                del in_flight[done]
                if (result := admission.take_result(done)) is not None:
                    yield result
    except asyncio.CancelledError:
        for task in in_flight:
            task.cancel()
        raise
    finally:
        if in_flight:
            await asyncio.wait(in_flight)


async def _make(call: Callable[..., Awaitable[Any]], request: Result[Any], budget: Budget | None) -> Result[Any]:
    """Make one call and settle its cost. An error of the call becomes its result."""
    result = request
    try:
        result = evolve(request, reply=await call(**request.request))
    except AceDataError as error:
        result = evolve(request, error=error)
    finally:
        if budget is not None:
            budget.settle(result)
    return result


async def _one_by_one(requests: Iterable[Any] | AsyncIterable[Any]) -> AsyncIterator[Any]:
    if runs_in_trio():
        raise ConfigurationError(
            "many requests at once need asyncio, and this is trio; nothing was sent. Start the calls in a nursery: "
            "the client's limits and its journal work there too"
        )
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield request
    else:
        for request in requests:
            yield request
