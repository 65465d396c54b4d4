"""The reply of a stream: put together from its chunks, and to be had at any time."""

from __future__ import annotations

import pytest

from acedata_responses import testing
from acedata_responses.types import ChatCompletion
from tests.faults.streams import choice, chunk, events_of


def test_chunks_are_put_together(client, service):
    call = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "look", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ": 1}"}}
    other = {"index": 1, "id": "call-2", "type": "function", "function": {"name": "wait", "arguments": "{}"}}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    sent = [
        chunk(choice(0, role="assistant", content="")), chunk(choice(1, role="assistant", content="")),
        chunk(choice(0, content="Hel")), chunk(choice(1, content="Bon")), chunk(choice(0, content="lo")),
        chunk(choice(1, content="jour")), chunk(choice(0, tool_calls=[call])),
        chunk(choice(0, tool_calls=[more, other])), chunk(choice(1, "stop")), chunk(choice(0, "tool_calls")),
        chunk(usage=usage), "[DONE]",
    ]  # fmt: skip
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (len(events), error) == (11, None)
        assert stream.partial_text == "Hello"
        final = stream.final()
    assert isinstance(final, ChatCompletion)
    assert final.output_text == "Hello"
    data = final.to_dict()
    assert (data["object"], data["id"], data["usage"]) == ("chat.completion", "c-1", usage)
    first, second = data["choices"]
    assert (second["message"]["content"], second["finish_reason"]) == ("Bonjour", "stop")
    assert first["finish_reason"] == "tool_calls"
    assert [one["function"] for one in first["message"]["tool_calls"]] == [
        {"name": "look", "arguments": '{"a": 1}'}, {"name": "wait", "arguments": "{}"},
    ]  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after", "in the middle"])
@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_the_reply_can_be_asked_for_at_any_time(when, shape, client, service):
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
