"""The generator's endpoints as methods of the client: arguments, what is answered, how it streams.

The generator does not say where an argument or an answer stands, and leaves out what it does not know. So they are read
from the document beside it, and what the client does not express is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.strings import PythonIdentifier

from . import names
from .document import Document, Node, below
from .parse import EVENTS, JSON, Field, Parsed, event_name, is_json
from .problems import DocumentError
from .reduce import parameters_schema, reduced
from .schemas import SchemaUse, object_members
from .types import Attribute, Type, attribute_of, of_named, type_of

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that OpenAPI 3.1 (Parameter Object, `name`) tells tools to ignore."""

STYLES = {"path": "simple", "query": "form", "header": "simple"}
"""How OpenAPI 3.1 (Parameter Object, `style`) writes a parameter when nothing else is said: as the client does."""

_PATH = re.compile(
    r"/(?:[A-Za-z0-9._~%!$&'()*+,;=:@/-]|\{[^{}/]+\})*"
)  # RFC 3986, section 3.3, and parameters

Place = tuple[str, Node]
"""A part of the document and where it stands."""


@dataclass(frozen=True)
class Stream:
    """The argument that asks for a stream, and the type of its events."""

    selected_by: str
    event: Type


@dataclass
class Operation:
    """An operation: first as the document describes it, then, completed by `add_method`, as a method of a resource.

    Attributes:
        pointer: Where it stands.
        path: Its path, with `{name}` for parameters.
        http_method: Its HTTP method.
        node: Its description.
        parameters: Its parameters, with those of its path.
        body: The JSON of its request.
        answers: What is answered with success, by `application/json` and `text/event-stream`.
        name: The method.
        arguments: The keywords of the method, required ones first.
        reply: The type of the JSON that is answered.
        stream: How it streams.
        can_fail: Whether a reply can say of itself that it failed.
    """

    pointer: str
    path: str
    http_method: str
    node: Node
    parameters: list[Place] = field(default_factory=list)
    body: Place | None = None
    answers: dict[str, Place] = field(default_factory=dict)
    name: str = ""
    arguments: list[Attribute] = field(default_factory=list)
    reply: Type | None = None
    stream: Stream | None = None
    can_fail: bool = False
    source: str | None = None

    @property
    def id(self) -> str:
        """The operationId."""
        return str(self.node["operationId"])

    @property
    def renamed(self) -> dict[str, str]:
        """The keys of the arguments whose names differ from them."""
        return {one.name: one.key for one in self.arguments if one.name != one.key}

    @property
    def unix_times(self) -> list[str]:
        """The arguments that the document has as seconds since 1970, and that take a datetime."""
        return [one.name for one in self.arguments if "time_of(" in one.type.decoder]

    @property
    def has_body(self) -> bool:
        """Whether it sends a body with fields."""
        return any(argument.location == "body" for argument in self.arguments)

    def tag_place(self, generated: str) -> tuple[str, str]:
        """The place of the tag that the generator writes in a certain way, and how the document writes it."""
        tags: list[str] = self.node["tags"]
        index = next(i for i, tag in enumerate(tags) if PythonIdentifier(tag, "tag") == generated)
        return below(self.pointer, "tags", index), tags[index]


# As the document describes it


def find(document: Document, config: Any) -> list[Operation]:
    """Every operation, in the document's order. What the client does not express is reported."""
    found: list[Operation] = []
    ids: dict[str, str] = {}
    paths = document.data.get("paths", {})
    for path, method in ((path, method) for path in paths for method in METHODS if method in paths[path]):
        pointer = below("/paths", path, method)
        with document.reporting():
            one = _described(document, config, Operation(pointer, path, method.upper(), paths[path][method]))
            if ids.setdefault(one.id, pointer) != pointer:
                text = f"the operationId {one.id!r} stands at {document.place(ids[one.id])} too"
                raise document.error(below(pointer, "operationId"), text, "Rename one.")
            found.append(one)
    if not found and not document.problems:
        text = "the document has no `paths`, which OpenAPI 3.1 allows, but there is no method to generate"
        if "paths" in document.data:
            text = "`paths` has no operation, so there is no method to generate"
        document.report("/paths" if "paths" in document.data else "", text, "Describe an operation.")
    return found


def _described(document: Document, config: Any, one: Operation) -> Operation:
    """Read what an operation takes and answers, and refuse what a method cannot do."""
    for word in ("operationId", "tags"):
        if not one.node.get(word):
            raise document.error(one.pointer, f"the operation has no `{word}`", "Add it.")
    one.source = one.node.get("x-source", document.data.get("x-source"))
    one.parameters = list(_parameters(document, one))
    _check_paths(document, one)
    one.body = _body(document, one)
    one.answers = _answers(document, config, one)
    return one


