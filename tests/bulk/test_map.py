"""`client.responses.map`: results, limits, the journal, budgets, and errors that stop the run."""

from __future__ import annotations

import pickle

import pytest

from acedata_responses import Budget, BulkStoppedError, ConfigurationError, RateLimitError, testing
from tests.drivers import MINIMAL


def requests(count):
    return [{**MINIMAL, "input": f"question {number}"} for number in range(count)]


def run(client, items, **options):
    """Return the results of a run, and the error that stopped it, if any."""
    results = []
    try:
        for result in client.responses.map(items, **{"at_once": 1, **options}):
            results.append(result)  # noqa: PERF402 - those before the error count
    except BulkStoppedError as error:
        return results, error
    return results, None


def test_each_request_has_a_reply_or_an_error(connect, echoing):
    refusal = testing.error("too_many_requests")
    echoing.reply_with(always=lambda request: refusal if request.json["input"] == "question 0" else None)
    client = connect(echoing, max_retries=0, limits=None).client
    results = list(client.responses.map([*requests(12), {"input": "no model"}], at_once=3, in_order=True))
    (refused, *others, invalid) = results
    assert type(refused.error) is RateLimitError
    assert [result.reply.output_text for result in others] == [f"answer to question {n}" for n in range(1, 12)]
    assert (invalid.error is None, invalid.reply) == (False, None)
    assert len(echoing.requests) == 12
    assert echoing.most_in_flight <= 3


@pytest.mark.parametrize("at_once", [0, 1.5, True])
def test_an_invalid_at_once_is_refused(connect, service, at_once):
    with pytest.raises(ConfigurationError, match="at_once must be an integer of at least 1"):
        connect(service).actual.responses.map(requests(1), at_once=at_once)


def test_a_request_for_a_stream_is_refused(connect, echoing):
    client = connect(echoing, limits=None).client
    with pytest.raises(ConfigurationError, match=r"request 1 .key 1. asks for a stream"):
        list(client.responses.map([MINIMAL, {**MINIMAL, "stream": True}]))
    assert len(echoing.requests) == 1


@pytest.mark.parametrize("shape", ["chat.completion", "response"])
def test_a_budget_counts_the_usage_of_new_replies_but_not_of_replies_from_the_journal(connect, echoing, path, shape):
    echoing.answers(shape=shape)
    for is_from_journal in (False, True):
        budget = Budget(tokens=1_000_000, tokens_of_a_call=1_000)
        client = connect(echoing, journal=path, limits=None).client
        results = list(client.responses.map(requests(3), budget=budget))
        assert [result.is_from_journal for result in results] == [is_from_journal] * 3
        used = sum(result.reply.usage.total_tokens for result in results)
        assert budget.spent_tokens == (0 if is_from_journal else used)
        assert used > 0


# Errors that stop the run. The meaning of each code is in the vendor's guide.

OF_EVERY_REQUEST = "no_token token_mismatched invalid_token token_expired used_up disabled no_api".split()
OF_ONE_REQUEST = "bad_request api_not_implemented forbidden request_too_large too_many_requests api_error".split()


@pytest.mark.parametrize("code", OF_EVERY_REQUEST)
def test_an_error_that_every_request_would_have_stops_the_run(connect, echoing, code):
    echoing.reply_with(lambda _: None, always=testing.error(code))
    client = connect(echoing, max_retries=0, limits=None).client
    results, stopped = run(client, iter(requests(5)))
    assert [result.outcome for result in results] == ["answered", "failed"]
    assert len(echoing.requests) == 2
    assert stopped.error is stopped.__cause__ is results[1].error
    assert (stopped.error.code, stopped.may_be_billed) == (code, False)
    assert "every further request would fail like the one with the key 1" in str(stopped)
    assert pickle.loads(pickle.dumps(stopped)).error.code == code


def test_a_401_without_a_code_stops_the_run(connect, echoing):
    echoing.reply_with(always=testing.page(401, "Who are you?"))
    results, stopped = run(connect(echoing, limits=None).client, requests(5))
    assert (len(results), len(echoing.requests), stopped.error.status_code) == (1, 1, 401)


@pytest.mark.parametrize("code", OF_ONE_REQUEST)
def test_an_error_of_one_request_does_not_stop_the_run(connect, echoing, code):
    echoing.reply_with(testing.error(code))
    client = connect(echoing, max_retries=0, limits=None).client
    results, stopped = run(client, requests(3))
    assert [result.outcome for result in results] == ["failed", "answered", "answered"]
    assert stopped is None


def test_with_keep_going_all_requests_are_sent(connect, echoing):
    echoing.reply_with(always=testing.error("used_up"))
    results, stopped = run(connect(echoing, limits=None).client, requests(5), keep_going=True)
    assert (len(results), len(echoing.requests), stopped) == (5, 5, None)


def test_an_error_of_the_last_request_does_not_stop_the_run(connect, echoing):
    echoing.reply_with(lambda _: None, testing.error("used_up"))
    results, stopped = run(connect(echoing, limits=None).client, requests(2))
    assert ([result.outcome for result in results], stopped) == (["answered", "failed"], None)


@pytest.mark.parametrize("in_order", [False, True])
def test_the_run_stops_after_the_results_of_the_calls_in_flight(connect, echoing, in_order):
    used_up = testing.error("used_up")
    echoing.reply_with(always=lambda request: used_up if request.json["input"] == "question 0" else None)
    results, stopped = run(connect(echoing, limits=None).client, requests(50), at_once=4, in_order=in_order)
    assert stopped.error.code == "used_up"
    assert len(results) == len(echoing.requests) < 50
    assert [result.key for result in results if result.error] == [0]
