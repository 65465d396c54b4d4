"""The embedded service told to answer otherwise: with errors, pages, functions, for a while or for good."""

from __future__ import annotations

import httpx
import pytest

from acedata_responses import testing
from tests.testing.answers import CODES, events_of, refusal
from tests.testing.plain_clients import ask


@pytest.mark.parametrize("code", CODES)
def test_each_documented_error_can_be_asked_for(service, http, code):
    service.reply_with(testing.error(code), testing.error(code, "No.", status=418), testing.error(code, status=200))
    first, second, third = (ask(http) for _ in range(3))
    assert refusal(first) == (CODES[code], code)
    assert refusal(second) == (418, code)
    assert second.json()["error"]["message"] == "No."
    assert refusal(third) == (200, code)


def test_an_error_that_is_not_documented_needs_a_status():
    with pytest.raises(ValueError, match="'odd' is not documented"):
        testing.error("odd")
    assert testing.error("odd", status=599).status == 599


def test_answers_are_given_in_their_order_and_then_the_usual_one(service, http):
    seen = []

    def by_function(request):
        seen.append(request)
        return testing.Answer(202, json=request.json["input"])

    service.reply_with(testing.page(503), by_function, lambda _: None)
    service.reply_with(testing.Answer(204), testing.Answer(301, headers={"location": "https://example.com/"}))
    assert service.unused == 5
    page, function, usual, empty, redirect, after = (ask(http) for _ in range(6))
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert "<html>" in page.text
    assert (function.status_code, function.json()) == (202, "Say hello")
    assert (empty.status_code, empty.content) == (204, b"")
    assert (redirect.status_code, redirect.headers["location"]) == (301, "https://example.com/")
    assert usual.json()["object"] == after.json()["object"] == "response"
    assert seen == [service.requests[1]]
    assert service.unused == 0
    assert service.connections_opened == 1


def test_an_answer_can_hold_until_it_is_cleared(service, http):
    service.reply_with(always=testing.error("used_up"))
    service.reply_with(testing.Answer(json=1))
    assert [ask(http).status_code for _ in range(3)] == [200, 403, 403]
    service.clear()
    assert service.requests == []
    assert ask(http).status_code == 200


def test_the_usual_answer_can_be_changed(service, http):
    def failing_after_three(request):
        answer = service.usual_answer(request)
        return testing.Answer(events=[*answer.events[:3], {"type": "error", "code": "api_error"}])

    service.reply_with(failing_after_three)
    assert [event["type"] for event in events_of(ask(http, stream=True))][2:] == ["response.output_item.added", "error"]


def test_a_function_that_fails_is_seen_in_the_answer(service, http):
    service.reply_with(lambda _: 1 / 0, testing.Answer(json=object()))
    reply = ask(http)
    assert reply.status_code == 500
    assert "ZeroDivisionError" in reply.text
    with pytest.raises(httpx.RemoteProtocolError):
        ask(http)
    assert ask(http).status_code == 200
