"""The classes of `types`: construction, data, equality, copies, repr, problems."""

from __future__ import annotations

import copy
import inspect
import io
import json
import pickle
import typing
from datetime import datetime, timezone

import attrs
import pytest

from acedata_responses import Client, testing, types
from tests.classes import class_of, typed
from tests.contract.document import DOCUMENTED, PARTS, SCHEMAS, component
from tests.replies.recorded import sample

RESPONSE = json.loads(sample("response_with_tools.json"))
PART = class_of({"type": "output_text", "text": "Hi"})
NEWER = {"type": "output_text", "text": "Hi", "new": 1}
CALL = {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}"}
INPUT_PART = class_of({"type": "input_text", "text": "Hi"})
MESSAGE = class_of({"type": "message", "role": "user", "content": "Hi"})
MODELS = {name: getattr(types, name) for name in types.__all__ if SCHEMAS.get(name, {}).get("type") == "object"}


def response():
    return typed(copy.deepcopy(RESPONSE))


# One class for each object of the document


def test_there_is_a_class_for_each_object_of_the_document():
    objects = {name for name, schema in SCHEMAS.items() if schema.get("type") == "object"}
    without = {component(DOCUMENTED[what]) for what in ("request", "error")}
    assert objects - PARTS - without == MODELS.keys()


@pytest.mark.parametrize("name", MODELS)
def test_a_class_has_the_documented_fields_with_docstrings_and_annotations(name):
    fields = SCHEMAS[name]["properties"].keys()
    assert set(inspect.signature(MODELS[name]).parameters) - {"further_fields"} == fields
    described = inspect.getdoc(MODELS[name])
    assert all(f"\n    {field}: " in described for field in fields)
    assert fields <= typing.get_type_hints(MODELS[name]).keys()
    attrs.resolve_types(MODELS[name])


@pytest.mark.parametrize("name", MODELS)
def test_required_fields_must_be_given_unless_they_have_a_constant_value(name):
    fields, required = SCHEMAS[name]["properties"], SCHEMAS[name].get("required", [])
    constants = {key: field["const"] for key, field in fields.items() if "const" in field}
    expected = [key for key in required if key not in constants]
    instance = MODELS[name](**dict.fromkeys(expected))
    assert all(getattr(instance, key) in (None, constants.get(key)) for key in fields)
    assert {key: instance.to_dict().get(key) for key in required} == {key: constants.get(key) for key in required}
    for key in expected:
        with pytest.raises(TypeError, match=key):
            MODELS[name](**{other: None for other in expected if other != key})


def test_a_part_of_a_request_accepts_further_fields():
    part = INPUT_PART(text="Hi", detail="low")
    assert part.to_dict() == {"type": "input_text", "text": "Hi", "detail": "low"}
    assert part.detail == "low"
    nested = MESSAGE(role="user", content="Hi", extra=[INPUT_PART(text="Hi")])
    assert nested.to_dict()["extra"] == [{"type": "input_text", "text": "Hi"}]


def test_the_constructor_of_a_part_of_a_reply_accepts_documented_fields_only():
    with pytest.raises(TypeError, match="nonsense"):
        class_of(CALL)(**CALL, nonsense=1)


# Data


def test_the_data_of_an_object_has_the_fields_that_were_given():
    message = MESSAGE(role="user", content=[INPUT_PART(text="Hi")])
    assert message.to_dict() == {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}


def test_fields_that_are_set_are_in_the_data_and_none_is_null():
    reply = response()
    reply.user = "me"
    reply.usage = None
    reply.created_at = datetime(2026, 1, 2, tzinfo=timezone.utc)
    reply.output[0].id = "rs_1"
    reply.output.append(typed(CALL))
    reply.metadata["mine"] = [1]
    data = reply.to_dict()
    assert (data["user"], data["usage"], data["created_at"]) == ("me", None, 1767312000)
    assert data["output"][0] == {**RESPONSE["output"][0], "id": "rs_1"}
    assert data["output"][-1] == CALL
    assert data["metadata"] == {"mine": [1]}
    assert {key: data[key] for key in ("id", "tools", "tool_choice")} == {
        key: RESPONSE[key] for key in ("id", "tools", "tool_choice")
    }


def test_an_unknown_field_cannot_be_set():
    with pytest.raises(AttributeError):
        response().usgae = None


def test_the_data_of_an_object_is_a_copy():
    reply = response()
    data = reply.to_dict()
    data["metadata"]["x"] = 1
    data["tools"].clear()
    data["output"][3]["action"]["query"] = "changed"
    assert reply.to_dict() == RESPONSE


# Equality


def test_objects_are_equal_if_they_have_the_same_class_and_data():
    assert response() == response()
    assert response() != typed({**RESPONSE, "new": 1})
    assert PART(text="a") == PART.from_dict({"type": "output_text", "text": "a"})
    assert INPUT_PART(text="a") != PART(text="a")
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


# Representation


def test_the_repr_shows_the_fields_that_are_set():
    assert repr(PART(text="Hi")) == f"{PART.__name__}(type='output_text', text='Hi')"
    assert repr(PART.from_dict(NEWER)) == f"{PART.__name__}(type='output_text', text='Hi', new=1)"


def test_undocumented_fields_are_attributes_too():
    part = PART.from_dict({**NEWER, "to_dict": 1})
    assert part.new == 1
    with pytest.raises(AttributeError, match=f"'{PART.__name__}' object has no attribute 'newer'"):
        _ = part.newer
    assert part.to_dict()["to_dict"] == 1


def test_rich_shows_the_repr():
    Console = pytest.importorskip("rich.console").Console  # noqa: N806 - a class

    console = Console(width=200, file=io.StringIO())
    console.print(PART.from_dict(NEWER))
    assert console.file.getvalue() == f"{PART.from_dict(NEWER)!r}\n"


def test_attrs_knows_the_fields():
    assert attrs.asdict(PART(text="Hi")) == {"type": "output_text", "annotations": None, "text": "Hi"}


def test_an_object_can_be_converted_to_json_text():
    reply = response()
    assert json.loads(reply.to_json()) == RESPONSE
    assert reply.to_json(indent=1).count("\n") > 50
    cut = PART(text="half of an emoji: \ud83c")
    assert json.loads(cut.to_json().encode()) == cut.to_dict()


def test_an_unknown_object_shows_its_data_and_has_its_fields_as_attributes():
    unknown = response().output[3]
    assert repr(unknown) == f"Unknown({RESPONSE['output'][3]!r})"
    assert unknown.action == {"type": "search", "query": "deepest lake"}
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = unknown.nonsense
    assert not hasattr(unknown, "_private")


def test_an_object_that_was_constructed_has_no_http_response():
    with pytest.raises(AttributeError, match=type(response()).__name__):
        _ = response().http


# Problems


def test_the_problems_of_an_object_are_those_of_its_current_data():
    reply = response()
    assert reply.problems == []
    reply.id = None
    assert [problem.pointer for problem in reply.problems] == ["/id"]
    reply.id = "resp_1"
    assert reply.problems == []
    (problem,) = PART(type="output_text", text=5).problems
    assert str(problem).startswith("/text: expected a string, found 5 [type")
