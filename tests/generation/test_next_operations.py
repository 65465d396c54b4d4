"""What the next operation of a document may bring: each thing works as the document says, or is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from operator import attrgetter
from os import PathLike
from types import ModuleType
from typing import Any, get_type_hints

import httpx
import pytest

from tests.clock import SkippingClock
from tests.generation.small_document import (
    BODY,
    FIELD,
    NEW,
    OPERATION,
    PART,
    REF,
    REPLY,
    SCHEMAS,
    TEXT,
    an_object,
    answer,
    operation,
    parameter,
    union,
)
from tests.generation.workshop import GONE, SMALL, Workshop, changed, load, part, unload

pytestmark = pytest.mark.generation

PACKAGE = "next_operations"
BEARER = {"/components/securitySchemes/bearer": {"type": "http", "scheme": "bearer"}}

Make = Callable[[dict[str, Any]], ModuleType]


@pytest.fixture
def make(workshop: Workshop) -> Iterator[Make]:
    """Generates and imports the package of the small document with some changes."""
    yield lambda changes: load(workshop.make(changed(SMALL, changes)), PACKAGE)
    unload(PACKAGE)


class Service:
    """Answers each request in turn: a response, or an exception of the transport."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers.pop(0) if self.answers else {"name": "x"}
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)


def client_of(package: ModuleType, service: Service, **options: Any) -> Any:
    """A client of a package in front of a service."""
    return package.Client(
        base_url="https://small.test", transport=httpx.MockTransport(service), clock=SkippingClock(), **options
    )


def sent(package: ModuleType, **fields: Any) -> Any:
    """The body that a call sends."""
    service = Service()
    client_of(package, service).things.make(id="1", name="x", **fields)
    return json.loads(service.requests[0].content)


def refused(workshop: Workshop, changes: dict[str, Any]) -> str:
    """What is said of a document that is refused."""
    workshop.write(changed(SMALL, changes))
    outcome = workshop.run()
    assert outcome.code == 2, outcome.out
    return outcome.err


# Names


def test_a_field_of_a_reply_may_be_called_self(make: Make) -> None:
    package = make({f"{PART}/properties/self": TEXT, REPLY: answer(REF)})
    reply = client_of(package, Service({"size": 1, "self": "/parts/1"})).things.make(id="1", name="x")
    assert reply.self_ == "/parts/1"
    assert reply.to_dict() == {"size": 1, "self": "/parts/1"}


def test_a_field_that_is_named_like_an_argument_is_given_another_name(make: Make, workshop: Workshop) -> None:
    keys = ["timeout", "deadline", "extra_body"]
    message = refused(workshop, {f"{NEW}/properties/{key}": {"type": "integer"} for key in keys})
    assert message.count("with `x-python-name`.") == len(keys)
    fields = {f"{NEW}/properties/{key}": {"type": "integer", "x-python-name": f"the_{key}"} for key in keys}
    package = make(fields)
    assert sent(package, **{f"the_{key}": 3 for key in keys}) == {"name": "x", **dict.fromkeys(keys, 3)}


def test_a_field_that_is_named_like_an_attribute_is_given_another_name(make: Make) -> None:
    package = make({f"{PART}/properties/http": {**TEXT, "x-python-name": "scheme"}, REPLY: answer(REF)})
    reply = client_of(package, Service({"size": 1, "http": "a"})).things.make(id="1", name="x")
    assert reply.scheme == "a"
    assert reply.http.status_code == 200
    assert part(package, "types").Part(size=1, scheme="b").to_dict() == {"size": 1, "http": "b"}


def test_words_of_the_code_are_free_for_fields(make: Make) -> None:
    taken = ["super", "property", "classmethod", "str", "dict"]
    keys = [*taken, "further", "kwargs", "data", "get", "cls", "new"]
    it = an_object(*keys)
    package = make({f"{NEW}/properties/it": it, FIELD: it})
    types = part(package, "types")
    values = {key: f"of {key}" for key in keys}
    arguments = {f"{key}_" if key in taken else key: value for key, value in values.items()}
    assert sent(package, it=types.NewThingIt(**arguments, more="y"))["it"] == {**values, "more": "y"}
    read = types.Thing.from_dict({"name": "x", "it": values}).it
    assert {name: getattr(read, name) for name in arguments} == arguments


