"""Answers as objects of one's own classes: what is asked for, what comes back, and what is no such answer."""

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
    """As pydantic has it, without what only its own schemas have."""

    label: str
    kind: Literal["oak", "fir"]
    height: float | None
    parts: list[Tree]
    neighbour: Tree | None = None


def parse(driver, class_, **fields):
    return driver.client.responses.parse(class_, **{"model": "gpt-4o", "input": "Find the event.", **fields})


def format_sent(service):
    return service.requests[-1].json["text"]["format"]


def objects_in(schema):
    """Every schema within a schema."""
    if isinstance(schema, dict):
        yield schema
        below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
        for one in [*below, *([schema["items"]] if "items" in schema else [])]:
            yield from objects_in(one)


# ---- The answer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("class_", [AsDataclass, AsAttrs, AsTypedDict, AsStruct, AsPydantic, AsPydanticDataclass])
def test_an_answer_is_an_object_of_the_class(driver, service, shape, class_):
    service.answers(shape=shape, text='{"name": "Fair", "year": 2027}')
    result = parse(driver, class_)
    assert result.value == class_(name="Fair", year=2027)
    assert result.reply.output_text == '{"name": "Fair", "year": 2027}'
    assert result.reply.usage.total_tokens > 0


def test_an_answer_has_the_types_that_the_class_says(driver, service):
    service.reply_with(json.dumps(EVENT))
    value = parse(driver, Event).value
    assert value == Event("Spring fair", dt.date(2027, 5, 3), Kind.FAIR, 2, Place("Oslo"), [Place("Bergen", "Torget")])


# ---- What is asked for -------------------------------------------------------------------------------------------


def test_the_schema_is_where_the_document_says_and_describes_the_answer(driver, service):
    service.reply_with(json.dumps(EVENT))
    parse(driver, Event)
    sent = format_sent(service)
    assert sent | {"schema": None} == {"type": "json_schema", "name": "Event", "strict": True, "schema": None}
    jsonschema.Draft202012Validator.check_schema(sent["schema"])
    assert jsonschema.Draft202012Validator(sent["schema"]).is_valid(EVENT)
    assert not jsonschema.Draft202012Validator(sent["schema"]).is_valid({**EVENT, "day": 3})
    assert sent["schema"]["description"] == "Something that happens."
    assert_documented(service.requests[-1].json, "request")


@pytest.mark.parametrize("class_", [Event, AsAttrs, AsTypedDict, AsPydantic, Tree])
def test_a_strict_schema_has_what_openai_documents_for_strict_schemas(driver, service, class_):
    service.reply_with("{}")
    with pytest.raises(AnswerError):
        parse(driver, class_)
    schema = format_sent(service)["schema"]
    assert schema["type"] == "object"
    refers_to_itself = class_ in (Event, Tree)
    assert (class_.__name__ in schema.get("$defs", {})) == refers_to_itself
    for one in objects_in(schema):
        assert "default" not in one
        if "$ref" in one:
            assert one.keys() == {"$ref"}
        else:
            assert "type" in one or "anyOf" in one
        if one.get("type") == "object":
            assert one["additionalProperties"] is False
            assert one["required"] == list(one["properties"])


def test_a_strict_schema_is_that_of_the_official_client(driver, service):
    service.reply_with("{}")
    with pytest.raises(AnswerError):
        parse(driver, AsPydantic.model_validate({"name": "x"}).__class__)
    ours = format_sent(service)["schema"]
    theirs = to_strict_json_schema(AsPydantic)
    del theirs["properties"]["year"]["default"]  # which strict schemas must not have, and openai leaves
    assert ours == theirs


def test_a_class_that_holds_itself_is_described_once_and_referred_to(driver, service):
    service.reply_with('{"label": "a", "kind": "oak", "height": 1.5, "parts": [], "neighbour": null}')
    assert parse(driver, Tree).value == Tree(label="a", kind="oak", height=1.5, parts=[])
    schema = format_sent(service)["schema"]
    assert schema["properties"]["parts"]["items"] == {"$ref": "#/$defs/Tree"}
    assert schema["$defs"]["Tree"]["properties"] == schema["properties"]


def test_a_schema_that_is_not_strict_is_sent_as_it_is(driver, service):
    @dataclasses.dataclass
    class Counts:
        by_word: dict[str, int]
        total: int = 0

    service.reply_with('{"by_word": {"tide": 2}}')
    assert parse(driver, Counts, strict=False).value == Counts({"tide": 2})
    sent = format_sent(service)
    assert sent["strict"] is False
    assert sent["schema"]["required"] == ["by_word"]
    with pytest.raises(ConfigurationError, match=r"Counts has a mapping with arbitrary keys.*strict=False"):
        parse(driver, Counts)


