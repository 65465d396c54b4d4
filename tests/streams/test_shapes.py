"""Whatever shape a streamed answer arrives in, its text, its reply and what cannot be read of it reach the caller."""

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
MESSAGE = response(text="Hello")["output"][0]
REASONING = {"type": "reasoning", "id": "rs-1", "summary": []}
CLASSES = {"c-1": class_of(CHAT), "r-1": class_of(response())}


def as_message(content, **fields):
    """A chunk that has a whole message where others have a delta."""
    return chunk({"index": 0, "message": {"role": "assistant", "content": content}, **fields})


def item(kind: str, index: int, value):
    return {"type": f"response.output_item.{kind}", "sequence_number": 1, "output_index": index, "item": value}


def part(kind: str, value):
    return {
        "type": f"response.content_part.{kind}", "sequence_number": 1, "item_id": "m-1", "output_index": 0,
        "content_index": 0, "part": value,
    }  # fmt: skip


def done(text: str):
    return {
        "type": "response.output_text.done",
        "sequence_number": 1,
        "output_index": 0,
        "content_index": 0,
        "text": text,
    }


def without(event, *names):
    """An event whose reply lacks fields."""
    return {**event, "response": {key: value for key, value in event["response"].items() if key not in names}}


WHOLE = {
    **{name: events("Hello") for name, events in STREAMS.items()},
    "a chat completion as one event, and no mark of the end": [CHAT],
    "a response as one event, and its mark": [response(text="Hello"), "[DONE]"],
    "a chat completion after its chunks": [chunk(choice(content="Hel")), chunk(choice(content="lo")), CHAT, "[DONE]"],
    "a response after its first text": [delta("Hel"), response(text="Hello")],
    "messages for deltas": [as_message("Hel"), as_message("lo"), "[DONE]"],
    "messages that grow": [as_message("Hel"), as_message("Hello"), "[DONE]"],
    "a whole message after its deltas": [
        chunk(choice(content="Hel")), chunk(choice(content="lo")), as_message("Hello"), "[DONE]",
    ],
    "chunks that call themselves completions": [
        *(chunk(choice(content=text), object="chat.completion") for text in ("Hel", "lo")), "[DONE]",
    ],
    "chunks that call themselves nothing": [
        *(chunk(choice(content=text), object="") for text in ("Hel", "lo")), "[DONE]",
    ],
    "the last event with more than came before": [delta("Hel"), ending("completed", text="Hello")],
    "deltas, and no output": [delta("Hello"), without(ending("completed"), "output")],
    "deltas, and a message without content": [delta("Hello"), ending("completed", output=[{**MESSAGE, "content": []}])],
    "an item, and an empty output": [item("done", 0, MESSAGE), ending("completed")],
    "a part, and an empty output": [
        item("added", 0, {**MESSAGE, "content": []}), part("done", MESSAGE["content"][0]), ending("completed"),
    ],
    "a part without its item": [part("done", MESSAGE["content"][0]), ending("completed")],
    "a whole text alone": [done("Hello"), ending("completed")],
    "an incomplete response with an empty output": [delta("Hello"), ending("incomplete")],
}  # fmt: skip
"""What the service sends; the answer is always `Hello`."""


@pytest.mark.parametrize("name", WHOLE)
def test_the_reply_has_the_text_whatever_brought_it(name, client, service):
    service.reply_with(testing.Answer(events=WHOLE[name]))
    with client.open() as stream:
        reply = stream.final()
        assert (type(reply), reply.output_text) == (CLASSES[reply.id], "Hello")
        assert reply.http.status_code == 200
    assert_usable(client, service)


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in {
    "an item, and an empty output", "a part, and an empty output", "a part without its item", "a whole text alone",
}])  # fmt: skip
def test_the_texts_are_the_text_once(name, client, service):
    service.reply_with(testing.Answer(events=WHOLE[name]))
    with client.open() as stream:
        assert text_of(stream) == ("Hello", None)
        assert stream.partial_text == "Hello"


@pytest.mark.parametrize("name", ["an item, and an empty output", "a part, and an empty output", "a whole text alone"])
def test_a_text_that_no_delta_brought_comes_with_the_last_event(name, client, service):
    service.reply_with(testing.Answer(events=WHOLE[name]))
    with client.open() as stream:
        assert text_of(stream) == ("Hello", None)


@pytest.mark.parametrize("output", [[], None])
def test_tool_calls_are_in_the_reply_though_its_output_is_empty(output, client, service):
    growing = {**CALL, "arguments": ""}
    sent = [created(), item("added", 0, growing), item("done", 0, CALL), item("done", 1, MESSAGE)]
    service.reply_with(testing.Answer(events=[*sent, ending("completed", output=output)]))
    reply = client.open().final()
    assert reply.to_dict()["output"] == [CALL, MESSAGE]


