"""Errors that come in another form than the documented one keep the service's words."""

from __future__ import annotations

import json

import pytest

from acedata_responses import errors, testing
from tests.streams.made_up import choice, chunk, delta, ending, events_of

WORDS = "upstream overloaded"
BODIES = {
    "a string": {"error": WORDS},
    "an object without a code": {"error": {"message": WORDS}},
    "an object in other words": {"error": {"type": "overloaded", "detail": WORDS}},
    "a list": {"error": [WORDS]},
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_error_body_in_another_form_shows_its_words(name, status, connect, service):
    service.reply_with(always=testing.Answer(status, json=BODIES[name]))
    with pytest.raises(errors.APIStatusError, match=WORDS) as caught:
        connect(service, max_retries=0).create()
    assert WORDS in caught.value.message
    assert caught.value.body == BODIES[name]


@pytest.mark.parametrize("name", BODIES)
def test_an_error_in_a_stream_in_another_form_shows_its_words(name, client, service):
    service.reply_with(testing.Answer(events=[chunk(choice(content="Hel")), BODIES[name]]))
    with pytest.raises(errors.StreamFailedError, match=WORDS) as caught:
        client.stream()
    assert WORDS in caught.value.message
    assert caught.value.event == BODIES[name]


OUTSIDE = {
    "JSON": json.dumps({"error": {"code": "api_error", "message": WORDS}}),
    "a string in JSON": json.dumps({"error": WORDS}),
    "plain text": WORDS,
    "text with a colon": f"error: {WORDS}",
    "an object that is no error body": json.dumps({"detail": WORDS}),
}


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("end", ["\n\n", "\n", ""])
@pytest.mark.parametrize("first", [[], [delta("Hel")]], ids=["at the start", "after an event"])
def test_what_is_no_field_of_an_event_is_shown_at_the_end(name, end, first, client, service):
    service.reply_with(always=testing.Answer(events=[*first, (OUTSIDE[name] + end).encode()]))
    events, error = events_of(client.open())
    assert WORDS in str(error)
    assert len(events) == len(first)
    if first:
        is_error = name in ("JSON", "a string in JSON")
        assert isinstance(error, errors.StreamFailedError if is_error else errors.StreamInterruptedError)
        assert is_error or error.data == OUTSIDE[name]


def test_what_is_no_field_of_an_event_does_not_matter_to_a_stream_with_a_good_end(client, service):
    sent = [delta("Hel"), f"{WORDS}\n\n".encode(), ending("completed", text="Hello")]
    service.reply_with(testing.Answer(events=sent))
    assert client.open().final().output_text == "Hello"


def test_an_endless_text_outside_of_events_does_not_fill_the_memory(client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), b"x" * 70_000 + b"\n" + b"y" * 70_000 + b"\n\n"]))
    _events, error = events_of(client.open())
    assert len(error.data) == 10_000


def test_the_last_object_is_shown_where_the_stream_ends_without_an_answer(client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), {"detail": WORDS}]))
    with pytest.raises(errors.StreamInterruptedError, match=WORDS) as caught:
        client.stream()
    assert json.loads(caught.value.data) == {"detail": WORDS}
