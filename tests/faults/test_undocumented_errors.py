"""Errors that are not in the document keep the message of the service."""

from __future__ import annotations

import json

import pytest

from acedata_responses import errors, testing
from tests.streams.events import choice, chunk, delta, ending, events_of

MESSAGE = "upstream overloaded"
BODIES = {
    "a string": {"error": MESSAGE},
    "an object without a code": {"error": {"message": MESSAGE}},
    "an object with other fields": {"error": {"type": "overloaded", "detail": MESSAGE}},
    "a list": {"error": [MESSAGE]},
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_undocumented_error_body_is_shown_in_the_message(name, status, connect, service):
    service.reply_with(always=testing.Answer(status, json=BODIES[name]))
    with pytest.raises(errors.APIStatusError, match=MESSAGE) as caught:
        connect(service, max_retries=0).create()
    assert MESSAGE in caught.value.message
    assert caught.value.body == BODIES[name]


@pytest.mark.parametrize("name", BODIES)
def test_an_undocumented_error_in_a_stream_is_shown_in_the_message(name, client, service):
    service.reply_with(testing.Answer(events=[chunk(choice(content="Hel")), BODIES[name]]))
    with pytest.raises(errors.StreamFailedError, match=MESSAGE) as caught:
        client.stream()
    assert MESSAGE in caught.value.message
    assert caught.value.event == BODIES[name]


NOT_EVENTS = {
    "JSON": json.dumps({"error": {"code": "api_error", "message": MESSAGE}}),
    "a string in JSON": json.dumps({"error": MESSAGE}),
    "plain text": MESSAGE,
    "text with a colon": f"error: {MESSAGE}",
    "an object that is not an error body": json.dumps({"detail": MESSAGE}),
}


@pytest.mark.parametrize("name", NOT_EVENTS)
@pytest.mark.parametrize("end", ["\n\n", "\n", ""])
@pytest.mark.parametrize("first", [[], [delta("Hel")]], ids=["at the start", "after an event"])
def test_text_that_is_not_a_field_of_an_event_is_shown_at_the_end(name, end, first, client, service):
    service.reply_with(always=testing.Answer(events=[*first, (NOT_EVENTS[name] + end).encode()]))
    events, error = events_of(client.open())
    assert MESSAGE in str(error)
    assert len(events) == len(first)
    if first:
        is_error = name in ("JSON", "a string in JSON")
        assert isinstance(error, errors.StreamFailedError if is_error else errors.StreamInterruptedError)
        assert is_error or error.data == NOT_EVENTS[name]


def test_text_that_is_not_a_field_of_an_event_is_ignored_if_the_stream_is_complete(client, service):
    sent = [delta("Hel"), f"{MESSAGE}\n\n".encode(), ending("completed", text="Hello")]
    service.reply_with(testing.Answer(events=sent))
    assert client.open().final().output_text == "Hello"


def test_of_a_long_text_outside_of_events_only_the_beginning_is_kept(client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), b"x" * 70_000 + b"\n" + b"y" * 70_000 + b"\n\n"]))
    _events, error = events_of(client.open())
    assert len(error.data) == 10_000


def test_the_last_object_is_shown_if_the_stream_ends_without_a_reply(client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), {"detail": MESSAGE}]))
    with pytest.raises(errors.StreamInterruptedError, match=MESSAGE) as caught:
        client.stream()
    assert json.loads(caught.value.data) == {"detail": MESSAGE}
