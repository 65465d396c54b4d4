"""Checks of each schema before it is parsed: contradictions, and constructs that the client does not support."""

from __future__ import annotations

import re

from .document import COMPONENT, Document, Node, below
from .package_schemas import field_places

_TYPES = ("string", "number", "integer", "boolean", "null", "array", "object")

_SCHEMA = re.compile(
    r"(/components/schemas/[^/]+|.*/schema)(/(properties/[^/]+|items|additionalProperties|(allOf|anyOf|oneOf)/\d+))*"
)


_OF_CONDITIONS = frozenset({"type", "required", "properties", "title", "description"})
"""The keywords of a union member that only constrains which fields of an object are present."""


def check(document: Document) -> None:
    """Report what neither a Python type nor a check at run time would represent."""
    for pointer, schema in document.objects():
        if _SCHEMA.fullmatch(pointer):
            _check_schema(document, pointer, schema)


def _check_schema(document: Document, pointer: str, schema: Node) -> None:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(COMPONENT)
        if name not in document.components("schemas"):
            problem = f"`$ref: {schema['$ref']}` is not a component"
            document.report(below(pointer, "$ref"), problem, f"Use `{COMPONENT}...`.")
        return
    if "anyOf" in schema and "oneOf" in schema:
        document.report(pointer, "`anyOf` next to `oneOf` is not supported", "Use one of them.")
    if "discriminator" in schema and ("properties" in schema or not schema.keys() & {"anyOf", "oneOf"}):
        problem = "a `discriminator` on a class that others extend is not supported: a name is a class or a union"
        advice = "Make a component with `oneOf` of the kinds, put the discriminator there, and refer to that."
        document.report(below(pointer, "discriminator"), problem, advice)
    for word in ("anyOf", "oneOf"):
        _check_conditions(document, pointer, schema, word)
    described = field_places(document, pointer)
    for key in schema.get("required", []):
        if described and key not in described:
            problem = f"{key!r} is required but no such property is described"
            document.report(below(pointer, "required"), problem, "Describe it.")
    _check_values(document, pointer, schema)


def _check_conditions(document: Document, pointer: str, schema: Node, word: str) -> None:
    """Report a union next to `properties` that does more than constrain which of these are present."""
    for index in range(len(schema.get(word, ()))):
        at, member = document.resolve(below(pointer, word, index))
        further = field_places(document, at).keys() - schema.get("properties", {}).keys()
        if "properties" in schema and (further or member.keys() - _OF_CONDITIONS):
            problem = f"`{word}` next to `properties` is supported only where its members say what is `required`"
            advice = "Describe all fields in `properties`; or make a union of components, each with all its fields."
            document.report(below(pointer, word), problem, advice)
            return
    if word in schema and "allOf" in schema and "properties" not in schema:
        problem = f"`{word}` next to `allOf` is not supported"
        document.report(below(pointer, word), problem, "Make a union of components, each with its own `allOf`.")
    for index in range(len(schema.get("allOf", ()))):
        if word in document.resolve(below(pointer, "allOf", index))[1]:
            problem = f"`{word}` in a part of `allOf` is not supported: its rule would be lost"
            document.report(below(pointer, "allOf", index), problem, "Write the rule into the whole, or take it out.")


def _check_values(document: Document, pointer: str, schema: Node) -> None:
    try:
        re.compile(schema.get("pattern", ""))
    except re.error as error:
        problem = f"`pattern` is not a regular expression that Python can read ({error})"
        document.report(below(pointer, "pattern"), problem, "Correct it.")
    values: list[Node] = schema.get("enum", [])
    for index, value in enumerate(values):
        if not (value is None or isinstance(value, (str, int, float))):
            problem = f"`{value}` is not a string, number, boolean or null"
            document.report(below(pointer, "enum", index), problem, "Correct the list.")
            return
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 or float in kinds:
        problem = "an enum of fractions, or of values of several types, is not supported"
        advice = "List strings or integers, or give only the `type`."
        document.report(below(pointer, "enum"), problem, advice)
    stated = schema.get("type", list(_TYPES))
    allowed = [stated] if isinstance(stated, str) else stated
    if not allowed:
        document.report(below(pointer, "type"), "the list of types is empty", "Name one, or take it out.")
    for value in [*values, *([schema["const"]] if "const" in schema else [])]:
        if not any(_is_of_type(value, type_) for type_ in allowed):
            problem = f"the value {value!r} is not of type {' or '.join(allowed)}"
            document.report(pointer, problem, "Correct the value or the type.")
    seen: dict[str, Node] = {}
    for index, value in enumerate(values):
        # `gpt-4.1` next to `gpt-4-1` is far more often a mistake in the source than two different values.
        twin = seen.setdefault(re.sub(r"[._ -]", "-", str(value)), (index, value))
        if twin[0] != index:
            problem = f"the values {twin[1]!r} and {value!r} are the same, or differ only in punctuation"
            document.report(below(pointer, "enum", index), problem, "Correct the list.")


def _is_of_type(value: Node, type_: str) -> bool:
    is_number = type(value) in (int, float)
    return {
        "null": value is None,
        "boolean": isinstance(value, bool),
        "string": isinstance(value, str),
        "integer": is_number and value == int(value),
        "number": is_number,
    }.get(type_, False)
