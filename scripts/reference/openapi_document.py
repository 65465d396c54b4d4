"""An OpenAPI document (3.0 or 3.1) as facts about one of its operations.

It serves both sides of the comparison: the vendor's document, and our own openapi.yaml (see `ours`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .facts import MISSING, Facts, Field, Json, UnreadableError, bounds, by_place

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MOST_FIELDS = 2000
DEEPEST = 10

Wanted = tuple[str, tuple[str, ...]]
"""A method, and the paths under which the operation may be found."""

Tree = Mapping[str, Any]

# Which type a bound is about: it says nothing about the alternatives of another type.
_ABOUT = {
    "minimum": ("number", "integer"),
    "maximum": ("number", "integer"),
    "exclusiveMinimum": ("number", "integer"),
    "exclusiveMaximum": ("number", "integer"),
    "minItems": ("array",),
    "maxItems": ("array",),
    "minLength": ("string",),
    "maxLength": ("string",),
}
_VALUES = ("default", "example", "examples", "enum", "const", "description")
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


def operations(tree: Tree) -> list[tuple[str, str]]:
    """Method and path of each operation."""
    paths = tree.get("paths")
    if not isinstance(paths, dict):
        raise UnreadableError("has no paths")
    return [
        (method.upper(), path)
        for path, item in paths.items()
        if isinstance(item, dict)
        for method in METHODS
        if isinstance(item.get(method), dict)
    ]


def read(tree: Tree, wanted: Wanted | None = None) -> Facts:
    """The facts about an operation.

    Args:
        tree: The document.
        wanted: The operation; if it is not there, or none is wanted, a document with only one operation means that.

    Raises:
        UnreadableError: It is no OpenAPI document, is cut off, or does not have the operation.
    """
    if not isinstance(tree.get("openapi"), str):
        raise UnreadableError("is no OpenAPI document (it has no `openapi: 3...`)")
    found = operations(tree)
    method, path = _choose(found, wanted)
    return _Reader(tree).facts(method, path)


def _choose(found: list[tuple[str, str]], wanted: Wanted | None) -> tuple[str, str]:
    if wanted:
        for path in wanted[1]:
            if (wanted[0], path) in found:
                return wanted[0], path
    if len(found) == 1:
        return found[0]
    names = ", ".join(" ".join(operation) for operation in found[:5]) + (", ..." if len(found) > 5 else "")
    sought = f"{wanted[0]} {wanted[1][0]}" if wanted else "a single operation"
    raise UnreadableError(f"does not have {sought} (it has {names or 'no operation'})")


@dataclass
class _Shape:
    """A schema without references and alternatives."""

    types: tuple[str, ...] = ()
    is_nullable: bool = False
    words: dict[str, Any] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    properties: dict[str, list[Any]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return " | ".join(self.types) or ("null" if self.is_nullable else "any")


class _Reader:
    """Reads one document."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.count = 0

    def facts(self, method: str, path: str) -> Facts:
        item = self.tree["paths"][path]
        operation = item[method.lower()]
        about = {"method": method, "path": path}
        lines = {"path": _line(self.tree["paths"], path), "method": _line(item, method.lower())}
        fields = [*self._credentials(operation, about, lines), *self._parameters(item, operation)]
        servers: Any = operation.get("servers") or item.get("servers") or self.tree.get("servers")
        about["server"] = str(servers[0].get("url")).rstrip("/") if _is_list_of_mappings(servers) else "none"
        lines["server"] = _line(servers[0], "url") if _is_list_of_mappings(servers) else 1
        body = self._resolve(operation.get("requestBody"))
        content = _mapping(body.get("content"))
        if content:
            about["media type"] = next(iter(content))
            lines["media type"] = _line(content, about["media type"])
            fields += self._fields("body", [_mapping(content[about["media type"]]).get("schema")])
        fields += self._fields("reply", [self._reply_schema(operation)])
        return Facts(about, by_place(fields), lines=lines)

    def _credentials(self, operation: Tree, about: dict[str, str], lines: dict[str, int]) -> Iterator[Field]:
        security = _list(operation.get("security", self.tree.get("security")))
        schemes = _mapping(_mapping(self.tree.get("components")).get("securitySchemes"))
        is_required = bool(security) and all(security)
        for name in dict.fromkeys(name for one in security for name in _mapping(one)):
            scheme = self._resolve(schemes.get(name))
            if scheme.get("type") == "http":
                about["credentials"] = str(scheme.get("scheme")).title()
                lines["credentials"] = _line(scheme, "scheme")
            header = str(scheme.get("name")) if scheme.get("type") == "apiKey" else "Authorization"
            at = {"": _line(schemes, name)}
            yield Field(f"authorization.{header}", "string", required=is_required, lines=at)

    def _parameters(self, item: Tree, operation: Tree) -> Iterator[Field]:
        found: dict[tuple[str, str], Tree] = {}
        for one in [*_list(item.get("parameters")), *_list(operation.get("parameters"))]:
            parameter = self._resolve(one)
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        for (_, name), parameter in found.items():
            shape = self._shape([parameter.get("schema")], ())
            if "description" in parameter:
                shape.words.setdefault("description", parameter["description"])
            lines = {
                "": _line(parameter, "name"),
                "required": _line(parameter, "required") or _line(parameter, "name"),
            }
            yield self._field(f"parameter.{name}", shape, parameter.get("required") is True, lines)

    def _reply_schema(self, operation: Tree) -> Any:
        responses = _mapping(operation.get("responses"))
        answers = sorted(status for status in responses if status.startswith("2"))
        content = _mapping(self._resolve(responses.get(answers[0])).get("content")) if answers else {}
        for media_type, media in content.items():
            if "json" in media_type:
                return _mapping(media).get("schema")
        return None

    # ---- Schemas -------------------------------------------------------------------------------------------------

    def _fields(self, at: str, schemas: list[Any], depth: int = 0) -> Iterator[Field]:
        """The fields of an object, each followed by those within it."""
        shape = self._shape(schemas, ())
        for name, alternatives in shape.properties.items():
            self.count += 1
            if self.count > MOST_FIELDS:
                raise UnreadableError(f"has more than {MOST_FIELDS} fields")
            inner = self._shape(alternatives, ())
            lines = {"": shape.lines.get(f"properties/{name}", 0), "required": shape.lines.get("required", 0)}
            place = f"{at}.{name}"
            yield self._field(place, inner, name in shape.required, lines)
            if depth < DEEPEST:
                while "array" in inner.types:
                    place, inner = f"{place}[]", self._shape(inner.items, ())
                yield from self._within(place, inner, depth)

    def _within(self, at: str, shape: _Shape, depth: int) -> Iterator[Field]:
        if shape.properties:
            yield from self._fields(at, [shape], depth + 1)

    def _field(self, at: str, shape: _Shape, is_required: bool, lines: dict[str, int]) -> Field:
        words = shape.words
        low, open_low = _bound(words, "minimum", "exclusiveMinimum")
        high, open_high = _bound(words, "maximum", "exclusiveMaximum")
        examples = words.get("examples")
        example = examples[0] if isinstance(examples, list) and examples else words.get("example", MISSING)
        places = {
            name: next((shape.lines[key] for key in keys if key in shape.lines), 0)
            for name, keys in _LINE_OF.items()
        }
        return Field(
            at,
            self._type(shape),
            nullable=shape.is_nullable,
            required=is_required,
            default=words.get("default", MISSING),
            range=bounds(low, high, open_low=open_low, open_high=open_high),
            min_length=words.get("minItems", words.get("minLength")),
            max_length=words.get("maxItems", words.get("maxLength")),
            enum=tuple(words.get("enum", ())),
            example=example,
            description="description" in words,
            lines={name: line for name, line in {**places, **lines}.items() if line},
        )

    def _type(self, shape: _Shape) -> str:
        """The type as a page writes it: `object[]` for a list of objects, `array` for a list of anything."""
        if "array" not in shape.types:
            return shape.type
        inner = self._shape(shape.items, ())
        element = self._type(inner) if len(inner.types) == 1 else ""
        if inner.words.get("enum"):
            shape.words.setdefault("enum", inner.words["enum"])
        array = f"{element}[]" if element else "array"
        return " | ".join(array if kind == "array" else kind for kind in shape.types)

    def _shape(self, schemas: Iterable[Any], seen: tuple[int, ...]) -> _Shape:
        shapes = [
            one if isinstance(one, _Shape) else self._one(one, seen) for one in schemas if one is not None
        ]
        return shapes[0] if len(shapes) == 1 else _united(shapes)

    def _one(self, schema: Any, seen: tuple[int, ...]) -> _Shape:
        if not isinstance(schema, dict):
            return _Shape()
        if id(schema) in seen or len(seen) > 50:
            raise UnreadableError("has a schema that consists of itself")
        seen = (*seen, id(schema))
        parts = [_own(schema)]
        if "$ref" in schema:
            parts.append(self._one(self._target(schema["$ref"]), seen))
        parts += [self._one(part, seen) for part in _list(schema.get("allOf"))]
        for word in ("anyOf", "oneOf"):
            if alternatives := _list(schema.get(word)):
                united = self._shape(alternatives, seen)
                united.lines.setdefault("type", _line(schema, word))
                parts.append(united)
        return _combined(parts)

    def _resolve(self, node: Any) -> Tree:
        for _ in range(20):
            if not isinstance(node, dict) or "$ref" not in node:
                return _mapping(node)
            node = self._target(node["$ref"])
        raise UnreadableError("has references that lead in a circle")

    def _target(self, reference: Any) -> Any:
        node: Any = self.tree
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise UnreadableError(f"refers to `{str(reference)[:60]}`, which is not in the document")
        for token in reference[2:].split("/"):
            key = token.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                raise UnreadableError(f"refers to `{reference[:60]}`, which it does not have")
            node = node[key]
        return node


