"""Answers passed to `reply_with`: replies in any form, errors, pages and functions; and the limits of the service."""

from __future__ import annotations

import httpx
import pytest

from acedata_responses import APIStatusError, Limits, RateLimitError, testing
from tests.classes import typed
from tests.drivers import ONE_SLOT
from tests.streams.events import response
from tests.testing.clients import CODES, error_of, events_of, post

REPLY = response("Mine")


@pytest.fixture(params=["socket", "process"])
def anywhere(request, connect):
    """The service on a socket or in process, and a driver of its client."""
    if request.param == "process":
        service = testing.transport()
        yield service, connect(token=testing.TOKEN, transport=service, max_retries=0)
    else:
        with testing.serve() as service:
            yield service, connect(service, max_retries=0)


@pytest.mark.parametrize(
    "answer",
    [REPLY, typed(REPLY), "Mine", testing.Answer(json=REPLY), lambda _: REPLY, lambda _: "Mine"],
    ids=["JSON data", "reply object", "text", "Answer", "function returning JSON data", "function returning text"],
)
def test_an_answer_is_used_once_in_any_form(answer, anywhere):
    service, driver = anywhere
    service.reply_with(answer)
    assert driver.create().output_text == "Mine"
    assert driver.create().output_text != "Mine"


def test_a_text_is_the_text_of_a_valid_reply_or_stream(anywhere):
    service, driver = anywhere
    service.reply_with("Mine", "Not sent")
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == "Mine"
    with pytest.raises(APIStatusError):
        driver.client.with_options(validate=False).responses.create(model="gpt-4o-mini", input=[])


@pytest.mark.parametrize(
    "answer",
    [5, b"bytes", {1, 2}, dict, {"a": object()}, {1: 2}, [float("nan")]],
    ids=["number", "bytes", "set", "class", "object", "key that is not text", "nan"],
)
def test_a_value_that_cannot_be_sent_is_refused(answer):
    service = testing.transport()
    with pytest.raises(TypeError, match=r"JSON|an answer must be"):
        service.reply_with(answer)
    with pytest.raises(TypeError):
        service.reply_with(always=answer)
    assert service.unused == 0


@pytest.mark.parametrize(
    ("function", "reason"), [(lambda _: 5, "an answer must be"), (lambda _: 1 / 0, "division by zero")]
)
def test_the_call_fails_with_the_exception_of_the_function(function, reason, anywhere):
    service, driver = anywhere
    service.reply_with(function)
    with pytest.raises(APIStatusError, match=reason) as caught:
        driver.create()
    assert (caught.value.status_code, "Traceback" in str(caught.value)) == (500, True)


@pytest.mark.parametrize("answer", [testing.Answer(json=object()), testing.Answer(headers={"x": 5, 6: "y"})])
def test_an_answer_that_cannot_be_encoded_closes_the_connection(service, http, answer):
    service.reply_with(answer)
    with pytest.raises(httpx.RemoteProtocolError):
        post(http)
    assert post(http).status_code == 200


@pytest.mark.parametrize("code", CODES)
def test_each_documented_error_can_be_sent(service, http, code):
    service.reply_with(testing.error(code), testing.error(code, "No.", status=418), testing.error(code, status=200))
    first, second, third = (post(http) for _ in range(3))
    assert error_of(first) == (CODES[code], code)
    assert error_of(second) == (418, code)
    assert second.json()["error"]["message"] == "No."
    assert error_of(third) == (200, code)


def test_an_undocumented_error_needs_a_status():
    with pytest.raises(ValueError, match="'odd' is not documented"):
        testing.error("odd")
    assert testing.error("odd", status=599).status == 599


def test_answers_are_sent_in_order_and_then_the_default_answer(service, http):
    seen = []

    def function(request):
        seen.append(request)
        return testing.Answer(202, json=request.json["input"])

    service.reply_with(testing.page(503), function, lambda _: None)
    service.reply_with(testing.Answer(204), testing.Answer(301, headers={"location": "https://example.com/"}))
    assert service.unused == 5
    page, second, default, empty, redirect, after = (post(http) for _ in range(6))
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert "<html>" in page.text
    assert (second.status_code, second.json()) == (202, "Say hello")
    assert (empty.status_code, empty.content) == (204, b"")
    assert (redirect.status_code, redirect.headers["location"]) == (301, "https://example.com/")
    assert default.json()["object"] == after.json()["object"] == "response"
    assert seen == [service.requests[1]]
    assert service.unused == 0
    assert service.connections_opened == 1


def test_always_is_the_answer_until_clear(service, http):
    service.reply_with(always=testing.error("used_up"))
    service.reply_with(testing.Answer(json=1))
    assert [post(http).status_code for _ in range(3)] == [200, 403, 403]
    service.clear()
    assert service.requests == []
    assert post(http).status_code == 200


def test_a_function_can_change_the_default_answer(service, http):
    def failing_after_three(request):
        answer = service.usual_answer(request)
        return testing.Answer(events=[*answer.events[:3], {"type": "error", "code": "api_error"}])

    service.reply_with(failing_after_three)
    types = [event["type"] for event in events_of(post(http, stream=True))]
    assert types[2:] == ["response.output_item.added", "error"]


# Limits


def test_a_call_over_the_limit_in_flight_is_refused(connect):
    with testing.serve(limits=ONE_SLOT) as service:
        service.reply_with(testing.Fault("stall", "event", 1))
        driver = connect(service, limits=None, max_retries=0)
        with driver.open() as stream:
            next(iter(stream))
            with pytest.raises(RateLimitError) as refused:
                driver.create()
            assert (refused.value.status_code, refused.value.code) == (429, "rate_limited")
        service.wait_until_idle()
        driver.create()


def test_a_call_over_the_limit_per_second_is_refused(connect):
    with testing.serve(limits=Limits(in_flight=None, per_second=1)) as service:
        driver = connect(service, limits=None, max_retries=0)
        driver.create()
        service.requests[0].arrived += 3600  # even on a slow machine, the next call is sent within a second of it
        with pytest.raises(RateLimitError) as refused:
            driver.create()
        assert (refused.value.status_code, refused.value.code) == (429, "too_many_requests")
