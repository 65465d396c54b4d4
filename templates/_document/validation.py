"""Validates JSON data against the schemas of the OpenAPI document.

Requests are validated strictly, replies only for missing fields and wrong types. The validation supports the part of
JSON Schema 2020-12 that the document uses, and reports all problems, each with the JSON pointer (RFC 6901) of the value
and the source of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from attrs import frozen

from .._json import is_list, is_object, kind_of

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
Show = Callable[[Any], str]
_SHOWN_CHARACTERS = 80
_LONGEST_READ = 10_000  # characters; a token can only be redacted if it is not cut off


@frozen
class Problem:
    """A violation of the OpenAPI document.

    Attributes:
        pointer: The JSON pointer of the value, such as `/input/0/role`; empty for the whole data.
        rule: The keyword of the violated rule, such as `minimum`, `type` or `required`.
        expected: A description of the expected value.
        found: The value, shortened.
        source: The source of the rule: `page` (the vendor's reference page), `guide` (the vendor's guides) or `openai`
            (the API that the vendor says its own is compatible with).
    """

    pointer: str
    rule: str
    expected: str
    found: str
    source: str | None = None

    def __str__(self) -> str:
        source = f" ({self.source})" if self.source else ""
        return f"{self.pointer or '(whole)'}: expected {self.expected}, found {self.found} [{self.rule}{source}]"


def shown(value: Any, redact: Callable[[str], str] = str) -> str:
    """Return the shortened repr of a value, for messages.

    Args:
        value: The value.
        redact: Redacts secrets in the text before it is shortened.
    """
    try:
        text = redact(repr(value[:_LONGEST_READ] if isinstance(value, (str, bytes)) else value))
    except Exception:  # noqa: BLE001 - the __repr__ of a value may raise anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def request_problems(
    data: Any, schema: Schema, schemas: Schemas, pointer: str = "", show: Show = shown
) -> list[Problem]:
    """Validate data of a request, and return all problems.

    Args:
        data: JSON data.
        schema: The schema.
        schemas: The components for `$ref`.
        pointer: The JSON pointer of the data.
        show: Formats a value for a message.
    """
    validation = _Validation(schemas, strict=True, show=show)
    validation.check(data, schema, pointer, None)
    return validation.problems


def reply_problems(data: Any, schema: Schema, schemas: Schemas) -> list[Problem]:
    """Return the required fields that a reply lacks and those of the wrong type. Unknown fields are not problems."""
    validation = _Validation(schemas, strict=False)
    validation.check(data, schema, "", None)
    return validation.problems


def unknown_values(data: Any, schema: Schema, schemas: Schemas) -> Iterator[tuple[str, Schema]]:
    """Find strings that are not among the known values in their schemas.

    Yields:
        The string, and the schema with `x-known` (and `x-removed`, if values were withdrawn).
    """
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    if isinstance(data, str):
        if "x-known" in schema and data not in schema["x-known"]:
            yield data, schema
    elif is_object(data) and "properties" in schema:
        properties = schema["properties"]
        for key, value in data.items():
            if key in properties:
                yield from unknown_values(value, properties[key], schemas)


class _Validation:
    """Walks through data and schema together.

    Attributes:
        schemas: The components for `$ref`.
        strict: Whether to check bounds, enums and constants, or only types and required fields.
        show: Formats a value for a message.
        problems: The problems found so far.
    """

    __slots__ = ("problems", "schemas", "show", "strict")

    def __init__(self, schemas: Schemas, *, strict: bool, show: Show = shown) -> None:
        self.schemas = schemas
        self.strict = strict
        self.show = show
        self.problems: list[Problem] = []

    def check(self, data: Any, schema: Schema, pointer: str, source: str | None) -> None:
        """Add the problems of this data."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        source = schema.get("x-source", source)
        wanted = schema.get("type")
        if wanted is not None and not _is_of_type(data, wanted):
            self._add(pointer, "type", _type_in_words(wanted), data, source)
            return
        members = schema.get("anyOf") or schema.get("oneOf")
        if members is not None:
            self._union(data, schema, members, pointer, source)
        if self.strict:
            self._bounds(data, schema, pointer, source)
        if is_object(data):
            self._object(data, schema, pointer, source)
        elif is_list(data) and "items" in schema:
            for index, entry in enumerate(data):
                self.check(entry, schema["items"], f"{pointer}/{index}", source)

    def _add(self, pointer: str, rule: str, expected: str, data: Any, source: str | None) -> None:
        self.problems.append(Problem(pointer, rule, expected, self.show(data), source))

    def _add_missing(self, pointer: str, expected: str, source: str | None) -> None:
        self.problems.append(Problem(pointer, "required", expected, "nothing", source))

    def _object(self, data: dict[str, Any], schema: Schema, pointer: str, source: str | None) -> None:
        properties = schema.get("properties", {})
        for key in schema.get("required", ()):
            if key not in data:
                rule_source = properties.get(key, {}).get("x-source", source)
                self._add_missing(child_pointer(pointer, key), "a value", rule_source)
        others = schema.get("additionalProperties", True)
        for key, value in data.items():
            rule = properties.get(key, others)
            if rule is False:
                at = child_pointer(pointer, key)
                self._add(at, "additionalProperties", "no such field", value, source)
            elif rule is not True:
                self.check(value, rule, child_pointer(pointer, key), source)

    def _union(self, data: Any, schema: Schema, members: list[Schema], pointer: str, source: str | None) -> None:
        chosen_by = schema.get("discriminator")
        if chosen_by is not None and is_object(data):
            self._chosen(data, chosen_by, pointer, source)
            return
        is_exclusive = self.strict and "oneOf" in schema
        found: list[list[Problem]] = []
        for member in members:
            found.append(self._problems_of_member(data, member, pointer, source))
            if not (found[-1] or is_exclusive):
                return
        fitting = sum(not problems for problems in found)
        if fitting == 1:
            return
        of_the_type = [problems for problems in found if not _is_about_type(problems, pointer)]
        if fitting > 1:
            self._add(pointer, "oneOf", "a value that matches exactly one schema", data, source)
        elif of_the_type:
            fewest = min(of_the_type, key=len)
            self.problems += fewest
        else:
            expected = " or ".join(dict.fromkeys(problems[0].expected for problems in found))
            self._add(pointer, "type", expected, data, source)

    def _problems_of_member(self, data: Any, schema: Schema, pointer: str, source: str | None) -> list[Problem]:
        alone = _Validation(self.schemas, strict=self.strict, show=self.show)
        alone.check(data, schema, pointer, source)
        return alone.problems

    def _chosen(self, data: dict[str, Any], chosen_by: Schema, pointer: str, source: str | None) -> None:
        key, mapping = chosen_by["propertyName"], chosen_by["mapping"]
        at = child_pointer(pointer, key)
        value = data.get(key)
        if isinstance(value, str) and value in mapping:
            self.check(data, {"$ref": mapping[value]}, pointer, source)
        elif key not in data:
            self._add_missing(at, f"one of {_listed(mapping)}", source)
        elif not isinstance(value, str):
            self._add(at, "type", f"one of {_listed(mapping)}", value, source)
        elif self.strict:
            self._add(at, "discriminator", f"one of {_listed(mapping)}", value, source)

    def _bounds(self, data: Any, schema: Schema, pointer: str, source: str | None) -> None:
        """Check the rules on a single value."""
        if "enum" in schema and not any(_same(data, value) for value in schema["enum"]):
            self._add(pointer, "enum", f"one of {_listed(schema['enum'])}", data, source)
        if "const" in schema and not _same(data, schema["const"]):
            self._add(pointer, "const", repr(schema["const"]), data, source)
        for keyword, bound in schema.items():
            if keyword in _BOUNDS and kind_of(data) is not bool:
                applies, holds, words = _BOUNDS[keyword]
                if isinstance(data, applies) and not holds(data, bound):
                    self._add(pointer, keyword, words.format(bound), data, source)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern of JSON Schema: in ECMA-262, `$` matches only at the end of the text, like Python's `\Z`."""
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


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: data is True or data is False,
    "null": lambda data: data is None,
    "number": lambda data: isinstance(data, (int, float)) and not isinstance(data, bool),
    # JSON Schema 2020-12, 6.1.1: any number with a zero fractional part is an integer.
    "integer": lambda data: (
        not isinstance(data, bool) and (isinstance(data, int) or (isinstance(data, float) and data.is_integer()))
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
    """Whether two values are equal in JSON, where true is not 1."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def _listed(values: Any) -> str:
    return ", ".join(repr(value) for value in values)


def child_pointer(pointer: str, key: str) -> str:
    """Return the JSON pointer of a field of an object (RFC 6901, section 3)."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


_DOLLAR = re.compile(r"(\\.|\[(?:\\.|[^\]])*\])|\$")
"""Matches `$`, or an escape or character set that may contain one (as group 1)."""