def _parameters(document: Document, one: Operation) -> Iterator[Place]:
    """The parameters of the operation, then those of its path; without the headers that tools ignore."""
    seen = set()
    for holder in (one.pointer, below("/paths", one.path)):
        for index in range(len(document.node(holder).get("parameters", []))):
            at, parameter = document.resolve(below(holder, "parameters", index))
            _check_parameter(document, at, parameter)
            where, name = parameter["in"], parameter["name"]
            is_ignored = where == "header" and name.lower() in IGNORED_HEADERS
            if not is_ignored and (where, name) not in seen:
                seen.add((where, name))
                yield at, parameter


def _check_parameter(document: Document, at: str, parameter: Node) -> None:
    where, name = parameter["in"], parameter["name"]
    if "schema" not in parameter:
        raise document.error(at, "a parameter without `schema` is not expressed", "Give it one.")
    if where == "cookie":
        raise document.error(at, "a cookie parameter is not expressed", "Pass it as a header.")
    if where == "path" and parameter.get("required") is not True:
        raise document.error(at, f"the path parameter {name!r} is not required", "Say `required: true`.")
    style = STYLES[where]
    if parameter.get("style", style) != style or parameter.get("allowReserved"):
        raise document.error(at, "this style of a parameter is not expressed", f"Use `style: {style}` alone.")


def _check_paths(document: Document, one: Operation) -> None:
    """The path and its aliases have just the parameters that are described."""
    described = {parameter["name"] for _at, parameter in one.parameters if parameter["in"] == "path"}
    at = below(one.pointer, "x-alias-paths")
    aliases = [(below(at, index), path) for index, path in enumerate(one.node.get("x-alias-paths", []))]
    for pointer, path in [(one.pointer, one.path), *aliases]:
        if not _PATH.fullmatch(path):
            advice = "Begin it with / and percent-encode what is not allowed in it."
            raise document.error(pointer, f"{path!r} is no path", advice)
        for name in sorted(described.symmetric_difference(re.findall(r"\{([^{}]+)\}", path))):
            where = (
                "described, but not in the path" if name in described else "not described, but in the path"
            )
            raise document.error(pointer, f"the parameter {name!r} is {where} {path}", "Correct one of them.")


def _body(document: Document, one: Operation) -> Place | None:
    if "requestBody" not in one.node:
        return None
    at, body = document.resolve(below(one.pointer, "requestBody"))
    if list(body["content"]) != [JSON] or "schema" not in body["content"][JSON]:
        types = ", ".join(body["content"]) or "nothing"
        found = f"a body as {types} is not expressed: the client sends JSON alone"
        advice = f"Describe it as `{JSON}` with a schema, or take the operation out."
        raise document.error(at, found, advice)
    _at, schema = document.resolve(below(at, "content", JSON, "schema"))
    if schema.get("required") and not body.get("required"):
        found = "the body may be left out, but some of its fields not"
        raise document.error(at, found, "Say `required: true` of it.")
    return below(at, "content", JSON), body["content"][JSON]


def _answers(document: Document, config: Any, one: Operation) -> dict[str, Place]:
    """What is answered with success: the JSON under its usual name, and events. Other media types are left out."""
    if one.http_method == "HEAD":
        return {}  # It is never answered with content (RFC 9110, section 9.3.2).
    responses = one.node.get("responses", {})
    successes = [
        document.resolve(below(one.pointer, "responses", status))
        for status in responses
        if status.startswith("2")
    ]
    if responses and not successes:
        at = below(one.pointer, "responses")
        raise document.error(at, "no successful answer is described", "Add one, such as 200 or 204.")
    found: dict[str, Place] = {}
    for at, reply in sorted(successes, key=lambda place: not place[1].get("content")):
        content = {
            JSON if is_json(name, config) else name: below(at, "content", name)
            for name in reversed(reply.get("content", {}))
        }
        known = [name for name in (JSON, EVENTS) if name in content]
        for name in known or content:
            media = _answer(document, content[name], name)
            if found.setdefault(name, (content[name], media))[1]["schema"] != media["schema"]:
                text = f"two successful answers differ in their {name}"
                raise document.error(content[name], text, "Give them one schema.")
        if found and not content:
            text = "one successful answer has content, this one has none"
            raise document.error(at, text, "Take one out.")
    return found


def _answer(document: Document, at: str, media_type: str) -> Node:
    media = document.node(at)
    if media_type not in (JSON, EVENTS):
        found = f"an answer as {media_type} is not expressed"
        raise document.error(at, found, "Describe JSON or events.")
    if "schema" not in media:
        raise document.error(at, "an answer without `schema` is not expressed", "Give it one.")
    return media


