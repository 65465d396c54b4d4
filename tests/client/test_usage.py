"""The usage of a client: each billed reply is counted once, and nothing else is."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from acedata_responses import AceDataError, Client, ReplyFailedError, RequestTimeoutError, RetryPolicy, testing
from acedata_responses.usage import Totals, Usage
from tests.clock import SkippingClock
from tests.drivers import MINIMAL
from tests.replies.recorded import events_in, sample


def reply(file="response.json", **usage):
    """Return a recorded reply with another usage."""
    data = json.loads(sample(file))
    return {**data, "usage": {**data["usage"], **usage}}


@pytest.fixture
def client(connect, service):
    return connect(service, clock=SkippingClock())


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("response.json", ("input_tokens", "output_tokens")),
        ("chat_completion.json", ("prompt_tokens", "completion_tokens")),
    ],
)
def test_billed_replies_of_both_shapes_are_added_up(file, names, client, service):
    for cost in (0.5, 1):
        tokens = dict(zip(names, (7, 5), strict=True))
        service.reply_with(reply(file, **tokens, total_tokens=12, cost=cost))
        client.create()
    assert client.actual.usage.total == Totals(2, 0, 0, 14, 10, 24, 1.5, 0)


def test_the_sums_are_kept_for_each_model(client, service):
    for model, cost in (("gpt-4o", 1), ("gpt-4o-mini", 2), ("gpt-4o", 4)):
        service.reply_with(reply(cost=cost))
        client.create(model=model)
    costs = {model: totals.cost for model, totals in client.actual.usage.by_model.items()}
    assert costs == {"gpt-4o": 5, "gpt-4o-mini": 2}
    assert client.actual.usage.total.cost == 7


@pytest.mark.parametrize("cost", [None, "1", {"credits": 1}, True, -1])
def test_a_reply_without_a_valid_cost_is_counted_as_unpriced(cost, client, service):
    service.reply_with(reply(cost=cost))
    client.create()
    total = client.actual.usage.total
    assert (total.calls, total.unpriced, total.cost) == (1, 1, 0)
    assert total.total_tokens > 0


def test_reset_returns_the_sums_and_starts_again(client, service):
    service.reply_with(reply(cost=1), reply(cost=2))
    client.create()
    assert client.actual.usage.reset().cost == 1
    assert client.actual.usage.total == Totals()
    client.create()
    assert client.actual.usage.total.cost == 2


def test_a_stream_counts_once_with_the_usage_of_its_last_event(client):
    with client.open() as stream:
        for event in stream:
            assert client.actual.usage.total.calls == (event.type == "response.completed")
    assert client.actual.usage.total.total_tokens == event.response.usage.total_tokens


def test_a_stream_that_is_closed_before_its_end_is_not_billed(client, service):
    with client.open() as stream:
        next(iter(stream.text_deltas()))
    with Client(testing.TOKEN, base_url=service.url) as dropping:
        next(dropping.responses.create(**MINIMAL, stream=True))
        gc.collect()
        assert dropping.usage.total == client.actual.usage.total == Totals()


def test_a_chat_stream_counts_with_the_usage_of_its_last_chunk(client, service):
    *chunks, last = [event for event in events_in(sample("chat_stream.sse")) if isinstance(event, dict)]
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    service.reply_with(testing.Answer(events=[*chunks, {**last, "usage": usage}, "[DONE]"]))
    client.stream()
    assert client.actual.usage.total[:6] == (1, 0, 1, 3, 4, 7)


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_from_the_journal_is_not_counted_again(stream, connect, service, path):
    client = connect(service, journal=path)
    for _ in range(3):
        assert client.stream() if stream else client.create()
    total = client.actual.usage.total
    assert (total.calls, total.from_journal) == (1, 2)
    client.actual.usage.reset()
    assert client.stream() if stream else client.create()
    assert client.actual.usage.total == Totals(from_journal=1)


def test_an_error_that_is_not_billed_is_not_counted(client, service):
    service.reply_with(testing.error("used_up"))
    with pytest.raises(AceDataError):
        client.create()
    with pytest.raises(AceDataError):
        client.create(input=1)
    service.reply_with(testing.error("api_error"))
    client.create()
    assert client.actual.usage.total.calls == 1


def test_a_call_without_a_response_is_uncertain_and_a_token_passed_as_its_model_is_not_shown(connect, service):
    client = connect(service, max_retries=0, timeout=0.2)
    service.reply_with(testing.Fault("stall"))
    with pytest.raises(RequestTimeoutError):
        client.create(model=testing.TOKEN)
    assert client.actual.usage.by_model == {"***": Totals(uncertain=1)}
    assert service.requests[0].json["model"] == testing.TOKEN


def test_a_reply_that_failed_is_counted_with_its_cost(client, service):
    service.reply_with({**reply(cost=2), "status": "failed"})
    with pytest.raises(ReplyFailedError):
        client.create()
    assert client.actual.usage.total[:1] + client.actual.usage.total[6:7] == (1, 2)


def test_a_call_that_only_reads_is_not_counted(client):
    client.list_models()
    assert (client.actual.usage.by_model, client.actual.usage.total) == ({}, Totals())


def test_copies_of_a_client_count_together(client, service):
    service.reply_with(reply(cost=1), reply(cost=2))
    copied = client.client.with_options(max_retries=0)
    copied.responses.create(**MINIMAL)
    client.create()
    assert client.actual.usage.total.cost == 3


def test_a_copied_client_starts_at_zero(service):
    with Client(testing.TOKEN, base_url=service.url) as client:
        client.responses.create(**MINIMAL)
        for other in (pickle.loads(pickle.dumps(client)), copy.copy(client)):
            assert other.usage.total == Totals()
            other.close()


def test_threads_lose_no_call(switching_often):
    usage = Usage()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: [usage.add("a", None, True) for _ in range(2000)], range(4)))
    assert usage.total == Totals(calls=8000, unpriced=8000)


def test_a_reply_is_counted_if_no_source_says_whether_it_is_billed(client):
    usage = Usage()
    usage.add("a", client.create(), None)
    assert usage.total.calls == 1


def test_map_counts_each_call(service):
    with Client(testing.TOKEN, base_url=service.url) as client:
        results = list(client.responses.map({**MINIMAL, "input": str(number)} for number in range(5)))
        tokens = sum(result.reply.usage.total_tokens for result in results)
        assert client.usage.total[:1] + client.usage.total[5:6] == (5, tokens)


def test_the_repr_shows_the_sums(client, service):
    service.reply_with(reply(total_tokens=12, cost=0.5))
    client.create()
    assert repr(client.actual.usage) == "<Usage: 1 calls, 12 tokens, cost 0.5>"


def test_a_call_that_is_retried_at_the_callers_risk_is_counted_with_its_reply(connect, service):
    policy = RetryPolicy(on_read_timeout=True)
    service.reply_with(testing.Fault("stall"))
    client = connect(service, retry=policy, clock=SkippingClock(), timeout=0.2)
    client.create()
    assert client.actual.usage.total.calls == 1


def test_a_call_via_a_stream_is_counted_once(client):
    reply = client.create(via_stream=True)
    total = client.actual.usage.total
    assert (total.calls, total.total_tokens) == (1, reply.usage.total_tokens)
