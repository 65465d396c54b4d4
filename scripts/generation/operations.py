"""The operations of the document as methods: their arguments, what they send, what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import keywords, names, prose, streams
from .collect import Root, object_members
from .document import Document, Node, below
from .reduce import parameters_schema, reduced
from .streams import EVENTS, Stream
from .types import Type, Typist

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that OpenAPI 3.1 (Parameter Object, `name`) tells tools to ignore."""

JSON = "application/json"
_STYLES = {"path": "simple", "query": "form", "header": "simple"}
"""How OpenAPI 3.1 (Parameter Object, `style`) writes a parameter when nothing else is said: as the client does."""

_WORDS_OF_A_PATH = frozenset({*METHODS, "description", "parameters", "summary"})
_WORDS_OF_AN_OPERATION = frozenset(
    """
    callbacks deprecated description externalDocs operationId parameters requestBody responses security summary tags
    """.split()
)
_PATH = re.compile(
    r"/(?:[A-Za-z0-9._~%!$&'()*+,;=:@/-]|\{[^{}/]+\})*"
)  # RFC 3986, section 3.3, and parameters

Place = tuple[str, Node]
"""A part of the document and where it stands."""


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
class Operation:
    """A method of a resource."""

    id: str
    name: str
    http_method: str
    path: str
    doc: str
    arguments: list[Argument]
    has_body: bool
    reply: Reply | None
    stream: Stream | None
    can_fail: bool
    source: str | None

    def at(self, location: str) -> list[Argument]:
        """The arguments that go to a place of the request: path, query, header or body."""
        return [argument for argument in self.arguments if argument.location == location]

    def returns(self, stream_class: str) -> str:
        """What the method returns, in words."""
        if self.reply is None:
            return "The HTTP answer, which has no JSON."
        if self.stream is None:
            return "The reply."
        return f"The reply; with `{self.stream.selected_by}=True` an `{stream_class}` of events."

    def types(self) -> list[Type]:
        """The types that the method's signature names."""
        found = [argument.type for argument in self.arguments]
        found += [self.reply.type] if self.reply else []
        return found + ([self.stream.event] if self.stream else [])


def find(document: Document) -> list[Described]:
    """Every operation, in the document's order.

    Raises:
        DocumentError: One lacks what a method needs, or has what would be left out in silence.
    """
    found: list[Described] = []
    ids: dict[str, str] = {}
    for path, item in document.data.get("paths", {}).items():
        at = below("/paths", path)
        _check_words(document, at, item, _WORDS_OF_A_PATH)
        for method in METHODS:
            if method in item:
                one = Described(document, path, method, item)
                twin = ids.setdefault(one.id, one.pointer)
                if twin != one.pointer:
                    text = f"the operationId {one.id!r} stands at {document.place(twin)} too"
                    raise document.error(below(one.pointer, "operationId"), text, "Rename one.")
                found.append(one)
    if not found:
        raise document.error("/paths", "the document has no operation", "Describe one.")
    return found


def _check_words(document: Document, pointer: str, node: Node, words: frozenset[str]) -> None:
    for word in node:
        if word not in words and not word.startswith("x-"):
            raise document.error(below(pointer, word), f"`{word}` is not expressed here", "Take it out.")


