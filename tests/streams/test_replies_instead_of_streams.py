"""Responses that are a reply instead of a stream, or a stream instead of a reply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acedata_responses import errors, testing
from tests.streams.events import assert_usable, created, delta, ending, events_of, response, text_of

SAMPLES = Path(__file__).parents[1] / "replies" / "samples"


def test_a_reply_instead_of_a_stream_has_a_text_and_no_events(client, service):
    service.reply_with(*[testing.Answer(json=response(text="Hello"))] * 2)
    with client.open() as stream:
        assert text_of(stream) == ("Hello", None)
        assert stream.final().object == "response"
        assert stream.final().http.content
    with client.open() as stream:
        events, error = events_of(stream)
        assert events == []
        assert isinstance(error, errors.ReplyDecodeError)
        assert error.reply.output_text == stream.final().output_text == "Hello"
        assert json.loads(error.body) == response(text="Hello")
    assert_usable(client, service)


def test_the_error_of_a_reply_that_breaks_off_has_the_received_part(client, service):
    service.reply_with(testing.Answer(json=response(text="Hello")).but(testing.Fault("cut", "body", after=60)))
    with pytest.raises(errors.StreamInterruptedError) as caught:
        client.stream()
    assert len(caught.value.http.content) == 60


def test_a_stream_that_is_closed_before_the_reply_is_complete_has_no_reply(client, service):
    service.reply_with(testing.Answer(json=response(text="Hello")).but(testing.Fault("stall", "body", after=60)))
    stream = client.open()
    stream.close()
    with pytest.raises(errors.StreamInterruptedError) as caught:
        stream.final()
    assert caught.value.reason == "closed"
    assert_usable(client, service)


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\r\n \t", b"\n" * 9])
def test_a_reply_instead_of_a_stream_is_recognized_after_white_space(start, client, service):
    body = start + json.dumps(response(text="Hello")).encode()
    service.reply_with(testing.Answer(body=body).but(testing.Fault("drip", "body", seconds=0)))
    assert client.open().final().output_text == "Hello"


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\r\n\r\n", b": hello\n\n", b"event: x\nid: 1\nretry: 5\n"])
def test_a_stream_is_recognized_after_white_space_comments_and_other_fields(start, client, service):
    first = b"data: " + json.dumps(created()).encode() + b"\n\n"
    sent = [start + first, delta("Hello"), ending("completed", text="Hello")]
    service.reply_with(testing.Answer(events=sent).but(testing.Fault("drip", "body", size=3, seconds=0)))
    with client.open() as stream:
        assert next(iter(stream)).type == "response.created"
        assert stream.final().output_text == "Hello"


def test_the_error_shows_text_instead_of_a_stream(client, service):
    service.reply_with(testing.Answer(body="upstream connect error", headers={"content-type": "text/plain"}))
    with pytest.raises(errors.StreamInterruptedError, match="upstream connect error"):
        client.stream()


# --- a stream instead of a reply


@pytest.mark.parametrize(("recorded", "shape"), [("stream.sse", "response"), ("chat_stream.sse", "chat.completion")])
def test_a_stream_instead_of_a_reply_returns_its_reply(recorded, shape, client, service):
    body = (SAMPLES / recorded).read_bytes()
    service.reply_with(testing.Answer(body=body, headers={"content-type": "text/event-stream"}))
    reply = client.create()
    assert reply.object == shape
    assert reply.output_text
    assert (reply.http.status_code, reply.http.content) == (200, body)


@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_a_stream_that_extra_body_requests_returns_its_reply(shape, client, service):
    service.answers(shape=shape, text="one two three")
    reply = client.create(extra_body={"stream": True})
    assert (reply.object, reply.output_text) == (shape, "one two three")


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n\n", b": hello\n\n", b"event: x\n", b"retry: 5\n"])
@pytest.mark.parametrize("kind", ["text/event-stream; charset=utf-8", "text/plain", None])
def test_a_stream_instead_of_a_reply_is_recognized_by_its_body(start, kind, client, service):
    body = start + b"data: " + json.dumps(ending("completed", text="Hello")).encode()
    service.reply_with(testing.Answer(body=body, headers={"content-type": kind}))
    assert client.create().output_text == "Hello"


def test_a_broken_stream_instead_of_a_reply_raises_the_error_of_a_stream(client, service):
    service.reply_with(
        testing.Answer(events=[delta("Hel"), {"error": {"code": "api_error", "message": "No."}}]),
        testing.Answer(events=[delta("Hel")]),
    )
    with pytest.raises(errors.StreamFailedError, match=r"api_error, No\.") as failed:
        client.create()
    with pytest.raises(errors.StreamInterruptedError) as ended:
        client.create()
    assert (failed.value.partial_text, ended.value.partial_text) == ("Hel", "Hel")
    assert ended.value.http.content
    assert_usable(client, service)


@pytest.mark.parametrize("body", ["<html>no</html>", "{no}", "[no", ""])
def test_a_body_that_is_not_a_stream_is_refused_whatever_its_content_type(body, client, service):
    service.reply_with(testing.Answer(body=body, headers={"content-type": "text/event-stream"}))
    with pytest.raises((errors.ReplyDecodeError, errors.StreamInterruptedError)) as caught:
        client.create()
    assert caught.value.http.content == body.encode()


def test_an_operation_without_streams_refuses_a_stream(client, service):
    service.reply_with(testing.Answer(events=[delta("Hel")]))
    with pytest.raises(errors.ReplyDecodeError, match="not JSON"):
        client.list_models()
