"""Heartbeats, unknown objects and chunks with usage alone do not end a stream."""

from __future__ import annotations

import pytest

from acedata_responses import errors, testing
from acedata_responses.types import Unknown
from tests.streams.events import as_bytes, assert_usable, choice, chunk, delta, ending, events_of

USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
ENDS = {"response": [ending("completed", text="Hello")], "chat": ["[DONE]"]}


def pieces(shape: str):
    """Events with the texts `Hel` and `lo`."""
    if shape == "response":
        return delta("Hel"), delta("lo")
    return chunk(choice(content="Hel")), chunk(choice(content="lo"))


def event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


HEARTBEATS = {
    "a comment": b": ping\n\n",
    "an empty object": event("ping", "{}"),
    "a time": event("ping", "2026-01-01T00:00:00Z"),
    "null": event("keepalive", "null"),
    "a word": event("heartbeat", "hello"),
    "a number": event("keep-alive", "5"),
    "no data": b"event: ping\ndata:\n\n",
    "blank data": b"data:  \n\n",
}


@pytest.mark.parametrize("shape", ENDS)
@pytest.mark.parametrize("name", HEARTBEATS)
def test_heartbeats_are_skipped(name, shape, client, service):
    first, second = pieces(shape)
    beat = HEARTBEATS[name]
    service.reply_with(testing.Answer(events=[beat, first, beat, second, beat, *ENDS[shape]]))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (error, stream.final().output_text) == (None, "Hello")
        assert len(events) == 2 + (shape == "response")
    assert_usable(client, service)


EXTRAS = {
    "a ping as an object": {"type": "ping"},
    "an empty object": {},
    "an object without a type": {"hello": "world"},
    "an event of a new type": {"type": "response.brand_new", "delta": "x"},
    "an object of a new type": {"object": "brand.new", "id": "x"},
    "a cost": {"cost": 0.25},
    "filter results": {"id": "", "object": "", "model": "", "choices": [],
        "prompt_filter_results": [{"index": 0}]},
}  # fmt: skip


@pytest.mark.parametrize("shape", ENDS)
@pytest.mark.parametrize("name", EXTRAS)
def test_an_unknown_object_is_passed_to_the_caller_and_the_stream_continues(name, shape, client, service):
    first, second = pieces(shape)
    service.reply_with(testing.Answer(events=[first, EXTRAS[name], second, *ENDS[shape]]))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (error, stream.final().output_text) == (None, "Hello")
    assert isinstance(events[1], Unknown)
    assert events[1].to_dict() == EXTRAS[name]


@pytest.mark.parametrize("extra", [{"usage": USAGE}, chunk(usage=USAGE), {"usage": USAGE, "choices": []}])
def test_a_chunk_with_usage_alone_adds_it_to_the_reply(extra, client, service):
    first, second = pieces("chat")
    service.reply_with(testing.Answer(events=[first, second, extra, "[DONE]"]))
    final = client.open().final()
    assert (final.output_text, final.usage.total_tokens) == ("Hello", 3)


def test_an_unknown_object_adds_nothing_to_the_reply(client, service):
    first, second = pieces("chat")
    service.reply_with(testing.Answer(events=[first, {"type": "ping", "model": "x"}, second, "[DONE]"]))
    final = client.open().final()
    assert (final.model, final.to_dict().get("type")) == ("gpt-4o-mini", None)


# --- how a stream of chunks ends


def test_a_stream_of_chunks_does_not_end_while_one_of_two_choices_is_unfinished(client, service):
    sent = [chunk(choice(0, "stop", content="a"), choice(1, content="b")), chunk(choice(1, content="c"))]
    service.reply_with(testing.Answer(events=sent))
    with pytest.raises(errors.StreamInterruptedError) as caught:
        client.open().final()
    assert caught.value.reason == "ended"


@pytest.mark.parametrize("how", ["cut", "reset"])
def test_finished_chunks_do_not_end_a_stream_whose_connection_breaks(how, client, service):
    body = as_bytes(chunk(choice(content="Hel")), chunk(choice(0, "stop", content="lo")))
    service.reply_with(testing.Answer(events=[body]).but(testing.Fault(how, "tail")))
    with pytest.raises(errors.StreamInterruptedError) as caught:
        client.open().final()
    assert (caught.value.reason, caught.value.partial_text) == ("broken", "Hello")
