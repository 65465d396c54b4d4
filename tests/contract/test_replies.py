"""What the client makes of a reply: the same words for both shapes, and nothing lost of what is odd."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from acedata_responses import APIStatusError, HTTPResponse, ReplyDecodeError, types
from tests.contract.document import CREATE, LIST_MODELS, MODELS, examples, validator
from tests.replies.recorded import documented_text, sample

SHAPES = {"chat.completion": types.ChatCompletion, "response": types.ResponseObject}
CHAT = json.loads(sample("chat_completion.json"))
RESPONSE = json.loads(sample("response.json"))
TOOLS = json.loads(sample("response_with_tools.json"))
WHEN = {"chat.completion": "created", "response": "created_at"}


@pytest.mark.parametrize("shape", SHAPES)
def test_both_shapes_read_the_same(driver, service, shape):
    service.answers(shape=shape, text="Grüße 😀")
    reply = driver.create(model="gpt-4.1")
    assert type(reply) is SHAPES[shape]
    assert reply.object == shape
    assert reply.output_text == "Grüße 😀"
    assert isinstance(reply.id, str)
    assert isinstance(reply.model, str)
    assert reply.created_at.utcoffset() == timedelta(0)
    assert reply.usage.input_tokens + reply.usage.output_tokens == reply.usage.total_tokens
    assert reply.problems == []
    validator(SHAPES[shape].__name__).validate(reply.to_dict())


@pytest.mark.parametrize("shape", SHAPES)
def test_streams_of_both_shapes_read_the_same(driver, service, shape):
    service.answers(shape=shape, text="Twice a day. 🌊")
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == "Twice a day. 🌊"
        assert stream.partial_text == "Twice a day. 🌊"
        final = stream.final()
    assert type(final) is SHAPES[shape]
    assert final.output_text == "Twice a day. 🌊"
    assert final.created_at.utcoffset() == timedelta(0)
    assert final.usage.total_tokens == final.usage.input_tokens + final.usage.output_tokens
    assert final.problems == []
    assert final.http.status_code == stream.http.status_code == 200
    assert stream.http.headers["content-type"] == "text/event-stream"
    validator(SHAPES[shape].__name__).validate(final.to_dict())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_whole_reply_can_be_had_before_while_and_after_iterating(driver, service, shape):
    service.answers(shape=shape, text="one two three")
    with driver.open() as at_once, driver.open() as half_way, driver.open() as in_the_end:
        next(iter(half_way))
        list(in_the_end)
        texts = [stream.final().output_text for stream in (at_once, half_way, in_the_end)]
        assert texts == ["one two three"] * 3
        assert list(at_once) == list(half_way) == list(in_the_end) == []


def test_the_text_goes_on_where_the_events_left_off(driver, service):
    service.answers(shape="response", text="one two three")
    with driver.open() as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                break
        assert "".join(stream.text_deltas()) == " two three"
        assert stream.final().output_text == "one two three"


def test_the_models_are_listed(driver):
    listed = driver.list_models()
    assert type(listed) is types.ModelList
    assert {model.id for model in listed.data} >= set(MODELS)
    assert listed.data[0].created == datetime(1970, 1, 1, tzinfo=timezone.utc)
    assert listed.data[0].owned_by == "acedata"
    assert listed.problems == []
    validator("ModelList").validate(listed.to_dict())


@pytest.mark.parametrize("example", examples(CREATE["responses"]["200"]["content"]["application/json"]), ids=SHAPES)
def test_the_examples_of_the_document_are_read_without_a_problem(wire, example):
    reply = wire.reply(example, strict=True)
    assert reply.to_dict() == example
    assert reply.output_text == documented_text(example)


def test_the_example_of_a_model_list_is_read_without_a_problem(wire):
    (example,) = examples(LIST_MODELS["responses"]["200"]["content"]["application/json"])
    assert wire.model_list(example, strict=True).to_dict() == example


# Typed parts


def test_the_items_of_an_output_are_told_apart_and_one_of_an_unknown_kind_is_kept(wire):
    reply = wire.reply(TOOLS)
    kinds = [types.ReasoningItem, types.FunctionCall, types.CustomToolCall, types.Unknown, types.OutputMessage]
    assert [type(item) for item in reply.output] == kinds
    _thought, function, custom, search, message = reply.output
    assert (function.name, json.loads(function.arguments)) == ("depth_of", {"lake": "Baikal"})
    assert (custom.name, custom.input) == ("query", "SELECT depth FROM lakes")
    assert (search.type, search.action) == ("web_search_call", TOOLS["output"][3]["action"])
    assert type(message.content[0]) is types.RefusalPart
    assert reply.output_text == ""
    assert [type(tool) for tool in reply.tools] == [types.Tool] * 2


def test_an_unknown_field_is_kept_and_a_field_that_is_not_there_reads_as_none(wire):
    listed = wire.model_list(json.loads(sample("models.json")))
    assert listed.data[1].to_dict()["context_window"] == 400_000
    reply = wire.reply({**CHAT, "usage": {**CHAT["usage"]}})
    assert reply.usage.to_dict()["completion_tokens_details"] == {"reasoning_tokens": 0}
    assert wire.reply({key: CHAT[key] for key in CHAT if key != "usage"}).usage is None


def test_several_answers_are_there_and_the_text_is_that_of_the_first(wire):
    reply = wire.reply({**CHAT, "choices": CHAT["choices"][::-1]})
    assert [choice.index for choice in reply.choices] == [1, 0]
    assert reply.output_text == CHAT["choices"][0]["message"]["content"]


@pytest.mark.parametrize("data", [CHAT, RESPONSE], ids=SHAPES)
@pytest.mark.parametrize("content", [None, [], {}, 5, "x"], ids=str)
def test_a_reply_without_a_text_has_an_empty_one(wire, data, content):
    key = "choices" if "choices" in data else "output"
    assert wire.reply({**data, key: content}).output_text == ""


def test_a_reply_can_be_changed_copied_and_made_again(wire):
    reply = wire.reply(RESPONSE)
    again = types.ResponseObject.from_dict(reply.to_dict())
    assert again == reply
    assert again is not reply
    again.metadata = {"mine": True}
    assert again != reply
    assert again.to_dict() == {**RESPONSE, "metadata": {"mine": True}}
    assert reply.to_dict() == RESPONSE


# Times


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (0, datetime(1970, 1, 1, tzinfo=timezone.utc)),
        (1763892064, datetime(2025, 11, 23, 10, 1, 4, tzinfo=timezone.utc)),
        (1763892064.0, datetime(2025, 11, 23, 10, 1, 4, tzinfo=timezone.utc)),
        (1763892064.25, datetime(2025, 11, 23, 10, 1, 4, 250_000, tzinfo=timezone.utc)),
        (1763892064.123456789, datetime(2025, 11, 23, 10, 1, 4, 123_457, tzinfo=timezone.utc)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
    ],
)
@pytest.mark.parametrize("data", [CHAT, RESPONSE], ids=SHAPES)
def test_a_time_is_an_aware_one_and_goes_back_as_it_came(wire, data, seconds, time):
    key = WHEN[data["object"]]
    reply = wire.reply({**data, key: seconds})
    assert reply.created_at == getattr(reply, key) == time
    assert reply.created_at.tzinfo is timezone.utc
    assert json.dumps(reply.to_dict()) == json.dumps({**data, key: seconds})


@pytest.mark.parametrize("seconds", [253402300800, 10**30, -(10**30), 1e300, float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_no_time_stays_a_number(wire, seconds):
    reply = wire.reply({**RESPONSE, "created_at": seconds})
    assert repr(reply.created_at) == repr(seconds)
    assert json.dumps(reply.to_dict()) == json.dumps({**RESPONSE, "created_at": seconds})
    assert reply.output_text == documented_text(RESPONSE)


@pytest.mark.parametrize("value", [None, True, False, "1763892064", [], {"seconds": 1}], ids=str)
def test_what_is_no_number_is_no_time_but_a_problem(wire, value):
    reply = wire.reply({**RESPONSE, "created_at": value})
    assert reply.created_at == value
    assert json.dumps(reply.to_dict()) == json.dumps({**RESPONSE, "created_at": value})
    assert [(problem.pointer, problem.rule) for problem in reply.problems] == [("/created_at", "type")]


def test_a_time_that_was_set_is_written_as_seconds(wire):
    reply = wire.reply(RESPONSE)
    reply.created_at += timedelta(hours=1)
    assert reply.to_dict()["created_at"] == RESPONSE["created_at"] + 3600
    reply.created_at += timedelta(milliseconds=500)
    assert reply.to_dict()["created_at"] == RESPONSE["created_at"] + 3600.5


# The answer below


def test_status_headers_and_bytes_of_a_reply_are_within_reach(driver, service):
    reply = driver.create()
    assert isinstance(reply.http, HTTPResponse)
    assert (reply.http.status_code, reply.http.tries, reply.http.method) == (200, 1, "POST")
    assert reply.http.url == f"{service.url}/openai/responses"
    assert reply.http.headers["Content-Type"] == "application/json"
    assert json.loads(reply.http.content) == json.loads(reply.http.text) == reply.to_dict()
    with pytest.raises(AttributeError, match="has no HTTP response; only a whole reply"):
        _ = reply.output[0].http


@pytest.mark.parametrize(
    "around", [b"\xef\xbb\xbf%s", b" \r\n\t%s\n\n", b"\xef\xbb\xbf\n%s"], ids=["bom", "blanks", "both"]
)
def test_what_stands_around_the_json_is_passed_over(wire, around):
    assert wire.reply(around % sample("response.json")).to_dict() == RESPONSE


def test_of_a_key_that_comes_twice_the_last_counts_as_for_json_itself(wire):
    body = sample("chat_completion.json").replace(b'"model":', b'"model": "first", "model":', 1)
    assert wire.reply(body).to_dict() == json.loads(body) == CHAT


def test_a_reply_that_is_nested_deeply_is_read(wire):
    deep: object = "down here"
    for _ in range(200):
        deep = {"x": [deep]}
    assert wire.reply({**RESPONSE, "metadata": deep}).to_dict()["metadata"] == deep


@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"object":' * 200_000], ids=["lists", "objects"])
def test_a_reply_that_is_nested_beyond_reading_is_an_error_that_keeps_it(wire, deep):
    with pytest.raises(ReplyDecodeError) as unreadable:
        wire.reply(deep)
    assert unreadable.value.body == deep
    assert len(str(unreadable.value)) < 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"{}",
        b"{",
        b"\xff\xfe{\0}\0",
        b'{"object": "list", "data": []}',
        b"<html>no</html>",
        b'{"object": "response.v2", "id": "x"}',
        b'{"id": "x"}',
    ],
)
def test_what_is_no_documented_reply_is_an_error_that_keeps_it(wire, body):
    with pytest.raises(ReplyDecodeError) as unreadable:
        wire.reply(body)
    assert unreadable.value.body == unreadable.value.http.content == body
    assert unreadable.value.http.status_code == 200


# Departures


@pytest.mark.parametrize("data", [CHAT, RESPONSE], ids=SHAPES)
def test_a_reply_that_does_not_say_its_shape_is_known_by_its_fields(wire, data):
    for odd in ({}, {"object": None}, {"object": 5}):
        reply = wire.reply({**{key: value for key, value in data.items() if key != "object"}, **odd})
        assert type(reply) is SHAPES[data["object"]]
        assert reply.output_text == documented_text(data)
        assert [problem.pointer for problem in reply.problems] == ["/object"]


def test_every_departure_is_named_with_what_was_expected_and_what_was_found(wire):
    odd = {
        **RESPONSE,
        "id": 5,
        "usage": {"input_tokens": "many", "total_tokens": 3},
        "output": [{"type": "message", "role": "assistant"}],
    }
    del odd["status"]
    problems = {problem.pointer: problem for problem in wire.reply(odd).problems}
    assert {pointer: problem.rule for pointer, problem in problems.items()} == {
        "/id": "type",
        "/status": "required",
        "/usage/input_tokens": "type",
        "/usage/output_tokens": "required",
        "/output/0/content": "required",
    }
    assert (problems["/id"].expected, problems["/id"].found, problems["/id"].source) == ("a string", "5", "guide")
    assert str(problems["/status"]) == "/status: expected a value, found nothing [required (guide)]"


def test_a_strict_client_refuses_a_departure_and_has_the_reply_on_its_error(wire):
    odd = {**RESPONSE, "model": None}
    with pytest.raises(ReplyDecodeError) as refused:
        wire.reply(odd, strict=True)
    assert refused.value.reply.to_dict() == odd
    assert refused.value.reply.output_text == documented_text(RESPONSE)
    assert [problem.pointer for problem in refused.value.problems] == ["/model"]
    assert "/model" in str(refused.value)
    assert json.loads(refused.value.body) == odd


# Replies that are none


@pytest.mark.parametrize(
    "body",
    [
        json.loads(sample("error.json")),
        {"success": False},
        {**CHAT, "success": False},
        {**CHAT, "error": {"code": "x"}},
    ],
)
def test_an_error_body_under_success_is_an_error(wire, body):
    with pytest.raises(APIStatusError) as raised:
        wire.reply(body)
    assert raised.value.status_code == 200
    assert raised.value.body == body
