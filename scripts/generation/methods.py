"""The generator's endpoints as methods of the client: their arguments, what they return, how they stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from openapi_python_client.parser.openapi import Endpoint

from . import names, prose
from .document import Document, Node, below
from .operations import JSON, OperationSpec
from .parse import EVENTS, PYTHON_NAME, Field, Parsed, event_name
from .reserved import Reserved
from .schemas import SchemaUse, object_members
from .types import Type, TypeResolver


@dataclass(frozen=True)
class Argument:
    """A keyword of an operation's method."""

    pointer: str
    key: str
    name: str
    location: str
    type: Type
    required: bool
    doc: str


@dataclass(frozen=True)
class Reply:
    """What an operation answers: an object of a class, or a list."""

    type: Type
    is_list: bool

    @property
    def annotation(self) -> str:
        """The type of what the method returns."""
        return (
            f"ListReply{self.type.annotation.removeprefix('list')}" if self.is_list else self.type.annotation
        )

    def read(self, constant: str) -> str:
        """The function that reads it from JSON data, for the operation of a name."""
        decode = self.type.decoder.as_function() if self.type.decoder else "list"
        return f"list_reply({decode}, {constant}.reply_schema)" if self.is_list else decode


@dataclass(frozen=True)
class Stream:
    """The argument that asks for a stream, and what its events are."""

    selected_by: str
    end_marker: str | None
    event: Type


@dataclass(frozen=True)
class Operation:
    """A method of a resource."""

    id: str
    name: str
    http_method: str
    path: str
    doc: str = ""
    arguments: list[Argument] = field(default_factory=list)
    reply: Reply | None = None
    stream: Stream | None = None
    can_fail: bool = False
    source: str | None = None

    @property
    def has_body(self) -> bool:
        """Whether it sends a body with fields."""
        return any(argument.location == "body" for argument in self.arguments)

    @property
    def renamed(self) -> dict[str, str]:
        """The keys of the arguments whose names differ from them."""
        return {one.name: one.key for one in self.arguments if one.name != one.key}

    @property
    def unix_times(self) -> list[str]:
        """The arguments that the document has as seconds since 1970, and that take a datetime."""
        decoders = {one.name: one.type.decoder for one in self.arguments}
        return [name for name, decoder in decoders.items() if decoder and "time_of" in decoder.functions]

    def returns(self, stream_class: str) -> str:
        """What the method returns, in words."""
        if self.reply is None:
            return "The HTTP response, which has no JSON."
        if self.stream is None:
            return "The reply."
        article = "an" if stream_class.startswith("A") else "a"
        return f"The reply; with `{self.stream.selected_by}=True` {article} `{stream_class}` of events."

    def type_names(self) -> frozenset[str]:
        """The names of the package's `types` that the method's signature may have."""
        found = [argument.type for argument in self.arguments]
        found += [self.reply.type] if self.reply else []
        found += [self.stream.event] if self.stream else []
        return frozenset({"ListReply"}).union(*(type_.classes for type_ in found))


def uses(parsed: Parsed, spec: OperationSpec, endpoint: Endpoint) -> Iterator[SchemaUse]:
    """The schemas that an operation uses."""
    for at, parameter in spec.parameters:
        yield SchemaUse("requests", below(at, "schema"), endpoint.name, parameter["name"])
    for one in _body_fields(parsed, spec):
        parent = parsed.models[_body_pointer(parsed, spec)].class_info.name
        yield SchemaUse("requests", one.pointer, parent, one.prop.name.get_untrusted_value())
    if JSON in spec.answers:
        at, _media = spec.answers[JSON]
        status = at.split("/responses/")[1].split("/")[0]
        yield SchemaUse("replies", below(at, "schema"), endpoint.name, f"response_{status}")
    if EVENTS in spec.answers:
        at, _media = spec.answers[EVENTS]
        name = event_name(parsed.document, at.removesuffix(below("/content", EVENTS)))
        yield SchemaUse("events", below(at, "schema"), "", name)


