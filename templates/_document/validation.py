"""Checks JSON data against the document's schemas: requests strictly, replies for missing or mistyped fields only.

The part of JSON Schema 2020-12 that the document uses. Every problem is listed, not only the first, each with the
JSON pointer (RFC 6901) of the value and the source of the rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from attrs import frozen

from .._json import is_list, is_object, kind_of

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
_SHOWN_CHARACTERS = 80


@frozen
class Problem:
    """One departure of data from the document.

    Attributes:
        pointer: Where, as a JSON pointer: `/input/0/role`; empty for the whole.
        rule: The keyword of the rule: `minimum`, `type`, `required` …
        expected: What the rule asks for, in words.
        found: The value, cut short.
        source: Where the rule is from: `page` (the vendor's reference page) or `guide`.
    """

    pointer: str
    rule: str
    expected: str
    found: str
    source: str | None = None

    def __str__(self) -> str:
        source = f" ({self.source})" if self.source else ""
        return (
            f"{self.pointer or '(whole)'}: expected {self.expected}, found {self.found} [{self.rule}{source}]"
        )


def violations(data: Any, schema: Schema, schemas: Schemas) -> list[Problem]:
    """Everything that a request may not contain by the document."""
    return list(_Check(schemas, strict=True).problems(data, schema, "", None))


def departures(data: Any, schema: Schema, schemas: Schemas) -> list[Problem]:
    """Where a reply lacks a required field or has one of another type; what is new in it is not a departure."""
    return list(_Check(schemas, strict=False).problems(data, schema, "", None))


def check(data: Any, schema: Schema, schemas: Schemas, pointer: str = "") -> list[Problem]:
    """All violations of a schema, with pointers that start at `pointer`."""
    return list(_Check(schemas, strict=True).problems(data, schema, pointer, None))


def unknown_values(
    data: Any, schema: Schema, schemas: Schemas, pointer: str = ""
) -> Iterator[tuple[str, str, Schema]]:
    """The strings for which the document has a list of known values that does not name them.

    Yields:
        The pointer, the string and the schema with `x-known` (and `x-removed`, where names were withdrawn).
    """
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    if isinstance(data, str) and "x-known" in schema and data not in schema["x-known"]:
        yield pointer, data, schema
    elif isinstance(data, dict):
        for key, child in schema.get("properties", {}).items():
            if key in data:
                yield from unknown_values(data[key], child, schemas, f"{pointer}/{key}")


class _Check:
    """A walk over data and schema together.

    Attributes:
        schemas: The components that `$ref` names.
        strict: Whether bounds, enums and constants count, or only types and required fields.
    """

    __slots__ = ("schemas", "strict")

    def __init__(self, schemas: Schemas, *, strict: bool) -> None:
        self.schemas = schemas
        self.strict = strict

    def problems(self, data: Any, schema: Schema, pointer: str, source: str | None) -> Iterator[Problem]:
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        source = schema.get("x-source", source)
        wanted = schema.get("type")
        if wanted is not None and not _is_of_type(data, wanted):
            yield Problem(pointer, "type", _type_in_words(wanted), shown(data), source)
            return
        members = schema.get("anyOf") or schema.get("oneOf")
        if members is not None:
            yield from self._union(data, schema, members, pointer, source)
        if self.strict:
            yield from _values(data, schema, pointer, source)
        if is_object(data):
            yield from self._object(data, schema, pointer, source)
        elif is_list(data) and "items" in schema:
            for index, entry in enumerate(data):
                yield from self.problems(entry, schema["items"], f"{pointer}/{index}", source)

    def _object(
        self, data: dict[str, Any], schema: Schema, pointer: str, source: str | None
    ) -> Iterator[Problem]:
        properties = schema.get("properties", {})
        for key in schema.get("required", ()):
            if key not in data:
                said = properties.get(key, {}).get("x-source", source)
                yield Problem(f"{pointer}/{_token(key)}", "required", "a value", "nothing", said)
        others = schema.get("additionalProperties", True)
        for key, value in data.items():
            if not isinstance(key, str):
                yield Problem(pointer, "type", "keys that are strings", shown(key), source)
            elif key in properties:
                yield from self.problems(value, properties[key], f"{pointer}/{_token(key)}", source)
            elif others is False:
                yield Problem(
                    f"{pointer}/{_token(key)}", "additionalProperties", "no such field", shown(value), source
                )
            elif others is not True:
                yield from self.problems(value, others, f"{pointer}/{_token(key)}", source)
            elif self.strict:
                yield from _not_json(value, f"{pointer}/{_token(key)}", source)

    def _union(
        self, data: Any, schema: Schema, members: list[Schema], pointer: str, source: str | None
    ) -> Iterator[Problem]:
        chosen_by = schema.get("discriminator")
        if chosen_by is not None and is_object(data):
            yield from self._chosen(data, chosen_by, pointer, source)
            return
        found = [list(self.problems(data, member, pointer, source)) for member in members]
        fitting = sum(not problems for problems in found)
        if self.strict and fitting > 1 and "oneOf" in schema:
            yield Problem(pointer, "oneOf", "what fits one member alone", shown(data), source)
        if fitting:
            return
        of_the_type = [problems for problems in found if not _is_about_type(problems, pointer)]
        if of_the_type:
            yield from min(of_the_type, key=len)
        else:
            expected = " or ".join(dict.fromkeys(problems[0].expected for problems in found))
            yield Problem(pointer, "type", expected, shown(data), source)

    def _chosen(
        self, data: dict[str, Any], chosen_by: Schema, pointer: str, source: str | None
    ) -> Iterator[Problem]:
        key, mapping = chosen_by["propertyName"], chosen_by["mapping"]
        at = f"{pointer}/{_token(key)}"
        value = data.get(key)
        if isinstance(value, str) and value in mapping:
            yield from self.problems(data, {"$ref": mapping[value]}, pointer, source)
        elif key not in data:
            yield Problem(at, "required", f"one of {_listed(mapping)}", "nothing", source)
        elif not isinstance(value, str):
            yield Problem(at, "type", f"one of {_listed(mapping)}", shown(value), source)
        elif key not in data:
            yield Problem(at, "required", f"one of {_listed(mapping)}", "nothing", source)
        elif self.strict:
            yield Problem(at, "discriminator", f"one of {_listed(mapping)}", shown(value), source)


def _values(data: Any, schema: Schema, pointer: str, source: str | None) -> Iterator[Problem]:
    """The rules on a single value."""
    kind = kind_of(data)
    is_union = "anyOf" in schema or "oneOf" in schema  # its members have looked at the value itself
    if kind is float and not math.isfinite(data) and not is_union:
        yield Problem(pointer, "type", "a finite number", shown(data), source)
        return
    if kind is str and not data.isascii() and not _is_unicode(data) and not is_union:
        yield Problem(pointer, "type", "valid Unicode text", shown(data), source)
    if "enum" in schema and not any(_same(data, value) for value in schema["enum"]):
        yield Problem(pointer, "enum", f"one of {_listed(schema['enum'])}", shown(data), source)
    if "const" in schema and not _same(data, schema["const"]):
        yield Problem(pointer, "const", repr(schema["const"]), shown(data), source)
    for keyword, (applies, holds, words) in _BOUNDS.items():
        if (
            keyword in schema
            and isinstance(data, applies)
            and kind is not bool
            and not holds(data, schema[keyword])
        ):
            yield Problem(pointer, keyword, words.format(schema[keyword]), shown(data), source)
    if not schema.keys() & {"type", "anyOf", "oneOf", "enum", "const"}:
        yield from _not_json(data, pointer, source)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern as Python has it: `$` of ECMA-262, whose patterns JSON Schema uses, is the very end of the text."""
    return re.compile(_DOLLAR.sub(lambda found: found[1] or r"\Z", pattern))


_BOUNDS: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Any], bool], str]] = {
    "minimum": ((int, float), lambda value, bound: value >= bound, "at least {}"),
    "maximum": ((int, float), lambda value, bound: value <= bound, "at most {}"),
    "minLength": (str, lambda value, bound: len(value) >= bound, "at least {} character(s)"),
    "maxLength": (str, lambda value, bound: len(value) <= bound, "at most {} character(s)"),
    "minItems": (list, lambda value, bound: len(value) >= bound, "at least {} item(s)"),
    "maxItems": (list, lambda value, bound: len(value) <= bound, "at most {} item(s)"),
    "pattern": (str, lambda value, bound: _pattern(bound).search(value) is not None, "text that matches {}"),
}


