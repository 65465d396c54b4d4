"""The reply of a stream, put together from its events: in whatever form text and items arrive, nothing is lost."""

from __future__ import annotations

import json
import pickle

import pytest

from acedata_responses import errors, testing
from acedata_responses.types import Unknown
from tests.classes import class_of
from tests.streams.events import assert_usable, choice, chunk, created, delta, ending, events_of, response, text_of
from tests.streams.shapes import STREAMS, completion

CHAT = completion("Hello")
CALL = {"type": "function_call", "id": "fc-1", "call_id": "call-1", "name": "look", "arguments": '{"a": 1}'}
OTHER_CALL = {**CALL, "id": "fc-2", "call_id": "call-2"}
NO_ARGUMENTS = {key: value for key, value in CALL.items() if key != "arguments"}
MESSAGE = response(text="Hello")["output"][0]
REASONING = {"type": "reasoning", "id": "rs-1", "summary": []}
REFUSING = {**MESSAGE, "content": [{"type": "refusal", "refusal": "No thanks"}]}
CUSTOM = {"type": "custom_tool_call", "id": "ct-1", "call_id": "call-3", "name": "sketch", "input": "a cat"}
SUMMARY = {**REASONING, "summary": [{"type": "summary_text", "text": text} for text in ("First I", "Then I")]}
THOUGHTS = {**REASONING, "content": [{"type": "reasoning_text", "text": "Hm, well"}]}
CLASSES = {"c-1": class_of(CHAT), "r-1": class_of(response())}


def event(kind: str, **fields):
    return {"type": f"response.{kind}", "sequence_number": 1, "item_id": "i", "output_index": 0, **fields}


def item(kind: str, index: int, value):
    return event(f"output_item.{kind}", output_index=index, item=value)


def part(kind: str, value):
    return event(f"content_part.{kind}", content_index=0, part=value)


def pieces(kind: str, *texts, **places):
    """Events with the pieces of a text, at places such as `content_index`."""
    return [event(f"{kind}.delta", **places, delta=text) for text in texts]


def growing(whole, kind: str, *texts):
    """Return an item that is added empty, and then the pieces of its text."""
    empty = {key: value if key in ("type", "id", "call_id", "name") else type(value)() for key, value in whole.items()}
    return [item("added", 0, empty), *pieces(kind, *texts)]


def as_message(content):
    """Return a chunk with a complete message instead of a delta."""
    return chunk({"index": 0, "message": {"role": "assistant", "content": content}})


# --- the text


WHOLE = {
    **{name: events("Hello") for name, events in STREAMS.items()},
    "a chat completion as one event, and no end mark": [CHAT],
    "a response as one event, and its end mark": [response(text="Hello"), "[DONE]"],
    "a chat completion after its chunks": [chunk(choice(content="Hel")), chunk(choice(content="lo")), CHAT, "[DONE]"],
    "a response after its first text": [delta("Hel"), response(text="Hello")],
    "messages for deltas": [as_message("Hel"), as_message("lo"), "[DONE]"],
    "messages that grow": [as_message("Hel"), as_message("Hello"), "[DONE]"],
    "a complete message after its deltas": [
        chunk(choice(content="Hel")), chunk(choice(content="lo")), as_message("Hello"), "[DONE]",
    ],
    **{
        f"chunks whose object is {name!r}": [
            *(chunk(choice(content=text), object=name) for text in ("Hel", "lo")), "[DONE]",
        ]
        for name in ("chat.completion", "")
    },
    "the last event with more text than before": [delta("Hel"), ending("completed", text="Hello")],
    "deltas, and no output": [
        delta("Hello"),
        {"type": "response.completed", "sequence_number": 9,
         "response": {key: value for key, value in response().items() if key != "output"}},
    ],
    "deltas, and a message without content": [delta("Hello"), ending("completed", output=[{**MESSAGE, "content": []}])],
    "an incomplete response with an empty output": [delta("Hello"), ending("incomplete")],
}  # fmt: skip
WITHOUT_DELTAS = {
    "an item, and an empty output": [item("done", 0, MESSAGE), ending("completed")],
    "a part, and an empty output": [
        item("added", 0, {**MESSAGE, "content": []}), part("done", MESSAGE["content"][0]), ending("completed"),
    ],
    "a part without its item": [part("done", MESSAGE["content"][0]), ending("completed")],
    "a complete text alone": [event("output_text.done", content_index=0, text="Hello"), ending("completed")],
}  # fmt: skip
"""Streams whose text is `Hello`."""


