"""Flattens a schema: resolves its references and combines its alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.openapi.document import Document, below

from .facts import Json, UnreadableError

Place = tuple[str, Any]
"""A JSON pointer, and the node that is there."""

DEEPEST = 50

BOUNDS = {
    "minimum": ("number", "integer"),
    "maximum": ("number", "integer"),
    "exclusiveMinimum": ("number", "integer"),
    "exclusiveMaximum": ("number", "integer"),
    "minItems": ("array",),
    "maxItems": ("array",),
    "minLength": ("string",),
    "maxLength": ("string",),
}
"""The types that a bound applies to; alternatives of other types do not need it."""

_VALUES = ("default", "example", "examples", "enum", "description", "x-specification")
_OF_ONE = ("default", "example", "examples")
"""Keywords that an alternative may state for the whole schema."""

_STRUCTURE: Mapping[str, type | tuple[type, ...]] = {
    "$ref": str,
    "allOf": list,
    "anyOf": list,
    "const": object,
    "items": dict,
    "nullable": bool,
    "oneOf": list,
    "properties": dict,
    "required": list,
    "type": (str, list),
}
"""Keywords that are read, with the types of the values that are understood."""

MEANINGLESS = frozenset({"discriminator", "externalDocs", "rank", "summary", "title", "xml"})
"""Keywords that do not constrain the value: documentation, the display order of the vendor, XML names, and the
discriminator, since its alternatives are compared themselves."""

_DEFAULTS: Mapping[str, Any] = {
    **dict.fromkeys(
        ("allowEmptyValue", "allowReserved", "deprecated", "readOnly", "required", "uniqueItems", "writeOnly"), False
    ),
    **dict.fromkeys(("additionalProperties", "items"), True),
    "minProperties": 0,
}


@dataclass
class Shape:
    """A schema without references and alternatives.

    Attributes:
        types: The JSON types, apart from null.
        keywords: Bounds, examples and so on.
        others: The keywords that are not understood, with their values.
        items: The alternative schemas of entries.
        properties: The alternative schemas of each field.
        places: The pointer of each keyword.
    """

    types: tuple[str, ...] = ()
    is_nullable: bool = False
    keywords: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    items: list[Place] = field(default_factory=list)
    properties: dict[str, list[Place]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The types as a page writes them."""
        return " | ".join(self.types) or ("null" if self.is_nullable else "any")

    def bound(self, inclusive: str, exclusive: str) -> tuple[Json, bool]:
        """Return a bound, and whether it is exclusive, which is a number in OpenAPI 3.1 and a boolean in 3.0."""
        if self.keywords.get(exclusive) is True:
            return self.keywords.get(inclusive), True
        if exclusive in self.keywords and self.keywords[exclusive] is not False:
            return self.keywords[exclusive], True
        return self.keywords.get(inclusive), False


def read(document: Document, places: Iterable[Place], seen: tuple[str, ...] = ()) -> Shape:
    """Flatten alternative schemas of a value.

    Raises:
        UnreadableError: A schema contains itself directly, or is malformed.
        DocumentError: A reference cannot be resolved.
    """
    shapes = [_one(document, place, seen) for place in places if isinstance(place[1], dict)]
    return shapes[0] if len(shapes) == 1 else _united(shapes)


def _one(document: Document, place: Place, seen: tuple[str, ...]) -> Shape:
    pointer, schema = place
    if pointer in seen or len(seen) > DEEPEST:
        raise UnreadableError("has a schema that consists of itself")
    seen = (*seen, pointer)
    parts = [_own(pointer, schema)]
    if "$ref" in schema:
        if not isinstance(schema["$ref"], str):
            raise UnreadableError(f"has a `$ref` that is not text: {str(schema['$ref'])[:60]}")
        parts.append(read(document, [document.resolve(pointer, schema)], seen))
    parts += [read(document, [part], seen) for part in entries(place, "allOf")]
    for keyword in ("anyOf", "oneOf"):
        if alternatives := list(entries(place, keyword)):
            united = read(document, alternatives, seen)
            united.places.setdefault("type", below(pointer, keyword))
            if not (united.types or united.is_nullable or united.properties or united.items):
                united = Shape(others={keyword: schema[keyword]}, places={keyword: below(pointer, keyword)})
            parts.append(united)
    return _combined(parts)


def entries(place: Place, key: str) -> Iterator[Place]:
    """Return the mappings in the list under a key."""
    pointer, node = place
    values = node.get(key)
    for index, entry in enumerate(values if isinstance(values, list) else ()):
        if isinstance(entry, dict):
            yield below(pointer, key, index), entry