def data_of(document: Document, one: Operation) -> dict[str, Any]:
    """An operation as plain data: what the package knows of it at run time."""
    statuses = [status for status in one.node.get("responses", {}) if status.startswith("2")] or ["200"]
    schemas = {name: reduced(document, below(at, "schema")) for name, (at, _media) in one.answers.items()}
    stream = one.answers[EVENTS][1]["x-stream"] if EVENTS in one.answers else {}
    by_place: dict[str, list[Place]] = {place: [] for place in STYLES}
    for at, parameter in one.parameters:
        by_place[parameter["in"]].append((at, parameter))
    return {
        "id": one.id,
        "method": one.http_method,
        "path": one.path,
        "alias_paths": one.node.get("x-alias-paths", []),
        "safe": one.http_method in SAFE_METHODS or one.node.get("x-safe", False),
        "security": _security(document, one),
        "telemetry": one.node.get("x-telemetry"),
        "parameters": {
            place: parameters_schema(document, found) if found else None for place, found in by_place.items()
        },
        "body": reduced(document, below(one.body[0], "schema")) if one.body else None,
        "status": int(statuses[0]) if statuses[0].isdigit() else 200,
        "reply": schemas.get(JSON),
        "events": schemas.get(EVENTS),
        "stream": {key.replace("-", "_"): value for key, value in stream.items()} or None,
    }


def _security(document: Document, one: Operation) -> str:
    """Whether the token is `required`, `optional`, or has nothing to do with the operation (`none`)."""
    requirements = one.node.get("security", document.data.get("security"))
    if requirements is None:
        return "required" if document.components("securitySchemes") else "none"
    if not any(requirements):
        return "none"
    return "required" if all(requirements) else "optional"


# As a method


def uses(parsed: Parsed, one: Operation, endpoint: Endpoint) -> Iterator[SchemaUse]:
    """The schemas that an operation uses."""
    for at, parameter in one.parameters:
        yield SchemaUse("requests", below(at, "schema"), endpoint.name, parameter["name"])
    if one.body:
        pointer = _object_of_body(parsed, one.body)
        for _key, at, prop in parsed.fields(pointer):
            parent = parsed.models[pointer].class_info.name
            yield SchemaUse("requests", at, parent, prop.name.get_untrusted_value())
    for media_type, (at, _media) in one.answers.items():
        if media_type == JSON:
            status = at.split("/responses/")[1].split("/")[0]
            yield SchemaUse("replies", below(at, "schema"), endpoint.name, f"response_{status}")
        else:
            name = event_name(parsed.document, at.removesuffix(below("/content", EVENTS)))
            yield SchemaUse("events", below(at, "schema"), "", name)


def _object_of_body(parsed: Parsed, body: Place) -> str:
    """Where the object is described whose fields are the method's keywords."""
    pointer, _schema = parsed.resolve(below(body[0], "schema"))
    if pointer not in parsed.models:
        found = "a body that is no object with properties is not expressed"
        raise parsed.document.error(pointer, found, "List them: they become the method's keywords.")
    return pointer


def add_method(parsed: Parsed, one: Operation, endpoint: Endpoint, reserved: frozenset[str]) -> None:
    """Complete an operation with what its method needs.

    Args:
        parsed: The generator's parse.
        one: The operation.
        endpoint: What the generator makes of it.
        reserved: The arguments that every method has.

    Raises:
        DocumentError: A method cannot express it.
    """
    document = parsed.document
    arguments = [*_arguments_of_parameters(parsed, one, endpoint), *_arguments_of_body(parsed, one)]
    namespace = names.Namespace(document, names.ADVICE, reserved)
    for argument in arguments:
        namespace.add(argument.pointer, f"the field {argument.key!r}", argument.name)
    one.arguments = sorted(arguments, key=lambda argument: not argument.required)
    _check_telemetry(document, one)
    if JSON in one.answers:
        at = below(one.answers[JSON][0], "schema")
        one.reply = _reply(parsed, at, endpoint)
        kinds = [parsed.resolve(at)[0], *object_members(parsed, parsed.resolve(at)[0])]
        one.can_fail = any("x-failed-when" in document.node(kind) for kind in kinds)
    if EVENTS in one.answers:
        one.stream = _stream(parsed, one)


def _check_telemetry(document: Document, one: Operation) -> None:
    """What a trace shows of a request are fields of its body."""
    facts, at = one.node.get("x-telemetry", {}), below(one.pointer, "x-telemetry")
    fields = {argument.key for argument in one.arguments if argument.location == "body"}
    named = {below(at, "attributes", key): key for key in facts.get("attributes", {})}
    if facts:
        named[below(at, "model")] = facts["model"]
    for place, key in named.items():
        if key not in fields:
            document.report(place, f"the body has no field {key!r}", "Name one that it has.")


