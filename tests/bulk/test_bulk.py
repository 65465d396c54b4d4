"""Many calls at once, without a client: requests, results, progress, budgets, and how a run ends."""

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
    """A reply with a cost and a number of tokens."""

    _summary: ClassVar[Any] = {"cost": ("cost",), "total_tokens": ("tokens",)}

    def __init__(self, text: Any, cost: Any = None, tokens: int | None = None, *, from_journal: bool = False) -> None:
        super().__init__({"cost": cost, "tokens": tokens})
        self.text = text
        self._http = HTTPResponse(200, [], b"", "POST", "http://service.test", 1, from_journal=from_journal)


def is_streamed(arguments: Mapping[str, Any]) -> bool:
    return arguments.get("stream") is True


def run_in_threads(call: Callable[..., Any], requests: Iterable[Any], **options: Any) -> list[Any]:
    return list(in_threads.run(call, requests, is_streamed=is_streamed, **options))


def run_in_tasks(call: Callable[..., Any], requests: Iterable[Any], **options: Any) -> list[Any]:
    async def async_call(**arguments: Any) -> Any:
        await asyncio.sleep(0)
        return call(**arguments)

    async def collect() -> list[Any]:
        return [result async for result in in_tasks.run(async_call, requests, is_streamed=is_streamed, **options)]

    return asyncio.run(collect())


