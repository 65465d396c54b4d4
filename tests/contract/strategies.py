"""Data generated from the document's schemas: valid, newer than the document, or invalid."""

from __future__ import annotations

import copy
import re
import string
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.contract.document import REQUEST, SCHEMAS, resolved

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.text(string.ascii_lowercase + "_~/ é", min_size=1, max_size=8)
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=4
)
"""Any JSON value."""

MARKS_OF_AN_ERROR = {"success", "error"}
"""Fields that turn a reply into an error body."""


FIELDS = frozenset(["fields"])
GROWN = frozenset(["fields", "values", "variants"])
"""What a newer service may have: new fields, new enum values, new variants of a union."""


@cache
def data(name: str, growth: frozenset[str] = frozenset()) -> st.SearchStrategy[Any]:
    """Return data that is valid for a component, or newer than it in the ways of `growth`."""
    return _data({"$ref": f"#/components/schemas/{name}"}, growth)


@cache
def requests() -> st.SearchStrategy[dict[str, Any]]:
    """Return the arguments of a valid call. Objects in them may have new fields."""
    required = REQUEST["required"]
    values = {key: _data(schema, FIELDS) for key, schema in REQUEST["properties"].items()}
    return st.fixed_dictionaries({key: values.pop(key) for key in required}, optional=values)


def _data(schema: dict[str, Any], growth: frozenset[str]) -> st.SearchStrategy[Any]:
    schema = resolved(schema)
    members = schema.get("anyOf") or schema.get("oneOf")
    if members:
        known = st.one_of([_data(member, growth) for member in members])
        is_open = "variants" in growth and "discriminator" in schema
        return known | _unknown_variant(schema["discriminator"]) if is_open else known
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        is_open = "values" in growth and len(schema["enum"]) > 1
        return st.sampled_from(schema["enum"]) | (TEXTS if is_open else st.nothing())
    if "type" not in schema:
        return JSON
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_OF_TYPE[type_](schema, growth) for type_ in types])


def _object(schema: dict[str, Any], growth: frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    described = st.fixed_dictionaries(
        {key: _data(properties[key], growth) for key in required},
        optional={key: _data(value, growth) for key, value in properties.items() if key not in required},
    )
    if "fields" not in growth and properties:
        return described
    others = st.dictionaries(
        KEYS.filter(lambda key: key not in properties.keys() | MARKS_OF_AN_ERROR), JSON, max_size=2
    )
    return st.builds(lambda known, more: {**more, **known}, described, others)


def _unknown_variant(discriminator: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    values = TEXTS.filter(lambda value: value not in discriminator["mapping"])
    others = st.dictionaries(KEYS.filter(lambda key: key not in MARKS_OF_AN_ERROR), JSON, max_size=3)
    return st.builds(lambda value, fields: {**fields, discriminator["propertyName"]: value}, values, others)


def _number(schema: dict[str, Any], _growth: frozenset[str]) -> st.SearchStrategy[float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    whole = st.integers(-(10**15) if low is None else low, 10**15 if high is None else high)
    if "integer" in schema["type"]:
        return whole
    return whole | st.floats(low, high, allow_nan=False, allow_infinity=False)


def _text(schema: dict[str, Any], _growth: frozenset[str]) -> st.SearchStrategy[str]:
    texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=schema.get("minLength", 0), max_size=12)
    pattern = schema.get("pattern")
    return texts.filter(lambda text: re.search(pattern, text) is not None) if pattern else texts


def _array(schema: dict[str, Any], growth: frozenset[str]) -> st.SearchStrategy[list[Any]]:
    return st.lists(_data(schema.get("items", {}), growth), min_size=schema.get("minItems", 0), max_size=3)


_OF_TYPE: dict[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _text,
    "number": _number,
    "integer": _number,
    "boolean": lambda schema, growth: st.booleans(),
    "null": lambda schema, growth: st.none(),
}


# Requests that may be invalid


@st.composite
def disturbed_requests(draw: st.DrawFn) -> dict[str, Any]:
    """Generate the arguments of a call with some values replaced or removed. They are often invalid, not always."""
    fields = draw(requests())
    for _ in range(draw(st.integers(1, 3))):
        fields = _disturbed(draw, fields, EDGES | JSON, list(REQUEST["properties"]))
    return fields


@st.composite
def disturbed(draw: st.DrawFn, data: st.SearchStrategy[Any], values: st.SearchStrategy[Any]) -> Any:
    """Generate data with some values replaced or removed."""
    value = draw(data)
    for _ in range(draw(st.integers(0, 3))):
        has_values = isinstance(value, (dict, list)) and value
        value = _disturbed(draw, value, values) if has_values else draw(values)
    return value


def _disturbed(
    draw: st.DrawFn, data: Any, values: st.SearchStrategy[Any], further_keys: list[str] | None = None
) -> Any:
    data = copy.deepcopy(data)
    holder = draw(st.sampled_from([data, *_holders(data)]))
    further = further_keys or [] if holder is data else []
    key = draw(st.sampled_from([*further, *(holder if isinstance(holder, dict) else range(len(holder)))]))
    if isinstance(holder, dict) and key in holder and draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(values)
    return data


EDGES = st.sampled_from(
    [
        "", [], {}, None, True, False, 0, 0.0, -1, 1, 1.0, 0.5, 2, 2.0, 2.1, 128, 128.5, 129,
        "message", "user", "nobody",
        [""], [{}], [None], {"type": "text"}, {"type": "message"}, {"role": "user", "content": []},
    ]
)  # fmt: skip
"""Values at the boundaries of the rules."""


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)) and value:
        yield value
        for child in value.values() if isinstance(value, dict) else value:
            yield from _holders(child)


