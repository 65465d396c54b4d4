"""Constructs that the next operation of a document may use: packages of the small document with changes."""

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
from tests.generation.documents import (
    BODY,
    BODY_SCHEMA,
    FIELD,
    GONE,
    JSON,
    OPERATION,
    REPLY,
    SMALL,
    TEXT,
    an_object,
    changed,
    operation,
    parameter,
    ref,
    response,
    text,
    union,
)
from tests.generation.generator import Generator, Service, load, part, unload

pytestmark = pytest.mark.generation

PACKAGE = "package_of_the_small_document"
BEARER = {"/components/securitySchemes/bearer": {"type": "http", "scheme": "bearer"}}

Make = Callable[[dict[str, Any]], ModuleType]


@pytest.fixture
def make(generator: Generator) -> Iterator[Make]:
    """Generates and imports the package of the small document with some changes."""
    yield lambda changes: load(generator.make(changed(SMALL, changes)), PACKAGE)
    unload(PACKAGE)


def client_of(package: ModuleType, service: Service, **options: Any) -> Any:
    """Return a client of a package in front of a service."""
    transport = httpx.MockTransport(service)
    return package.Client(base_url="https://small.test", transport=transport, clock=SkippingClock(), **options)


def sent(package: ModuleType, **fields: Any) -> Any:
    """Return the body that a call sends."""
    service = Service()
    client_of(package, service).things.make(id="1", name="x", **fields)
    return json.loads(service.requests[0].content)


def reply_to(package: ModuleType, response: Any) -> Any:
    """Return the reply that a client makes of a response."""
    return client_of(package, Service(response)).things.make(id="1", name="x")


# Names


def test_every_field_has_an_attribute_and_the_code_of_its_class_still_works(make: Make) -> None:
    taken = ["super", "property", "classmethod", "str", "dict"]  # by the code of the class
    free = ["further", "kwargs", "data", "get", "cls", "new"]
    renamed = {"http": "scheme", "-1": "minus_one"}
    names = {"self": "self_", "id": "id", "ID": "ID", "+1": "field_1", **renamed}
    names |= {key: f"{key}_" for key in taken} | dict(zip(free, free, strict=True))
    it = an_object(**{key: text(**({"x-python-name": renamed[key]} if key in renamed else {})) for key in names})
    package = make({"NewThing/properties/it": it, FIELD: it})
    types = part(package, "types")
    values = {key: f"of {key}" for key in names}
    arguments = {name: values[key] for key, name in names.items()}
    assert sent(package, it=types.NewThingIt(**arguments, more="y"))["it"] == {**values, "more": "y"}
    it = reply_to(package, {"name": "x", "it": values}).it
    assert {name: getattr(it, name) for name in arguments} == arguments
    assert it.to_dict() == values
    assert types.ThingIt(**arguments).to_dict() == values


def test_a_field_or_parameter_that_would_hide_an_argument_is_renamed(make: Make, generator: Generator) -> None:
    keys = ["timeout", "deadline", "extra_body"]
    error = generator.refuse(changed(SMALL, {f"NewThing/properties/{key}": {"type": "integer"} for key in keys}))
    assert error.count("with `x-python-name`.") == len(keys)
    fields = {f"NewThing/properties/{key}": {"type": "integer", "x-python-name": f"the_{key}"} for key in keys}
    package = make({**fields, f"{OPERATION}/parameters/1": parameter("key", **{"x-python-name": "the_key"})})
    service = Service()
    client_of(package, service).things.make(id="1", name="x", the_key="k", **{f"the_{key}": 3 for key in keys})
    assert json.loads(service.requests[0].content) == {"name": "x", **dict.fromkeys(keys, 3)}
    assert service.requests[0].url.query == b"key=k"


def test_a_schema_whose_name_is_taken_gets_an_underscore(make: Make) -> None:
    names = {name: f"{name}_" for name in ("Model", "Mapping", "Unknown", "StreamError", "Warning")}
    names["QuotaError"] = "QuotaError"
    schemas = {name: an_object(f"of_{name.lower()}") for name in names}
    package = make({**schemas, FIELD: an_object(**{name.lower(): ref(name) for name in names})})
    types = part(package, "types")
    data = {name.lower(): {f"of_{name.lower()}": "y"} for name in names}
    it = types.Thing.from_dict({"name": "x", "it": data}).it
    assert [type(getattr(it, name)) for name in data] == [getattr(types, name) for name in names.values()]
    assert it.problems == []


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
    assert f"`client.{tag}.make(...)`: " in package.Client.__doc__


# Schemas of requests


def test_a_component_that_only_refers_to_another_is_validated(make: Make) -> None:
    package = make({"Alias": ref("NewThing"), BODY_SCHEMA: ref("Alias")})
    with pytest.raises(package.RequestValidationError, match="/name: expected a string"):
        client_of(package, Service()).things.make(id="1", name=5)