REFUSING = {**MESSAGE, "content": [{"type": "refusal", "refusal": "No thanks"}]}
CUSTOM = {"type": "custom_tool_call", "id": "ct-1", "call_id": "call-3", "name": "sketch", "input": "a cat"}
SUMMARY = {**REASONING, "summary": [{"type": "summary_text", "text": text} for text in ("First I", "Then I")]}
THOUGHTS = {**REASONING, "content": [{"type": "reasoning_text", "text": "Hm, well"}]}


def pieces(kind: str, texts, **places):
    """Events with the pieces of a text, at places such as `output_index`."""
    return [
        {"type": f"response.{kind}.delta", "sequence_number": 1, "item_id": "i", **places, "delta": text}
        for text in texts
    ]


def growing(whole, kind: str, texts, **places):
    """An item that was added empty, and then the pieces of a text in it."""
    empty = {key: value if key in ("type", "id", "call_id", "name") else type(value)() for key, value in whole.items()}
    return [item("added", 0, empty), *pieces(kind, texts, output_index=0, **places)]


def summary_part(index: int):
    place = {"sequence_number": 1, "item_id": "i", "output_index": 0, "summary_index": index}
    return {"type": "response.reasoning_summary_part.added", **place, "part": {"type": "summary_text", "text": ""}}


IN_PIECES = {
    "arguments": ([CALL], growing(CALL, "function_call_arguments", ['{"a"', ": 1}"])),
    "arguments of two calls": (
        [CALL, OTHER_CALL],
        [
            item("added", 0, {**CALL, "arguments": ""}), item("added", 1, {**OTHER_CALL, "arguments": ""}),
            *(piece for text in ('{"a"', ": 1}") for index in (0, 1)
              for piece in pieces("function_call_arguments", [text], output_index=index)),
        ],
    ),
    "arguments before a message": (
        [CALL, MESSAGE],
        [*growing(CALL, "function_call_arguments", ['{"a": 1}']), item("done", 1, MESSAGE)],
    ),
    "the input of a custom tool": ([CUSTOM], growing(CUSTOM, "custom_tool_call_input", ["a ", "cat"])),
    "a refusal": (
        [{**REFUSING, "role": "assistant", "status": "in_progress"}],
        [
            item("added", 0, {**MESSAGE, "content": [], "status": "in_progress"}),
            part("added", {"type": "refusal", "refusal": ""}),
            *pieces("refusal", ["No ", "thanks"], output_index=0, content_index=0),
        ],
    ),
    "a summary in two parts": (
        [SUMMARY],
        [
            item("added", 0, REASONING),
            summary_part(0), *pieces("reasoning_summary_text", ["First", " I"], output_index=0, summary_index=0),
            summary_part(1), *pieces("reasoning_summary_text", ["Then I"], output_index=0, summary_index=1),
        ],
    ),
    "reasoning": (
        [THOUGHTS],
        [
            item("added", 0, REASONING), part("added", {"type": "reasoning_text", "text": ""}),
            *pieces("reasoning_text", ["Hm, ", "well"], output_index=0, content_index=0),
        ],
    ),
}  # fmt: skip
"""The output, and events that bring it in pieces, without `response.output_item.done`."""


@pytest.mark.parametrize("name", IN_PIECES)
@pytest.mark.parametrize("output", [[], None])
def test_what_came_in_pieces_is_in_the_reply_though_the_last_event_lacks_it(client, service, name, output):
    expected, sent = IN_PIECES[name]
    service.reply_with(testing.Answer(events=[created(), *sent, ending("completed", output=output)]))
    with client.open() as stream:
        assert Unknown not in {type(event) for event in stream}
        assert stream.final().to_dict()["output"] == expected


@pytest.mark.parametrize("name", IN_PIECES)
def test_what_came_in_pieces_is_on_the_error_of_a_stream_that_breaks_off(client, service, name):
    expected, sent = IN_PIECES[name]
    service.reply_with(testing.Answer(events=[created(), *sent]).but(testing.Fault("cut", "tail")))
    _events, error = events_of(client.open())
    assert error.reply.to_dict()["output"] == expected


DONE = [
    ("function_call_arguments.done", "arguments", {}, CALL),
    ("custom_tool_call_input.done", "input", {}, CUSTOM),
    ("refusal.done", "refusal", {"content_index": 0}, REFUSING),
    ("reasoning_text.done", "text", {"content_index": 0}, THOUGHTS),
    ("reasoning_summary_text.done", "text", {"summary_index": 0}, {**SUMMARY, "summary": SUMMARY["summary"][:1]}),
]


