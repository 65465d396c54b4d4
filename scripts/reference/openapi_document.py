"""Reads the facts about an operation from an OpenAPI document (3.0 or 3.1).

It reads both sides of the comparison: the vendor's document and openapi.yaml (see `ours`). Keywords that are not
understood are kept, so that they are compared unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scripts.openapi.document import Document, below

from . import schema
from .facts import MISSING, PROPERTIES, Facts, Field, UnreadableError, bounds, by_path
from .schema import Place, Shape, entries

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
DOCUMENTATION = ("description", "example", "examples")
MOST_FIELDS = 2000
DEEPEST = 10


class Selection(NamedTuple):
    """The operation to read.

    Attributes:
        method: The method, in upper case.
        paths: The paths to look for.
        error_code: The path to the code in the body of an error.
    """

    method: str
    paths: tuple[str, ...]
    error_code: tuple[str, ...] = ()


_LINE_OF = {
    "type": ("type", "anyOf", "oneOf", "$ref"),
    "nullable": ("nullable", "type", "anyOf", "oneOf"),
    "range": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "min_length": ("minItems", "minLength"),
    "max_length": ("maxItems", "maxLength"),
    "enum": ("enum", "const"),
    "example": ("example", "examples"),
    "default": ("default",),
}
_UNDERSTOOD: dict[str, set[str]] = {
    "body": {"content", "description", "required"},
    "body's content": {"example", "examples", "schema"},
    "credentials": {"bearerFormat", "description", "in", "name", "scheme", "type"},
    "document": {"components", "externalDocs", "info", "openapi", "paths", "security", "servers", "tags"},
    "operation": {
        "description", "externalDocs", "operationId", "parameters", "requestBody", "responses", "security", "servers",
        "summary", "tags",
    },
    "parameter": {*DOCUMENTATION, "in", "name", "required", "schema"},
    "path": {"$ref", "description", "parameters", "servers", "summary"},
    "reply": {"content", "description"},
    "reply's content": {"example", "examples", "schema"},
    "server": {"description", "url"},
}  # fmt: skip
"""For each part of a document, the keywords that are read or can be ignored. Others are compared unchanged."""


def operations(document: Document) -> list[tuple[str, str]]:
    """Return the method and path of each operation."""
    paths = document.data.get("paths")
    if not isinstance(paths, dict):
        raise UnreadableError("has no paths")
    return [
        (method.upper(), path)
        for path, item in paths.items()
        if isinstance(item, dict)
        for method in METHODS
        if isinstance(item.get(method), dict)
    ]


def read(document: Document, selection: Selection | None = None) -> Facts:
    """Return the facts about an operation.

    Args:
        document: The document.
        selection: The operation. If it is None or missing, and the document has only one operation, that one is read.

    Raises:
        UnreadableError: The text is not a complete OpenAPI document, or does not have the operation.
        DocumentError: A reference cannot be resolved.
    """
    if not isinstance(document.data.get("openapi"), str):
        raise UnreadableError("is not an OpenAPI document (it has no `openapi: 3...`)")
    method, path = _choose(operations(document), selection)
    return _Reader(document, method, path).facts(selection.error_code if selection else ())


def _choose(available: list[tuple[str, str]], selection: Selection | None) -> tuple[str, str]:
    if selection:
        for path in selection.paths:
            if (selection.method, path) in available:
                return selection.method, path
    if len(available) == 1:
        return available[0]
    names = ", ".join(" ".join(operation) for operation in available[:5]) + (", ..." if len(available) > 5 else "")
    sought = f"{selection.method} {selection.paths[0]}" if selection else "a single operation"
    raise UnreadableError(f"does not have {sought} (it has {names or 'no operation'})")


class _Reader:
    """Reads one operation."""

    def __init__(self, document: Document, method: str, path: str) -> None:
        self.document = document
        self.item: Place = below("/paths", path), document.data["paths"][path]
        self.method = method.lower()
        self.operation = self._under(self.item, self.method)
        self.facts_of_operation: dict[str, str] = {"method": method, "path": path}
        self.places: dict[str, str] = {"path": self.item[0], "method": self.operation[0]}
        self.count = 0

    def facts(self, error_code: tuple[str, ...]) -> Facts:
        """Return all facts about the operation."""
        self._server()
        fields = [*self._credentials(), *self._parameters()]
        fields += self._body()
        fields += self._reply()
        self._error_codes(error_code)
        pointer, item = self.item
        self._state_others("document", ("", self.document.data))
        self._state_others("path", (pointer, {key: value for key, value in item.items() if key != self.method}))
        self._state_others("operation", self.operation)
        lines = {name: self.document.line(place) for name, place in self.places.items()}
        return Facts(self.facts_of_operation, by_path(fields), lines=lines)

    def _state(self, name: str, value: str, pointer: str) -> None:
        self.facts_of_operation[name], self.places[name] = value, pointer

    def _server(self) -> None:
        for holder in (self.operation, self.item, ("", self.document.data)):
            if servers := list(entries(holder, "servers")):
                urls = [str(server.get("url")).rstrip("/") for _, server in servers]
                self._state("server", ", ".join(urls), below(servers[0][0], "url"))
                for place in servers:
                    self._state_others("server", place)
                return
        self._state("server", "none", "")

    def _state_others(self, part: str, place: Place) -> None:
        """Record the keywords that are not understood."""
        pointer, node = place
        for keyword, value in _others(part, node).items():
            self._state(f"{part}: {keyword}", _json(value), below(pointer, keyword))

    def _credentials(self) -> Iterator[Field]:
        holder = self.operation if "security" in self.operation[1] else ("", self.document.data)
        requirements = holder[1].get("security")
        listed = requirements if isinstance(requirements, list) else []
        alternatives = [item for item in listed if isinstance(item, dict)]
        is_required = bool(alternatives) and all(alternatives)
        schemes = self._under(self._under(("", self.document.data), "components"), "securitySchemes")
        lists = [names for requirement in alternatives for names in requirement.values() if isinstance(names, list)]
        if scopes := sorted({str(scope) for names in lists for scope in names}):
            self._state("credentials: scopes", ", ".join(scopes), below(holder[0], "security"))
        for name in dict.fromkeys(name for requirement in alternatives for name in requirement):
            pointer, scheme = self._under(schemes, name)
            self._state_others("credentials", (pointer, scheme))
            if scheme.get("type") == "http":
                self._state("credentials", str(scheme.get("scheme")).title(), below(pointer, "scheme"))
            header = str(scheme.get("name")) if scheme.get("type") == "apiKey" else "Authorization"
            lines = {"": self.document.line(below(schemes[0], name))}
            others = {"in": scheme.get("in", "header")}
            stated = frozenset((*PROPERTIES, "others"))
            at = f"authorization.{header}"
            yield Field(at, "string", required=is_required, others=others, stated=stated, lines=lines)

    def _parameters(self) -> Iterator[Field]:
        parameters: dict[tuple[str, str], Place] = {}
        for place in [*entries(self.item, "parameters"), *entries(self.operation, "parameters")]:
            pointer, parameter = self._resolved(place)
            parameters[str(parameter.get("in")), str(parameter.get("name"))] = pointer, parameter
        for (where, name), (pointer, parameter) in parameters.items():
            levels = self._levels([(below(pointer, "schema"), parameter.get("schema"))])
            shape = levels[0]
            documentation = {keyword: parameter[keyword] for keyword in DOCUMENTATION if keyword in parameter}
            shape.keywords = documentation | shape.keywords
            shape.others |= _others("parameter", parameter) | {"in": where}
            shape.places = {keyword: below(pointer, keyword) for keyword in parameter} | shape.places
            places = {"": below(pointer, "name"), "required": below(pointer, "required")}
            yield self._field(f"parameter.{name}", levels, places, is_required=parameter.get("required") is True)

    def _body(self) -> list[Field]:
        body = self._under(self.operation, "requestBody")
        self._state_others("body", body)
        self._state("body", "required" if body[1].get("required") is True else "not required", body[0])
        content = self._content("media type", body)
        return self._root("body", content[0]) if content else []

    def _reply(self) -> list[Field]:
        responses = self._under(self.operation, "responses")
        self._state("statuses", ", ".join(sorted(responses[1])) or "none", responses[0])
        for status in sorted(status for status in responses[1] if status.startswith("2")):
            response = self._under(responses, status)
            self._state_others("reply", response)
            content = self._content("reply's media type", response)
            place = next((place for place in content if "json" in place[0].rpartition("/")[2]), None)
            return self._root("reply", place) if place else []
        return []

    def _error_codes(self, path: tuple[str, ...]) -> None:
        """Record the error codes, which a document has in the examples or in the schemas of errors."""
        pointer, responses = self._under(self.operation, "responses")
        errors = [(below(pointer, status), item) for status, item in responses.items() if status[:1] != "2"]
        in_schema = tuple(key for name in path for key in ("properties", name))
        paths = (path, (*in_schema, "const"), (*in_schema, "enum")) if path else ()
        values = [_at(node, item) for node in self._all_below(errors) for item in paths]
        texts = [text for item in values for text in (item if isinstance(item, list) else [item])]
        if codes := sorted({text for text in texts if isinstance(text, str)}):
            self._state("error codes", ", ".join(codes), pointer)

    def _content(self, name: str, holder: Place) -> list[Place]:
        """Return the content of a request or response, by media type."""
        content = self._under(holder, "content")
        if content[1]:
            self._state(name, ", ".join(content[1]), content[0])
        return [self._under(content, media_type) for media_type in content[1]]

    # ---- Schemas -------------------------------------------------------------------------------------------------

    def _root(self, at: str, media: Place) -> list[Field]:
        """Yield the fields of a body or reply."""
        pointer, node = media
        self._state_others(f"{at}'s content", media)
        shape = schema.read(self.document, [(below(pointer, "schema"), node.get("schema"))])
        type_ = "object" if shape.properties and not shape.types else shape.type
        self._state(f"{at}: type", type_, below(pointer, "schema"))
        for keyword, value in shape.others.items():
            self._state(f"{at}: {keyword}", _json(value), shape.places.get(keyword.removeprefix("also "), ""))
        return list(self._fields(at, shape))

    def _fields(self, at: str, shape: Shape, depth: int = 0) -> Iterator[Field]:
        """Yield the fields of an object, each followed by its nested fields."""
        for name, alternatives in shape.properties.items():
            self.count += 1
            if self.count > MOST_FIELDS:
                raise UnreadableError(f"has more than {MOST_FIELDS} fields")
            place, levels = f"{at}.{name}", self._levels(alternatives)
            places = {"": alternatives[0][0], "required": shape.places.get("required", "")}
            yield self._field(place, levels, places, is_required=name in shape.required)
            if depth < DEEPEST:
                yield from self._fields(place + "[]" * (len(levels) - 1), levels[-1], depth + 1)
        if shape.properties:
            for name in sorted(shape.required - shape.properties.keys()):
                yield Field(f"{at}.{name}", required=True, stated=frozenset({"required"}))

    def _levels(self, alternatives: list[Place]) -> list[Shape]:
        """Return the schema of a value and, if it is a list, that of its entries, and so on."""
        levels = [schema.read(self.document, alternatives)]
        while "array" in levels[-1].types:
            if len(levels) > DEEPEST:
                raise UnreadableError("has lists within lists without an end")
            levels.append(schema.read(self.document, levels[-1].items))
        return levels

    def _field(self, at: str, levels: list[Shape], places: Mapping[str, str], *, is_required: bool) -> Field:
        shape, *entries_of = levels
        keywords, others = shape.keywords, dict(shape.others)
        low, open_low = shape.bound("minimum", "exclusiveMinimum")
        high, open_high = shape.bound("maximum", "exclusiveMaximum")
        examples = keywords.get("examples")
        example = examples[0] if isinstance(examples, list) and examples else keywords.get("example", MISSING)
        for level, inner in enumerate(entries_of, 1):
            stated = {keyword: inner.keywords[keyword] for keyword in schema.BOUNDS if keyword in inner.keywords}
            others |= {"items: " * level + keyword: value for keyword, value in {**stated, **inner.others}.items()}
        for of_list, of_text in (("minItems", "minLength"), ("maxItems", "maxLength")):
            if of_list in keywords and of_text in keywords:
                others[of_text] = keywords[of_text]
        possible = {**{keyword: (keyword,) for keyword in others}, **_LINE_OF}
        known = {name: [shape.places[item] for item in keys if item in shape.places] for name, keys in possible.items()}
        pointers = {**{name: all_of_name[0] for name, all_of_name in known.items() if all_of_name}, **places}
        return Field(
            at,
            _type(levels),
            nullable=shape.is_nullable,
            required=is_required,
            default=keywords.get("default", MISSING),
            range=bounds(low, high, open_low=open_low, open_high=open_high),
            min_length=keywords.get("minItems", keywords.get("minLength")),
            max_length=keywords.get("maxItems", keywords.get("maxLength")),
            enum=next(
                (tuple(item.keywords["enum"]) for item in (shape, *entries_of[::-1]) if item.keywords.get("enum")), ()
            ),
            example=example,
            description="description" in keywords,
            others=others,
            stated=frozenset((*PROPERTIES, "others")),
            specification=keywords.get("x-specification", {}),
            lines={name: self.document.line(pointer) for name, pointer in pointers.items() if pointer},
        )

    # ---- Places --------------------------------------------------------------------------------------------------

    def _under(self, place: Place, key: str) -> Place:
        """Return the mapping under a key, with references resolved; empty if there is none."""
        pointer, node = place
        pointer, node = self._resolved((below(pointer, key), node.get(key)))
        return pointer, node if isinstance(node, dict) else {}

    def _all_below(self, places: list[Place]) -> Iterator[Any]:
        """Yield these nodes and all nodes below them, with references resolved, each once."""
        seen = set()
        while places:
            pointer, node = self._resolved(places.pop())
            if pointer not in seen:
                seen.add(pointer)
                yield node
                inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
                places += [(below(pointer, key), value) for key, value in inner]

    def _resolved(self, place: Place) -> Place:
        return self.document.resolve(*place)


def _type(levels: list[Shape]) -> str:
    """Return the type as a page writes it: `object[]` for a list of objects, `array` for a list of any values."""
    result = element = ""
    for shape in reversed(levels):
        array = f"{element}[]" if element else "array"
        result = " | ".join(array if name == "array" else name for name in shape.types) or shape.type
        element = result if len(shape.types) == 1 else ""
    return result


def _at(node: Any, path: tuple[str, ...]) -> Any:
    """Return what is at a path of keys, or None."""
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _others(part: str, node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of a part of the document that are not understood, with their values."""
    known = _UNDERSTOOD[part]
    return {key: value for key, value in node.items() if key not in known and not schema.is_default(key, value)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
