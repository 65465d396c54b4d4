"""Many requests through a client: each has a result, within the limits, and with a journal each is paid once."""

from __future__ import annotations

import pickle

import pytest

from acedata_responses import (
    Budget,
    BudgetExhaustedError,
    BulkStoppedError,
    ConfigurationError,
    RateLimitError,
    testing,
)
from tests.drivers import MINIMAL


def asked(count):
    return [{**MINIMAL, "input": f"question {number}"} for number in range(count)]


def test_each_request_has_a_result(connect, echoing):
    found = list(connect(echoing, limits=None).client.responses.map(asked(12), at_once=3))
    assert {result.key: result.reply.output_text for result in found} == {
        number: f"answer to question {number}" for number in range(12)
    }
    assert len(echoing.requests) == 12
    assert echoing.most_in_flight <= 3


def test_an_error_is_the_result_of_its_request_alone(connect, echoing):
    echoing.reply_with(testing.error("too_many_requests"))
    client = connect(echoing, max_retries=0, limits=None).client
    results = list(client.responses.map([*asked(2), {"input": "no model"}], at_once=1))
    first, second, third = results
    assert type(first.error) is RateLimitError
    assert second.reply.output_text == "answer to question 1"
    assert third.error is not None
    assert third.reply is None


def test_a_second_run_pays_only_for_what_is_missing(connect, echoing, path):
    def run(count):
        client = connect(echoing, journal=path, limits=None).client
        return list(client.responses.map(asked(count), at_once=2, in_order=True))

    run(4)
    results = run(6)
    assert [result.reply.http.from_journal for result in results] == [True] * 4 + [False] * 2
    assert len(echoing.requests) == 6


def test_keys_ask_for_several_answers_to_one_request(connect, echoing, path):
    client = connect(echoing, journal=path, limits=None).client
    requests = [(f"sample {number % 2}", MINIMAL) for number in range(4)]
    assert len(list(client.responses.map(requests, at_once=1))) == 4
    assert len(echoing.requests) == 2


def test_a_budget_stops_before_it_is_overspent(connect, echoing):
    client = connect(echoing, limits=None).client
    budget = Budget(tokens=1, tokens_of_a_call=2)
    with pytest.raises(BudgetExhaustedError):
        list(client.responses.map(asked(2), budget=budget))
    assert echoing.requests == []


@pytest.mark.parametrize("at_once", [0, -1, 1.5, True])
def test_a_number_of_calls_that_makes_no_sense_is_refused_at_once(connect, service, at_once):
    with pytest.raises(ConfigurationError, match="at_once must be a whole number from 1"):
        connect(service).actual.responses.map(asked(1), at_once=at_once)


@pytest.mark.parametrize("shape", ["chat.completion", "response"])
def test_a_budget_is_settled_by_what_each_reply_says(connect, echoing, shape):
    echoing.answers(shape=shape)
    budget = Budget(tokens=1_000_000, tokens_of_a_call=1_000)
    results = list(connect(echoing, limits=None).client.responses.map(asked(3), budget=budget))
    assert budget.spent_tokens == sum(result.reply.usage.total_tokens for result in results) > 0


def test_what_is_answered_from_the_journal_takes_nothing_from_a_budget(connect, echoing, path):
    for _ in range(2):
        budget = Budget(tokens=1_000_000, tokens_of_a_call=1_000)
        client = connect(echoing, journal=path, limits=None).client
        assert len(list(client.responses.map(asked(3), budget=budget))) == 3
    assert budget.spent_tokens == 0


def test_a_request_for_a_stream_is_refused_before_it_is_sent(connect, echoing):
    client = connect(echoing, limits=None).client
    with pytest.raises(ConfigurationError, match=r"request 1 .key 1. asks for a stream"):
        list(client.responses.map([MINIMAL, {**MINIMAL, "stream": True}]))
    assert len(echoing.requests) == 1


