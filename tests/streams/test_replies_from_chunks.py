"""The reply of a stream, put together from its chunks; it can be requested at any time."""

from __future__ import annotations

import pytest

from acedata_responses import testing
from tests.classes import class_of
from tests.streams.events import choice, chunk, events_of


def call(index: int | None = None, id: str | None = None, name: str | None = None, arguments: str = "", **fields):
    """Return a piece of a tool call, with the fields that are given."""
    function = {"name": name, "arguments": arguments}
    piece = {"index": index, "id": id, "type": "function" if id else None, "function": function, **fields}
    piece["function"] = {key: value for key, value in function.items() if value is not None}
    return {key: value for key, value in piece.items() if value is not None}


def test_chunks_are_put_together(client, service):
    more = {"index": 0, "function": {"arguments": ": 1}"}}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    sent = [
        chunk(choice(0, role="assistant", content="")), chunk(choice(1, role="assistant", content="")),
        chunk(choice(0, content="Hel")), chunk(choice(1, content="Bon")), chunk(choice(0, content="lo")),
        chunk(choice(1, content="jour")), chunk(choice(0, tool_calls=[call(0, "call-1", "look", '{"a"')])),
        chunk(choice(0, tool_calls=[more, call(1, "call-2", "wait", "{}")])), chunk(choice(1, "stop")),
        chunk(choice(0, "tool_calls")), chunk(usage=usage), "[DONE]",
    ]  # fmt: skip
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (len(events), error) == (11, None)
        assert stream.partial_text == "Hello"
        final = stream.final()
    assert (type(final), final.output_text) == (class_of(final.to_dict()), "Hello")
    data = final.to_dict()
    assert (data["object"], data["id"], data["usage"]) == ("chat.completion", "c-1", usage)
    first, second = data["choices"]
    assert (second["message"]["content"], second["finish_reason"]) == ("Bonjour", "stop")
    assert first["finish_reason"] == "tool_calls"
    assert [call["function"] for call in first["message"]["tool_calls"]] == [
        {"name": "look", "arguments": '{"a": 1}'}, {"name": "wait", "arguments": "{}"},
    ]  # fmt: skip


