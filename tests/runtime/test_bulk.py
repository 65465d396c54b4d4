"""Many calls at once: what is taken, what is yielded, what a budget allows, and how it stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import pytest

from acedata_responses import AceDataError, ConfigurationError
from acedata_responses.bulk import Budget, BudgetExhaustedError, Result
from acedata_responses.bulk import async_bulk as in_tasks
from acedata_responses.bulk import bulk as in_threads


class Reply:
    """A reply that says what it cost."""

    def __init__(self, text: Any, cost: float | None = None, tokens: int | None = None) -> None:
        self.text = text
        self.usage = {"cost": cost, "total_tokens": tokens}


def results_in_threads(
    call: Callable[..., Any], requests: Iterable[Any], **options: Any
) -> list[Result[Any]]:
    return list(in_threads.run(call, requests, **options))


def results_in_tasks(call: Callable[..., Any], requests: Iterable[Any], **options: Any) -> list[Result[Any]]:
    async def calling(**arguments: Any) -> Any:
        await asyncio.sleep(0)
        return call(**arguments)

    async def collect() -> list[Result[Any]]:
        return [result async for result in in_tasks.run(calling, requests, **options)]

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
    found = results(echo, [("one", {"input": 1}), {"input": 2}, (3, {"input": 3, "key": "three"})], at_once=1)
    assert {result.key: result.reply.text for result in found} == {"one": 1, 1: 2, 3: 3}
    assert [result.request.get("key") for result in found] == ["one", None, "three"]


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


def test_an_exception_that_is_not_of_the_client_goes_to_the_caller(results):
    def call(**arguments):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        results(call, asked(3), at_once=2)


def test_progress_is_told_of_each_result(results):
    told: list[int] = []
    results(echo, asked(7), at_once=3, progress=told.append)
    assert told == [1] * 7


def test_nothing_is_asked_of_an_empty_iterable(results):
    assert results(echo, [], at_once=3) == []


def test_requests_are_taken_when_there_is_a_call_for_them():
    taken: list[int] = []

    def requests():
        for number in range(1_000):
            taken.append(number)
            yield {"input": number}

    run = in_threads.run(echo, requests(), at_once=5)
    for result in run:
        assert len(taken) <= result.key + 12
        if result.key > 100:
            break
    run.close()
    assert len(taken) < 130


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

    run = in_threads.run(call, asked(100), at_once=3, in_order=True)
    assert next(run).key == 0
    both_begun.wait(30)
    threading.Timer(0, may_end.set).start()
    run.close()
    assert sorted(begun) == sorted(ended) == [0, 1, 2]


def test_a_cancelled_run_cancels_its_calls():
    cancelled = []

    async def call(**arguments):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(arguments["input"])
            raise

    async def main():
        async def collect():
            return [result async for result in in_tasks.run(call, asked(10), at_once=2)]

        task = asyncio.create_task(collect())
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert sorted(cancelled) == [0, 1]


def test_requests_can_come_from_an_asynchronous_iterable():
    async def requests() -> AsyncIterator[dict[str, Any]]:
        for number in range(3):
            yield {"input": number}

    assert [result.key for result in results_in_tasks(echo, requests(), at_once=1)] == [0, 1, 2]


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


def test_a_cost_that_is_not_told_counts_as_the_most_it_can_be(results):
    budget = Budget(cost=10, cost_of_a_call=2)
    results(echo, asked(2), at_once=1, budget=budget)
    assert budget.spent_cost == 4


@pytest.mark.parametrize(("may_be_billed", "spent"), [(False, 0), (None, 2), (True, 2)])
def test_a_call_that_failed_counts_unless_it_is_not_billed(results, may_be_billed, spent):
    class FailedError(AceDataError):
        @property
        def may_be_billed(self):
            return may_be_billed

    def call(**_):
        raise FailedError("no")

    budget = Budget(cost=10, cost_of_a_call=2)
    results(call, asked(1), at_once=1, budget=budget)
    assert budget.spent_cost == spent


@pytest.mark.parametrize(
    "options",
    [{"cost": 1}, {"tokens": 1}, {"cost": 0, "cost_of_a_call": 1}, {"cost": True, "cost_of_a_call": 1},
     {"tokens": 10, "tokens_of_a_call": -1}],
)  # fmt: skip
def test_a_budget_that_cannot_be_kept_is_refused(options):
    with pytest.raises(ConfigurationError, match="Budget"):
        Budget(**options)