def test_a_parameter_is_given_another_name(make: Make) -> None:
    package = make({f"{OPERATION}/parameters/1": parameter("timeout", **{"x-python-name": "patience"})})
    service = Service()
    client_of(package, service).things.make(id="1", name="x", patience="long")
    assert service.requests[0].url.query == b"timeout=long"


def test_fields_that_differ_in_capitals_or_signs_are_told_apart(make: Make) -> None:
    counts = {"+1": {"type": "integer"}, "-1": {"type": "integer", "x-python-name": "minus_one"}}
    package = make({f"{PART}/properties/id": TEXT, f"{PART}/properties/ID": TEXT, FIELD: an_object(**counts)})
    types = part(package, "types")
    assert types.Part(size=1, id="a", ID="b").to_dict() == {"size": 1, "id": "a", "ID": "b"}
    assert types.ThingIt.from_dict({"+1": 3, "-1": 4}).field_1 == 3
    assert types.ThingIt.from_dict({"+1": 3, "-1": 4}).minus_one == 4


def test_a_schema_may_end_in_error(make: Make) -> None:
    package = make({f"{SCHEMAS}/QuotaError": an_object("a"), FIELD: {"$ref": "#/components/schemas/QuotaError"}})
    assert part(package, "types").QuotaError(a="x").a == "x"


def test_a_schema_whose_name_is_taken_gets_an_underscore(make: Make) -> None:
    """As the generator does for names of Python's own."""
    names = ["Model", "Mapping", "Unknown", "StreamError", "Warning"]
    fields = {name.lower(): {"$ref": f"#/components/schemas/{name}"} for name in names}
    schemas = {f"{SCHEMAS}/{name}": an_object(f"of_{name.lower()}") for name in names}
    package = make({**schemas, FIELD: an_object(**fields)})
    types = part(package, "types")
    data = {name.lower(): {f"of_{name.lower()}": "y"} for name in names}
    it = types.Thing.from_dict({"name": "x", "it": data}).it
    assert [type(getattr(it, name)) for name in data] == [getattr(types, f"{name}_") for name in names]
    assert it.problems == []


def test_a_tag_with_dots_is_a_resource_in_a_resource(make: Make) -> None:
    package = make(
        {
            f"{OPERATION}/tags": ["chat.completions"],
            f"{OPERATION}/operationId": "chat.completions.create",
            "/paths/~1chats/get": operation(operationId="chat.list", tags=["chat"]),
        }
    )
    service = Service({"name": "x"}, httpx.Response(204))
    client = client_of(package, service)
    client.chat.completions.create(id="1", name="x")
    client.chat.list()
    assert [request.url.path for request in service.requests] == ["/things/1", "/chats"]
    assert client.chat.completions is client.chat.completions


@pytest.mark.parametrize("tag", ["journal", "hooks", "observations", "journal.hooks"])
def test_a_tag_may_be_named_like_a_module_of_the_client(make: Make, tag: str) -> None:
    package = make({f"{OPERATION}/tags": [tag], f"{OPERATION}/operationId": f"{tag}.make"})
    first, *rest = tag.split(".")
    hints = get_type_hints(package.Client.__init__)
    assert hints["journal"] == part(package, "journal").Journal | str | PathLike[str] | None
    assert hints["observations"] == part(package, "observations").Observations | None
    holder = package.Client
    for name in (first, *rest):
        holder = get_type_hints(vars(holder)[name].func)["return"]
    assert holder.__module__ == f"{PACKAGE}.resources.{tag.replace('.', '_')}"
    service = Service()
    attrgetter(tag)(client_of(package, service)).make(id="1", name="x")
    assert [request.url.path for request in service.requests] == ["/things/1"]


