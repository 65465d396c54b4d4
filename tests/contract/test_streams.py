"""Streams over a socket: each event of its kind, however a server writes it, and the reply in the end."""

from __future__ import annotations

import json

import pytest

from acedata_responses import types
from tests.contract.document import CREATE, EVENTS, SCHEMAS
from tests.contract.plain_server import PlainServer
from tests.replies.recorded import documented_text, events_in, sample

STREAMS = CREATE["responses"]["200"]["content"]["text/event-stream"]["x-example-events"]
RESPONSE = events_in(sample("stream.sse"))
CHAT = events_in(sample("chat_stream.sse"))


@pytest.fixture
def server():
    with PlainServer() as server:
        yield server


@pytest.fixture
def read(connect, server):
    """Reads a stream of these pieces: its events and its reply."""
    driver = connect(base_url=server.url)

    def read(*pieces):
        server.streams(*pieces)
        with driver.open() as stream:
            return list(stream), stream.final()

    return read


def written(events, form="data: {}\n\n"):
    """A stream as a server may write it."""
    return "".join(form.format(json.dumps(event)) for event in events).encode()


def test_the_events_come_as_the_classes_of_the_document(read):
    events, final = read(sample("stream.sse"))
    by_type = SCHEMAS["ResponseEvent"]["discriminator"]["mapping"]
    assert [type(event).__name__ for event in events] == [by_type[data["type"]].rpartition("/")[2] for data in RESPONSE]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert {event.model for event in events} == {"gpt-4o-mini"}
    assert type(events[0].response) is type(final) is types.ResponseObject
    assert type(events[2].item) is types.OutputMessage
    assert type(events[3].part) is types.OutputTextPart
    assert final is events[-1].response
    assert final.model == "gpt-4o-mini-data"


def test_every_documented_event_can_be_read(wire):
    for name in EVENTS:
        kind = SCHEMAS[name]["properties"]["type"]["const"]
        required = {key: {} for key in SCHEMAS[name]["required"]}
        assert type(wire.event({**required, "type": kind})).__name__ == name


def test_chunks_of_a_chat_completion_are_put_together(read):
    events, final = read(sample("chat_stream.sse"))
    assert {type(event) for event in events} == {types.ChatCompletionChunk}
    assert {event.type for event in events} == {"chat.completion.chunk"}
    assert type(final) is types.ChatCompletion
    assert final.to_dict() == {
        "id": CHAT[0]["id"],
        "object": "chat.completion",
        "created": CHAT[0]["created"],
        "model": "gpt-4o-mini",
        "system_fingerprint": "fp_71c0ffee42",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Deep water is dark. 🌌", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 9, "total_tokens": 20},
    }
    assert final.problems == []


@pytest.mark.parametrize("name", STREAMS)
def test_the_example_streams_of_the_document_are_read_without_a_problem(connect, server, name):
    server.streams(written(STREAMS[name]), b"data: [DONE]\n\n")
    with connect(base_url=server.url, strict=True).open() as stream:
        events = list(stream)
    assert [event.to_dict() for event in events] == STREAMS[name]
    assert stream.final().output_text == stream.partial_text == documented_text(stream.final().to_dict())


@pytest.mark.parametrize(
    "form",
    [
        "event: message\ndata: {}\n\n",
        "event: response.failed\ndata: {}\n\n",
        "id: 1\nretry: 10\ndata:{}\n\n",
        ": a comment\n\ndata: {}\r\n\r\n",
        "data: {}\r\rdata:\n\n",
    ],
)
def test_the_data_alone_says_what_an_event_is(read, form):
    events, final = read(written(RESPONSE, form))
    assert [event.to_dict() for event in events] == RESPONSE
    assert final.to_dict() == RESPONSE[-1]["response"]


def test_what_follows_the_end_is_not_waited_for(read):
    events, _final = read(sample("stream.sse") + b"data: [DONE]\n\ndata: nonsense\n\n")
    assert len(events) == len(RESPONSE)
