"""The part of JSON Schema that the client expresses: in its types, its checks of requests or its documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import names
from .document import Document, Node, below

COMPONENT = "#/components/schemas/"
TYPES = ("string", "number", "integer", "boolean", "null", "array", "object")
_BESIDE_REFERENCE = frozenset({"$ref", "default", "deprecated", "description", "example", "examples"})


def _is_any(_value: Any) -> bool:
    return True


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return True


def _is_list(value: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and bool(value) and all(map(of, value))


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_OPERANDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "$ref": (_is_text, "`#/components/schemas/...`"),
    "additionalProperties": (lambda value: isinstance(value, (bool, dict)), "a schema, true or false"),
    "anyOf": (lambda value: _is_list(value, _is_schema), "a list of schemas"),
    "const": (_is_scalar, "a text, a number, true, false or null"),
    "default": (_is_any, "any value"),
    "deprecated": (lambda value: isinstance(value, bool), "true or false"),
    "description": (_is_text, "text"),
    "discriminator": (
        lambda value: isinstance(value, dict) and _is_text(value.get("propertyName")),
        "`propertyName`",
    ),
    "enum": (lambda value: _is_list(value, _is_scalar), "a list of texts, numbers, true, false or null"),
    "example": (_is_any, "any value"),
    "examples": (lambda value: isinstance(value, list), "a list"),
    "format": (_is_text, "text"),
    "items": (_is_schema, "a schema"),
    "maxItems": (_is_count, "a whole number from 0"),
    "maxLength": (_is_count, "a whole number from 0"),
    "maximum": (_is_number, "a number"),
    "minItems": (_is_count, "a whole number from 0"),
    "minLength": (_is_count, "a whole number from 0"),
    "minimum": (_is_number, "a number"),
    "oneOf": (lambda value: _is_list(value, _is_schema), "a list of schemas"),
    "pattern": (_is_pattern, "a regular expression that Python reads, too"),
    "properties": (
        lambda value: isinstance(value, dict) and all(map(_is_schema, value.values())),
        "schemas by field",
    ),
    "required": (lambda value: isinstance(value, list) and all(map(_is_text, value)), "a list of fields"),
    "type": (
        lambda value: value in TYPES if _is_text(value) else _is_list(value, lambda one: one in TYPES),
        f"one of {', '.join(TYPES)}, or a list of them",
    ),
}
"""Per keyword what it takes. A keyword that is not here is refused, as the client would leave it out in silence."""


def check(document: Document, pointer: str, schema: Node) -> None:
    """Refuse a schema that uses, at any depth, what the client does not express.

    Raises:
        DocumentError: With the place of the first such thing.
    """
    if not isinstance(schema, dict):
        raise document.error(pointer, f"expected a schema, found `{schema}`", "Write a mapping.")
    for keyword, operand in schema.items():
        if not keyword.startswith("x-"):
            _check_keyword(document, below(pointer, keyword), keyword, operand)
    if "$ref" in schema:
        _check_reference(document, pointer, schema)
    else:
        _check_combination(document, pointer, schema)
    for key, child in schema.get("properties", {}).items():
        check(document, below(pointer, "properties", key), child)
    for word in ("anyOf", "oneOf"):
        for index, child in enumerate(schema.get(word, [])):
            check(document, below(pointer, word, index), child)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            check(document, below(pointer, word), schema[word])


def _check_keyword(document: Document, pointer: str, keyword: str, operand: Node) -> None:
    if keyword not in _OPERANDS:
        advice = f"Use one of {', '.join(sorted(_OPERANDS))} or an `x-` extension."
        raise document.error(pointer, f"the schema keyword `{keyword}` is not expressed", advice)
    fits, expected = _OPERANDS[keyword]
    if not fits(operand):
        raise document.error(pointer, f"`{keyword}` cannot be `{operand}`", f"It takes {expected}.")


def _check_reference(document: Document, pointer: str, schema: Node) -> None:
    """A reference names a component, and nothing stands beside it but what is said to readers."""
    name = schema["$ref"].removeprefix(COMPONENT)
    if name not in document.components("schemas"):
        found = f"`$ref: {schema['$ref']}` is no component"
        raise document.error(below(pointer, "$ref"), found, f"Use `{COMPONENT}...`.")
    for keyword in schema:
        if keyword not in _BESIDE_REFERENCE and not keyword.startswith("x-"):
            advice = "Write it into the component, or make a component that has it."
            raise document.error(
                below(pointer, keyword), f"`{keyword}` beside `$ref` is not expressed", advice
            )


def _check_combination(document: Document, pointer: str, schema: Node) -> None:
    """Keywords that contradict each other, or that the client would not look at together."""
    if "anyOf" in schema and "oneOf" in schema:
        raise document.error(pointer, "`anyOf` beside `oneOf` is not expressed", "Use one of them.")
    for key in schema.get("required", []):
        if "properties" in schema and key not in schema["properties"]:
            found = f"{key!r} is required but no such property is described"
            raise document.error(below(pointer, "required"), found, "Describe it.")
    if "enum" in schema:
        _check_enum(document, pointer, schema["enum"])
    kinds = schema.get("type", TYPES)
    allowed = [kinds] if isinstance(kinds, str) else kinds
    for value in [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]:
        if not any(_is_of_type(value, kind) for kind in allowed):
            found = f"the value {value!r} is not of type {' or '.join(allowed)}"
            raise document.error(pointer, found, "Correct the value or the type.")


def _check_enum(document: Document, pointer: str, values: list[Node]) -> None:
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 or float in kinds:
        found = "an enum of fractions, or of values of several types, is not expressed"
        raise document.error(
            below(pointer, "enum"), found, "List texts or whole numbers, or give the `type` alone."
        )
    names.check_values(document, pointer, values)


def _is_of_type(value: Node, kind: str) -> bool:
    return {
        "null": value is None,
        "boolean": isinstance(value, bool),
        "string": isinstance(value, str),
        "integer": type(value) is int or (type(value) is float and value.is_integer()),
        "number": _is_number(value),
    }.get(kind, False)