# Values


def test_a_component_that_only_refers_to_another_is_checked(make: Make) -> None:
    package = make(
        {
            f"{SCHEMAS}/Alias": {"$ref": "#/components/schemas/NewThing"},
            f"{BODY}/content/application~1json/schema": {"$ref": "#/components/schemas/Alias"},
        }
    )
    with pytest.raises(package.RequestValidationError, match="/name: expected a string"):
        client_of(package, Service()).things.make(id="1", name=5)


def test_a_value_that_fits_two_members_of_one_of_is_not_sent(make: Make) -> None:
    package = make({f"{NEW}/properties/count": {"oneOf": [{"type": "number"}, {"type": "integer"}]}})
    assert sent(package, count=1.5) == {"name": "x", "count": 1.5}
    with pytest.raises(
        package.RequestValidationError, match="/count: expected a value that matches exactly one schema"
    ):
        sent(package, count=1)


@pytest.mark.parametrize(("word", "both"), [("anyOf", True), ("oneOf", False)])
def test_a_union_beside_fields_says_which_belong_together(make: Make, word: str, both: bool) -> None:
    fields = an_object("url", "data", required=False)
    image = {**fields, word: [{"required": ["url"]}, {"required": ["data"]}]}
    package = make({f"{NEW}/properties/image": image, FIELD: image})
    types = part(package, "types")
    assert sent(package, image=types.NewThingImage(data="x")) == {"name": "x", "image": {"data": "x"}}
    for wrong in [{}, {"url": 1}] + ([] if both else [{"url": "x", "data": "y"}]):
        with pytest.raises(package.RequestValidationError, match="/image"):
            sent(package, image=wrong)
    it = types.Thing.from_dict({"name": "x", "it": {"url": "y"}}).it
    assert (it, it.problems) == (types.ThingIt(url="y"), [])
    replies, schemas = part(package, "testing._replies"), part(package, "_document.schemas").SCHEMAS
    assert set(replies.minimal(schemas["ThingIt"], schemas)) == {"url"}


def test_the_rules_of_an_open_enum_are_for_other_values_only(make: Make) -> None:
    model = {"anyOf": [{**TEXT, "enum": ["a"]}, {**TEXT, "pattern": "^ft:"}], "maxLength": 5}
    package = make({f"{NEW}/properties/model": model})
    assert sent(package, model="a") == {"name": "x", "model": "a"}
    assert sent(package, model="ft:b") == {"name": "x", "model": "ft:b"}
    for wrong in ("b", "ft:too-long"):
        with pytest.raises(package.RequestValidationError, match="/model: "):
            sent(package, model=wrong)


def test_a_path_parameter_is_never_empty(make: Make) -> None:
    schemas = {
        "by_reference": {"$ref": "#/components/schemas/Id"},
        "open": {"anyOf": [{**TEXT, "enum": ["a"]}, TEXT]},
        "either": {"anyOf": [TEXT, {"type": "integer"}]},
    }
    changes: dict[str, Any] = {f"{SCHEMAS}/Id": TEXT}
    for name, schema in schemas.items():
        parameters = [parameter(name, "path", required=True, schema=schema)]
        one = operation(operationId=f"things.{name}", parameters=parameters)
        changes[f"/paths/~1{name}~1{{{name}}}/delete"] = one
    package = make(changes)
    for name in schemas:
        with pytest.raises(package.RequestValidationError, match=f"/{name}: "):
            getattr(client_of(package, Service()).things, name)(**{name: ""})


