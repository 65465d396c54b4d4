"""Many requests through a client: each has a result, within the limits, and with a journal each is paid once."""

from __future__ import annotations

import pytest

from acedata_responses import ConfigurationError, RateLimitError, testing
from acedata_responses.bulk import Budget, BudgetExhaustedError
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
