"""Operations as methods of the client: their arguments, the type of the reply, the stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from openapi_python_client.parser.openapi import Endpoint

from scripts.openapi.document import Document, Node, below
from scripts.openapi.operations import EVENTS, JSON, Operation, Place

from . import names
from .generator_parse import Field, Parsed, event_name
from .schemas import SchemaUse, object_members
from .types import Attribute, Type, attribute_of, attributes_of, of_named, type_of


@dataclass(frozen=True)
class Stream:
    """The argument that requests a stream, and the type of its events."""

    selected_by: str
    event: Type


@dataclass(kw_only=True)
class Method(Operation):
    """An operation as a method of a resource.

    Attributes:
        name: Its name.
        arguments: Its keywords, required ones first.
        reply: The type of the JSON in the response.
        stream: How it streams.
        can_fail: Whether a reply can report that the call failed.
    """

    name: str
    arguments: list[Attribute] = field(default_factory=list)
    reply: Type | None = None
    stream: Stream | None = None
    can_fail: bool = False

    @property
    def renamed(self) -> dict[str, str]:
        """The keys of the arguments whose names differ from them."""
        return {argument.name: argument.key for argument in self.arguments if argument.name != argument.key}

    @property
    def unix_times(self) -> list[str]:
        """The arguments that the document has as seconds since 1970, and that take a datetime."""
        return [argument.name for argument in self.arguments if "time_of(" in argument.type.decoder]

    @property
    def has_body(self) -> bool:
        """Whether it sends a body with fields."""
        return any(argument.location == "body" for argument in self.arguments)


def uses(parsed: Parsed, operation: Operation, endpoint: Endpoint) -> Iterator[SchemaUse]:
    """Yield the schemas that an operation uses."""
    for at, parameter in operation.parameters:
        yield SchemaUse("requests", below(at, "schema"), endpoint.name, parameter["name"])
    if operation.body:
        pointer = _object_of_body(parsed, operation.body)
        for _key, at, prop in parsed.fields(pointer):
            parent = parsed.models[pointer].class_info.name
            yield SchemaUse("requests", at, parent, prop.name.get_untrusted_value())
    for media_type, (at, _media) in operation.responses.items():
        if media_type == JSON:
            status = at.split("/responses/")[1].split("/")[0]
            yield SchemaUse("replies", below(at, "schema"), endpoint.name, f"response_{status}")
        else:
            name = event_name(parsed.document, at.removesuffix(below("/content", EVENTS)))
            yield SchemaUse("events", below(at, "schema"), "", name)


def _object_of_body(parsed: Parsed, body: Place) -> str:
    """Return where the object is described whose fields are the method's keywords."""
    pointer, _schema = parsed.resolve(below(body[0], "schema"))
    if pointer not in parsed.models:
        problem = "a body that is not an object with properties is not supported"
        raise parsed.document.error(pointer, problem, "List them: they become the method's keywords.")
    return pointer


def method_of(parsed: Parsed, operation: Operation, endpoint: Endpoint, tag: str, reserved: frozenset[str]) -> Method:
    """Return the method of an operation, with the endpoint of the generator; `reserved` arguments are in every method.

    Raises:
        DocumentError: A method cannot represent it.
    """
    document, method = parsed.document, Method(**vars(operation), name=names.method(endpoint.name, tag))
    arguments = [*_arguments_of_parameters(parsed, method, endpoint), *_arguments_of_body(parsed, method)]
    namespace = names.Namespace(document, names.ADVICE, reserved)
    for argument in arguments:
        namespace.add(argument.pointer, f"the field {argument.key!r}", argument.name)
    method.arguments = sorted(arguments, key=lambda argument: not argument.required)
    _check_telemetry(document, method)
    if JSON in method.responses:
        at = below(method.responses[JSON][0], "schema")
        with document.reporting():
            method.reply = _reply(parsed, at, endpoint)
        kinds = [parsed.resolve(at)[0], *object_members(parsed, parsed.resolve(at)[0])]
        method.can_fail = any("x-failed-when" in document.node(event_schema) for event_schema in kinds)
    if EVENTS in method.responses:
        method.stream = _stream(parsed, method)
    return method


