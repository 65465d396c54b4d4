"""What the embedded service can be given to answer, and what is refused at once instead of keeping a caller waiting."""

from __future__ import annotations

import pytest

from acedata_responses import APIStatusError, Limits, RateLimitError, testing
from tests.classes import typed
from tests.drivers import ONE_PLACE
from tests.streams.events import response

REPLY = response("Mine")

ANSWERS = {
    "JSON data": REPLY,
    "a reply object": typed(REPLY),
    "a string": "Mine",
    "an Answer": testing.Answer(json=REPLY),
    "a function that returns JSON data": lambda _request: REPLY,
    "a function that returns a string": lambda _request: "Mine",
}


@pytest.fixture(params=["socket", "process"])
def anywhere(request, connect):
    """The service on a socket or within the process, and a driver of its client."""
    if request.param == "process":
        service = testing.transport()
        yield service, connect(token=testing.TOKEN, transport=service, max_retries=0)
    else:
        with testing.serve() as service:
            yield service, connect(service, max_retries=0)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_may_be_a_reply_in_any_form(name, anywhere):
    service, driver = anywhere
    service.reply_with(ANSWERS[name])
    assert driver.create().output_text == "Mine"
    assert driver.create().output_text != "Mine"


def test_a_string_is_the_text_of_a_stream_too(anywhere):
    service, driver = anywhere
    service.reply_with("Mine alone")
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == "Mine alone"


def test_a_string_answers_no_request_that_is_wrong(anywhere):
    service, driver = anywhere
    service.reply_with("Mine")
    with pytest.raises(APIStatusError):
        driver.client.with_options(validate=False).responses.create(model="gpt-4o-mini", input=[])


@pytest.mark.parametrize(
    "answer",
    [5, True, b"bytes", {1, 2}, dict, {"a": object()}, {1: 2}, [float("nan")]],
    ids=["number", "boolean", "bytes", "set", "class", "object", "key that is no string", "nan"],
)
def test_what_is_no_answer_is_refused_at_once(answer):
    service = testing.transport()
    with pytest.raises(TypeError, match=r"JSON|an answer must be"):
        service.reply_with(answer)
    with pytest.raises(TypeError):
        service.reply_with(always=answer)
    assert service.unused == 0


def test_a_function_that_returns_no_answer_fails_the_call_with_its_reason(anywhere):
    service, driver = anywhere
    service.reply_with(lambda _request: 5)
    with pytest.raises(APIStatusError, match="an answer must be"):
        driver.create()


def test_an_answer_that_cannot_be_written_ends_the_call(service, connect):
    service.reply_with(testing.Answer(headers={"x": 5, 6: "y"}))
    with pytest.raises(Exception, match="connection"):
        connect(service, max_retries=0).create()


# Limits


def test_calls_beyond_the_limit_in_flight_are_refused_as_documented(connect):
    with testing.serve(limits=ONE_PLACE) as service:
        service.reply_with(testing.Fault("stall", "event", 1))
        driver = connect(service, limits=None, max_retries=0)
        with driver.open() as stream:
            next(iter(stream))
            with pytest.raises(RateLimitError) as refused:
                driver.create()
            assert (refused.value.status_code, refused.value.code) == (429, "rate_limited")
        service.wait_until_idle()
        driver.create()


def test_calls_beyond_the_limit_a_second_are_refused_as_documented(connect):
    with testing.serve(limits=Limits(in_flight=None, per_second=1)) as service:
        driver = connect(service, limits=None, max_retries=0)
        driver.create()
        # On a slow machine too, the next call comes within a second of it.
        service.requests[0].arrived += 3600
        with pytest.raises(RateLimitError) as refused:
            driver.create()
        assert (refused.value.status_code, refused.value.code) == (429, "too_many_requests")


def test_a_client_that_paces_itself_is_never_refused(connect):
    limits = Limits(in_flight=2, per_second=1000)
    with testing.serve(limits=limits) as service:
        driver = connect(service, limits=limits, max_retries=0)
        for _ in range(10):
            driver.create()
        assert {request.status for request in service.requests} == {200}