@pytest.fixture(params=[run_in_threads, run_in_tasks], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Callable[..., list[Result[Any]]]:
    return request.param


class Calls:
    """Answers each call with its input, except where an error is set for the input, and records the inputs."""

    def __init__(self, errors: Mapping[int, BaseException] | None = None) -> None:
        self.errors = errors or {}
        self.inputs: list[Any] = []

    def __call__(self, **arguments: Any) -> Reply:
        number = arguments["input"]
        self.inputs.append(number)
        if number in self.errors:
            raise self.errors[number]
        return Reply(number)


def numbered(count: int) -> Iterator[dict[str, Any]]:
    return ({"input": number} for number in range(count))


@pytest.mark.parametrize("in_order", [False, True])
def test_each_request_has_one_result(run, in_order):
    steps: list[int] = []
    results = run(Calls(), numbered(50), at_once=4, in_order=in_order, progress=steps.append)
    keys = [result.key for result in results]
    assert (keys if in_order else sorted(keys)) == list(range(50))
    assert all(result.reply.text == result.key == result.request["input"] for result in results)
    assert steps == [1] * 50
    assert run(Calls(), [], at_once=4, in_order=in_order) == []


def test_requests_can_have_keys(run):
    requests = [
        ("one", {"input": 1}),
        {"input": 2},
        (3, {"input": 3, "key": "three"}),
        {"input": 4, "key": "four"},
        {"input": 5, "key": 5},
    ]
    results = run(Calls(), requests, at_once=1)
    assert {result.key: result.reply.text for result in results} == {"one": 1, 1: 2, 3: 3, "four": 4, 5: 5}
    assert [result.request.get("key") for result in results] == ["one", None, "three", "four", "5"]


def test_an_error_of_the_client_is_the_result_of_its_request(run):
    results = {result.key: result for result in run(Calls({3: AceDataError("no")}), numbered(6), at_once=2)}
    assert str(results.pop(3).error) == "no"
    assert all(result.error is None and result.reply for result in results.values())


def failing_after(count: int, error: Exception) -> Iterator[dict[str, Any]]:
    yield from numbered(count)
    raise error


@pytest.mark.parametrize(
    ("requests", "expected", "message"),
    [
        (lambda: [*numbered(3), {"stream": True}, *numbered(9)], ConfigurationError, "3 .key 3. asks for a stream"),
        (lambda: [*numbered(3), ("a", {"stream": True})], ConfigurationError, "3 .key 'a'. asks for a stream"),
        (lambda: [*numbered(3), "text"], TypeError, "request 3 must be a mapping"),
        (lambda: [*numbered(3), ("key", "text")], TypeError, "request 3 must be a mapping"),
        (lambda: [*numbered(3), ("key", {"input": 1}, "more")], TypeError, "request 3 must be a mapping"),
        (lambda: failing_after(3, OSError("the file is gone")), OSError, "the file is gone"),
    ],
    ids=["stream", "stream with a key", "text", "pair with text", "three items", "the iterable fails"],
)
def test_an_invalid_request_is_raised_after_the_results_of_the_calls_that_were_sent(run, requests, expected, message):
    call, steps = Calls(), []
    with pytest.raises(expected, match=message):
        run(call, requests(), at_once=8, progress=steps.append)
    assert sorted(call.inputs) == [0, 1, 2]
    assert len(steps) == 3


def test_an_exception_that_is_not_of_the_client_is_raised_after_the_results_of_the_calls_in_flight(run):
    call, steps = Calls({0: ZeroDivisionError()}), []
    with pytest.raises(ZeroDivisionError):
        run(call, numbered(9), at_once=3, progress=steps.append)
    assert sorted(call.inputs) == [0, 1, 2]
    assert len(steps) == 2


def test_calls_run_in_the_context_of_the_caller(run):
    tenant = contextvars.ContextVar("tenant", default="nobody")
    token = tenant.set("caller")
    try:
        results = run(lambda **_: Reply(tenant.get()), numbered(3), at_once=2)
    finally:
        tenant.reset(token)
    assert [result.reply.text for result in results] == ["caller"] * 3


@pytest.mark.parametrize("options", [{"budget": 5}, {"progress": 5}])
def test_invalid_options_are_refused_before_anything_is_sent(run, options):
    call = Calls()
    with pytest.raises(ConfigurationError, match=f"{next(iter(options))} must be a .*, not 5"):
        run(call, numbered(1), at_once=1, **options)
    assert call.inputs == []


@pytest.mark.parametrize("in_order", [True, False])
def test_a_request_is_taken_only_when_it_can_be_sent(run, in_order):
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

    assert len(run(Calls(), requests(), at_once=5, in_order=in_order, progress=count)) == 2_000
    assert ahead == 5


def test_closing_the_run_waits_for_the_calls_in_flight_and_starts_no_other():
    begun, ended = [], []
    both_begun, may_end = threading.Barrier(3), threading.Event()

    def call(**arguments):
        begun.append(arguments["input"])
        if arguments["input"]:
            both_begun.wait(30)
            may_end.wait(30)
        ended.append(arguments["input"])
        return Reply(arguments["input"])

    results = in_threads.run(call, numbered(100), at_once=3, in_order=True, is_streamed=is_streamed)
    assert next(results).key == 0
    both_begun.wait(30)
    threading.Timer(0, may_end.set).start()
    results.close()
    assert sorted(begun) == sorted(ended) == [0, 1, 2]


@in_loop
async def test_cancelling_the_run_cancels_its_calls():
    cancelled = []

    async def call(**arguments):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(arguments["input"])
            raise

    async def collect():
        return [result async for result in in_tasks.run(call, numbered(10), at_once=2, is_streamed=is_streamed)]

    task = asyncio.create_task(collect())
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(cancelled) == [0, 1]


def test_requests_can_come_from_an_asynchronous_iterable():
    async def requests() -> AsyncIterator[dict[str, Any]]:
        for request in numbered(3):
            yield request

    assert [result.key for result in run_in_tasks(Calls(), requests(), at_once=1)] == [0, 1, 2]


def test_trio_is_refused_before_anything_is_sent():
    async def main():
        async for _ in in_tasks.run(Calls(), numbered(3), at_once=1, is_streamed=is_streamed):
            pass

    with pytest.raises(ConfigurationError, match="need asyncio, and this is trio; nothing was sent"):
        trio.run(main)


# Budgets


@pytest.mark.parametrize(
    ("amounts", "reply", "calls", "spent"),
    [
        ({"cost": 1.0, "cost_of_a_call": 0.3}, Reply("", cost=0.25), 3, (0.75, 0)),
        ({"tokens": 100, "tokens_of_a_call": 30}, Reply("", tokens=21), 4, (0, 84)),
        ({"cost": 0.3, "cost_of_a_call": 0.1}, Reply("", cost=0.1), 3, (0.3, 0)),
    ],
    ids=["cost", "tokens", "exact sum"],
)
def test_a_budget_is_not_exceeded(run, amounts, reply, calls, spent):
    budget, steps = Budget(**amounts), []
    with pytest.raises(BudgetExhaustedError, match="does not allow another call"):
        run(lambda **_: reply, numbered(50), at_once=8, budget=budget, progress=steps.append)
    assert (budget.spent_cost, budget.spent_tokens) == spent
    assert (len(steps), budget.in_flight) == (calls, 0)


class FailedError(AceDataError):
    def __init__(self, may_be_billed: bool | None) -> None:
        super().__init__(f"may be billed: {may_be_billed}")
        self.billed = may_be_billed

    @property
    def may_be_billed(self) -> bool | None:
        return self.billed


@pytest.mark.parametrize(
    ("outcome", "cost"),
    [
        (Reply("", cost=1), 1),
        *[(Reply("", cost=cost), 2) for cost in (None, {"credits": 0.1}, "0.1", True, -1)],
        (UnknownOutcomeError("sent by an earlier run"), 0),
        (ReplyFailedError("failed", reply=Reply("", cost=1.0, from_journal=True)), 0),
        (ReplyFailedError("failed", reply=Reply("", cost=0.5)), 0.5),
        (FailedError(False), 0),
        (FailedError(None), 2),
        (FailedError(True), 2),
    ],
    ids=repr,
)
def test_a_call_costs_what_its_reply_says_or_the_maximum_if_it_may_be_billed(run, outcome, cost):
    def call(**_: Any) -> Reply:
        if isinstance(outcome, AceDataError):
            raise outcome
        return outcome

    budget = Budget(cost=10, cost_of_a_call=2)
    assert len(run(call, numbered(2), at_once=1, budget=budget)) == 2
    assert budget.spent_cost == 2 * cost


@pytest.mark.parametrize(
    "options",
    [{"cost": 1}, {"tokens": 1}, {"cost": 0, "cost_of_a_call": 1}, {"cost": True, "cost_of_a_call": 1},
     {"tokens": 10, "tokens_of_a_call": -1}],
)  # fmt: skip
def test_an_invalid_budget_is_refused(options):
    with pytest.raises(ConfigurationError, match="Budget"):
        Budget(**options)