@pytest.mark.parametrize("name", [*WHOLE, *WITHOUT_DELTAS])
def test_the_text_is_complete_in_whatever_form_it_arrives(name, client, service):
    service.reply_with(*[testing.Answer(events={**WHOLE, **WITHOUT_DELTAS}[name])] * 2)
    with client.open() as stream:
        reply = stream.final()
        assert (type(reply), reply.output_text) == (CLASSES[reply.id], "Hello")
        assert reply.http.status_code == 200
    with client.open() as stream:
        assert text_of(stream) == ("Hello", None)
        assert name in WITHOUT_DELTAS or stream.partial_text == "Hello"
    assert_usable(client, service)


# --- the output


IN_PIECES = {
    "items": (
        [CALL, MESSAGE],
        [item("added", 0, {**CALL, "arguments": ""}), item("done", 1, MESSAGE), item("done", 0, CALL)],
    ),
    "arguments": ([CALL], growing(CALL, "function_call_arguments", '{"a"', ": 1}")),
    "arguments of two calls": (
        [CALL, OTHER_CALL],
        [
            item("added", 0, {**CALL, "arguments": ""}), item("added", 1, {**OTHER_CALL, "arguments": ""}),
            *(piece for text in ('{"a"', ": 1}") for index in (0, 1)
              for piece in pieces("function_call_arguments", text, output_index=index)),
        ],
    ),
    "arguments before a message": (
        [CALL, MESSAGE], [*growing(CALL, "function_call_arguments", '{"a": 1}'), item("done", 1, MESSAGE)],
    ),
    "arguments that are null": (
        [NO_ARGUMENTS], [item("added", 0, NO_ARGUMENTS), *pieces("function_call_arguments", None)],
    ),
    "an end without its arguments": ([CALL], [item("added", 0, CALL), event("function_call_arguments.done")]),
    "an end whose arguments are null": (
        [CALL], [item("added", 0, CALL), event("function_call_arguments.done", arguments=None)],
    ),
    "the input of a custom tool": ([CUSTOM], growing(CUSTOM, "custom_tool_call_input", "a ", "cat")),
    "a refusal": (
        [{**REFUSING, "role": "assistant", "status": "in_progress"}],
        [
            item("added", 0, {**MESSAGE, "content": [], "status": "in_progress"}),
            part("added", {"type": "refusal", "refusal": ""}), *pieces("refusal", "No ", "thanks", content_index=0),
        ],
    ),
    "a summary in two parts": (
        [SUMMARY],
        [
            item("added", 0, REASONING),
            *(piece for index, texts in enumerate((["First", " I"], ["Then I"])) for piece in [
                event("reasoning_summary_part.added", summary_index=index, part={"type": "summary_text", "text": ""}),
                *pieces("reasoning_summary_text", *texts, summary_index=index),
            ]),
        ],
    ),
    "reasoning": (
        [THOUGHTS],
        [
            item("added", 0, REASONING), part("added", {"type": "reasoning_text", "text": ""}),
            *pieces("reasoning_text", "Hm, ", "well", content_index=0),
        ],
    ),
}  # fmt: skip
"""The output, and events that bring it in pieces."""


def completed_texts():
    """Yield the output, and events that end with a complete text, with and without a piece of it before."""
    for kind, key, places, whole in [
        ("function_call_arguments", "arguments", {}, CALL),
        ("custom_tool_call_input", "input", {}, CUSTOM),
        ("refusal", "refusal", {"content_index": 0}, REFUSING),
        ("reasoning_text", "text", {"content_index": 0}, THOUGHTS),
        ("reasoning_summary_text", "text", {"summary_index": 0}, {**SUMMARY, "summary": SUMMARY["summary"][:1]}),
    ]:
        text = (whole.get("content") or whole.get("summary") or [whole])[0][key]
        added = item("added", 0, json.loads(json.dumps(whole).replace(json.dumps(text), '""')))
        done = event(f"{kind}.done", **places, **{key: text})
        yield f"{kind}.done", ([whole], [added, done])
        yield f"{kind}.done after a piece", ([whole], [added, *pieces(kind, text[:1], **places), done])


