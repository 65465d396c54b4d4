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
        keep_going: Whether to go on after an error that every further request would have.

    Raises:
        BudgetExhaustedError: The budget does not allow the next request.
        BulkStoppedError: A call failed as every further one would.
        ConfigurationError: A request asks for a stream; or the event loop is trio's, and nothing was sent.
        TypeError: An item is not a request.
        Exception: Whatever the iterable raises, or a call raises besides `AceDataError`, such as a hook. All errors are
            raised after the results of the calls that were sent.
    """
    _refuse_trio()
    admission = AsyncAdmission(_one_by_one(requests), budget, is_streamed, progress, keep_going=keep_going)
    under_way: dict[asyncio.Task[Result[Any]], None] = {}
    try:
        while True:
            while len(under_way) < at_once:
                request = await admission.admit(is_idle=not under_way)
                if request is None:
                    break
                under_way[asyncio.create_task(_make(call, request, budget))] = None
            if not under_way:
                return
            first = [next(iter(under_way))] if in_order else list(under_way)
            for done in (await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED))[0]:
                del under_way[done]
                if (result := admission.take_result(done)) is not None:
                    yield result
    except asyncio.CancelledError:
        for task in under_way:
            task.cancel()
        raise
    finally:
        if under_way:
            await asyncio.wait(under_way)


def _refuse_trio() -> None:
    if runs_in_trio():
        raise ConfigurationError(
            "many requests at once need asyncio, and this is trio; nothing was sent. Start the calls in a nursery: "
            "the client's limits and its journal work there too"
        )


async def _make(call: Callable[..., Awaitable[Any]], request: Result[Any], budget: Budget | None) -> Result[Any]:
    """Make one call and settle its cost. An error of the call becomes its result."""
    result = None
    try:
        result = await _result_of(call, request)
        return result
    finally:
        if budget is not None:
            budget.settle(result)


async def _result_of(call: Callable[..., Awaitable[Any]], request: Result[Any]) -> Result[Any]:
    try:
        return evolve(request, reply=await call(**request.request))
    except AceDataError as error:
        return evolve(request, error=error)


async def _one_by_one(requests: Iterable[Any] | AsyncIterable[Any]) -> AsyncIterator[Any]:
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield request
    else:
        for request in requests:
            yield request
