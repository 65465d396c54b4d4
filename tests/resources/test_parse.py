"""`client.responses.parse`: the schema that is sent, the object that is returned, and answers that do not match."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import pickle
import sys
from collections.abc import Callable
from typing import Annotated, Generic, Literal, TypedDict, TypeVar

import attrs
import jsonschema
import msgspec
import pydantic
import pytest
from openai.lib._pydantic import to_strict_json_schema

from acedata_responses import AnswerError, ConfigurationError, RequestValidationError, StreamInterruptedError, testing
from tests.classes import named
from tests.contract.document import REQUEST, assert_documented
from tests.types.conversations import SHAPES, reply

T = TypeVar("T")


class Kind(enum.Enum):
    FAIR = "fair"
    CONCERT = "concert"


@attrs.define
class Place:
    city: str
    street: str | None = None


@attrs.define
class Event:
    """Something that happens."""

    name: str
    day: dt.date
    kind: Kind
    size: Literal[1, 2, 3]
    main: Annotated[Place, msgspec.Meta(description="Where it begins")]
    others: list[Place] = attrs.field(factory=list)
    before: Event | None = None


EVENT = {
    "name": "Spring fair",
    "day": "2027-05-03",
    "kind": "fair",
    "size": 2,
    "main": {"city": "Oslo", "street": None},
    "others": [{"city": "Bergen", "street": "Torget"}],
    "before": None,
}


@dataclasses.dataclass
class AsDataclass:
    name: str
    year: int = 0


@attrs.frozen
class AsAttrs:
    name: str
    year: int = 0


class AsTypedDict(TypedDict):
    name: str
    year: int


class AsStruct(msgspec.Struct):
    name: str
    year: int = 0


class AsPydantic(pydantic.BaseModel):
    name: str
    year: int = 0


@pydantic.dataclasses.dataclass
class AsPydanticDataclass:
    name: str
    year: int = 0


class NoSchema(pydantic.BaseModel):
    action: Callable[[int], int]


class Tree(pydantic.BaseModel):
    label: str
    kind: Literal["oak", "fir"]
    height: float | None
    parts: list[Tree]
    neighbour: Tree | None = None


FAIR = '{"name": "Fair"}'


def parse(driver, class_, **fields):
    return driver.client.responses.parse(class_, **{"model": "gpt-4o", "input": "Find the event.", **fields})


def sent_format(service):
    return service.requests[-1].json["text"]["format"]


def schemas_in(schema):
    """Yield a schema and all schemas within it."""
    if isinstance(schema, dict):
        yield schema
        below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
        for child in [*below, *([schema["items"]] if "items" in schema else [])]:
            yield from schemas_in(child)


# The answer


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("class_", [AsDataclass, AsAttrs, AsTypedDict, AsStruct, AsPydantic, AsPydanticDataclass])
def test_an_answer_is_parsed_into_the_class(driver, service, shape, class_):
    service.answers(shape=shape, text='{"name": "Fair", "year": 2027}')
    for via_stream in (False, True):
        result = parse(driver, class_, via_stream=via_stream)
        assert result.value == class_(name="Fair", year=2027)
        assert result.reply.output_text == '{"name": "Fair", "year": 2027}'
        assert result.reply.usage.total_tokens > 0
        assert service.requests[-1].json.get("stream", False) is via_stream


@pytest.mark.parametrize("shape", SHAPES)
def test_the_answer_of_a_stream_is_parsed_at_its_end(driver, service, shape):
    service.answers(shape=shape, text=json.dumps(EVENT))
    expected = Event("Spring fair", dt.date(2027, 5, 3), Kind.FAIR, 2, Place("Oslo"), [Place("Bergen", "Torget")])
    with parse(driver, Event, stream=True) as stream:
        assert "".join(stream.text_deltas()) == json.dumps(EVENT)
        assert stream.parsed().value == stream.parsed().value == expected
    assert service.requests[0].json["stream"] is True
    with parse(driver, Event, stream=True) as stream:
        assert stream.parsed().value == parse(driver, Event).value == expected


def test_an_answer_is_parsed_from_the_journal_even_if_it_does_not_match(connect, service, path):
    driver = connect(service, journal=path)
    service.answers(text=FAIR)
    first, second = parse(driver, AsAttrs), parse(driver, AsAttrs)
    assert (first.value, first.reply.http.from_journal) == (AsAttrs("Fair"), False)
    assert (second.value, second.reply.http.from_journal) == (AsAttrs("Fair"), True)
    created = driver.create(model="gpt-4o", input="Find the event.", text={"format": sent_format(service)})
    assert created.http.from_journal
    for _ in range(2):
        with pytest.raises(AnswerError) as caught:
            parse(driver, Place, strict=False)
    assert caught.value.reply.http.from_journal
    assert len(service.requests) == 2


# The schema


def test_the_schema_of_the_class_is_sent_where_the_document_says(driver, service):
    service.reply_with(json.dumps(EVENT))
    parse(driver, Event)
    sent = sent_format(service)
    assert sent | {"schema": None} == {"type": "json_schema", "name": "Event", "strict": True, "schema": None}
    jsonschema.Draft202012Validator.check_schema(sent["schema"])
    assert jsonschema.Draft202012Validator(sent["schema"]).is_valid(EVENT)
    assert not jsonschema.Draft202012Validator(sent["schema"]).is_valid({**EVENT, "day": 3})
    assert sent["schema"]["description"] == "Something that happens."
    assert_documented(service.requests[-1].json, "request")


@pytest.mark.parametrize("class_", [Event, AsAttrs, AsTypedDict, AsPydantic, Tree])
def test_a_strict_schema_follows_the_rules_of_openai(driver, service, class_):
    service.reply_with("{}")
    with pytest.raises(AnswerError):
        parse(driver, class_)
    schema = sent_format(service)["schema"]
    assert schema["type"] == "object"
    refers_to_itself = class_ in (Event, Tree)
    assert (class_.__name__ in schema.get("$defs", {})) == refers_to_itself
    for part in schemas_in(schema):
        assert "default" not in part
        if "$ref" in part:
            assert part.keys() == {"$ref"}
        else:
            assert "type" in part or "anyOf" in part
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])
    if class_ is AsPydantic:
        by_openai = to_strict_json_schema(AsPydantic)
        del by_openai["properties"]["year"]["default"]  # not allowed in strict schemas
        assert schema == by_openai


def test_a_recursive_class_is_described_once(driver, service):
    service.reply_with('{"label": "a", "kind": "oak", "height": 1.5, "parts": [], "neighbour": null}')
    assert parse(driver, Tree).value == Tree(label="a", kind="oak", height=1.5, parts=[])
    schema = sent_format(service)["schema"]
    assert schema["properties"]["parts"]["items"] == {"$ref": "#/$defs/Tree"}
    assert schema["$defs"]["Tree"]["properties"] == schema["properties"]


def test_a_schema_that_is_not_strict_is_sent_unchanged(driver, service):
    @dataclasses.dataclass
    class Counts:
        by_word: dict[str, int]
        total: int = 0

    service.reply_with('{"by_word": {"tide": 2}}')
    assert parse(driver, Counts, strict=False).value == Counts({"tide": 2})
    sent = sent_format(service)
    assert sent["strict"] is False
    assert sent["schema"]["required"] == ["by_word"]
    with pytest.raises(ConfigurationError, match=r"Counts has a mapping with arbitrary keys.*strict=False"):
        parse(driver, Counts)


def test_the_name_of_a_generic_class_becomes_a_valid_name(driver, service):
    class Page(pydantic.BaseModel, Generic[T]):
        entries: list[T]

    service.reply_with('{"entries": [1]}')
    assert parse(driver, Page[int]).value.entries == [1]
    assert sent_format(service)["name"] == "Page_int"


@pytest.mark.parametrize(
    "text",
    [
        {"verbosity": "low"},
        named(REQUEST["properties"]["text"])(verbosity="low"),
        {"verbosity": "low", "format": None},
    ],
)
def test_other_fields_are_sent_with_the_schema(driver, service, text):
    service.reply_with(FAIR)
    parse(driver, AsAttrs, text=text, temperature=0.5, extra_body={"seed": 1})
    sent = service.requests[-1].json
    assert (sent["text"]["verbosity"], sent["text"]["format"]["name"]) == ("low", "AsAttrs")
    assert (sent["temperature"], sent["seed"]) == (0.5, 1)


# Requests that are refused


@pytest.mark.parametrize(
    ("class_", "problem"),
    [
        (int, "int is not a class with fields"),
        (list[AsAttrs], "list.* is not a class with fields"),
        (dict[str, int], "dict.* is not a class with fields"),
        (object, "object has no JSON Schema"),
        ("Event", "'Event' has no JSON Schema"),
        (NoSchema, "NoSchema has no JSON Schema"),
    ],
)
def test_a_type_that_is_not_a_class_with_fields_is_refused(driver, service, class_, problem):
    with pytest.raises(ConfigurationError, match=problem):
        parse(driver, class_)
    assert service.requests == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": {"format": {"type": "json_object"}}}, "/text/format/type is made from the class of the answer"),
        ({"extra_body": {"text": {}}}, r"extra_body\['text'\] would override.*nothing was sent.*text= instead"),
        ({"extra_body": {"text": {}}, "stream": True}, r"extra_body\['text'\] would override"),
    ],
)
def test_fields_that_would_replace_the_schema_are_refused(driver, service, fields, problem):
    with pytest.raises(ConfigurationError, match=problem):
        parse(driver, AsAttrs, **fields)
    assert service.requests == []


def test_a_request_that_violates_the_document_is_refused(driver, service):
    with pytest.raises(RequestValidationError) as caught:
        driver.client.responses.parse(AsAttrs, model="gpt-4o", temperature=3, colour="red")
    assert {problem.pointer for problem in caught.value.problems} == {"/input", "/temperature", "/colour"}


def test_all_classes_but_pydantic_models_need_msgspec(driver, service, monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)
    for class_ in (AsDataclass, AsAttrs, AsTypedDict):
        message = r'msgspec, which is not installed: pip install "acedata-responses\[parse\]"'
        with pytest.raises(ConfigurationError, match=message):
            parse(driver, class_)
    assert service.requests == []
    service.reply_with(FAIR)
    assert parse(driver, AsPydantic).value == AsPydantic(name="Fair")


# Answers that do not match


def answer_error(driver, service, class_=AsAttrs):
    """Return the error of a call that is sent once and billed."""
    with pytest.raises(AnswerError) as caught:
        parse(driver, class_)
    assert len(service.requests) == 1
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.tries, error.may_be_billed) == (1, True)
    assert error.reply == caught.value.reply
    return caught.value


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("class_", [AsAttrs, AsPydantic])
@pytest.mark.parametrize("text", ['{"name": 1}', '{"nom": "Fair"}', '["Fair"]', '{"name": "Fa', "The fair."])
def test_text_that_does_not_match_the_class_raises_an_error_with_the_reply(driver, service, shape, class_, text):
    service.reply_with(reply(shape, text=text))
    error = answer_error(driver, service, class_)
    assert (error.reason, error.reply.output_text) == ("mismatch", text)
    assert str(error).startswith(f"the answer is not a valid {class_.__name__}: ")


def test_the_error_names_the_path_of_the_value(driver, service):
    service.reply_with(json.dumps({**EVENT, "others": [{"city": None}]}))
    assert "$.others[0].city" in str(answer_error(driver, service, Event))


@pytest.mark.parametrize("error", [KeyError("name"), RuntimeError("no such fair")])
def test_any_exception_of_the_class_raises_an_error_with_the_reply(driver, service, error):
    @dataclasses.dataclass
    class Picky:
        name: str

        def __post_init__(self):
            raise error

    service.reply_with(reply("response", text=FAIR))
    with pytest.raises(AnswerError) as caught:
        parse(driver, Picky)
    assert caught.value.__cause__ is error
    assert caught.value.reply.output_text == FAIR


@pytest.mark.parametrize("shape", SHAPES)
def test_a_refusal_raises_an_error_with_its_text(driver, service, shape):
    service.reply_with(reply(shape, refusal="I cannot help with that."))
    error = answer_error(driver, service)
    assert (error.reason, error.refusal) == ("refused", "I cannot help with that.")
    assert "I cannot help with that." in str(error)


@pytest.mark.parametrize(
    ("shape", "facts", "status"),
    [
        ("response", {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "incomplete"),
        ("response", {"status": "queued"}, "queued"),
        ("chat.completion", {"finish_reason": "length"}, "length"),
        ("chat.completion", {"finish_reason": "content_filter"}, "content_filter"),
    ],
)
def test_an_incomplete_answer_raises_an_error_even_if_it_matches(driver, service, shape, facts, status):
    service.reply_with(reply(shape, text=FAIR, **facts))
    error = answer_error(driver, service)
    assert error.reason == "incomplete"
    assert f"the reply says '{status}'" in str(error)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_without_text_raises_an_error(driver, service, shape):
    service.reply_with(reply(shape, calls=[("weather", {})]))
    error = answer_error(driver, service)
    assert (error.reason, str(error)) == ("mismatch", "the reply has no text (the reply is in `reply`)")


def test_a_stream_that_does_not_match_or_breaks_off_raises_an_error(driver, service):
    service.reply_with("The fair.", testing.Fault("cut", "event", 6))
    with parse(driver, AsAttrs, stream=True) as stream, pytest.raises(AnswerError) as caught:
        stream.parsed()
    assert caught.value.reply.output_text == "The fair."
    assert caught.value.may_be_billed is True
    with parse(driver, AsAttrs, stream=True) as stream, pytest.raises(StreamInterruptedError):
        stream.parsed()