FILLED = {
    "empty arguments": (CALL, IN_PIECES["arguments"][1], {**CALL, "arguments": ""}),
    "no arguments": (CALL, IN_PIECES["arguments"][1], NO_ARGUMENTS),
    "null for arguments": (CALL, [item("done", 0, CALL)], {**CALL, "arguments": None}),
    "an empty input": (CUSTOM, IN_PIECES["the input of a custom tool"][1], {**CUSTOM, "input": ""}),
    "an empty summary": (SUMMARY, IN_PIECES["a summary in two parts"][1], REASONING),
    "an empty message": (
        MESSAGE,
        [
            item("added", 0, {**MESSAGE, "content": []}), part("added", {**MESSAGE["content"][0], "text": ""}),
            delta("Hello"),
        ],
        {**MESSAGE, "content": []},
    ),
}  # fmt: skip
"""An item, the events that bring it, and the item in the last event, which lacks something."""

CALLS = [item("done", 0, CALL), item("done", 1, OTHER_CALL)]
CALL_AND_MESSAGE = [item("done", 0, CALL), item("done", 1, MESSAGE)]
REASONING_AND_MESSAGE = [item("done", 0, REASONING), item("done", 1, MESSAGE)]
DONE, OTHER_ID = {**OTHER_CALL, "status": "completed"}, {**MESSAGE, "id": "m-2"}
OUTPUTS = {
    **{
        f"{name}, and {last}": (sent, last, expected)
        for name, (expected, sent) in [*IN_PIECES.items(), *completed_texts()]
        for last in ([], None)
    },
    **{
        f"{name}{place}": (sent, [*before, last], [*before, whole])
        for name, (whole, sent, last) in FILLED.items()
        for place, before in (("", []), (" after an item that no event brought", [OTHER_CALL]))
    },
    "the second call is missing": (CALLS, [CALL], [CALL, OTHER_CALL]),
    "the first call is missing": (CALLS, [DONE], [CALL, DONE]),
    "the message is missing": (REASONING_AND_MESSAGE, [REASONING], [REASONING, MESSAGE]),
    "the reasoning is missing": (REASONING_AND_MESSAGE, [MESSAGE], [REASONING, MESSAGE]),
    "the reasoning is missing, the message has another id": (REASONING_AND_MESSAGE, [OTHER_ID], [REASONING, OTHER_ID]),
    "all ids are other ones": (CALL_AND_MESSAGE, [DONE, OTHER_ID], [DONE, OTHER_ID]),
    "more than the events brought": ([item("done", 0, CALL)], [CALL, MESSAGE], [CALL, MESSAGE]),
    **{
        f"empty arguments under the id {other!r}": (
            [item("done", 0, CALL)], [{**CALL, "id": other, "arguments": ""}], [{**CALL, "id": other, "arguments": ""}],
        )
        for other in ("fc-9", None)
    },
}  # fmt: skip
"""The events, the output of the last event, and the output of the reply."""


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_reply_has_what_the_output_of_the_last_event_lacks(name, client, service):
    sent, last, expected = OUTPUTS[name]
    service.reply_with(testing.Answer(events=[created(), *sent, ending("completed", output=last)]))
    with client.open() as stream:
        assert Unknown not in {type(event) for event in stream}
        assert stream.final().to_dict()["output"] == expected


@pytest.mark.parametrize("name", IN_PIECES)
def test_the_error_of_a_stream_that_breaks_off_has_the_output_so_far(name, client, service):
    expected, sent = IN_PIECES[name]
    service.reply_with(testing.Answer(events=[created(), *sent]).but(testing.Fault("cut", "tail")))
    _events, error = events_of(client.open())
    assert error.reply.to_dict()["output"] == expected