TOOL_CALLS = {
    "two complete calls without an index": (
        [[call(id="a", name="f", arguments="{}")], [call(id="b", name="g", arguments="{}")]],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "two complete calls without an index in one chunk": (
        [[call(id="a", name="f", arguments="{}"), call(id="b", name="g", arguments="{}")]],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "one call in pieces without an index": (
        [[call(id="a", name="f", arguments='{"a"')], [call(arguments=":1}")]], [("a", "f", '{"a":1}')],
    ),
    "two calls in pieces without an index": (
        [[call(id="a", name="f", arguments="[")], [call(arguments="]")], [call(id="b", name="g", arguments="{")],
         [call(arguments="}")]],
        [("a", "f", "[]"), ("b", "g", "{}")],
    ),
    "pieces told apart by their id": (
        [[call(id="a", name="f", arguments="[")], [call(id="b", name="g", arguments="{")],
         [call(id="a", arguments="]")], [call(id="b", arguments="}")]],
        [("a", "f", "[]"), ("b", "g", "{}")],
    ),
    "calls without an id or an index": (
        [[call(name="f", arguments="[")], [call(arguments="]")], [call(name="g", arguments="{}")]],
        [(None, "f", "[]"), (None, "g", "{}")],
    ),
    "an index of null": (
        [[{**call(id="a", name="f", arguments="["), "index": None}], [{**call(arguments="]"), "index": None}]],
        [("a", "f", "[]")],
    ),
    "an id, a type and a name in each piece": (
        [[call(0, "a", "f", "[")], [call(0, "a", "f", "1")], [call(0, "a", "f", "]")]], [("a", "f", "[1]")],
    ),
    "an empty id, type and name in later pieces": (
        [[call(0, "a", "f", "[")], [{"index": 0, "id": "", "type": "", "function": {"name": "", "arguments": "]"}}]],
        [("a", "f", "[]")],
    ),
    "null for fields that are known already": (
        [[call(0, "a", "f", "[")], [{"index": 0, "id": None, "function": {"name": None, "arguments": "]"}}]],
        [("a", "f", "[]")],
    ),
    "a new id in each piece": (
        [[call(0, "a", "f", "[")], [call(0, "b", arguments="1")], [call(0, "c", arguments="]")]], [("c", "f", "[1]")],
    ),
    "index 0 for each call": (
        [[call(0, "a", "f", "[]")], [call(0, "b", "f", "{}")]], [("a", "f", "[]"), ("b", "f", "{}")],
    ),
    "a call without arguments": ([[{"index": 0, "id": "a", "function": {"name": "f"}}]], [("a", "f", None)]),
    "an argument that is an object": (
        [[{"index": 0, "id": "a", "function": {"name": "f", "arguments": {"a": 1}}}]], [("a", "f", {"a": 1})],
    ),
}  # fmt: skip
"""The pieces in the deltas, and the id, name and arguments of the calls in the reply."""


@pytest.mark.parametrize("name", TOOL_CALLS)
def test_tool_calls_are_neither_lost_nor_doubled(name, client, service):
    deltas, expected = TOOL_CALLS[name]
    sent = [chunk(choice(tool_calls=pieces)) for pieces in deltas]
    service.reply_with(testing.Answer(events=[*sent, chunk(choice(0, "tool_calls")), "[DONE]"]))
    calls = client.open().final().to_dict()["choices"][0]["message"]["tool_calls"]
    assert [
        (tool.get("id"), tool["function"].get("name"), tool["function"].get("arguments")) for tool in calls
    ] == expected
    assert {tool.get("type", "function") for tool in calls} == {"function"}


FIELDS = {
    "role": (["assistant", "assistant"], "assistant"),
    "reasoning_content": (["H", "m"], "Hm"),
    "refusal": (["N", "o"], "No"),
    "content: text, a list and text": (
        ["Hel", [{"type": "text", "text": "lo"}], "!"], ["Hel", {"type": "text", "text": "lo"}, "!"],
    ),
    "annotations": ([[{"type": "url_citation", "url": "a"}], [{"type": "url_citation", "url": "b"}]], None),
    "images": ([[{"image_url": {"url": "a"}}], [{"image_url": {"url": "b"}}]], None),
    "content": ([[{"type": "text", "text": "Hel"}], [{"type": "text", "text": "lo"}]], None),
    "strings": ([["a"], ["b", "c"]], None),
    "numbers": ([[1], [2]], None),
    "an empty list first": ([[], ["a"]], None),
    "null between": ([["a"], None, ["b"]], ["a", "b"]),
    "reasoning_details": (
        [[{"index": 0, "type": "reasoning.text", "text": "Hm", "format": "x"}],
         [{"index": 0, "type": "reasoning.text", "text": "m.", "format": "x"}],
         [{"index": 0, "type": "reasoning.text", "signature": "s"}],
         [{"index": 1, "type": "reasoning.encrypted", "data": "d"}]],
        [{"index": 0, "type": "reasoning.text", "text": "Hmm.", "format": "x", "signature": "s"},
         {"index": 1, "type": "reasoning.encrypted", "data": "d"}],
    ),
}  # fmt: skip
"""The pieces in a field of the deltas, and the field in the reply; None for all pieces in one list."""


@pytest.mark.parametrize("name", FIELDS)
def test_the_reply_has_all_pieces_of_a_field(name, client, service):
    pieces, expected = FIELDS[name]
    field = name.partition(":")[0]
    sent = [chunk(choice(**{field: piece})) for piece in pieces]
    service.reply_with(testing.Answer(events=[*sent, "[DONE]"]))
    message = client.open().final().to_dict()["choices"][0]["message"]
    assert message[field] == ([item for piece in pieces for item in piece] if expected is None else expected)


def test_the_reply_has_the_logprobs_of_all_tokens(client, service):
    tokens = [{"token": "Hel", "logprob": -1.0, "top_logprobs": [{"token": "Hal"}]}, {"token": "lo", "logprob": -2.0}]
    sent = [
        chunk({**choice(content=token["token"]), "logprobs": {"content": [token], "refusal": None}}) for token in tokens
    ]
    service.reply_with(testing.Answer(events=[*sent, chunk({**choice(0, "stop"), "logprobs": None}), "[DONE]"]))
    final = client.open().final()
    assert final.choices[0].logprobs == {"content": tokens, "refusal": None}
    assert final.output_text == "Hello"


@pytest.mark.parametrize("indices", [[None, None], [0, None], [None, 0]])
def test_the_index_of_the_only_choice_may_be_missing(indices, client, service):
    entries = [{"delta": {"content": text}, "finish_reason": None} for text in ("Hel", "lo")]
    for entry, index in zip(entries, indices, strict=True):
        entry.update({} if index is None else {"index": index})
    service.reply_with(testing.Answer(events=[*(chunk(entry) for entry in entries), "[DONE]"]))
    with client.open() as stream:
        assert "".join(stream.text_deltas()) == "Hello"
        assert (stream.final().output_text, stream.final().choices[0].index) == ("Hello", 0)


def test_an_empty_id_of_a_later_chunk_does_not_hide_the_id(client, service):
    service.reply_with(
        testing.Answer(events=[chunk(choice(content="Hi")), chunk(choice(0, "stop"), id="", model=""), "[DONE]"])
    )
    final = client.open().final()
    assert (final.id, final.model) == ("c-1", "gpt-4o-mini")


@pytest.mark.parametrize("when", ["before", "after", "in the middle"])
@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_the_reply_can_be_requested_at_any_time(when, shape, client, service):
    service.answers(shape=shape, text="one two three")
    with client.open() as stream:
        if when == "after":
            assert len(list(stream)) > 3
        if when == "in the middle":
            next(iter(stream))
        final = stream.final()
        assert list(stream) == []
        assert final is stream.final()
    assert final.output_text == "one two three"
    assert stream.final() is final
