"""The classes of `types` as objects: made, changed, compared, shown, copied."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
from datetime import datetime, timezone

import pytest

from acedata_responses import Client, testing, types
from tests.contract.document import SCHEMAS
from tests.replies.recorded import sample

RESPONSE = json.loads(sample("response_with_tools.json"))
MODELS = {
    name: getattr(types, name) for name in types.__all__ if SCHEMAS.get(name, {}).get("type") == "object"
}


def response():
    return types.ResponseObject.from_dict(copy.deepcopy(RESPONSE))


# One class for each object of the document


def test_there_is_a_class_for_each_object_of_the_document():
    objects = {name for name, schema in SCHEMAS.items() if schema.get("type") == "object"}
    assert objects - {"CreateResponseRequest", "ErrorReply"} == MODELS.keys()


@pytest.mark.parametrize("name", MODELS)
def test_a_class_has_each_field_of_the_document_with_a_docstring_for_it(name):
    fields = SCHEMAS[name]["properties"]
    assert set(inspect.signature(MODELS[name]).parameters) == fields.keys()
    described = inspect.getdoc(MODELS[name])
    assert all(f"\n    {field}: " in described for field in fields)


@pytest.mark.parametrize("name", MODELS)
def test_only_what_the_document_requires_must_be_given(name):
    required = dict.fromkeys(SCHEMAS[name].get("required", []))
    made = MODELS[name](**required)
    assert all(getattr(made, field) is None for field in SCHEMAS[name]["properties"])
    for key in required:
        with pytest.raises(TypeError, match=key):
            MODELS[name](**{other: None for other in required if other != key})
    with pytest.raises(TypeError, match="nonsense"):
        MODELS[name](**required, nonsense=1)


# Data out of objects


def test_an_object_gives_what_it_was_made_of_and_leaves_out_what_was_not_given():
    message = types.InputMessage(role="user", content=[types.InputTextPart(type="input_text", text="Hi")])
    assert message.to_dict() == {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}


def test_what_is_set_is_in_the_data_and_what_is_set_to_none_is_null():
    reply = response()
    reply.user = "me"
    reply.usage = None
    reply.created_at = datetime(2026, 1, 2, tzinfo=timezone.utc)
    reply.output[0].id = "rs_1"
    reply.output.append(types.FunctionCall(type="function_call", call_id="c", name="n", arguments="{}"))
    reply.metadata["mine"] = [1]
    data = reply.to_dict()
    assert (data["user"], data["usage"], data["created_at"]) == ("me", None, 1767312000)
    assert data["output"][0] == {**RESPONSE["output"][0], "id": "rs_1"}
    assert data["output"][-1] == {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
    assert data["metadata"] == {"mine": [1]}
    assert {key: data[key] for key in ("id", "tools", "tool_choice")} == {
        key: RESPONSE[key] for key in ("id", "tools", "tool_choice")
    }


def test_a_name_that_is_no_field_cannot_be_set():
    with pytest.raises(AttributeError):
        response().usgae = None


def test_the_data_that_is_given_out_is_the_callers_own():
    reply = response()
    data = reply.to_dict()
    data["metadata"]["x"] = 1
    data["tools"].clear()
    data["output"][3]["action"]["query"] = "changed"
    assert reply.to_dict() == RESPONSE


# Equality


def test_objects_are_equal_when_they_are_of_one_class_and_give_the_same_data():
    assert response() == response()
    assert response() != types.ResponseObject.from_dict({**RESPONSE, "new": 1})
    assert types.OutputTextPart(type="output_text", text="a") == types.OutputTextPart.from_dict(
        {"type": "output_text", "text": "a"}
    )
    assert types.InputTextPart(type="input_text", text="a") != types.OutputTextPart(
        type="output_text", text="a"
    )
    assert response() != RESPONSE
    with pytest.raises(TypeError, match="unhashable"):
        hash(response())


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_objects_are_copied_and_pickled(duplicate):
    service = testing.transport()
    service.reply_with(testing.Answer(body=sample("response_with_tools.json")))
    reply = Client(testing.TOKEN, transport=service).responses.create(model="gpt-4o", input="Hello")
    twin = duplicate(reply)
    assert twin == reply
    assert twin.to_dict() == RESPONSE
    assert type(twin.output[3]) is types.Unknown
    assert twin.http.content == reply.http.content
    assert twin.output[3].action == RESPONSE["output"][3]["action"]


# What is shown


def test_an_object_shows_its_fields_that_are_set():
    part = types.OutputTextPart(type="output_text", text="Hi")
    assert repr(part) == "OutputTextPart(type='output_text', text='Hi')"
    assert repr(types.OutputTextPart.from_dict({"type": "output_text", "text": "Hi", "new": 1})) == repr(part)


def test_an_unknown_object_shows_all_it_has_and_gives_its_fields_as_attributes():
    unknown = response().output[3]
    assert repr(unknown) == f"Unknown({RESPONSE['output'][3]!r})"
    assert unknown.action == {"type": "search", "query": "deepest lake"}
    with pytest.raises(AttributeError, match="no field 'nonsense'"):
        _ = unknown.nonsense
    assert not hasattr(unknown, "_private")


def test_an_object_that_was_made_by_hand_has_no_answer_behind_it():
    with pytest.raises(AttributeError, match="ResponseObject"):
        _ = response().http


# Problems


def test_an_object_that_was_made_by_hand_can_be_checked_too():
    assert response().problems == []
    part = types.OutputTextPart(type="output_text", text=5)  # type: ignore[arg-type]
    (problem,) = part.problems
    assert (problem.pointer, problem.rule, problem.expected, problem.found) == (
        "/text",
        "type",
        "a string",
        "5",
    )


def test_problems_are_looked_for_when_they_are_asked_for():
    reply = response()
    reply.id = None
    assert [problem.pointer for problem in reply.problems] == ["/id"]
    reply.id = "resp_1"
    assert reply.problems == []