def _check_telemetry(document: Document, method: Method) -> None:
    """Check that what a trace shows of a request are fields of its body."""
    facts, at = method.node.get("x-telemetry", {}), below(method.pointer, "x-telemetry")
    fields = {argument.key for argument in method.arguments if argument.location == "body"}
    named = {below(at, "attributes", key): key for key in facts.get("attributes", {})}
    if facts:
        named[below(at, "model")] = facts["model"]
    for place, key in named.items():
        if key not in fields:
            document.report(place, f"the body has no field {key!r}", "Name one that it has.")


def _arguments_of_parameters(parsed: Parsed, operation: Operation, endpoint: Endpoint) -> Iterator[Attribute]:
    props = {(place, prop.name): prop for place, prop in endpoint.iter_all_parameters()}
    for at, parameter in operation.parameters:
        where, name = parameter["in"], parameter["name"]
        if prop := props.get((where, name)):
            source = parameter.get("x-source", operation.source)
            field = Field(name, below(at, "schema"), prop)
            with parsed.document.reporting():
                argument = replace(attribute_of(parsed, field, where, source, parameter), pointer=at)
                _check_fits(parsed.document, argument, parameter)
                yield argument


def _check_fits(document: Document, argument: Attribute, parameter: Node) -> None:
    """Check that a parameter is a single value, or a list of such in a query."""
    type_ = argument.type
    lists = [member for member in type_.members if member.startswith("list[")]
    is_nested = any("[list[" in member or "[dict[" in member for member in lists) or "decode_" in type_.decoder
    is_list_elsewhere = lists and (parameter["in"] != "query" or parameter.get("explode") is False)
    if is_nested or is_list_elsewhere or type_.json & {"object", "any"}:
        problem = f"a parameter of type `{type_.annotation}` in the {parameter['in']} is not supported"
        advice = "Use a string, a number, a boolean, or a list of these in a query."
        raise document.error(argument.pointer, problem, advice)


def _arguments_of_body(parsed: Parsed, operation: Operation) -> Iterator[Attribute]:
    if operation.body:
        schema = parsed.document.resolve(below(operation.body[0], "schema"))[1]
        source = schema.get("x-source", operation.source)
        yield from attributes_of(parsed, _object_of_body(parsed, operation.body), source)


def _reply(parsed: Parsed, at: str, endpoint: Endpoint) -> Type:
    successes = [response for response in endpoint.responses.patterns if response.status_code.pattern.startswith("2")]
    answer = next((response for response in successes if response.source["return_type"] == "Any"), None)
    if answer is None:
        raise parsed.document.error(at, "openapi-python-client leaves the response out", "Correct it.")
    type_ = type_of(parsed, at, answer.prop)
    is_class = of_named(parsed, at) is not None and type_.json == {"object"}
    if len(type_.members) > 1 or not (is_class or type_.json == {"array"}):
        problem = f"a response of type `{type_.annotation}` is not supported"
        advice = "Describe an object with properties, a union of such objects, or a list."
        raise parsed.document.error(at, problem, advice)
    return type_


def _stream(parsed: Parsed, method: Method) -> Stream:
    at, media = method.responses[EVENTS]
    error, schema, rules = parsed.document.error, below(at, "schema"), media.get("x-stream", {})
    if JSON not in method.responses:
        raise error(
            at, "a response that is only a stream is not supported", f"Describe the whole reply as `{JSON}` as well."
        )
    switches = [
        argument.name
        for argument in method.arguments
        if argument.location == "body" and "boolean" in argument.type.json and argument.key == rules.get("selected-by")
    ]
    if not switches:
        problem = "nothing says which field of the body requests the stream"
        advice = "Name a boolean field of the body: `x-stream: {selected-by: stream}`."
        raise error(below(at, "x-stream"), problem, advice)
    if (event := of_named(parsed, schema)) is None:
        advice = "Describe an object with properties, or a union of such."
        raise error(schema, "events that are not objects are not supported", advice)
    event_schemas = [parsed.document.node(at) for at in parsed.leaves(schema)]
    roles = [event_schema.get("x-event", {}) for event_schema in event_schemas]
    if not rules.get("end-marker") and not any("ends" in role for role in roles):
        advice = "Give it an `end-marker`, or an event `x-event: {ends: completed, reply: ...}`."
        raise error(schema, "nothing ends the stream", advice)
    if not any({"ends", "reply"} <= role.keys() for role in roles) and not any(
        "x-assembles" in event_schema for event_schema in event_schemas
    ):
        advice = "Give one event `x-event: {ends: completed, reply: ...}`, or `x-assembles`."
        raise error(schema, "no event of the stream carries the whole reply", advice)
    return Stream(switches[0], event)
