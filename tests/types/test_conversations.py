"""Continuing a conversation: what of a reply is sent back, in both shapes, whole and streamed."""

from __future__ import annotations

import pytest

from tests.classes import typed
from tests.contract.document import assert_documented
from tests.types.conversations import REASONING, SHAPES, reply

QUESTION = {"role": "user", "content": "What is the weather in Oslo?"}
THANKS = {"role": "user", "content": "Thank you."}
CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Oslo"}'}


def test_a_response_is_sent_back_item_by_item_as_it_came():
    data = reply("response", text="Clear.", calls=[("weather", {"city": "Oslo"})])
    data["output"].append({"type": "hologram", "id": "h_1", "points": [[1, 2]], "of": None})
    assert typed(data).to_input() == data["output"]
    assert data["output"][0] == REASONING


def test_a_chat_completion_is_sent_back_as_its_text_and_its_calls_in_the_forms_of_a_request():
    data = reply("chat.completion", text="I shall look.", calls=[("weather", {"city": "Oslo"})])
    assert typed(data).to_input() == [{"role": "assistant", "content": "I shall look."}, CALL]


def test_a_chat_completion_without_text_is_sent_back_as_its_calls_alone():
    data = reply("chat.completion", calls=[("weather", {"city": "Oslo"}), ("time", "{}")])
    second = {"type": "function_call", "call_id": "call_2", "name": "time", "arguments": "{}"}
    assert typed(data).to_input() == [CALL, second]


def test_a_refusal_in_a_chat_completion_is_sent_back_as_one():
    data = reply("chat.completion", refusal="I will not.")
    assert typed(data).to_input() == [{"role": "assistant", "content": [{"type": "refusal", "refusal": "I will not."}]}]


def test_a_call_of_another_kind_than_function_is_not_taken_for_one():
    data = reply("chat.completion", text="See.", calls=[("weather", {})])
    data["choices"][0]["message"]["tool_calls"][0]["type"] = "custom"
    assert typed(data).to_input() == [{"role": "assistant", "content": "See."}]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "said",
    [
        {"text": "Clear."},
        {"refusal": "I will not."},
        {"calls": [("weather", {"city": "Oslo"})]},
        {"text": "I shall look.", "calls": [("weather", {}), ("time", {})]},
    ],
)
def test_what_is_sent_back_passes_the_check_of_the_request_and_fits_the_document(driver, service, shape, said):
    service.reply_with(reply(shape, **said))
    first = driver.create(input=[QUESTION])
    driver.create(input=[QUESTION, *first.to_input(), THANKS])
    sent = service.requests[-1].json
    assert sent["input"] == [QUESTION, *first.to_input(), THANKS]
    assert_documented(sent, "request")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_streamed_reply_is_sent_back_like_a_whole_one(driver, service, shape):
    service.answers(shape=shape, text="Clear and cold.")
    whole = driver.create()
    with driver.open() as stream:
        streamed = stream.final()
    assert [one.get("content") for one in streamed.to_input()] == [one.get("content") for one in whole.to_input()]
    driver.create(input=[QUESTION, *streamed.to_input(), THANKS])


def test_what_is_sent_back_is_a_copy():
    response = typed(reply("response", text="Clear."))
    response.to_input()[1]["content"].clear()
    assert response.output_text == "Clear."


def test_a_response_is_carried_on_from_by_its_id(driver, service):
    first = driver.create()
    service.reply_with(
        lambda request: {**reply("response"), "previous_response_id": request.json["previous_response_id"]}
    )
    second = driver.create(input="And then?", previous_response_id=first.id)
    assert service.requests[-1].json["previous_response_id"] == first.id
    assert second.previous_response_id == first.id