def _arguments_of_parameters(parsed: Parsed, one: Operation, endpoint: Endpoint) -> Iterator[Attribute]:
    props = {(place, prop.name): prop for place, prop in endpoint.iter_all_parameters()}
    for at, parameter in one.parameters:
        where, name = parameter["in"], parameter["name"]
        if prop := props.get((where, name)):
            source = parameter.get("x-source", one.source)
            field = Field(name, below(at, "schema"), prop)
            argument = replace(attribute_of(parsed, field, where, source, parameter), pointer=at)
            _check_fits(parsed.document, argument, parameter)
            yield argument


def _check_fits(document: Document, argument: Attribute, parameter: Node) -> None:
    """A parameter is text: one value, or in a query a list of such."""
    type_ = argument.type
    lists = [member for member in type_.members if member.startswith("list[")]
    is_nested = (
        any("[list[" in member or "[dict[" in member for member in lists) or "decode_" in type_.decoder
    )
    is_list_elsewhere = lists and (parameter["in"] != "query" or parameter.get("explode") is False)
    if is_nested or is_list_elsewhere or type_.json & {"object", "any"}:
        found = f"a parameter of type `{type_.annotation}` in the {parameter['in']} is not expressed"
        advice = "Describe text, a number, a boolean, or in a query a list of such."
        raise document.error(argument.pointer, found, advice)


def _arguments_of_body(parsed: Parsed, one: Operation) -> Iterator[Attribute]:
    if one.body:
        schema = parsed.document.resolve(below(one.body[0], "schema"))[1]
        for field in parsed.fields(_object_of_body(parsed, one.body)):
            yield attribute_of(parsed, field, "body", schema.get("x-source", one.source))


def _reply(parsed: Parsed, at: str, endpoint: Endpoint) -> Type:
    successes = [one for one in endpoint.responses.patterns if one.status_code.pattern.startswith("2")]
    answer = next((one for one in successes if one.source["return_type"] == "Any"), None)
    if answer is None:
        raise parsed.document.error(at, "openapi-python-client leaves the answer out", "Correct it.")
    type_ = type_of(parsed, at, answer.prop)
    is_class = of_named(parsed, at) is not None and type_.json == {"object"}
    if len(type_.members) > 1 or not (is_class or type_.json == {"array"}):
        found = f"an answer of type `{type_.annotation}` is not expressed"
        advice = (
            "Describe an object with properties, a union of such, or a list: it carries the facts of HTTP."
        )
        raise parsed.document.error(at, found, advice)
    return type_


def _stream(parsed: Parsed, one: Operation) -> Stream:
    at, media = one.answers[EVENTS]
    error, schema, rules = parsed.document.error, below(at, "schema"), media.get("x-stream", {})
    if one.reply is None:
        raise error(at, "a stream alone is not expressed", f"Describe the whole reply, as `{JSON}`, too.")
    asks = [
        argument.name
        for argument in one.arguments
        if argument.location == "body"
        and "boolean" in argument.type.json
        and argument.key == rules.get("selected-by")
    ]
    if not asks:
        found = "the stream does not say what asks for it"
        advice = "Name a boolean field of the body: `x-stream: {selected-by: stream}`."
        raise error(below(at, "x-stream"), found, advice)
    if (event := of_named(parsed, schema)) is None:
        advice = "Describe an object with properties, or a union of such."
        raise error(schema, "events that are no objects are not expressed", advice)
    if problem := _without_end(parsed, schema, has_marker=bool(rules.get("end-marker"))):
        raise problem
    return Stream(asks[0], event)


def _without_end(parsed: Parsed, pointer: str, *, has_marker: bool) -> DocumentError | None:
    """The error for a stream that nothing ends, or of which nothing gives the whole reply."""
    kinds = list(_kinds_of_events(parsed, pointer))
    roles = [kind.get("x-event", {}) for kind in kinds]
    if not has_marker and not any("ends" in role for role in roles):
        advice = "Give it an `end-marker`, or an event `x-event: {ends: completed, reply: ...}`."
        return parsed.document.error(pointer, "nothing ends the stream", advice)
    gives_reply = any({"ends", "reply"} <= role.keys() for role in roles)
    if not gives_reply and not any("x-assembles" in kind for kind in kinds):
        advice = "Give one event `x-event: {ends: completed, reply: ...}`, or `x-assembles`."
        return parsed.document.error(pointer, "nothing in the stream gives the whole reply", advice)
    return None


def _kinds_of_events(parsed: Parsed, pointer: str) -> Iterator[Node]:
    """The classes of events, those of unions among them."""
    pointer, schema = parsed.resolve(pointer)
    if pointer in parsed.models:
        yield schema
    for member in object_members(parsed, pointer):
        yield from _kinds_of_events(parsed, member)
