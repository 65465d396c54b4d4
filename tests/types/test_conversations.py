"""Continuing a conversation: the items of a reply that are sent back, for both shapes, plain and streamed."""

from __future__ import annotations

import pytest

from tests.classes import typed
from tests.contract.document import assert_documented
from tests.types.conversations import REASONING, SHAPES, reply

QUESTION = {"role": "user", "content": "What is the weather in Oslo?"}
THANKS = {"role": "user", "content": "Thank you."}
CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Oslo"}'}


def test_the_items_of_a_response_are_sent_back_unchanged():
    data = reply("response", text="Clear.", calls=[("weather", {"city": "Oslo"})])
    data["output"].append({"type": "hologram", "id": "h_1", "points": [[1, 2]], "of": None})
    assert typed(data).to_input() == data["output"]
    assert data["output"][0] == REASONING


@pytest.mark.parametrize(
    ("fields", "items"), [
        ({"text": "I shall look.", "calls": [("weather", {"city": "Oslo"})]},
         [{"role": "assistant", "content": "I shall look."}, CALL]),
        ({"calls": [("weather", {"city": "Oslo"}), ("time", "{}")]},
         [CALL, {"type": "function_call", "call_id": "call_2", "name": "time", "arguments": "{}"}]),
        ({"refusal": "I will not."},
         [{"role": "assistant", "content": [{"type": "refusal", "refusal": "I will not."}]}]),
    ],
)  # fmt: skip
def test_a_chat_completion_is_sent_back_as_items_of_a_request(fields, items):
    assert typed(reply("chat.completion", **fields)).to_input() == items


def test_a_tool_call_of_another_type_is_not_sent_back():
    data = reply("chat.completion", text="See.", calls=[("weather", {})])
    data["choices"][0]["message"]["tool_calls"][0]["type"] = "custom"
    assert typed(data).to_input() == [{"role": "assistant", "content": "See."}]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "fields",
    [
        {"text": "Clear."},
        {"refusal": "I will not."},
        {"calls": [("weather", {"city": "Oslo"})]},
        {"text": "I shall look.", "calls": [("weather", {}), ("time", {})]},
    ],
)
def test_a_reply_that_is_sent_back_is_a_valid_request(driver, service, shape, fields):
    service.reply_with(reply(shape, **fields))
    first = driver.create(input=[QUESTION])
    driver.create(input=[QUESTION, *first.to_input(), THANKS])
    sent = service.requests[-1].json
    assert sent["input"] == [QUESTION, *first.to_input(), THANKS]
    assert_documented(sent, "request")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_streamed_reply_is_sent_back_like_a_plain_one(driver, service, shape):
    service.answers(shape=shape, text="Clear and cold.")
    plain = driver.create()
    with driver.open() as stream:
        streamed = stream.final()
    assert [item.get("content") for item in streamed.to_input()] == [item.get("content") for item in plain.to_input()]
    driver.create(input=[QUESTION, *streamed.to_input(), THANKS])


def test_the_items_that_are_sent_back_are_copies():
    response = typed(reply("response", text="Clear."))
    response.to_input()[1]["content"].clear()
    assert response.output_text == "Clear."


def test_a_conversation_can_be_continued_by_the_id_of_a_response(driver, service):
    first = driver.create()
    service.reply_with(
        lambda request: {**reply("response"), "previous_response_id": request.json["previous_response_id"]}
    )
    second = driver.create(input="And then?", previous_response_id=first.id)
    assert service.requests[-1].json["previous_response_id"] == first.id
    assert second.previous_response_id == first.id