def test_a_value_that_matches_two_members_of_one_of_is_not_sent(make: Make) -> None:
    package = make({"NewThing/properties/count": {"oneOf": [{"type": "number"}, {"type": "integer"}]}})
    assert sent(package, count=1.5) == {"name": "x", "count": 1.5}
    with pytest.raises(package.RequestValidationError, match="/count: expected a value that matches exactly one"):
        sent(package, count=1)


@pytest.mark.parametrize(("word", "both"), [("anyOf", True), ("oneOf", False)])
def test_a_union_next_to_properties_says_which_are_required_together(make: Make, word: str, both: bool) -> None:
    fields = an_object("url", "data", required=False)
    image = {**fields, word: [{"required": ["url"]}, {"required": ["data"]}]}
    package = make({"NewThing/properties/image": image, FIELD: image})
    types = part(package, "types")
    assert sent(package, image=types.NewThingImage(data="x")) == {"name": "x", "image": {"data": "x"}}
    for wrong in [{}, {"url": 1}] + ([] if both else [{"url": "x", "data": "y"}]):
        with pytest.raises(package.RequestValidationError, match="/image"):
            sent(package, image=wrong)
    it = types.Thing.from_dict({"name": "x", "it": {"url": "y"}}).it
    assert (it, it.problems) == (types.ThingIt(url="y"), [])
    replies, schemas = part(package, "testing._replies"), part(package, "_document.schemas").SCHEMAS
    assert set(replies.minimal(schemas["ThingIt"], schemas)) == {"url"}


def test_the_rules_of_an_open_enum_apply_to_other_values_only(make: Make) -> None:
    model = {"anyOf": [text(enum=["a"]), text(pattern="^ft:")], "maxLength": 5}
    package = make({"NewThing/properties/model": model})
    assert sent(package, model="a") == {"name": "x", "model": "a"}
    assert sent(package, model="ft:b") == {"name": "x", "model": "ft:b"}
    for wrong in ("b", "ft:too-long"):
        with pytest.raises(package.RequestValidationError, match="/model: "):
            sent(package, model=wrong)


def test_the_values_of_an_enum_need_no_python_names(make: Make) -> None:
    package = make({"NewThing/properties/sort": text(enum=["name", "-name", "+1", "-1"])})
    assert sent(package, sort="-name") == {"name": "x", "sort": "-name"}


def test_a_path_parameter_is_never_empty(make: Make) -> None:
    schemas = {
        "by_reference": ref("Id"),
        "open": {"anyOf": [text(enum=["a"]), TEXT]},
        "either": {"anyOf": [TEXT, {"type": "integer"}]},
    }
    changes: dict[str, Any] = {"Id": TEXT}
    for name, schema in schemas.items():
        parameters = [parameter(name, "path", required=True, schema=schema)]
        changes[f"/paths/~1{name}~1{{{name}}}/delete"] = operation(operationId=f"things.{name}", parameters=parameters)
    package = make(changes)
    for name in schemas:
        with pytest.raises(package.RequestValidationError, match=f"/{name}: "):
            getattr(client_of(package, Service()).things, name)(**{name: ""})


def test_the_parts_of_all_of_are_one_object(make: Make) -> None:
    size = {"required": ["size"], "properties": {"size": {"type": "integer", "minimum": 1}}}
    package = make(
        {"Base": {**an_object("kind"), "x-aliases": {}}, "NewThing/properties/it": {"allOf": [ref("Base")], **size}}
    )
    it = part(package, "types").NewThingIt(kind="a", size=1)
    assert sent(package, it=it) == {"name": "x", "it": {"kind": "a", "size": 1}}
    for wrong in ({"size": 1}, {"kind": "a"}, {"kind": "a", "size": 0}):
        with pytest.raises(package.RequestValidationError, match="/it/"):
            sent(package, it=wrong)


@pytest.mark.parametrize("beside", [True, False])
def test_all_of_can_make_a_field_of_another_schema_required(make: Make, beside: bool) -> None:
    base = an_object("kind", size=text(**{"x-python-name": "large"}), required=False)
    required = {"required": ["size"]}
    whole = {"allOf": [ref("Base")], **required} if beside else {"allOf": [ref("Base"), required]}
    package = make({"Base": base, "NewThing/properties/it": whole})
    it = part(package, "types").NewThingIt(large="1")
    assert sent(package, it=it) == {"name": "x", "it": {"size": "1"}}
    with pytest.raises(package.RequestValidationError, match="/it/size"):
        sent(package, it={"kind": "a"})
    with pytest.raises(TypeError, match="large"):
        part(package, "types").NewThingIt(kind="a")