# Invalid replies


class Violation(NamedTuple):
    """Data that is invalid in one place, and the rule that it breaks there: `required` or `type`."""

    data: Any
    pointer: str
    rule: str


@st.composite
def violations(draw: st.DrawFn, name: str) -> Violation:
    """Generate data of a component with one required field removed, or one value replaced by one of another type."""
    whole = draw(data(name))
    locations = list(_places(whole, SCHEMAS[name], ()))
    path, schema, is_required = draw(st.sampled_from(locations))
    holder = whole
    for step in path[:-1]:
        holder = holder[step]
    if is_required and draw(st.booleans()):
        del holder[path[-1]]
        return Violation(whole, _pointer(path), "required")
    holder[path[-1]] = draw(_of_another_type(schema))
    return Violation(whole, _pointer(path), "type")


def _places(value: Any, schema: dict[str, Any], path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any, bool]]:
    """Yield each documented value in the data: its path, its schema, and whether it is required."""
    schema = _chosen(value, schema)
    if isinstance(value, dict):
        for key, child in schema.get("properties", {}).items():
            if key in value:
                yield from _place(value[key], child, (*path, key), key in schema.get("required", []))
    elif isinstance(value, list) and "items" in schema:
        for index, entry in enumerate(value):
            yield from _place(entry, schema["items"], (*path, index), False)


def _place(value: Any, schema: dict[str, Any], path: tuple[Any, ...], is_required: bool) -> Iterator[Any]:
    if _types(schema) < set(_SAMPLES):
        yield path, schema, is_required
    yield from _places(value, schema, path)


def _chosen(value: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the member of a union that describes a value."""
    schema = resolved(schema)
    if "discriminator" in schema and isinstance(value, dict):
        name = value[schema["discriminator"]["propertyName"]]
        return resolved({"$ref": schema["discriminator"]["mapping"][name]})
    for member in schema.get("anyOf", []):
        if _is_of(value, _types(member)):
            return _chosen(value, member)
    return schema


_SAMPLES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "number": st.sampled_from([0.5, -1.25, 1e-7]),
    "integer": st.integers(-1000, 1000),
    "string": TEXTS,
    "array": st.lists(SCALARS, max_size=2),
    "object": st.dictionaries(KEYS, SCALARS, max_size=2),
}


def _types(schema: dict[str, Any]) -> set[str]:
    """Return the JSON types that a schema allows."""
    schema = resolved(schema)
    members = schema.get("anyOf") or schema.get("oneOf")
    if members:
        return set().union(*map(_types, members))
    if "const" in schema or "enum" in schema:
        return {"string"}
    kinds = schema.get("type", list(_SAMPLES))
    types = {kinds} if isinstance(kinds, str) else set(kinds)
    return types | {"integer"} if "number" in types else types


def _is_of(value: Any, types: set[str]) -> bool:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null") in types


def _of_another_type(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    allowed = _types(schema)
    return st.one_of([sample for type_, sample in _SAMPLES.items() if type_ not in allowed])


def _pointer(path: tuple[Any, ...]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