@pytest.mark.parametrize(("kind", "key", "places", "whole"), DONE, ids=[kind for kind, *_ in DONE])
@pytest.mark.parametrize("has_deltas", [False, True])
def test_a_whole_text_replaces_its_pieces(client, service, kind, key, places, whole, has_deltas):
    entries = whole.get("content") or whole.get("summary") or [whole]
    text = entries[0][key]
    end = {"type": f"response.{kind}", "sequence_number": 1, "item_id": "i", "output_index": 0, **places, key: text}
    empty = json.loads(json.dumps(whole).replace(json.dumps(text), '""'))
    sent = [item("added", 0, empty)]
    sent += pieces(kind.removesuffix(".done"), [text[:1]], output_index=0, **places) if has_deltas else []
    service.reply_with(testing.Answer(events=[created(), *sent, end, ending("completed")]))
    with client.open() as stream:
        assert Unknown not in {type(event) for event in stream}
        assert stream.final().to_dict()["output"] == [whole]


def test_a_run_calls_a_function_whose_arguments_came_in_pieces(client, service):
    sent = [created(), *growing(CALL, "function_call_arguments", ['{"a"', ": 1}"]), ending("completed")]
    service.reply_with(testing.Answer(events=sent), "Found it.")
    found = []

    def look(a: int) -> str:
        found.append(a)
        return "there"

    run = client.client.responses.run(model="gpt-4o-mini", input="Where?", functions=[look], via_stream=True)
    assert (run.output_text, found) == ("Found it.", [1])


ADDED = {
    "a call of two": ([item("done", 0, CALL), item("done", 1, OTHER_CALL)], [CALL], [CALL, OTHER_CALL]),
    "the other call of two": (
        [item("done", 0, CALL), item("done", 1, OTHER_CALL)], [{**OTHER_CALL, "status": "completed"}],
        [CALL, {**OTHER_CALL, "status": "completed"}],
    ),
    "a message beside its reasoning": ([item("done", 0, REASONING), item("done", 1, MESSAGE)], [REASONING],
                                       [REASONING, MESSAGE]),
    "reasoning before its message": ([item("done", 0, REASONING), item("done", 1, MESSAGE)], [MESSAGE],
                                     [REASONING, MESSAGE]),
    "reasoning before a message that has another id": (
        [item("done", 0, REASONING), item("done", 1, MESSAGE)], [{**MESSAGE, "id": "m-2"}],
        [REASONING, {**MESSAGE, "id": "m-2"}],
    ),
    "nothing, as the ids of all are other ones": (
        [item("done", 0, CALL), item("done", 1, MESSAGE)], [{**CALL, "id": "x"}, {**MESSAGE, "id": "y"}],
        [{**CALL, "id": "x"}, {**MESSAGE, "id": "y"}],
    ),
    "nothing to more than came": ([item("done", 0, CALL)], [CALL, MESSAGE], [CALL, MESSAGE]),
}  # fmt: skip
"""The events, the output of the last one, and the output of the reply."""


@pytest.mark.parametrize("name", ADDED)
def test_entries_that_the_output_of_the_last_event_lacks_are_added(name, client, service):
    sent, output, expected = ADDED[name]
    service.reply_with(testing.Answer(events=[created(), *sent, ending("completed", output=output)]))
    assert client.open().final().to_dict()["output"] == expected