def _not_json(data: Any, pointer: str, source: str | None) -> Iterator[Problem]:
    """What is nowhere described must still be JSON."""
    kind = kind_of(data)
    if kind is dict:
        for key, value in data.items():
            if not isinstance(key, str):
                yield Problem(pointer, "type", "keys that are strings", shown(key), source)
            yield from _not_json(value, f"{pointer}/{_token(str(key))}", source)
    elif kind is list:
        for index, value in enumerate(data):
            yield from _not_json(value, f"{pointer}/{index}", source)
    elif not (
        data is None
        or isinstance(data, (bool, int, str))
        or (isinstance(data, float) and math.isfinite(data))
    ):
        yield Problem(pointer, "type", "JSON data", shown(data), source)
    elif isinstance(data, str) and not _is_unicode(data):
        yield Problem(pointer, "type", "valid Unicode text", shown(data), source)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: data is True or data is False,
    "null": lambda data: data is None,
    "number": lambda data: isinstance(data, (int, float)) and not isinstance(data, bool),
    # JSON Schema 2020-12, 6.1.1: any number with a zero fractional part is an integer.
    "integer": lambda data: (
        not isinstance(data, bool)
        and (isinstance(data, int) or (isinstance(data, float) and data.is_integer()))
    ),
}

_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "null": "null",
    "number": "a number",
    "integer": "a whole number",
}


def _is_of_type(data: Any, wanted: str | list[str]) -> bool:
    if type(wanted) is str:
        return _TYPES[wanted](data)
    return any(_TYPES[one](data) for one in wanted)


def _type_in_words(wanted: str | list[str]) -> str:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_WORDS[kind] for kind in kinds)


def _is_about_type(problems: list[Problem], pointer: str) -> bool:
    return any(problem.pointer == pointer and problem.rule == "type" for problem in problems)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _listed(values: Any) -> str:
    return ", ".join(repr(value) for value in values)


def _token(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


_DOLLAR = re.compile(r"(\\.|\[(?:\\.|[^\]])*\])|\$")
"""What means `$`, behind what may only contain one: an escape or a set of characters."""


def shown(value: Any) -> str:
    """A value for a message, cut short."""
    try:
        text = repr(value if not isinstance(value, (str, bytes)) else value[:_SHOWN_CHARACTERS])
    except Exception:  # noqa: BLE001 - a caller's own __repr__ may do anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