class Described:
    """An operation as the document has it.

    Attributes:
        document: The document.
        path: The path, with `{name}` for parameters.
        method: The HTTP method.
        pointer: Where it stands.
        node: It itself.
        id: The operationId.
        tag: The tag whose resource it is in: the first one.
    """

    def __init__(self, document: Document, path: str, method: str, item: Node) -> None:
        self.document = document
        self.path = path
        self.method = method.upper()
        self.pointer = below("/paths", path, method)
        self.node: Node = item[method]
        self._item = item
        _check_words(document, self.pointer, self.node, _WORDS_OF_AN_OPERATION)
        for word in ("operationId", "tags", "responses"):
            if not self.node.get(word):
                raise document.error(self.pointer, f"the operation has no `{word}`", "Add it.")
        self.id: str = self.node["operationId"]
        self.tag: str = self.node["tags"][0]
        self._source = self.node.get("x-source", document.data.get("x-source"))
        self._check_paths()

    def roots(self) -> Iterator[Root]:
        """The schemas that it uses, with the name that each would get should it be an inline object."""
        hint = names.class_name(self.id)
        for at, parameter in self.parameters:
            name = hint + names.class_name(parameter["name"])
            yield Root("requests", below(at, "schema"), parameter["schema"], name)
        at, body = self.body
        for key, schema in body.get("properties", {}).items():
            yield Root("requests", below(at, "properties", key), schema, hint + names.class_name(key))
        if JSON in self.answers:
            at, media = self.answers[JSON]
            yield Root("replies", below(at, "schema"), media["schema"], f"{hint}Reply")
        if EVENTS in self.answers:
            at, media = self.answers[EVENTS]
            yield Root("events", below(at, "schema"), media["schema"], f"{hint}Event")

    def as_method(self, typist: Typist) -> Operation:
        """It as a method of its resource."""
        arguments = [*self._parameter_arguments(typist), *self._body_arguments(typist)]
        keys = [(argument.pointer, argument.key) for argument in arguments]
        names.check_attributes(self.document, keys, names.ARGUMENTS_OF_A_CALL)
        return Operation(
            id=self.id,
            name=self.name,
            http_method=self.method,
            path=self.path,
            doc=prose.of_operation(self.node) or f"{self.method} {self.path}.",
            arguments=sorted(arguments, key=lambda argument: not argument.required),
            has_body="requestBody" in self.node,
            reply=self._reply(typist),
            stream=self._stream(typist, arguments),
            can_fail=self._can_fail(),
            source=self._source,
        )

    @property
    def name(self) -> str:
        """The method: `responses.create` of the tag `responses` is `client.responses.create`."""
        prefix = f"{names.identifier(self.tag).rstrip('_')}_"
        return names.identifier(names.identifier(self.id).removeprefix(prefix))

    # The request

    @cached_property
    def parameters(self) -> list[Place]:
        """The parameters of the path and the operation, the latter's first, without the headers that tools ignore."""
        listed = [
            (below(self.pointer, "parameters", i), p) for i, p in enumerate(self.node.get("parameters", []))
        ]
        at_path = below("/paths", self.path, "parameters")
        listed += [(below(at_path, i), p) for i, p in enumerate(self._item.get("parameters", []))]
        result: dict[tuple[str, str], Place] = {}
        for at, entry in listed:
            place, parameter = self.document.resolve(at, entry)
            self._check_parameter(place, parameter)
            if parameter["in"] != "header" or parameter["name"].lower() not in IGNORED_HEADERS:
                result.setdefault((parameter["in"], parameter["name"]), (place, parameter))
        return list(result.values())

    def _check_parameter(self, at: str, parameter: Node) -> None:
        error = self.document.error
        if "schema" not in parameter:
            raise error(at, "a parameter without `schema` is not expressed", "Give it one.")
        keywords.check(self.document, below(at, "schema"), parameter["schema"])
        if parameter["in"] == "cookie":
            raise error(at, "a cookie parameter is not expressed", "Pass it as a header.")
        if parameter["in"] == "path" and parameter.get("required") is not True:
            raise error(
                at, f"the path parameter {parameter['name']!r} is not required", "Say `required: true`."
            )
        style = _STYLES[parameter["in"]]
        if parameter.get("style", style) != style or parameter.get("allowReserved"):
            raise error(at, "this style of a parameter is not expressed", f"Use `style: {style}` alone.")

    def _check_paths(self) -> None:
        """The path and its aliases have just the parameters that are described."""
        ours = {parameter["name"] for _at, parameter in self.parameters if parameter["in"] == "path"}
        aliases = self.node.get("x-alias-paths", [])
        at = below(self.pointer, "x-alias-paths")
        paths = [(self.pointer, self.path), *((below(at, i), alias) for i, alias in enumerate(aliases))]
        for pointer, path in paths:
            if not isinstance(path, str) or not _PATH.fullmatch(path):
                advice = "Begin it with / and percent-encode what is not allowed in it."
                raise self.document.error(pointer, f"{path!r} is no path", advice)
            for name in sorted(ours.symmetric_difference(re.findall(r"\{([^{}]+)\}", path))):
                where = (
                    "described, but not in the path" if name in ours else "in the path, but not described:"
                )
                found = f"the parameter {name!r} is {where} {path}"
                raise self.document.error(pointer, found, "Correct one of them.")

    @cached_property
    def body(self) -> Place:
        """The object whose fields are the method's keywords; an empty one when there is no body."""
        if "requestBody" not in self.node:
            return self.pointer, {}
        at, body = self.document.resolve(below(self.pointer, "requestBody"), self.node["requestBody"])
        if list(body["content"]) != [JSON] or "schema" not in body["content"][JSON]:
            found = f"a body as {', '.join(body['content']) or 'nothing'} is not expressed"
            raise self.document.error(at, found, f"Describe `{JSON}` with a schema.")
        pointer, schema = below(at, "content", JSON, "schema"), body["content"][JSON]["schema"]
        keywords.check(self.document, pointer, schema)
        pointer, schema = self.document.resolve(pointer, schema)
        if not schema.get("properties"):
            advice = "List them: they become the method's keywords."
            raise self.document.error(
                pointer, "a body that is no object with properties is not expressed", advice
            )
        if schema.get("required") and not body.get("required"):
            found = "the body may be left out, but some of its fields not"
            raise self.document.error(at, found, "Say `required: true` of it.")
        return pointer, schema

    def _parameter_arguments(self, typist: Typist) -> Iterator[Argument]:
        for at, parameter in self.parameters:
            type_ = typist.type_of(below(at, "schema"), parameter["schema"])
            self._check_fits(at, parameter, type_)
            yield Argument(
                pointer=at,
                key=parameter["name"],
                name=names.attribute(parameter["name"]),
                location=parameter["in"],
                type=type_,
                required=parameter.get("required", False),
                doc=prose.of_field(self._said_of(at, parameter), parameter.get("x-source", self._source)),
            )

    def _said_of(self, at: str, parameter: Node) -> Node:
        """The schema of a parameter, with what the parameter says itself."""
        schema = described(self.document, below(at, "schema"), parameter["schema"])
        return {
            **schema,
            **{word: parameter[word] for word in ("deprecated", "description") if word in parameter},
        }

    def _check_fits(self, at: str, parameter: Node, type_: Type) -> None:
        """A parameter is text: one value, or in a query a list of such."""
        inner = [member for member in type_.members if member.startswith("list[")]
        is_flat = type_.json.isdisjoint({"object", "any"}) and not any(
            "[list[" in m or "[dict[" in m for m in inner
        )
        classes = type_.decoder and any(name.startswith("decode_") for name in type_.decoder.functions)
        if (
            not is_flat
            or classes
            or (inner and (parameter["in"] != "query" or parameter.get("explode") is False))
        ):
            found = f"a parameter of type `{type_.annotation}` in the {parameter['in']} is not expressed"
            raise self.document.error(
                at, found, "Describe text, a number, a boolean, or in a query a list of such."
            )

    def _body_arguments(self, typist: Typist) -> Iterator[Argument]:
        at, body = self.body
        inherited = body.get("x-source", self._source)
        for key, schema in body.get("properties", {}).items():
            pointer = below(at, "properties", key)
            yield Argument(
                pointer=pointer,
                key=key,
                name=names.attribute(key),
                location="body",
                type=typist.type_of(pointer, schema),
                required=key in body.get("required", []),
                doc=prose.of_field(
                    described(self.document, pointer, schema), schema.get("x-source", inherited)
                ),
            )

    # The answer

    @cached_property
    def answers(self) -> dict[str, Place]:
        """What is answered with success, by its media type."""
        found: dict[str, Place] = {}
        for at, reply in self._successes:
            for media_type, media in reply.get("content", {}).items():
                place = below(at, "content", media_type)
                self._check_answer(place, media_type, media)
                _at, twin = found.setdefault(media_type, (place, media))
                if twin["schema"] != media["schema"]:
                    found_twice = f"two successful answers differ in their {media_type}"
                    raise self.document.error(place, found_twice, "Give them one schema.")
            if found and not reply.get("content"):
                raise self.document.error(
                    at, "one successful answer has content, this one has none", "Take one out."
                )
        return found

    @cached_property
    def _successes(self) -> list[Place]:
        """The successful answers; those with content first."""
        responses = self.node["responses"]
        found = [
            self.document.resolve(below(self.pointer, "responses", status), reply)
            for status, reply in responses.items()
            if status.startswith("2")
        ]
        if not found:
            at = below(self.pointer, "responses")
            raise self.document.error(at, "no successful answer is described", "Add one, such as 200 or 204.")
        return sorted(found, key=lambda place: not place[1].get("content"))

    def _check_answer(self, at: str, media_type: str, media: Node) -> None:
        if media_type not in (JSON, EVENTS):
            raise self.document.error(
                at, f"an answer as {media_type} is not expressed", "Describe JSON or events."
            )
        if "schema" not in media:
            raise self.document.error(at, "an answer without `schema` is not expressed", "Give it one.")
        keywords.check(self.document, below(at, "schema"), media["schema"])

    def _reply(self, typist: Typist) -> Reply | None:
        if JSON not in self.answers:
            return None
        at, media = self.answers[JSON]
        type_ = typist.type_of(below(at, "schema"), media["schema"])
        is_list = type_.json == {"array"}
        if len(type_.members) > 1 or not (is_list or type_.annotation in type_.classes):
            found = f"an answer of type `{type_.annotation}` is not expressed"
            advice = "Describe an object with properties, a union of such, or a list: it carries the facts of HTTP."
            raise self.document.error(below(at, "schema"), found, advice)
        return Reply(type_, is_list)

    def _can_fail(self) -> bool:
        """Whether a reply can say of itself that it failed."""
        if JSON not in self.answers:
            return False
        at, media = self.answers[JSON]
        place = self.document.resolve(below(at, "schema"), media["schema"])
        return any(
            "x-failed-when" in schema for _at, schema in (place, *object_members(self.document, *place))
        )

    def _stream(self, typist: Typist, arguments: list[Argument]) -> Stream | None:
        if EVENTS not in self.answers:
            return None
        at, media = self.answers[EVENTS]
        if JSON not in self.answers:
            advice = f"Describe the whole reply, as `{JSON}`, too."
            raise self.document.error(at, "a stream alone is not expressed", advice)
        flags = {
            one.key: one.name for one in arguments if one.location == "body" and "boolean" in one.type.json
        }
        return streams.build(self.document, at, media, flags, typist)

    # What the run time knows

    def data(self) -> dict[str, Any]:
        """The operation as plain data."""
        stream = self.answers[EVENTS][1]["x-stream"] if EVENTS in self.answers else {}
        return {
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "alias_paths": self.node.get("x-alias-paths", []),
            "safe": self.method in SAFE_METHODS,
            "parameters": {place: self._parameters_at(place) for place in _STYLES},
            "body": self._body_schema(),
            "status": self._status(),
            "reply": self._answer_schema(JSON),
            "events": self._answer_schema(EVENTS),
            "stream": {key.replace("-", "_"): value for key, value in stream.items()} or None,
        }

    def _parameters_at(self, place: str) -> dict[str, Any] | None:
        found = [parameter for _at, parameter in self.parameters if parameter["in"] == place]
        return parameters_schema(found) if found else None

    def _body_schema(self) -> dict[str, Any] | None:
        if "requestBody" not in self.node:
            return None
        _at, holder = self.document.resolve(below(self.pointer, "requestBody"), self.node["requestBody"])
        return reduced(holder["content"][JSON]["schema"])

    def _status(self) -> int:
        status = next(status for status in self.node["responses"] if status.startswith("2"))
        return int(status) if status.isdigit() else 200

    def _answer_schema(self, media_type: str) -> dict[str, Any] | None:
        return reduced(self.answers[media_type][1]["schema"]) if media_type in self.answers else None


def described(document: Document, pointer: str, schema: Node) -> Node:
    """A schema with its own description, or that of the component that it refers to."""
    if "$ref" not in schema:
        return schema
    _at, target = document.resolve(pointer, schema)
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