OF_EVERY_REQUEST = [
    *("no_token", "token_mismatched", "invalid_token", "token_expired", "used_up", "disabled", "no_api")
]
OF_ONE_REQUEST = [
    "bad_request",
    "api_not_implemented",
    "forbidden",
    "request_too_large",
    "too_many_requests",
    "api_error",
]
"""The meaning of each code is in the table of the vendor's guide."""


def run_until_it_stops(client, requests, **options):
    """The results of a run, and the error that stopped it, if one did."""
    results = []
    try:
        for result in client.responses.map(requests, **{"at_once": 1, **options}):
            results.append(result)  # noqa: PERF402 - those before the error count
    except BulkStoppedError as error:
        return results, error
    return results, None


@pytest.mark.parametrize("code", OF_EVERY_REQUEST)
def test_an_error_that_every_request_would_have_stops_the_run(connect, echoing, code):
    echoing.reply_with(lambda _: None, always=testing.error(code))
    client = connect(echoing, max_retries=0, limits=None).client
    results, stopped = run_until_it_stops(client, iter(asked(5)))
    assert [result.outcome for result in results] == ["answered", "failed"]
    assert len(echoing.requests) == 2
    assert stopped.error is stopped.__cause__ is results[1].error
    assert (stopped.error.code, stopped.may_be_billed) == (code, False)
    assert "every further request would fail like the one with the key 1" in str(stopped)
    assert pickle.loads(pickle.dumps(stopped)).error.code == code


def test_a_token_that_a_gateway_refuses_without_a_code_stops_the_run_too(connect, echoing):
    echoing.reply_with(always=testing.page(401, "Who are you?"))
    results, stopped = run_until_it_stops(connect(echoing, limits=None).client, asked(5))
    assert (len(results), len(echoing.requests), stopped.error.status_code) == (1, 1, 401)


@pytest.mark.parametrize("code", OF_ONE_REQUEST)
def test_an_error_of_one_request_stops_nothing(connect, echoing, code):
    echoing.reply_with(testing.error(code))
    client = connect(echoing, max_retries=0, limits=None).client
    results, stopped = run_until_it_stops(client, asked(3))
    assert [result.outcome for result in results] == ["failed", "answered", "answered"]
    assert stopped is None


def test_every_request_is_sent_all_the_same_where_the_caller_wants_it(connect, echoing):
    echoing.reply_with(always=testing.error("used_up"))
    client = connect(echoing, limits=None).client
    results, stopped = run_until_it_stops(client, asked(5), keep_going=True)
    assert (len(results), len(echoing.requests), stopped) == (5, 5, None)


def test_an_error_of_the_last_request_stops_nothing(connect, echoing):
    echoing.reply_with(lambda _: None, testing.error("used_up"))
    results, stopped = run_until_it_stops(connect(echoing, limits=None).client, asked(2))
    assert ([result.outcome for result in results], stopped) == (["answered", "failed"], None)


@pytest.mark.parametrize("in_order", [False, True])
def test_the_calls_in_flight_have_their_results_before_the_run_stops(connect, echoing, in_order):
    echoing.reply_with(
        always=lambda request: testing.error("used_up") if request.json["input"] == "question 0" else None
    )
    client = connect(echoing, limits=None).client
    results, stopped = run_until_it_stops(client, asked(50), at_once=4, in_order=in_order)
    assert stopped.error.code == "used_up"
    assert len(results) == len(echoing.requests) < 50
    assert [result.key for result in results if result.error] == [0]


def test_a_run_that_stopped_goes_on_where_it_was(connect, echoing, tmp_path):
    client = connect(echoing, journal=tmp_path / "answers.db", limits=None).client
    echoing.reply_with(lambda _: None, always=testing.error("used_up"))
    assert run_until_it_stops(client, asked(4))[1]
    echoing.clear()
    results, stopped = run_until_it_stops(client, asked(4))
    assert ([result.is_from_journal for result in results], stopped) == ([True, False, False, False], None)
    assert len(echoing.requests) == 3
