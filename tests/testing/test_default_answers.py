"""The default answers of the test server, in both shapes, whole and as a stream."""

from __future__ import annotations

import pytest

from acedata_responses import testing
from tests.contract.document import DOCUMENT, MODELS, assert_documented
from tests.testing.clients import REQUEST, SHAPES, events_of, post, streamed_text, text_of

TEXT = "Hello,  wide\nworld! 🌊"


@pytest.mark.parametrize("path", ["/openai/responses", "/v1/responses"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_has_the_requested_shape_and_text(service, http, shape, path):
    service.answers(shape=shape, text=TEXT)
    response = http.post(path, json={**REQUEST, "model": "gpt-next"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    reply = response.json()
    assert_documented(reply, "reply")
    assert (reply["object"], reply["model"], text_of(reply)) == (shape, "gpt-next", TEXT)


def test_a_responses_stream_has_the_documented_events(service, http):
    service.answers(shape="response", text=TEXT)
    response = post(http, stream=True, model="gpt-next")
    assert response.headers["content-type"] == "text/event-stream"
    events = events_of(response)
    for number, event in enumerate(events):
        assert_documented(event, "event")
        assert event["sequence_number"] == number
        assert event["model"] == "gpt-next"
    types = [event["type"].removeprefix("response.") for event in events]
    before = ["created", "in_progress", "output_item.added", "content_part.added"]
    after = ["output_text.done", "content_part.done", "output_item.done", "completed"]
    assert types == [*before, *["output_text.delta"] * 4, *after]
    whole = events[-1]["response"]
    assert streamed_text(events) == text_of(whole) == TEXT
    assert whole["model"] == "gpt-next"
    assert whole["id"] == events[0]["response"]["id"]


def test_a_chat_completion_stream_ends_with_its_marker(service, http):
    service.answers(shape="chat.completion", text=TEXT)
    *chunks, marker = events_of(post(http, stream=True))
    assert marker == "[DONE]"
    for chunk in chunks:
        assert_documented(chunk, "event")
    assert streamed_text(chunks) == TEXT
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_default_text_is_that_of_an_example_in_the_document(service, http, shape, stream):
    service.answers(shape=shape)
    first, second = (post(http, stream=stream) for _ in range(2))
    content = DOCUMENT["paths"]["/openai/responses"]["post"]["responses"]["200"]["content"]
    if stream:
        examples = content["text/event-stream"]["x-example-events"].values()
        assert streamed_text(events_of(first)) in [streamed_text(events) for events in examples]
    else:
        examples = [example["value"] for example in content["application/json"]["examples"].values()]
        assert text_of(first.json()) in [text_of(example) for example in examples if example["object"] == shape]
    assert first.text != second.text, "each reply has a unique id"


@pytest.mark.parametrize("text", ["", "\n", " one  two ", "ü" * 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_text_can_be_a_function_of_the_request(service, http, shape, text):
    service.answers(shape=shape, text=lambda request: text if request.json["input"] == "Say hello" else "")
    assert text_of(post(http).json()) == text
    assert streamed_text(events_of(post(http, stream=True))) == text


def test_a_reply_repeats_the_fields_of_the_request_that_it_has_too(service, http):
    fields = {
        "temperature": 0.25, "instructions": "Be brief.", "metadata": {"a": 1}, "max_output_tokens": 9, "store": False,
    }  # fmt: skip
    reply = post(http, **fields).json()
    assert {key: reply[key] for key in fields} == fields
    assert_documented(reply, "reply")


def test_the_models_of_the_document_are_listed(http):
    reply = http.get("/openai/models").json()
    assert_documented(reply, "models")
    names = [model["id"] for model in reply["data"]]
    assert names[: len(MODELS)] == MODELS
    assert len(set(names)) == len(names)


def test_an_unknown_shape_is_refused():
    with pytest.raises(ValueError, match=r"no reply of shape 'xml'. Known shapes: chat\.completion, response"):
        testing.transport(shape="xml")