@pytest.mark.parametrize("output", [[REASONING], [CALL], [REASONING, CALL]])
def test_a_text_is_in_the_reply_if_the_last_event_has_other_items(output, client, service):
    service.reply_with(testing.Answer(events=[delta("Hello"), ending("completed", output=output)]))
    reply = client.open().final()
    assert reply.output_text == "Hello"
    assert reply.to_dict()["output"][: len(output)] == output


def test_a_complete_last_event_and_the_events_themselves_are_not_changed(client, service):
    last = ending("completed", text="Bonjour", metadata={"a": []})
    sent = [created(), delta("Hello"), item("done", 0, CALL), last]
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        events, _error = events_of(stream)
        assert [event.to_dict() for event in events] == sent
        assert stream.final().to_dict() == last["response"]
        assert stream.partial_text == "Hello"


def test_a_run_calls_a_function_whose_arguments_arrive_in_pieces(client, service):
    sent = [created(), *IN_PIECES["arguments"][1], ending("completed")]
    service.reply_with(testing.Answer(events=sent), "Found it.")
    calls = []

    def look(a: int) -> str:
        calls.append(a)
        return "there"

    run = client.client.responses.run(model="gpt-4o-mini", input="Where?", functions=[look], via_stream=True)
    assert (run.output_text, calls) == ("Found it.", [1])


# --- errors keep what was received


def test_the_error_of_a_complete_reply_that_failed_has_the_reply(client, service):
    failed = response(text="Hel", status="failed", error={"code": "api_error", "message": "No."})
    service.reply_with(testing.Answer(events=[failed]))
    with pytest.raises(errors.StreamFailedError) as caught:
        client.open().final()
    assert (caught.value.code, caught.value.message) == ("api_error", "No.")
    assert caught.value.reply.output_text == "Hel"


@pytest.mark.parametrize("data", ["lo " * 500, json.dumps([CHAT] * 9), "5", "data without end".ljust(5000, "x")])
def test_the_error_of_unreadable_data_has_all_of_it(data, client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), data]))
    _events, error = events_of(client.open())
    assert (error.reason, error.data) == ("unreadable", data.strip())
    assert pickle.loads(pickle.dumps(error)).data == error.data


def test_the_error_of_a_stream_that_ends_with_an_unknown_object_has_all_of_it(client, service):
    unknown = {"answer": "Hello " * 100}
    service.reply_with(testing.Answer(events=[unknown]))
    events, error = events_of(client.open())
    assert [event.to_dict() for event in events] == [unknown]
    assert (error.reason, json.loads(error.data)) == ("ended", unknown)


@pytest.mark.parametrize(
    "faults", [[], [testing.Fault("cut", "tail")], [testing.Fault("write", "event", after=3, data="no JSON")]]
)
def test_the_error_of_an_interrupted_stream_has_the_reply_so_far(faults, client, service):
    service.reply_with(testing.Answer(events=[created(), delta("Hel"), item("done", 0, CALL)]).but(*faults))
    _events, error = events_of(client.open())
    assert isinstance(error, errors.StreamInterruptedError)
    assert (error.partial_text, error.reply.status, error.reply.output_text) == ("Hel", "in_progress", "Hel")
    assert error.reply.to_dict()["output"][0] == CALL


def test_the_error_of_an_interrupted_stream_has_the_chunks_so_far(client, service):
    call = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "f", "arguments": '{"a"'}}
    service.reply_with(testing.Answer(events=[chunk(choice(content="Hel", tool_calls=[call]))]))
    _events, error = events_of(client.open())
    assert error.reply.output_text == "Hel"
    assert error.reply.choices[0].message.to_dict()["tool_calls"] == [call]


def test_the_reply_on_an_error_does_not_contain_the_token(connect):
    with testing.serve(token="tok-4f2a9c77e1b04d2a") as service:
        client = connect(service, token=service.token)
        service.reply_with(testing.Answer(events=[created(user=service.token), delta(service.token), service.token]))
        _events, error = events_of(client.open())
        assert service.token not in repr(error.reply) + error.partial_text + error.data
        assert service.token.encode() not in pickle.dumps(error)
