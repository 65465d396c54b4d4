"""Many calls at once: what is taken, what is yielded, what a budget allows, and how it stops."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import pytest
import trio

from acedata_responses import (
    AceDataError,
    BudgetExhaustedError,
    ConfigurationError,
    HTTPResponse,
    ReplyFailedError,
    UnknownOutcomeError,
)
from acedata_responses.bulk import Budget, Result
from acedata_responses.bulk import async_bulk as in_tasks
from acedata_responses.bulk import bulk as in_threads
from acedata_responses.types import Model
from tests.waiting import in_loop


class Reply(Model):
    """A reply that says what it cost."""

    _summary: ClassVar[Any] = {"cost": ("cost",), "total_tokens": ("tokens",)}

    def __init__(self, text: Any, cost: Any = None, tokens: int | None = None, *, from_journal: bool = False) -> None:
        super().__init__({"cost": cost, "tokens": tokens})
        self.text = text
        self._http = HTTPResponse(200, [], b"", "POST", "http://service.test", 1, from_journal=from_journal)


def is_streamed(arguments: Mapping[str, Any]) -> bool:
    return arguments.get("stream") is True


def results_in_threads(call: Callable[..., Any], requests: Iterable[Any], **options: Any) -> list[Any]:
    return list(in_threads.run(call, requests, is_streamed=is_streamed, **options))


def results_in_tasks(call: Callable[..., Any], requests: Iterable[Any], **options: Any) -> list[Any]:
    async def calling(**arguments: Any) -> Any:
        await asyncio.sleep(0)
        return call(**arguments)

    async def collect() -> list[Any]:
        run = in_tasks.run(calling, requests, is_streamed=is_streamed, **options)
        return [result async for result in run]

    return asyncio.run(collect())


@pytest.fixture(params=[results_in_threads, results_in_tasks], ids=["sync", "async"])
def results(request: pytest.FixtureRequest) -> Callable[..., list[Result[Any]]]:
    return request.param


def echo(**arguments: Any) -> Reply:
    return Reply(arguments["input"])


def asked(count: int) -> Iterator[dict[str, Any]]:
    return ({"input": number} for number in range(count))


def test_each_request_has_one_result_with_its_number(results):
    found = results(echo, asked(50), at_once=4)
    assert sorted(result.key for result in found) == list(range(50))
    assert all(result.reply.text == result.key == result.request["input"] for result in found)


def test_results_can_come_in_the_order_of_the_requests(results):
    assert [result.key for result in results(echo, asked(50), at_once=4, in_order=True)] == list(range(50))


def test_requests_can_have_keys(results):
    requests = [
        ("one", {"input": 1}),
        {"input": 2},
        (3, {"input": 3, "key": "three"}),
        {"input": 4, "key": "four"},
        {"input": 5, "key": 5},
    ]
    found = results(echo, requests, at_once=1)
    assert {result.key: result.reply.text for result in found} == {"one": 1, 1: 2, 3: 3, "four": 4, 5: 5}
    assert [result.request.get("key") for result in found] == ["one", None, "three", "four", "5"]


@pytest.mark.parametrize("item", ["text", ("key", "text"), ("key", {"input": 1}, "more"), None])
def test_what_is_no_request_is_refused(results, item):
    with pytest.raises(TypeError, match="request 1 must be a mapping"):
        results(echo, [{"input": 0}, item], at_once=1)


def test_an_error_is_a_result_and_the_others_go_on(results):
    def call(**arguments):
        if arguments["input"] == 3:
            raise AceDataError("no")
        return echo(**arguments)

    found = {result.key: result for result in results(call, asked(6), at_once=2)}
    assert str(found.pop(3).error) == "no"
    assert all(result.error is None and result.reply for result in found.values())


def raising(error: BaseException) -> Callable[..., Any]:
    def call(**arguments: Any) -> Any:
        raise error

    return call


def failing_after(count: int, what: Exception) -> Iterator[dict[str, Any]]:
    yield from asked(count)
    raise what


@pytest.mark.parametrize(
    ("requests", "expected", "says"),
    [
        (lambda: [*asked(3), {"stream": True}, *asked(9)], ConfigurationError, "3 .key 3. asks for a stream"),
        (lambda: [*asked(3), ("a key", {"stream": True})], ConfigurationError, "3 .key 'a key'. asks for a stream"),
        (lambda: [*asked(3), "text"], TypeError, "request 3 must be a mapping"),
        (lambda: failing_after(3, OSError("the file is gone")), OSError, "the file is gone"),
    ],
    ids=["a stream", "a stream with a key", "no request", "the iterable fails"],
)  # fmt: skip
def test_what_ends_the_run_is_raised_after_the_results_of_the_calls_that_were_sent(results, requests, expected, says):
    called: list[Any] = []
    progress: list[int] = []

    def call(**arguments):
        called.append(arguments["input"])
        return echo(**arguments)

    with pytest.raises(expected, match=says):
        results(call, requests(), at_once=8, progress=progress.append)
    assert sorted(called) == [0, 1, 2]
    assert len(progress) == 3


def test_an_exception_that_is_not_of_the_client_comes_after_the_results_of_the_calls_under_way(results):
    called: list[Any] = []
    progress: list[int] = []

    def call(**arguments):
        called.append(arguments["input"])
        if arguments["input"] == 0:
            raise ZeroDivisionError
        return echo(**arguments)

    with pytest.raises(ZeroDivisionError):
        results(call, asked(9), at_once=3, progress=progress.append)
    assert sorted(called) == [0, 1, 2]
    assert len(progress) == 2


def test_calls_run_in_the_context_of_the_caller(results):
    tenant = contextvars.ContextVar("tenant", default="nobody")

    def call(**arguments):
        return Reply(tenant.get())

    token = tenant.set("caller")
    try:
        assert [result.reply.text for result in results(call, asked(3), at_once=2)] == ["caller"] * 3
    finally:
        tenant.reset(token)


def test_progress_is_called_with_one_for_each_result(results):
    steps: list[int] = []
    results(echo, asked(7), at_once=3, progress=steps.append)
    assert steps == [1] * 7


@pytest.mark.parametrize("options", [{"budget": 5}, {"progress": 5}])
def test_what_is_no_budget_and_cannot_be_called_is_refused_before_anything_is_sent(results, options):
    called: list[Any] = []
    with pytest.raises(ConfigurationError, match=f"{next(iter(options))} must be a .*, not 5"):
        results(lambda **arguments: called.append(arguments), asked(1), at_once=1, **options)
    assert called == []


def test_nothing_is_asked_of_an_empty_iterable(results):
    assert results(echo, [], at_once=3) == []


@pytest.mark.parametrize("in_order", [True, False])
def test_no_more_requests_are_taken_ahead_than_calls_may_be_under_way(results, in_order):
    taken, yielded, ahead = 0, 0, 0

    def requests():
        nonlocal taken, ahead
        for number in range(2_000):
            taken += 1
            ahead = max(ahead, taken - yielded)
            yield {"input": number}

    def count(_):
        nonlocal yielded
        yielded += 1

    assert len(results(echo, requests(), at_once=5, in_order=in_order, progress=count)) == 2_000
    assert ahead == 5


def test_no_more_calls_are_under_way_than_asked_for():
    at_once, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    def call(**arguments):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        together.wait(30)
        with lock:
            at_once -= 1
        return echo(**arguments)

    assert len(results_in_threads(call, asked(12), at_once=3)) == 12
    assert most == 3


def test_leaving_waits_for_the_calls_under_way_and_begins_no_other():
    begun, ended = [], []
    both_begun, may_end = threading.Barrier(3), threading.Event()

    def call(**arguments):
        begun.append(arguments["input"])
        if arguments["input"]:
            both_begun.wait(30)
            may_end.wait(30)
        ended.append(arguments["input"])
        return echo(**arguments)

    run = in_threads.run(call, asked(100), at_once=3, in_order=True, is_streamed=is_streamed)
    assert next(run).key == 0
    both_begun.wait(30)
    threading.Timer(0, may_end.set).start()
    run.close()
    assert sorted(begun) == sorted(ended) == [0, 1, 2]


@in_loop
async def test_a_cancelled_run_cancels_its_calls():
    cancelled = []

    async def call(**arguments):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(arguments["input"])
            raise

    async def collect():
        run = in_tasks.run(call, asked(10), at_once=2, is_streamed=is_streamed)
        return [result async for result in run]

    task = asyncio.create_task(collect())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(cancelled) == [0, 1]


def test_requests_can_come_from_an_asynchronous_iterable():
    async def requests() -> AsyncIterator[dict[str, Any]]:
        for number in range(3):
            yield {"input": number}

    assert [result.key for result in results_in_tasks(echo, requests(), at_once=1)] == [0, 1, 2]


def test_trio_is_refused_before_anything_is_sent():
    async def main():
        async for _ in in_tasks.run(echo, asked(3), at_once=1, is_streamed=is_streamed):
            pass

    with pytest.raises(ConfigurationError, match="need asyncio, and this is trio; nothing was sent"):
        trio.run(main)


# Budgets


def test_a_budget_is_not_overspent(results):
    budget = Budget(cost=1.0, cost_of_a_call=0.3)
    found: list[Result[Any]] = []
    with pytest.raises(BudgetExhaustedError, match="does not allow another call"):
        results(lambda **_: Reply("", cost=0.25), asked(50), at_once=8, budget=budget, progress=found.append)
    assert budget.spent_cost == 0.75
    assert len(found) == 3
    assert budget.in_flight == 0


def test_a_budget_of_tokens_is_not_overspent(results):
    budget = Budget(tokens=100, tokens_of_a_call=30)
    with pytest.raises(BudgetExhaustedError):
        results(lambda **_: Reply("", tokens=21), asked(50), at_once=8, budget=budget)
    assert budget.spent_tokens == 84


def test_a_budget_that_is_large_enough_stops_nothing(results):
    budget = Budget(cost=10, cost_of_a_call=1)
    assert len(results(lambda **_: Reply("", cost=1), asked(10), at_once=3, budget=budget)) == 10
    assert budget.spent_cost == 10


@pytest.mark.parametrize("cost", [None, {"credits": 0.1}, "0.1", True, -1])
def test_a_cost_that_is_not_a_number_counts_as_the_most_that_a_call_may_cost(results, cost):
    budget = Budget(cost=10, cost_of_a_call=2)
    results(lambda **_: Reply("", cost=cost), asked(2), at_once=1, budget=budget)
    assert budget.spent_cost == 4


def test_amounts_add_up_as_they_are_written(results):
    budget = Budget(cost=0.3, cost_of_a_call=0.1)
    assert len(results(lambda **_: Reply("", cost=0.1), asked(3), at_once=1, budget=budget)) == 3
    assert budget.spent_cost == 0.3


@pytest.mark.parametrize("error", [
    UnknownOutcomeError("sent by an earlier run"),
    ReplyFailedError("failed", reply=Reply("", cost=1.0, from_journal=True)),
])  # fmt: skip
def test_what_the_journal_says_costs_nothing(results, error):
    budget = Budget(cost=10, cost_of_a_call=2)
    results(raising(error), asked(2), at_once=1, budget=budget)
    assert budget.spent_cost == 0


def test_a_reply_that_failed_costs_what_it_says(results):
    budget = Budget(cost=10, cost_of_a_call=2)
    results(raising(ReplyFailedError("failed", reply=Reply("", cost=0.5))), asked(2), at_once=1, budget=budget)
    assert budget.spent_cost == 1


@pytest.mark.parametrize(("may_be_billed", "spent"), [(False, 0), (None, 2), (True, 2)])
def test_a_call_that_failed_counts_unless_it_is_not_billed(results, may_be_billed, spent):
    class FailedError(AceDataError):
        @property
        def may_be_billed(self):
            return may_be_billed

    budget = Budget(cost=10, cost_of_a_call=2)
    results(raising(FailedError("no")), asked(1), at_once=1, budget=budget)
    assert budget.spent_cost == spent


@pytest.mark.parametrize(
    "options",
    [{"cost": 1}, {"tokens": 1}, {"cost": 0, "cost_of_a_call": 1}, {"cost": True, "cost_of_a_call": 1},
     {"tokens": 10, "tokens_of_a_call": -1}],
)  # fmt: skip
def test_a_budget_that_cannot_be_kept_is_refused(options):
    with pytest.raises(ConfigurationError, match="Budget"):
        Budget(**options)