def test_the_name_of_a_generic_class_is_made_one_that_the_service_takes(driver, service):
    class Page(pydantic.BaseModel, Generic[T]):
        entries: list[T]

    service.reply_with('{"entries": [1]}')
    assert parse(driver, Page[int]).value.entries == [1]
    assert format_sent(service)["name"] == "Page_int"


TEXT_OPTIONS = named(REQUEST["properties"]["text"])


@pytest.mark.parametrize(
    "text", [{"verbosity": "low"}, TEXT_OPTIONS(verbosity="low"), {"verbosity": "low", "format": None}]
)
def test_other_wishes_for_the_text_are_sent_along(driver, service, text):
    service.reply_with('{"name": "Fair"}')
    parse(driver, AsAttrs, text=text, temperature=0.5)
    sent = service.requests[-1].json
    assert (sent["text"]["verbosity"], sent["text"]["format"]["name"]) == ("low", "AsAttrs")
    assert sent["temperature"] == 0.5


def test_a_form_of_the_text_beside_the_class_is_refused(driver, service):
    with pytest.raises(ConfigurationError, match="/text/format/type is made from the class of the answer"):
        parse(driver, AsAttrs, text={"format": {"type": "json_object"}})
    assert service.requests == []


@pytest.mark.parametrize("stream", [False, True])
def test_further_fields_that_would_override_the_schema_are_refused(driver, service, stream):
    with pytest.raises(
        ConfigurationError, match=r"extra_body\['text'\] would override.*nothing was sent.*text= instead"
    ):
        parse(driver, AsAttrs, extra_body={"text": {"verbosity": "low"}, "seed": 1}, stream=stream)
    assert service.requests == []


def test_other_further_fields_are_sent_beside_the_schema(driver, service):
    service.reply_with('{"name": "Fair"}')
    assert parse(driver, AsAttrs, extra_body={"seed": 1}).value.name == "Fair"
    assert service.requests[-1].json["seed"] == 1
    assert format_sent(service)["name"] == "AsAttrs"


@pytest.mark.parametrize(
    ("class_", "problem"),
    [
        (int, "int is not a class with fields"),
        (list[AsAttrs], "list.* is not a class with fields"),
        (dict[str, int], "dict.* is not a class with fields"),
        (object, "object has no JSON Schema"),
        ("Event", "'Event' has no JSON Schema"),
        (None, "None is not a class with fields"),
        (NoSchema, "NoSchema has no JSON Schema"),
    ],
)
def test_what_is_no_class_with_fields_is_refused_before_anything_is_sent(driver, service, class_, problem):
    with pytest.raises(ConfigurationError, match=problem):
        parse(driver, class_)
    assert service.requests == []


@pytest.mark.parametrize("class_", [AsDataclass, AsAttrs, AsTypedDict])
def test_without_msgspec_the_error_names_the_extra(driver, service, class_, monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)
    with pytest.raises(
        ConfigurationError, match=r'msgspec, which is not installed: pip install "acedata-responses\[parse\]"'
    ):
        parse(driver, class_)
    assert service.requests == []


def test_pydantic_models_need_no_msgspec(driver, service, monkeypatch):
    monkeypatch.setitem(sys.modules, "msgspec", None)
    service.reply_with('{"name": "Fair"}')
    assert parse(driver, AsPydantic).value == AsPydantic(name="Fair")


def test_a_request_that_the_document_forbids_is_refused_as_ever(driver, service):
    with pytest.raises(RequestValidationError) as caught:
        driver.client.responses.parse(AsAttrs, model="gpt-4o", temperature=3, colour="red")
    assert {problem.pointer for problem in caught.value.problems} == {"/input", "/temperature", "/colour"}


# ---- What is no answer -------------------------------------------------------------------------------------------


def refused(driver, service, class_=AsAttrs, **fields):
    """The error for a reply that is there already, which was asked for once."""
    with pytest.raises(AnswerError) as caught:
        parse(driver, class_, **fields)
    assert len(service.requests) == 1
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.tries, error.may_be_billed) == (1, True)
    assert error.reply == caught.value.reply
    return caught.value


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("class_", [AsAttrs, AsPydantic])
@pytest.mark.parametrize("text", ['{"name": 1}', '{"nom": "Fair"}', '["Fair"]', '{"name": "Fa', "The fair."])
def test_text_that_does_not_fit_is_an_error_with_the_paid_reply(driver, service, shape, class_, text):
    service.reply_with(reply(shape, text=text))
    error = refused(driver, service, class_)
    assert (error.reason, error.reply.output_text) == ("mismatch", text)
    assert str(error).startswith(f"the answer is not a valid {class_.__name__}: ")