def _own(pointer: str, schema: Mapping[str, Any]) -> Shape:
    """Return the keywords of a schema itself, without its references and alternatives."""
    type_ = schema.get("type")
    types = [type_] if isinstance(type_, str) else [name for name in _list(type_) if isinstance(name, str)]
    keywords = {keyword: schema[keyword] for keyword in (*BOUNDS, *_VALUES) if keyword in schema}
    if "const" in schema:
        keywords["enum"] = [schema["const"]]
    if not isinstance(keywords.get("enum", []), list):
        raise UnreadableError("has an `enum` that is not a list")
    properties = schema.get("properties")
    fields = properties if isinstance(properties, dict) else {}
    places = {str(keyword): below(pointer, keyword) for keyword in schema}
    return Shape(
        tuple(name for name in types if name != "null"),
        "null" in types or schema.get("nullable") is True,
        keywords,
        {keyword: value for keyword, value in schema.items() if _is_unknown(keyword, value)},
        [(below(pointer, "items"), schema["items"])] if "items" in schema else [],
        {name: [(below(pointer, "properties", name), node)] for name, node in fields.items()},
        {name for name in _list(schema.get("required")) if isinstance(name, str)},
        places,
    )


def _is_unknown(keyword: str, value: Any) -> bool:
    is_known = keyword in BOUNDS or keyword in _VALUES or keyword in MEANINGLESS
    return not (is_known or isinstance(value, _STRUCTURE.get(keyword, ())) or is_default(keyword, value))


def is_default(keyword: str, value: Any) -> bool:
    """Whether a keyword has its default value, which means nothing."""
    default = _DEFAULTS.get(keyword, ...)
    is_any_schema = keyword == "additionalProperties" and value == {}
    return is_any_schema or (type(value) is type(default) and bool(value == default))


def _combined(parts: list[Shape]) -> Shape:
    """Combine schemas that all apply. The first one with a keyword takes precedence; another constraint is reported."""
    types = next((part.types for part in parts if part.types), ())
    whole = Shape(types, any(part.is_nullable for part in parts))
    for part in parts:
        for keyword, value in part.keywords.items():
            if (keyword in BOUNDS or keyword == "enum") and value != whole.keywords.get(keyword, value):
                whole.others[f"also {keyword}"] = value
        if part.types and part.types != types:
            whole.others["also type"] = list(part.types)
        _fill(whole.keywords, part.keywords)
        _fill(whole.others, part.others)
        _fill(whole.places, part.places)
        for name, places in part.properties.items():
            known = whole.properties.get(name)
            whole.properties[name] = _both(known, places) if known else places
        whole.items = whole.items or part.items
        whole.required |= part.required
    return whole


def _united(shapes: list[Shape]) -> Shape:
    """Combine alternative schemas. A bound is kept if all alternatives of its type have it, otherwise it is reported.

    Possible values are kept even if another alternative allows any string, which makes it an open enum.
    """
    kinds = tuple(dict.fromkeys(kind for shape in shapes for kind in shape.types))
    whole = Shape(kinds, any(shape.is_nullable for shape in shapes))
    for keyword, types in BOUNDS.items():
        values = [shape.keywords.get(keyword) for shape in shapes if set(shape.types) & set(types)]
        if values and values[0] is not None and all(value == values[0] for value in values):
            whole.keywords[keyword] = values[0]
        elif bounds := [value for value in values if value is not None]:
            whole.others[keyword] = bounds
    if values := [value for shape in shapes for value in shape.keywords.get("enum", ())]:
        whole.keywords["enum"] = [value for i, value in enumerate(values) if value not in values[:i]]
    for shape in shapes:
        _fill(whole.keywords, {keyword: shape.keywords[keyword] for keyword in _OF_ONE if keyword in shape.keywords})
        _fill(whole.others, shape.others)
        _fill(whole.places, shape.places)
        whole.items += shape.items
        for name, schemas in shape.properties.items():
            whole.properties.setdefault(name, []).extend(schemas)
    objects = [shape for shape in shapes if shape.properties or "object" in shape.types]
    whole.required = set.intersection(*(shape.required for shape in objects)) if objects else set()
    return whole


def _both(first: list[Place], second: list[Place]) -> list[Place]:
    """Return a schema to which the alternatives of two schemas apply."""
    nodes = [[node for _, node in places] for places in (first, second)]
    parts = [node[0] if len(node) == 1 else {"anyOf": node} for node in nodes]
    return [(first[0][0], {"allOf": parts})]


def _fill(known: dict[str, Any], more: Mapping[str, Any]) -> None:
    for keyword, value in more.items():
        known.setdefault(keyword, value)


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