def _own(schema: Tree) -> _Shape:
    """What a schema says itself, next to its references and alternatives."""
    kinds = schema.get("type")
    types = [kinds] if isinstance(kinds, str) else [kind for kind in _list(kinds) if isinstance(kind, str)]
    words = {word: schema[word] for word in (*_ABOUT, *_VALUES) if word in schema}
    if "const" in words:
        words["enum"] = [words.pop("const")]
    if not isinstance(words.get("enum", []), list):
        raise UnreadableError("has an `enum` that is no list")
    shape = _Shape(
        tuple(kind for kind in types if kind != "null"),
        "null" in types or schema.get("nullable") is True,
        words,
        [schema["items"]] if "items" in schema else [],
        {name: [one] for name, one in _mapping(schema.get("properties")).items()},
        {name for name in _list(schema.get("required")) if isinstance(name, str)},
        dict(getattr(schema, "lines", {})),
    )
    for name in shape.properties:
        shape.lines[f"properties/{name}"] = _line(schema["properties"], name)
    return shape


def _combined(parts: list[_Shape]) -> _Shape:
    """All of these hold: the first word on a thing counts."""
    types = next((part.types for part in parts if part.types), ())
    whole = _Shape(types, any(part.is_nullable for part in parts))
    for part in parts:
        for word, value in part.words.items():
            whole.words.setdefault(word, value)
        for name, schemas in part.properties.items():
            whole.properties.setdefault(name, schemas)
        for name, line in part.lines.items():
            whole.lines.setdefault(name, line)
        whole.items = whole.items or part.items
        whole.required |= part.required
    return whole