def test_fields_of_all_of_are_those_of_one_object(make: Make) -> None:
    package = make(
        {
            f"{SCHEMAS}/Base": {**an_object("kind"), "x-aliases": {}},
            f"{NEW}/properties/it": {
                "allOf": [{"$ref": "#/components/schemas/Base"}],
                "required": ["size"],
                "properties": {"size": {"type": "integer", "minimum": 1}},
            },
        }
    )
    it = part(package, "types").NewThingIt(kind="a", size=1)
    assert sent(package, it=it) == {"name": "x", "it": {"kind": "a", "size": 1}}
    for wrong in ({"size": 1}, {"kind": "a"}, {"kind": "a", "size": 0}):
        with pytest.raises(package.RequestValidationError, match="/it/"):
            sent(package, it=wrong)


@pytest.mark.parametrize("beside", [True, False])
def test_a_field_of_another_schema_can_be_made_required(make: Make, beside: bool) -> None:
    base = {f"{SCHEMAS}/Base": an_object("kind", size={**TEXT, "x-python-name": "large"}, required=False)}
    reference, required = {"$ref": "#/components/schemas/Base"}, {"required": ["size"]}
    whole = {"allOf": [reference], **required} if beside else {"allOf": [reference, required]}
    package = make({**base, f"{NEW}/properties/it": whole})
    it = part(package, "types").NewThingIt(large="1")
    assert sent(package, it=it) == {"name": "x", "it": {"size": "1"}}
    with pytest.raises(package.RequestValidationError, match="/it/size"):
        sent(package, it={"kind": "a"})
    with pytest.raises(TypeError, match="large"):
        part(package, "types").NewThingIt(kind="a")


def test_a_union_of_objects_put_together_is_told_apart(make: Make) -> None:
    def kind(value: str) -> dict[str, Any]:
        return {"allOf": [{"$ref": "#/components/schemas/Base"}, an_object(kind={**TEXT, "const": value})]}

    package = make(
        {
            f"{SCHEMAS}/Base": an_object("id"),
            f"{SCHEMAS}/A": kind("a"),
            f"{SCHEMAS}/B": kind("b"),
            FIELD: union("A", "B"),
        }
    )
    thing = part(package, "types").Thing.from_dict({"name": "x", "it": {"id": "1", "kind": "b"}})
    assert thing.it == part(package, "types").B(id="1", kind="b")


def test_values_that_are_literals_need_no_names(make: Make) -> None:
    sort = {**TEXT, "enum": ["name", "-name", "+1", "-1"]}
    package = make({f"{NEW}/properties/sort": sort})
    assert sent(package, sort="-name") == {"name": "x", "sort": "-name"}


def test_null_is_written_as_in_openapi_3_0(make: Make) -> None:
    changes = {
        "/openapi": "3.0.3",
        f"{NEW}/properties/note": {**TEXT, "nullable": True},
        f"{NEW}/properties/sort": {**TEXT, "enum": ["a"], "nullable": True},
    }
    package = make(changes)
    assert sent(package, note=None, sort=None) == {"name": "x", "note": None, "sort": None}
    with pytest.raises(package.RequestValidationError, match="/name: "):
        client_of(package, Service()).things.make(id="1", name=None)


def test_nullable_is_no_word_of_openapi_3_1(workshop: Workshop) -> None:
    assert "`nullable` is not supported here" in refused(workshop, {FIELD: {**TEXT, "nullable": True}})


def test_words_for_readers_are_passed_over(make: Make) -> None:
    words = {"title": "T", "xml": {"name": "n"}, "externalDocs": {"url": "https://x.test"}, "readOnly": True}
    package = make({FIELD: {**TEXT, **words, "writeOnly": False, "x-foreign": {"$ref": "nowhere"}}})
    assert part(package, "types").Thing(name="x", it="y").it == "y"


@pytest.mark.parametrize("character", "\x85\u2028\u2029")
def test_a_character_that_yaml_alters_must_be_escaped(workshop: Workshop, character: str) -> None:
    workshop.write(changed(SMALL, {FIELD: {**TEXT, "const": "a*b"}}))
    text = workshop.document.read_text(encoding="utf-8").replace("a*b", f"a{character}b")
    workshop.document.write_text(text, encoding="utf-8")
    outcome = workshop.run()
    assert outcome.code == 2
    assert f'Write "\\u{ord(character):04x}" for it.' in outcome.err


