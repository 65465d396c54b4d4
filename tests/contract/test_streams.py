"""Streams from a server that shares no code with the package: the class of each event, and the reply at the end."""

from __future__ import annotations

import json

import pytest

from acedata_responses import types
from tests.contract.document import CREATE, SCHEMAS
from tests.contract.plain_server import PlainServer
from tests.replies.recorded import documented_text, events_in, sample

STREAMS = CREATE["responses"]["200"]["content"]["text/event-stream"]["x-example-events"]
RESPONSE = events_in(sample("stream.sse"))


@pytest.fixture
def read(connect):
    """Reads a stream of these bytes: returns its events and its reply."""
    with PlainServer() as server:
        driver = connect(base_url=server.url, strict=True)

        def read(body):
            server.stream(body)
            with driver.open() as stream:
                return list(stream), stream.final()

        yield read


def encoded(events, form="data: {}\n\n"):
    """Return the bytes of a stream, in one of the forms that servers send."""
    return "".join(form.format(json.dumps(event)) for event in events).encode()


def test_events_have_the_classes_of_the_document_and_data_after_the_end_is_ignored(read):
    events, final = read(sample("stream.sse") + b"data: [DONE]\n\ndata: nonsense\n\n")
    classes = SCHEMAS["ResponseEvent"]["discriminator"]["mapping"]
    assert [type(event).__name__ for event in events] == [classes[data["type"]].rpartition("/")[2] for data in RESPONSE]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert {event.model for event in events} == {"gpt-4o-mini"}
    assert type(events[0].response) is type(final) is types.ResponseObject
    assert type(events[2].item) is types.OutputMessage
    assert type(events[3].part) is types.OutputTextPart
    assert final is events[-1].response
    assert final.model == "gpt-4o-mini-data"


def test_chunks_of_a_chat_completion_are_merged_into_one_reply(read):
    chunks, final = read(sample("chat_stream.sse"))
    assert {(type(chunk), chunk.type) for chunk in chunks} == {(types.ChatCompletionChunk, "chat.completion.chunk")}
    first = events_in(sample("chat_stream.sse"))[0]
    message = {"role": "assistant", "content": "Deep water is dark. 🌌", "refusal": None}
    assert final.to_dict() == {
        "id": first["id"],
        "object": "chat.completion",
        "created": first["created"],
        "model": "gpt-4o-mini",
        "system_fingerprint": "fp_71c0ffee42",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 9, "total_tokens": 20},
    }


@pytest.mark.parametrize("name", STREAMS)
def test_the_example_streams_of_the_document_have_no_problems(read, name):
    events, final = read(encoded(STREAMS[name]) + b"data: [DONE]\n\n")
    assert [event.to_dict() for event in events] == STREAMS[name]
    assert final.output_text == documented_text(final.to_dict())


@pytest.mark.parametrize(
    "form",
    [
        "event: response.failed\ndata: {}\n\n",
        "id: 1\nretry: 10\ndata:{}\n\n",
        ": a comment\n\ndata: {}\r\n\r\n",
        "data: {}\r\rdata:\n\n",
    ],
)
def test_the_type_of_an_event_is_read_from_its_data_alone(read, form):
    events, final = read(encoded(RESPONSE, form))
    assert [event.to_dict() for event in events] == RESPONSE
    assert final.to_dict() == RESPONSE[-1]["response"]
