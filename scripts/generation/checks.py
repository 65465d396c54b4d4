"""What makes a schema contradict itself, or hold more than the client would look at: found before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openapi_python_client.strings import PythonIdentifier

from .document import Document, Node, below
from .spec import COMPONENT, TYPES

_SCHEMA = re.compile(
    r"(/components/schemas/[^/]+|.*/schema)(/(properties/[^/]+|items|additionalProperties|(allOf|anyOf|oneOf)/\d+))*"
)


_OF_CONDITIONS = frozenset({"type", "required", "properties", "title", "description"})
"""What the member of a union has that only says which fields of an object belong together."""


def check(document: Document) -> None:
    """Report what no Python type or check would express."""
    for pointer, schema in document.objects():
        if _SCHEMA.fullmatch(pointer):
            _check_schema(document, pointer, schema)


def _check_schema(document: Document, pointer: str, schema: Node) -> None:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(COMPONENT)
        if name not in document.components("schemas"):
            found = f"`$ref: {schema['$ref']}` is no component"
            document.report(below(pointer, "$ref"), found, f"Use `{COMPONENT}...`.")
        return
    if "anyOf" in schema and "oneOf" in schema:
        document.report(pointer, "`anyOf` beside `oneOf` is not expressed", "Use one of them.")
    if "discriminator" in schema and ("properties" in schema or not schema.keys() & {"anyOf", "oneOf"}):
        found = "a `discriminator` on a class that others extend is not expressed: one name cannot be class and union"
        advice = "Make a component with `oneOf` of the kinds, put the discriminator there, and refer to that."
        document.report(below(pointer, "discriminator"), found, advice)
    for word in ("anyOf", "oneOf"):
        _check_conditions(document, pointer, schema, word)
    _check_keys(document, pointer, schema)
    described = set(_described(document, pointer, set()))
    for key in schema.get("required", []):
        if described and key not in described:
            found = f"{key!r} is required but no such property is described"
            document.report(below(pointer, "required"), found, "Describe it.")
    _check_values(document, pointer, schema)


def _check_conditions(document: Document, pointer: str, schema: Node, word: str) -> None:
    """Beside `properties`, a union can say which of them belong together; it cannot bring further ones."""
    for index in range(len(schema.get(word, ()))):
        at, member = document.resolve(below(pointer, word, index))
        fields = set(_described(document, at, set()))
        if "properties" in schema and (
            member.keys() - _OF_CONDITIONS or not fields <= schema["properties"].keys()
        ):
            found = f"`{word}` beside `properties` is expressed only where its members say what is `required`"
            advice = "Describe all fields in `properties`; or make a union of components, each with all its fields."
            document.report(below(pointer, word), found, advice)
            return
    for index in range(len(schema.get("allOf", ()))):
        if word in document.resolve(below(pointer, "allOf", index))[1]:
            found = f"`{word}` in a part of `allOf` is not expressed: its rule would be lost"
            document.report(
                below(pointer, "allOf", index), found, "Write the rule into the whole, or take it out."
            )


def _check_keys(document: Document, pointer: str, schema: Node) -> None:
    """Two keys that differ in punctuation only: the generator tells apart those that differ in capitals, too."""
    seen: dict[str, str] = {}
    for key, child in schema.get("properties", {}).items():
        name = str(child.get("x-python-name", key))
        twin = seen.setdefault(PythonIdentifier(name, "field_", skip_snake_case=True), key)
        if twin != key:
            found = f"the fields {twin!r} and {key!r} give one Python name"
            advice = "Give one of them another with `x-python-name`."
            document.report(below(pointer, "properties", key), found, advice)


def _described(document: Document, pointer: str, seen: set[str]) -> Iterator[str]:
    """The fields of an object and of all that it is put together from."""
    pointer, schema = document.resolve(pointer)
    if pointer not in seen:
        seen.add(pointer)
        yield from schema.get("properties", {})
        for index in range(len(schema.get("allOf", []))):
            yield from _described(document, below(pointer, "allOf", index), seen)


def _check_values(document: Document, pointer: str, schema: Node) -> None:
    try:
        re.compile(schema.get("pattern", ""))
    except re.error as error:
        found = f"`pattern` is no regular expression that Python reads, too ({error})"
        document.report(below(pointer, "pattern"), found, "Correct it.")
    values: list[Node] = schema.get("enum", [])
    for index, value in enumerate(values):
        if not (value is None or isinstance(value, (str, int, float))):
            found = f"`{value}` is no text, number, true, false or null"
            document.report(below(pointer, "enum", index), found, "Correct the list.")
            return
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 or float in kinds:
        found = "an enum of fractions, or of values of several types, is not expressed"
        advice = "List texts or whole numbers, or give the `type` alone."
        document.report(below(pointer, "enum"), found, advice)
    stated = schema.get("type", list(TYPES))
    allowed = [stated] if isinstance(stated, str) else stated
    for value in [*values, *([schema["const"]] if "const" in schema else [])]:
        if not any(_is_of_type(value, kind) for kind in allowed):
            found = f"the value {value!r} is not of type {' or '.join(allowed)}"
            document.report(pointer, found, "Correct the value or the type.")
    seen: dict[str, Node] = {}
    for index, value in enumerate(values):
        # `gpt-4.1` beside `gpt-4-1` is a slip of the page far more often than two things.
        twin = seen.setdefault(re.sub(r"[._ -]", "-", str(value)), (index, value))
        if twin[0] != index:
            found = f"the values {twin[1]!r} and {value!r} are one, or differ in their punctuation only"
            document.report(below(pointer, "enum", index), found, "Correct the list.")


def _is_of_type(value: Node, kind: str) -> bool:
    is_number = type(value) in (int, float)
    return {
        "null": value is None,
        "boolean": isinstance(value, bool),
        "string": isinstance(value, str),
        "integer": is_number and value == int(value),
        "number": is_number,
    }.get(kind, False)