def _body_pointer(parsed: Parsed, spec: OperationSpec) -> str:
    """Where the object is described whose fields are the method's keywords."""
    assert spec.body is not None
    pointer, _schema = parsed.resolve(below(spec.body[0], "schema"))
    if pointer not in parsed.models:
        found = "a body that is no object with properties is not expressed"
        raise parsed.document.error(pointer, found, "List them: they become the method's keywords.")
    return pointer


def _body_fields(parsed: Parsed, spec: OperationSpec) -> list[Field]:
    return parsed.fields(_body_pointer(parsed, spec)) if spec.body else []


@dataclass(frozen=True)
class MethodBuilder:
    """Makes methods.

    Attributes:
        types: Makes types.
        reserved: The names that the templates need themselves.
    """

    types: TypeResolver
    reserved: Reserved

    @property
    def parsed(self) -> Parsed:
        """The generator's parse."""
        return self.types.parsed

    @property
    def document(self) -> Document:
        """The document."""
        return self.types.parsed.document

    def method(self, spec: OperationSpec, endpoint: Endpoint, tag: str) -> Operation:
        """An operation as a method of the resource of a tag.

        Raises:
            DocumentError: A method cannot express it.
        """
        arguments = [*self._parameters(spec, endpoint), *self._fields(spec)]
        keys = [(argument.pointer, argument.key, argument.name) for argument in arguments]
        names.check_attributes(self.document, keys, self.reserved.arguments)
        return Operation(
            id=spec.id,
            name=names.method(endpoint.name, tag),
            http_method=spec.method,
            path=spec.path,
            doc=prose.of_operation(spec.node) or f"{spec.method} {spec.path}.",
            arguments=sorted(arguments, key=lambda argument: not argument.required),
            reply=self._reply(spec, endpoint),
            stream=self._stream(spec, arguments),
            can_fail=self._can_fail(spec),
            source=spec.source,
        )

    # The request

    def _parameters(self, spec: OperationSpec, endpoint: Endpoint) -> Iterator[Argument]:
        props = {(place, prop.name): prop for place, prop in endpoint.iter_all_parameters()}
        for at, parameter in spec.parameters:
            if (prop := props.get((parameter["in"], parameter["name"]))) is None:
                continue
            type_ = self.types.type_of(below(at, "schema"), prop)
            self._check_fits(at, parameter, type_)
            schema = self._described(below(at, "schema"))
            own = {word: parameter[word] for word in ("deprecated", "description") if word in parameter}
            yield Argument(
                pointer=at,
                key=parameter["name"],
                name=parameter.get(PYTHON_NAME, names.identifier(prop.python_name)),
                location=parameter["in"],
                type=type_,
                required=prop.required,
                doc=prose.of_field({**schema, **own}, parameter.get("x-source", spec.source)),
            )

    def _check_fits(self, at: str, parameter: Node, type_: Type) -> None:
        """A parameter is text: one value, or in a query a list of such."""
        inner = [member for member in type_.members if member.startswith("list[")]
        is_flat = type_.json.isdisjoint({"object", "any"}) and not any(
            "[list[" in member or "[dict[" in member for member in inner
        )
        has_class = type_.decoder and any(name.startswith("decode_") for name in type_.decoder.functions)
        is_list_elsewhere = inner and (parameter["in"] != "query" or parameter.get("explode") is False)
        if not is_flat or has_class or is_list_elsewhere:
            found = f"a parameter of type `{type_.annotation}` in the {parameter['in']} is not expressed"
            advice = "Describe text, a number, a boolean, or in a query a list of such."
            raise self.document.error(at, found, advice)

    def _fields(self, spec: OperationSpec) -> Iterator[Argument]:
        if not spec.body:
            return
        _at, body = self.document.resolve(below(spec.body[0], "schema"))
        inherited = body.get("x-source", spec.source)
        for key, at, prop in _body_fields(self.parsed, spec):
            yield Argument(
                pointer=at,
                key=key,
                name=names.identifier(prop.python_name),
                location="body",
                type=self.types.type_of(at, prop),
                required=prop.required,
                doc=prose.of_field(self._described(at), self.document.node(at).get("x-source", inherited)),
            )

    def _described(self, pointer: str) -> Node:
        return prose.described(self.document, pointer)

    # The answer

    def _reply(self, spec: OperationSpec, endpoint: Endpoint) -> Reply | None:
        if JSON not in spec.answers:
            return None
        at = below(spec.answers[JSON][0], "schema")
        successes = [one for one in endpoint.responses.patterns if one.status_code.pattern.startswith("2")]
        answer = next((one for one in successes if one.source["return_type"] == "Any"), None)
        if answer is None:
            raise self.document.error(at, "openapi-python-client leaves the answer out", "Correct it.")
        type_ = self.types.type_of(at, answer.prop)
        is_list = type_.json == {"array"}
        if len(type_.members) > 1 or not (is_list or type_.annotation in type_.classes):
            found = f"an answer of type `{type_.annotation}` is not expressed"
            advice = "Describe an object with properties, a union of such, or a list: it carries the facts of HTTP."
            raise self.document.error(at, found, advice)
        return Reply(type_, is_list)

    def _can_fail(self, spec: OperationSpec) -> bool:
        """Whether a reply can say of itself that it failed."""
        if JSON not in spec.answers:
            return False
        at, schema = self.parsed.resolve(below(spec.answers[JSON][0], "schema"))
        members = [self.document.node(member) for member in object_members(self.parsed, at)]
        return any("x-failed-when" in one for one in (schema, *members))

    # The stream

    def _stream(self, spec: OperationSpec, arguments: list[Argument]) -> Stream | None:
        if EVENTS not in spec.answers:
            return None
        at, media = spec.answers[EVENTS]
        if JSON not in spec.answers:
            advice = f"Describe the whole reply, as `{JSON}`, too."
            raise self.document.error(at, "a stream alone is not expressed", advice)
        rules = media.get("x-stream", {})
        asks = [
            one.name
            for one in arguments
            if one.location == "body" and "boolean" in one.type.json and one.key == rules.get("selected-by")
        ]
        if not asks:
            found = "the stream does not say what asks for it"
            advice = "Name a boolean field of the body: `x-stream: {selected-by: stream}`."
            raise self.document.error(below(at, "x-stream"), found, advice)
        schema = below(at, "schema")
        event = self.types.of_named(schema)
        if event is None:
            advice = "Describe an object with properties, or a union of such."
            raise self.document.error(schema, "events that are no objects are not expressed", advice)
        self._check_end(schema, has_marker=bool(rules.get("end-marker")))
        return Stream(asks[0], rules.get("end-marker"), event)

    def _check_end(self, pointer: str, *, has_marker: bool) -> None:
        """A stream ends, and what ends it gives the whole reply."""
        kinds = list(self._kinds_of_events(pointer))
        roles = [kind.get("x-event", {}) for kind in kinds]
        if not has_marker and not any("ends" in role for role in roles):
            advice = "Give it an `end-marker`, or an event `x-event: {ends: completed, reply: ...}`."
            raise self.document.error(pointer, "nothing ends the stream", advice)
        if not any("x-assembles" in kind for kind in kinds) and not any(
            {"ends", "reply"} <= role.keys() for role in roles
        ):
            advice = "Give one event `x-event: {ends: completed, reply: ...}`, or `x-assembles`."
            raise self.document.error(pointer, "nothing in the stream gives the whole reply", advice)

    def _kinds_of_events(self, pointer: str) -> Iterator[Node]:
        """The classes of events, those of unions among them."""
        pointer, schema = self.parsed.resolve(pointer)
        if pointer in self.parsed.models:
            yield schema
        for member in object_members(self.parsed, pointer):
            yield from self._kinds_of_events(member)