@pytest.mark.parametrize("error", [KeyError("name"), RuntimeError("no such fair")])
def test_whatever_the_class_raises_the_paid_reply_is_on_the_error(driver, service, error):
    @dataclasses.dataclass
    class Picky:
        name: str

        def __post_init__(self):
            raise error

    service.reply_with(reply("response", text='{"name": "Fair"}'))
    with pytest.raises(AnswerError) as caught:
        parse(driver, Picky)
    assert caught.value.__cause__ is error
    assert caught.value.reply.output_text == '{"name": "Fair"}'


def test_the_error_says_where_the_text_does_not_fit(driver, service):
    service.reply_with(json.dumps({**EVENT, "others": [{"city": None}]}))
    assert "$.others[0].city" in str(refused(driver, service, Event))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_refusal_is_an_error_with_the_words_of_the_model(driver, service, shape):
    service.reply_with(reply(shape, refusal="I cannot help with that."))
    error = refused(driver, service)
    assert (error.reason, error.refusal) == ("refused", "I cannot help with that.")
    assert "I cannot help with that." in str(error)


@pytest.mark.parametrize(
    ("shape", "facts", "word"),
    [
        ("response", {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "incomplete"),
        ("response", {"status": "queued"}, "queued"),
        ("chat.completion", {"finish_reason": "length"}, "length"),
        ("chat.completion", {"finish_reason": "content_filter"}, "content_filter"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error_even_where_it_could_be_read(driver, service, shape, facts, word):
    service.reply_with(reply(shape, text='{"name": "Fair"}', **facts))
    error = refused(driver, service)
    assert error.reason == "incomplete"
    assert f"the reply says '{word}'" in str(error)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_without_text_is_an_error(driver, service, shape):
    service.reply_with(reply(shape, calls=[("weather", {})]))
    error = refused(driver, service)
    assert (error.reason, str(error)) == ("mismatch", "the reply has no text (the reply is in `reply`)")


# ---- Streams and the journal -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_a_streamed_answer_is_an_object_in_the_end(driver, service, shape):
    service.answers(shape=shape, text=json.dumps(EVENT))
    with parse(driver, Event, stream=True) as stream:
        assert "".join(stream.text_deltas()) == json.dumps(EVENT)
        result = stream.parsed()
    assert result.value == parse(driver, Event).value
    assert result.reply.output_text == json.dumps(EVENT)
    assert stream.parsed().value == result.value
    assert service.requests[0].json["stream"] is True


@pytest.mark.parametrize("shape", SHAPES)
def test_a_plain_call_that_is_sent_as_a_stream_gives_an_object_too(driver, service, shape):
    service.answers(shape=shape, text='{"name": "Fair"}')
    assert parse(driver, AsAttrs, via_stream=True).value == AsAttrs("Fair")
    assert service.requests[-1].json["stream"] is True


def test_a_streamed_answer_need_not_be_read_before(driver, service):
    service.answers(text='{"name": "Fair"}')
    with parse(driver, AsAttrs, stream=True) as stream:
        assert stream.parsed().value == AsAttrs("Fair")


def test_a_streamed_answer_that_does_not_fit_is_an_error_with_the_reply(driver, service):
    service.answers(text="The fair.")
    with parse(driver, AsAttrs, stream=True) as stream, pytest.raises(AnswerError) as caught:
        stream.parsed()
    assert caught.value.reply.output_text == "The fair."
    assert caught.value.may_be_billed is True


def test_a_streamed_answer_that_breaks_off_is_a_broken_stream(driver, service):
    service.reply_with(testing.Fault("cut", "event", 6))
    with parse(driver, AsAttrs, stream=True) as stream, pytest.raises(StreamInterruptedError):
        stream.parsed()


def test_an_answer_is_read_again_from_the_journal(connect, service, path):
    driver = connect(service, journal=path)
    service.answers(text='{"name": "Fair"}')
    first, second = parse(driver, AsAttrs), parse(driver, AsAttrs)
    assert (first.value, first.reply.http.from_journal) == (AsAttrs("Fair"), False)
    assert (second.value, second.reply.http.from_journal) == (AsAttrs("Fair"), True)
    by_hand = driver.create(model="gpt-4o", input="Find the event.", text={"format": format_sent(service)})
    assert by_hand.http.from_journal
    assert len(service.requests) == 1


def test_an_answer_that_does_not_fit_is_not_asked_for_again_in_the_next_run(connect, service, path):
    driver = connect(service, journal=path)
    service.reply_with("The fair.")
    for _ in range(2):
        with pytest.raises(AnswerError) as caught:
            parse(driver, AsAttrs)
    assert caught.value.reply.http.from_journal
    assert len(service.requests) == 1
