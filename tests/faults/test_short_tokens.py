"""A token that is a word is not redacted within text, only where a token can be."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from acedata_responses import errors, testing
from tests.streams.events import delta, ending, events_of, response

SHORT = ["test", "key", "a", "e", "code", "error", "Hello", "completed", "1"]
LONG = "tok-4f2a9c77e1b04d2a"
SENTENCE = "a test of the key: the error code 11 of Hello was completed"


@pytest.fixture
def serve(connect):
    """Starts a service for a token, and makes a client for it."""
    with ExitStack() as stack:

        def start(token):
            service = stack.enter_context(testing.serve(token=token))
            return connect(service, token=token, max_retries=0), service

        yield start


@pytest.mark.parametrize("token", SHORT)
def test_a_short_token_is_not_redacted_in_the_text_of_an_error(token, serve):
    client, service = serve(token)
    body = {"error": {"code": "some_code", "message": SENTENCE}, "trace_id": "trace-test-1", "keys": {token: SENTENCE}}
    service.reply_with(testing.Answer(400, json=body))
    with pytest.raises(errors.APIStatusError) as caught:
        client.create()
    error = caught.value
    assert (error.message, error.code, error.trace_id) == (SENTENCE, "some_code", "trace-test-1")
    assert error.body == body
    assert json.loads(error.http.content) == body
    assert SENTENCE in str(error)


@pytest.mark.parametrize("token", SHORT)
def test_a_short_token_is_not_redacted_in_the_text_of_a_stream(token, serve):
    client, service = serve(token)
    failed = ending("failed", text=SENTENCE, error={"code": "some_code", "message": SENTENCE})
    service.reply_with(testing.Answer(events=[delta(SENTENCE), failed]))
    _events, error = events_of(client.open())
    assert (error.partial_text, error.message, error.reply.output_text) == (SENTENCE, SENTENCE, SENTENCE)
    assert error.event.keys() == failed.keys()


@pytest.mark.parametrize("token", [*SHORT, LONG])
def test_a_token_is_redacted_where_a_token_can_be(token, serve):
    client, service = serve(token)
    body = {"sent": token, "list": [token], "header": f"Bearer {token}", "url": f"https://a.test/?token={token}&b=c"}
    headers = {"x-echo": token, "x-auth": f"bearer {token}", "location": f"https://a.test/?token={token}"}
    service.reply_with(testing.Answer(400, json=body, headers=headers))
    with pytest.raises(errors.APIStatusError) as caught:
        client.create()
    error = caught.value
    redacted = {
        "sent": "***", "list": ["***"], "header": "Bearer ***", "url": "https://a.test/?token=***&b=c",
    }  # fmt: skip
    assert error.body == redacted
    assert json.loads(error.http.content) == redacted
    assert {name: error.headers[name] for name in headers} == {
        "x-echo": "***", "x-auth": "bearer ***", "location": "https://a.test/?token=***",
    }  # fmt: skip


def test_a_long_token_is_redacted_everywhere(serve):
    client, service = serve(LONG)
    body = {"error": {"code": "x", "message": f"You sent {LONG}."}, LONG: f"x{LONG}y"}
    service.reply_with(testing.Answer(400, json=body), testing.Answer(body=f"<p>{LONG}</p>"))
    for _ in range(2):
        with pytest.raises(errors.AceDataError) as caught:
            client.create()
        assert LONG not in str(caught.value) + repr(vars(caught.value)) + caught.value.http.text


def test_a_reply_is_not_redacted(serve):
    client, service = serve(LONG)
    service.reply_with(testing.Answer(json=response(text=f"You sent {LONG}")))
    assert client.create().output_text == f"You sent {LONG}"


@pytest.mark.parametrize("token", ["role", "test", LONG, "eyJ" + "x" * 300])
def test_the_error_of_an_invalid_request_redacts_the_token_and_not_the_pointer(token, connect):
    driver = connect(base_url="http://127.0.0.1:9", token=token)
    with pytest.raises(errors.RequestValidationError) as caught:
        driver.create(input=[{"role": 5, "content": "x"}], n=token)
    assert "/input/0/role" in str(caught.value)
    (problem,) = [problem for problem in caught.value.problems if problem.pointer == "/n"]
    assert problem.found == "'***'"