NO_ARGUMENTS = {key: value for key, value in CALL.items() if key != "arguments"}
CUT_SHORT = {
    "empty arguments": (CALL, IN_PIECES["arguments"][1], {**CALL, "arguments": ""}),
    "no arguments": (CALL, IN_PIECES["arguments"][1], NO_ARGUMENTS),
    "null for the arguments of an item that came whole": (CALL, [item("done", 0, CALL)], {**CALL, "arguments": None}),
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
"""The item, the events that bring it, and the item in the last event."""


@pytest.mark.parametrize("before", [[], [OTHER_CALL]], ids=["first", "after an item that no event brought"])
@pytest.mark.parametrize("name", CUT_SHORT)
def test_what_came_fills_the_item_with_the_same_id_in_the_last_event(name, before, client, service):
    whole, sent, last = CUT_SHORT[name]
    service.reply_with(testing.Answer(events=[created(), *sent, ending("completed", output=[*before, last])]))
    assert client.open().final().to_dict()["output"] == [*before, whole]


@pytest.mark.parametrize("last", [{**CALL, "id": "fc-9", "arguments": ""}, {**CALL, "id": None, "arguments": ""}])
def test_an_item_with_another_id_is_not_filled(last, client, service):
    service.reply_with(testing.Answer(events=[created(), item("done", 0, CALL), ending("completed", output=[last])]))
    assert client.open().final().to_dict()["output"] == [last]


@pytest.mark.parametrize("event", [{}, {"arguments": None}], ids=["no field", "null"])
def test_an_end_without_its_text_leaves_what_came_before(event, client, service):
    end = {"type": "response.function_call_arguments.done", "sequence_number": 1, "output_index": 0, **event}
    service.reply_with(testing.Answer(events=[created(), item("added", 0, CALL), end, ending("completed")]))
    assert client.open().final().to_dict()["output"] == [CALL]


def test_a_piece_that_is_no_text_adds_nothing(client, service):
    sent = [item("added", 0, NO_ARGUMENTS), *pieces("function_call_arguments", [None], output_index=0)]
    service.reply_with(testing.Answer(events=[created(), *sent, ending("completed")]))
    assert client.open().final().to_dict()["output"] == [NO_ARGUMENTS]


@pytest.mark.parametrize("output", [[REASONING], [CALL], [REASONING, CALL]])
def test_a_text_is_in_the_reply_though_the_last_event_has_other_entries(output, client, service):
    service.reply_with(testing.Answer(events=[delta("Hello"), ending("completed", output=output)]))
    reply = client.open().final()
    assert reply.output_text == "Hello"
    assert reply.to_dict()["output"][: len(output)] == output


def test_items_are_in_the_order_of_their_places_not_of_their_ends(client, service):
    sent = [item("done", 1, MESSAGE), item("done", 0, CALL), ending("completed")]
    service.reply_with(testing.Answer(events=sent))
    assert client.open().final().to_dict()["output"] == [CALL, MESSAGE]


def test_what_the_last_event_has_is_not_touched(client, service):
    last = ending("completed", text="Bonjour", metadata={"a": []})
    service.reply_with(testing.Answer(events=[delta("Hello"), item("done", 0, CALL), last]))
    with client.open() as stream:
        assert stream.final().to_dict() == last["response"]
        assert stream.partial_text == "Hello"


def test_the_events_themselves_stay_as_they_came(client, service):
    sent = [created(), item("done", 0, MESSAGE), ending("completed")]
    service.reply_with(testing.Answer(events=sent))
    events, _error = events_of(client.open())
    assert [event.to_dict() for event in events] == sent


def test_a_whole_reply_that_failed_is_an_error_with_the_reply(client, service):
    failed = response(text="Hel", status="failed", error={"code": "api_error", "message": "No."})
    service.reply_with(testing.Answer(events=[failed]))
    with pytest.raises(errors.StreamFailedError) as caught:
        client.open().final()
    assert (caught.value.code, caught.value.message) == ("api_error", "No.")
    assert caught.value.reply.output_text == "Hel"


# --- nothing is lost on the way into an error


@pytest.mark.parametrize("data", ["lo " * 500, json.dumps([CHAT] * 9), "5", "data without end".ljust(5000, "x")])
def test_what_cannot_be_read_is_whole_on_the_error(data, client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), data]))
    _events, error = events_of(client.open())
    assert (error.reason, error.data) == ("unreadable", data.strip())
    assert pickle.loads(pickle.dumps(error)).data == error.data


def test_an_unknown_object_at_the_end_is_whole_on_the_error(client, service):
    unknown = {"answer": "Hello " * 100}
    service.reply_with(testing.Answer(events=[unknown]))
    events, error = events_of(client.open())
    assert [event.to_dict() for event in events] == [unknown]
    assert (error.reason, json.loads(error.data)) == ("ended", unknown)


@pytest.mark.parametrize(
    "fault", [None, testing.Fault("cut", "tail"), testing.Fault("write", "event", after=3, data="no JSON")]
)
def test_the_reply_as_far_as_it_came_is_on_the_error(fault, client, service):
    sent = [created(), delta("Hel"), item("done", 0, CALL)]
    service.reply_with(testing.Answer(events=sent).but(*([fault] if fault else [])))
    _events, error = events_of(client.open())
    assert isinstance(error, errors.StreamInterruptedError)
    assert (error.partial_text, error.reply.status) == ("Hel", "in_progress")
    assert error.reply.to_dict()["output"][0] == CALL
    assert error.reply.output_text == "Hel"


def test_the_chunks_as_far_as_they_came_are_on_the_error(client, service):
    call = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "f", "arguments": '{"a"'}}
    service.reply_with(testing.Answer(events=[chunk(choice(content="Hel", tool_calls=[call]))]))
    _events, error = events_of(client.open())
    assert error.reply.output_text == "Hel"
    assert error.reply.choices[0].message.to_dict()["tool_calls"] == [call]


def test_a_reply_on_an_error_lacks_the_token(connect):
    with testing.serve(token="tok-4f2a9c77e1b04d2a") as service:
        client = connect(service, token=service.token)
        service.reply_with(testing.Answer(events=[created(user=service.token), delta(service.token), service.token]))
        _events, error = events_of(client.open())
        assert service.token not in repr(error.reply) + error.partial_text + error.data
        assert service.token.encode() not in pickle.dumps(error)