def test_null_is_allowed_as_openapi_3_0_says_it(make: Make) -> None:
    changes = {
        "/openapi": "3.0.3",
        "NewThing/properties/note": text(nullable=True),
        "NewThing/properties/sort": text(enum=["a"], nullable=True),
    }
    package = make(changes)
    assert sent(package, note=None, sort=None) == {"name": "x", "note": None, "sort": None}
    with pytest.raises(package.RequestValidationError, match="/name: "):
        client_of(package, Service()).things.make(id="1", name=None)


def test_annotations_and_foreign_extensions_are_ignored(make: Make) -> None:
    words = {"title": "T", "xml": {"name": "n"}, "externalDocs": {"url": "https://x.test"}, "readOnly": True}
    package = make({FIELD: text(**words, writeOnly=False, **{"x-foreign": {"$ref": "nowhere"}})})
    assert part(package, "types").Thing(name="x", it="y").it == "y"


# Responses


@pytest.mark.parametrize(("first", "second", "key"), [("a", "b", "kind"), (False, True, "kind"), ("a", "b", "Kind")])
def test_a_constant_selects_the_member_of_a_union(make: Make, first: Any, second: Any, key: str) -> None:
    def member(key: str, value: Any) -> dict[str, Any]:
        constant = {"type": "boolean" if isinstance(value, bool) else "string", "const": value}
        return {"allOf": [ref("Base"), an_object(**{key: constant})]}

    members = {"A": member("kind", first), "B": member(key, second)}
    types = part(make({"Base": an_object("id"), **members, FIELD: union("A", "B")}), "types")
    assert types.Thing.from_dict({"name": "x", "it": {"id": "1", "kind": first}}).it == types.A(id="1", kind=first)
    assert types.Thing.from_dict({"name": "x", "it": {"id": "1", key: second}}).it == types.B(id="1", kind=second)


def test_json_is_used_where_there_is_xml_too(make: Make) -> None:
    xml = {"application/xml": {"schema": TEXT}}
    json_of = {name: {"application/json": {"schema": ref(name)}} for name in ("NewThing", "Thing")}
    package = make({f"{BODY}/content": xml | json_of["NewThing"], f"{REPLY}/content": xml | json_of["Thing"]})
    assert sent(package, live=True) == {"name": "x", "live": True}
    assert reply_to(package, {"name": "y"}).name == "y"


def test_an_operation_without_responses_returns_the_http_response(make: Make) -> None:
    reply = reply_to(make({f"{OPERATION}/responses": GONE}), httpx.Response(202, text="later"))
    assert (reply.status_code, reply.content) == (202, b"later")


def test_head_has_no_json(make: Make) -> None:
    package = make(
        {"/paths/~1things/head": operation(operationId="things.peek", responses={"200": response(ref("Part"))})}
    )
    service = Service(httpx.Response(200, headers={"etag": "1"}))
    assert client_of(package, service).things.peek().headers["etag"] == "1"


def test_a_reply_may_be_an_object_of_any_fields(make: Make) -> None:
    numbers = {"type": "object", "additionalProperties": {"type": "integer"}}
    other = operation(operationId="things.count", responses={"200": response(numbers)})
    package = make({f"{JSON}/schema": {"type": "object"}, "/paths/~1things/get": other})
    for call in (lambda things: things.make(id="1", name="x"), lambda things: things.count()):
        reply = call(client_of(package, Service({"a": 1})).things)
        assert (reply.to_dict(), reply.http.status_code, reply.problems) == ({"a": 1}, 200, [])
        with pytest.raises(package.ReplyDecodeError):
            call(client_of(package, Service(["a"])).things)


def test_an_object_of_any_fields_may_be_received_and_sent(make: Make) -> None:
    package = make({"Free": {"type": "object"}, "NewThing/properties/like": ref("Free"), f"{JSON}/schema": ref("Free")})
    reply = reply_to(package, {"a": 1})
    assert reply.to_dict() == {"a": 1}
    assert sent(package, like=reply)["like"] == {"a": 1}


# Calls


@pytest.mark.parametrize(("security", "expected"), [([{"bearer": []}], "Bearer t"), ([], None)])
def test_the_token_is_sent_to_operations_that_accept_it(make: Make, security: Any, expected: str | None) -> None:
    own = {"none": [], "optional": [{}, {"bearer": []}], "required": [{"bearer": []}]}
    changes = {f"/paths/~1{name}/get": operation(operationId=f"things.{name}", security=own[name]) for name in own}
    package = make({**BEARER, "/security": security, **changes})
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
def test_an_operation_that_is_marked_as_safe_is_retried(make: Make, safe: bool, requests: int) -> None:
    package = make({f"{OPERATION}/x-safe": safe})
    service = Service(httpx.ReadError("broken"), {"name": "x"})
    client = client_of(package, service)
    if safe:
        assert client.things.make(id="1", name="x").name == "x"
    else:
        with pytest.raises(package.ConnectionLostError):
            client.things.make(id="1", name="x")
    assert len(service.requests) == requests