def _united(shapes: list[_Shape]) -> _Shape:
    """One of these holds: a bound counts if all alternatives of the type that it is about have it.

    Possible values count even where another alternative takes any string: that is how an open list is written.
    """
    kinds = tuple(dict.fromkeys(kind for shape in shapes for kind in shape.types))
    whole = _Shape(kinds, any(shape.is_nullable for shape in shapes))
    for word, types in _ABOUT.items():
        values = [shape.words.get(word) for shape in shapes if set(shape.types) & set(types)]
        if values and values[0] is not None and all(value == values[0] for value in values):
            whole.words[word] = values[0]
    values = [value for shape in shapes for value in shape.words.get("enum", ())]
    if values:
        whole.words["enum"] = [value for i, value in enumerate(values) if value not in values[:i]]
    objects = [shape for shape in shapes if shape.properties or "object" in shape.types]
    for shape in shapes:
        whole.items += shape.items
        for name, schemas in shape.properties.items():
            whole.properties.setdefault(name, []).extend(schemas)
        for name, line in shape.lines.items():
            whole.lines.setdefault(name, line)
    whole.required = set.intersection(*(shape.required for shape in objects)) if objects else set()
    return whole


def _bound(words: dict[str, Any], inclusive: str, exclusive: str) -> tuple[Json, bool]:
    """A bound, and whether it is itself out of bounds: a number of its own in 3.1, a yes or no in 3.0."""
    if words.get(exclusive) is True:
        return words.get(inclusive), True
    if exclusive in words and words[exclusive] is not False:
        return words[exclusive], True
    return words.get(inclusive), False


def _mapping(node: Any) -> Tree:
    return node if isinstance(node, dict) else {}


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _is_list_of_mappings(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(one, dict) for one in node)


def _line(node: Any, key: str) -> int:
    return int(getattr(node, "lines", {}).get(key, 0))
