"""Replies and events as the client decodes them: both shapes read the same, nothing is lost, each problem is named."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acedata_responses import APIStatusError, HTTPResponse, ReplyDecodeError, types
from tests.contract.document import CREATE, EVENTS, LIST_MODELS, MODELS, REPLIES, examples, validator
from tests.contract.strategies import GROWN, data, violations
from tests.replies.recorded import documented_text, sample

SHAPES = {"chat.completion": types.ChatCompletion, "response": types.ResponseObject}
CHAT = json.loads(sample("chat_completion.json"))
RESPONSE = json.loads(sample("response.json"))
TOOLS = json.loads(sample("response_with_tools.json"))

each_shape = pytest.mark.parametrize("shape", SHAPES)
each_sample = pytest.mark.parametrize("data", [CHAT, RESPONSE], ids=SHAPES)
each_schema = pytest.mark.parametrize("name", [*REPLIES, "ModelList", *EVENTS, "ChatCompletionChunk"])


def decode(wire, name, value, **options):
    """The value of a schema as the client decodes it."""
    if name in REPLIES:
        return wire.reply(value, **options)
    return (wire.model_list if name == "ModelList" else wire.event)(value, **options)


@each_schema
@pytest.mark.parametrize("growth", [frozenset(), GROWN], ids=["documented", "grown"])
@given(draw=st.data())
@settings(max_examples=15)
def test_all_data_is_kept_and_new_fields_values_and_variants_are_no_problem(wires, name, growth, draw):
    value = draw.draw(data(name, growth))
    if not growth:
        validator(name).validate(value)
    for wire in wires:
        decoded = decode(wire, name, value, strict=True)
        assert growth or type(decoded).__name__ == name, wire
        assert json.dumps(decoded.to_dict()) == json.dumps(value), wire
        assert decoded.problems == [], wire


def shows_the_variant(name, violation):
    """An event is recognised by its type alone, a reply by its other fields too."""
    return not (name in EVENTS and violation.pointer == "/type")


@each_schema
@given(draw=st.data())
@settings(max_examples=20)
def test_a_missing_field_or_a_value_of_another_type_is_a_problem_and_nothing_is_lost(wires, name, draw):
    violation = draw.draw(violations(name).filter(lambda violation: shows_the_variant(name, violation)))
    for wire in wires:
        decoded = decode(wire, name, violation.data)
        assert json.dumps(decoded.to_dict()) == json.dumps(violation.data), wire
        problems = [(problem.pointer, problem.rule) for problem in decoded.problems]
        assert problems == [(violation.pointer, violation.rule)], wire
        if violation.data.get("status") == "failed":
            continue  # another error comes first
        with pytest.raises(ReplyDecodeError) as refused:
            decode(wire, name, violation.data, strict=True)
        assert refused.value.problems == decoded.problems, wire
        assert refused.value.reply == decoded, wire
        assert violation.pointer in str(refused.value), wire


# Both shapes


@each_shape
def test_both_shapes_read_the_same_with_and_without_streaming(driver, service, shape):
    text = "Grüße von der See. 🌊"
    service.answers(shape=shape, text=text)
    reply = driver.create(model="gpt-4.1")
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == text
        final = stream.final()
    assert stream.partial_text == text
    assert final.http.status_code == stream.http.status_code == 200
    assert stream.http.headers["content-type"] == "text/event-stream"
    for answer in (reply, final):
        assert type(answer) is SHAPES[shape]
        assert answer.object == shape
        assert answer.output_text == text
        assert isinstance(answer.id, str)
        assert isinstance(answer.model, str)
        assert answer.created_at.utcoffset() == timedelta(0)
        assert answer.usage.input_tokens + answer.usage.output_tokens == answer.usage.total_tokens
        assert answer.problems == []
        validator(SHAPES[shape].__name__).validate(answer.to_dict())


@each_shape
def test_final_returns_the_reply_before_during_and_after_iteration(driver, service, shape):
    service.answers(shape=shape, text="one two three")
    with driver.open() as unread, driver.open() as half_read, driver.open() as read:
        next(iter(half_read))
        list(read)
        texts = [stream.final().output_text for stream in (unread, half_read, read)]
        assert texts == ["one two three"] * 3
        assert list(unread) == list(half_read) == list(read) == []


def test_text_deltas_continue_after_the_events_that_were_read(driver, service):
    service.answers(shape="response", text="one two three")
    with driver.open() as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                break
        assert "".join(stream.text_deltas()) == " two three"
        assert stream.final().output_text == "one two three"


def test_the_models_are_listed(driver):
    models = driver.list_models()
    assert type(models) is types.ModelList
    assert {model.id for model in models.data} >= set(MODELS)
    assert models.data[0].created == datetime(1970, 1, 1, tzinfo=timezone.utc)
    assert models.data[0].owned_by == "acedata"
    validator("ModelList").validate(models.to_dict())


@pytest.mark.parametrize("operation", [CREATE, LIST_MODELS], ids=["create", "list"])
def test_the_examples_of_the_document_have_no_problems(wire, operation):
    for example in examples(operation["responses"]["200"]["content"]["application/json"]):
        if operation is LIST_MODELS:
            assert wire.model_list(example, strict=True).to_dict() == example
        else:
            assert wire.reply(example, strict=True).to_dict() == example
            assert wire.reply(example).output_text == documented_text(example)


# The parts of a reply


def test_output_items_have_the_class_of_their_type_and_an_unknown_type_is_kept(wire):
    reply = wire.reply(TOOLS)
    classes = [types.ReasoningItem, types.FunctionCall, types.CustomToolCall, types.Unknown, types.OutputMessage]
    assert [type(item) for item in reply.output] == classes
    _reasoning, function, custom, search, message = reply.output
    assert (function.name, json.loads(function.arguments)) == ("depth_of", {"lake": "Baikal"})
    assert (custom.name, custom.input) == ("query", "SELECT depth FROM lakes")
    assert (search.type, search.action) == ("web_search_call", TOOLS["output"][3]["action"])
    assert type(message.content[0]) is types.RefusalPart
    assert reply.output_text == ""
    assert [type(tool) for tool in reply.tools] == [types.Tool] * 2


def test_a_missing_field_reads_as_none(wire):
    assert wire.reply({key: CHAT[key] for key in CHAT if key != "usage"}).usage is None


def test_the_text_is_that_of_the_choice_with_index_0(wire):
    reply = wire.reply({**CHAT, "choices": CHAT["choices"][::-1]})
    assert [choice.index for choice in reply.choices] == [1, 0]
    assert reply.output_text == CHAT["choices"][0]["message"]["content"]


@each_sample
@pytest.mark.parametrize("content", [None, [], {}, 5, "x"], ids=str)
def test_a_reply_without_text_has_an_empty_text(wire, data, content):
    key = "choices" if "choices" in data else "output"
    assert wire.reply({**data, key: content}).output_text == ""


def test_a_reply_can_be_rebuilt_from_its_data_and_changed(wire):
    reply = wire.reply(RESPONSE)
    again = types.ResponseObject.from_dict(reply.to_dict())
    assert again == reply
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
        (1763892064.123456789, datetime(2025, 11, 23, 10, 1, 4, 123_457, tzinfo=timezone.utc)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)),
    ],
)
@each_sample
def test_a_time_is_an_aware_datetime_and_its_number_is_kept(wire, data, seconds, time):
    key = "created" if data is CHAT else "created_at"
    reply = wire.reply({**data, key: seconds})
    assert reply.created_at == getattr(reply, key) == time
    assert reply.created_at.tzinfo is timezone.utc
    assert json.dumps(reply.to_dict()) == json.dumps({**data, key: seconds})


@pytest.mark.parametrize("seconds", [True, 253402300800, -(10**30), 1e300, float("inf"), float("nan")])
def test_a_value_that_is_no_time_is_kept_as_it_is(wire, seconds):
    reply = wire.reply({**RESPONSE, "created_at": seconds})
    assert repr(reply.created_at) == repr(seconds)
    assert json.dumps(reply.to_dict()) == json.dumps({**RESPONSE, "created_at": seconds})
    assert reply.output_text == documented_text(RESPONSE)


def test_a_changed_time_is_encoded_as_seconds(wire):
    reply = wire.reply(RESPONSE)
    reply.created_at += timedelta(hours=1)
    assert reply.to_dict()["created_at"] == RESPONSE["created_at"] + 3600
    reply.created_at += timedelta(milliseconds=500)
    assert reply.to_dict()["created_at"] == RESPONSE["created_at"] + 3600.5


# The HTTP response


def test_a_reply_has_its_http_response(driver, service):
    reply = driver.create()
    assert isinstance(reply.http, HTTPResponse)
    assert (reply.http.status_code, reply.http.tries, reply.http.method) == (200, 1, "POST")
    assert reply.http.url == f"{service.url}/openai/responses"
    assert reply.http.headers["Content-Type"] == "application/json"
    assert json.loads(reply.http.content) == json.loads(reply.http.text) == reply.to_dict()
    with pytest.raises(AttributeError, match="has no HTTP response; only a whole reply"):
        _ = reply.output[0].http


def test_a_byte_order_mark_and_blanks_around_the_json_are_ignored(wire):
    assert wire.reply(b"\xef\xbb\xbf \r\n\t%s\n\n" % sample("response.json")).to_dict() == RESPONSE


def test_the_last_of_duplicate_keys_counts(wire):
    body = sample("chat_completion.json").replace(b'"model":', b'"model": "first", "model":', 1)
    assert wire.reply(body).to_dict() == CHAT


def test_a_deeply_nested_reply_is_read_and_one_that_is_too_deep_is_kept_on_the_error(wire):
    deep: object = "the end"
    for _ in range(200):
        deep = {"x": [deep]}
    assert wire.reply({**RESPONSE, "metadata": deep}).to_dict()["metadata"] == deep
    for body in (b"[" * 200_000, b'{"object":' * 200_000):
        with pytest.raises(ReplyDecodeError) as unreadable:
            wire.reply(body)
        assert unreadable.value.body == body
        assert len(str(unreadable.value)) < 1000


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b'"text"', b"{}", b"\xff\xfe{\0}\0", b'{"object": "list", "data": []}',
     b'{"object": "response.v2", "id": "x"}', b'{"id": "x"}'],
)  # fmt: skip
def test_a_body_that_is_no_documented_reply_is_kept_on_the_error(wire, body):
    with pytest.raises(ReplyDecodeError) as unreadable:
        wire.reply(body)
    assert unreadable.value.body == unreadable.value.http.content == body
    assert unreadable.value.http.status_code == 200


# Problems


@each_sample
def test_a_reply_without_its_object_field_is_recognised_by_its_other_fields(wire, data):
    for wrong in ({}, {"object": None}, {"object": 5}):
        reply = wire.reply({**{key: value for key, value in data.items() if key != "object"}, **wrong})
        assert type(reply) is SHAPES[data["object"]]
        assert reply.output_text == documented_text(data)
        assert [problem.pointer for problem in reply.problems] == ["/object"]


def test_each_problem_has_what_was_expected_what_was_found_and_its_source(wire):
    changed = {**RESPONSE, "id": 5, "usage": {"input_tokens": "many", "total_tokens": 3}}
    del changed["status"]
    problems = {problem.pointer: problem for problem in wire.reply(changed).problems}
    assert problems.keys() == {"/id", "/status", "/usage/input_tokens", "/usage/output_tokens"}
    assert (problems["/id"].expected, problems["/id"].found, problems["/id"].source) == ("a string", "5", "guide")
    assert str(problems["/status"]) == "/status: expected a value, found nothing [required (guide)]"


@pytest.mark.parametrize(
    "body", [{**CHAT, "success": False}, {**CHAT, "error": {"code": "x"}}], ids=["success", "error"]
)
def test_a_reply_with_a_mark_of_an_error_is_an_error(wire, body):
    with pytest.raises(APIStatusError) as raised:
        wire.reply(body)
    assert (raised.value.status_code, raised.value.body) == (200, body)
