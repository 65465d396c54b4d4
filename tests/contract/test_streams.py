"""Streams over a socket: each event of its kind, however a server writes it, and the reply in the end."""

from __future__ import annotations

import json

import pytest

from acedata_responses import ReplyDecodeError, StreamInterruptedError, testing, types
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
    assert [type(event).__name__ for event in events] == [
        by_type[data["type"]].rpartition("/")[2] for data in RESPONSE
    ]
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


def test_chunks_of_several_answers_and_of_tool_calls_are_put_together(read):
    def chunk(*choices):
        return {**CHAT[0], "choices": [{"index": index, "delta": delta} for index, delta in choices]}

    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "depth", "arguments": ""}}
    _events, final = read(
        written(
            [
                chunk((1, {"role": "assistant", "content": "B"})),
                chunk((0, {"role": "assistant", "content": "A"}), (1, {"role": "assistant", "content": "b"})),
                chunk((0, {"tool_calls": [call]})),
                chunk((0, {"tool_calls": [{"index": 0, "function": {"arguments": '{"lake":'}}]})),
                chunk((0, {"content": "a", "tool_calls": [{"index": 0, "function": {"arguments": '"X"}'}}]})),
            ]
        ),
        b"data: [DONE]\n\n",
    )
    assert final.output_text == "Aa"
    first, second = (choice.message.to_dict() for choice in final.choices)
    assert second == {"role": "assistant", "content": "Bb"}
    (together,) = first["tool_calls"]
    assert (together["index"], together["id"], together["type"]) == (0, "call_1", "function")
    assert together["function"] == {"name": "depth", "arguments": '{"lake":"X"}'}


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


def test_a_stream_may_come_in_any_pieces(read):
    content = sample("stream.sse")
    events, final = read(*(content[at : at + 7] for at in range(0, len(content), 7)))
    assert [event.to_dict() for event in events] == RESPONSE
    assert final.output_text == "Deep water is dark. 🌌"


def test_an_event_of_an_unknown_kind_is_given_out_like_the_others(read):
    unknown = {"type": "response.audio.delta", "delta": "UklGRg", "nested": {"x": [1, None]}}
    events, final = read(written([*RESPONSE[:-1], unknown, RESPONSE[-1]]))
    assert type(events[-2]) is types.Unknown
    assert (events[-2].type, events[-2].delta) == ("response.audio.delta", "UklGRg")
    assert events[-2].to_dict() == unknown
    assert events[-2].problems == []
    assert final.output_text == "Deep water is dark. 🌌"


def test_an_incomplete_answer_is_an_end_like_any_other(read):
    events, final = read(sample("stream_incomplete.sse"))
    assert type(events[-1]) is types.ResponseIncompleteEvent
    assert (final.status, final.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert final.output_text == "Deep water"


def test_what_follows_the_end_is_not_waited_for(read):
    events, _final = read(sample("stream.sse") + b"data: [DONE]\n\ndata: nonsense\n\n")
    assert len(events) == len(RESPONSE)


def test_a_last_event_of_which_the_reply_is_odd_costs_no_event(connect, server):
    odd = {"type": "response.completed", "response": "gone"}
    server.streams(written([*RESPONSE[:-1], odd]))
    with connect(base_url=server.url).open() as stream, pytest.raises(StreamInterruptedError) as broken:
        stream.final()
    assert broken.value.partial_text == "Deep water is dark. 🌌"
    assert broken.value.events == len(RESPONSE)


def test_a_whole_reply_in_place_of_a_stream_is_the_answer(connect, server):
    driver = connect(base_url=server.url)
    for _ in range(3):
        server.answers_with(sample("response.json"))
    text = documented_text(json.loads(sample("response.json")))
    with driver.open() as stream:
        assert stream.final().output_text == text
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == text
    with driver.open() as stream, pytest.raises(ReplyDecodeError) as refused:
        next(iter(stream))
    assert refused.value.reply.output_text == text


def test_a_stream_that_is_left_early_closes_its_connection_and_leaves_the_client_usable(driver, service):
    service.reply_with(testing.Fault("stall", "event", after=6))
    with driver.open() as stream:
        texts = stream.text_deltas()
        first = next(texts)
    request = service.requests[0]
    service.wait_until_disconnected(request)
    with pytest.raises(StreamInterruptedError):
        next(stream)
    assert stream.partial_text.startswith(first)
    with pytest.raises(StreamInterruptedError) as left:
        stream.final()
    assert (left.value.reason, left.value.partial_text) == ("closed", stream.partial_text)
    assert driver.create().output_text


def test_a_stream_that_was_read_keeps_its_connection(driver, service):
    for _ in range(3):
        driver.stream()
        driver.create()
    assert service.connections_opened == 1