# Answers


def test_json_is_taken_where_there_is_xml_too(make: Make) -> None:
    package = make(
        {f"{REPLY}/content/application~1xml": {"schema": TEXT}, f"{BODY}/content/application~1xml": {"schema": TEXT}}
    )
    assert sent(package, live=True) == {"name": "x", "live": True}
    assert client_of(package, Service({"name": "y"})).things.make(id="1", name="x").name == "y"


def test_an_operation_without_responses_gives_the_http_answer(make: Make) -> None:
    package = make({f"{OPERATION}/responses": GONE})
    reply = client_of(package, Service(httpx.Response(202, text="later"))).things.make(id="1", name="x")
    assert (reply.status_code, reply.content) == (202, b"later")


def test_a_reply_may_be_an_object_of_any_fields(make: Make) -> None:
    numbers = {"type": "object", "additionalProperties": {"type": "integer"}}
    other = operation(operationId="things.count", responses={"200": answer(numbers)})
    package = make({REPLY: answer({"type": "object"}), "/paths/~1things/get": other})
    for call in (lambda things: things.make(id="1", name="x"), lambda things: things.count()):
        reply = call(client_of(package, Service({"a": 1})).things)
        assert (reply.to_dict(), reply.http.status_code, reply.problems) == ({"a": 1}, 200, [])
        with pytest.raises(package.ReplyDecodeError):
            call(client_of(package, Service(["a"])).things)


def test_an_object_of_any_fields_may_be_answered_and_sent(make: Make) -> None:
    free = {"$ref": "#/components/schemas/Free"}
    package = make({f"{SCHEMAS}/Free": {"type": "object"}, f"{NEW}/properties/like": free, REPLY: answer(free)})
    reply = client_of(package, Service({"a": 1})).things.make(id="1", name="x")
    assert reply.to_dict() == {"a": 1}
    assert sent(package, like=reply)["like"] == {"a": 1}


def test_head_has_no_json(make: Make) -> None:
    package = make({"/paths/~1things/head": operation(operationId="things.peek", responses={"200": answer(REF)})})
    service = Service(httpx.Response(200, headers={"etag": "1"}))
    assert client_of(package, service).things.peek().headers["etag"] == "1"


# Calls


@pytest.mark.parametrize(
    ("of_all", "expected"), [([{"bearer": []}], "Bearer t"), ([], None)], ids=["with a token", "without"]
)
def test_the_token_goes_with_what_asks_for_it(make: Make, of_all: Any, expected: str | None) -> None:
    own = {"none": [], "optional": [{}, {"bearer": []}], "required": [{"bearer": []}]}
    changes = {f"/paths/~1{name}/get": operation(operationId=f"things.{name}", security=own[name]) for name in own}
    package = make({**BEARER, "/security": of_all, **changes})
    service = Service()
    things = client_of(package, service, token="t").things
    things.make(id="1", name="x")
    for name in own:
        getattr(things, name)()
    headers = [request.headers.get("authorization") for request in service.requests]
    assert headers == [expected, None, "Bearer t", "Bearer t"]


def test_a_token_that_is_optional_is_not_demanded(make: Make) -> None:
    package = make({**BEARER, "/security": [{}, {"bearer": []}]})
    service = Service()
    client_of(package, service).things.make(id="1", name="x")
    assert "authorization" not in service.requests[0].headers


@pytest.mark.parametrize(("safe", "requests"), [(True, 2), (False, 1)])
def test_an_operation_that_is_marked_as_safe_is_sent_again(make: Make, safe: bool, requests: int) -> None:
    package = make({f"{OPERATION}/x-safe": safe})
    service = Service(httpx.ReadError("broken"))
    client = client_of(package, service)
    if safe:
        assert client.things.make(id="1", name="x").name == "x"
    else:
        with pytest.raises(package.ConnectionLostError):
            client.things.make(id="1", name="x")
    assert len(service.requests) == requests
