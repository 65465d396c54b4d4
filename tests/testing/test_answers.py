"""What the embedded service answers by itself: as documented, in each shape, whole and as a stream."""

from __future__ import annotations

import pytest

from acedata_responses import testing
from tests.contract.document import DOCUMENT, MODELS, assert_documented
from tests.testing.answers import SHAPES, TEXT, events_of, streamed_text, text_of
from tests.testing.plain_clients import ASK, ask


@pytest.mark.parametrize("path", ["/openai/responses", "/v1/responses"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_is_as_documented_in_the_shape_that_is_asked_for(service, http, shape, path):
    service.answers(shape=shape, text=TEXT)
    reply = http.post(path, json={**ASK, "model": "gpt-next"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    data = reply.json()
    assert_documented(data, "reply")
    assert data["object"] == shape
    assert data["model"] == "gpt-next"
    assert text_of(data) == TEXT


def test_a_responses_stream_is_sent_event_by_event(service, http):
    service.answers(shape="response", text=TEXT)
    reply = ask(http, stream=True, model="gpt-next")
    assert reply.headers["content-type"] == "text/event-stream"
    events = events_of(reply)
    for number, event in enumerate(events):
        assert_documented(event, "event")
        assert event["sequence_number"] == number
        assert event["model"] == "gpt-next"
    kinds = [event["type"].removeprefix("response.") for event in events]
    before = ["created", "in_progress", "output_item.added", "content_part.added"]
    after = ["output_text.done", "content_part.done", "output_item.done", "completed"]
    assert kinds == [*before, *["output_text.delta"] * 4, *after]
    assert streamed_text(events) == TEXT
    whole = events[-1]["response"]
    assert text_of(whole) == TEXT
    assert whole["model"] == "gpt-next"
    assert whole["id"] == events[0]["response"]["id"]


def test_a_chat_completion_stream_ends_with_its_marker(service, http):
    service.answers(shape="chat.completion", text=TEXT)
    *chunks, marker = events_of(ask(http, stream=True))
    assert marker == "[DONE]"
    for chunk in chunks:
        assert_documented(chunk, "event")
    assert streamed_text(chunks) == TEXT
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_without_a_text_of_ones_own_the_documents_example_is_sent(service, http, shape, stream):
    service.answers(shape=shape)
    sent, again = (ask(http, stream=stream) for _ in range(2))
    content = DOCUMENT["paths"]["/openai/responses"]["post"]["responses"]["200"]["content"]
    if stream:
        examples = content["text/event-stream"]["x-example-events"].values()
        assert streamed_text(events_of(sent)) in [streamed_text(events) for events in examples]
    else:
        examples = [example["value"] for example in content["application/json"]["examples"].values()]
        assert text_of(sent.json()) in [text_of(example) for example in examples if example["object"] == shape]
    assert sent.text != again.text, "each reply has an id of its own"


@pytest.mark.parametrize("text", ["", " ", "\n", "one", " one  two ", "ü" * 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_any_text_comes_through_whole_and_in_pieces(service, http, shape, text):
    service.answers(shape=shape, text=lambda request: text if request.json["input"] == "Say hello" else "")
    assert text_of(ask(http).json()) == text
    assert streamed_text(events_of(ask(http, stream=True))) == text


def test_a_reply_repeats_what_the_request_said_where_it_has_a_field_for_it(service, http):
    said = {
        "temperature": 0.25,
        "instructions": "Be brief.",
        "metadata": {"a": 1},
        "max_output_tokens": 9,
        "store": False,
    }
    reply = ask(http, **said).json()
    assert {key: reply[key] for key in said} == said
    assert_documented(reply, "reply")


def test_the_documents_models_are_listed(http):
    reply = http.get("/openai/models").json()
    assert_documented(reply, "models")
    names = [model["id"] for model in reply["data"]]
    assert names[: len(MODELS)] == MODELS
    assert len(set(names)) == len(names)


def test_a_shape_that_the_document_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r"no reply of shape 'xml'. Known shapes: chat\.completion, response"):
        testing.transport(shape="xml")
