"""The document's schemas as the package carries them: what checks data, with the source of each rule."""

from __future__ import annotations

from typing import Any

from .collect import is_open_enum
from .document import Document, Node
from .keywords import COMPONENT

_KEPT = """
    additionalProperties anyOf const discriminator enum format items maxItems maxLength maximum minItems minLength
    minimum oneOf pattern properties required type x-source
""".split()


def schema_name(reference: str) -> str:
    """The component that a `$ref` names."""
    return reference.removeprefix(COMPONENT)


def reduced(schema: Node) -> dict[str, Any]:
    """A schema without its prose; an open enum becomes a string with `x-known` values."""
    if "$ref" in schema:
        return {"$ref": schema_name(schema["$ref"])}
    if is_open_enum(schema):
        known, other = schema["anyOf"]
        extensions = {key: schema[key] for key in ("x-source", "x-removed") if key in schema}
        return {**reduced(other), **extensions, "x-known": list(known["enum"])}
    return {key: _operand(key, schema[key]) for key in _KEPT if key in schema}


def _operand(keyword: str, value: Node) -> Any:
    if keyword == "properties":
        return {name: reduced(child) for name, child in value.items()}
    if keyword in ("anyOf", "oneOf"):
        return [reduced(child) for child in value]
    if keyword in ("items", "additionalProperties") and isinstance(value, dict):
        return reduced(value)
    if keyword == "discriminator":
        mapping = {key: schema_name(reference) for key, reference in value.get("mapping", {}).items()}
        return {"propertyName": value["propertyName"], "mapping": mapping}
    return value


def all_reduced(document: Document) -> dict[str, dict[str, Any]]:
    """Every component schema, each with the source that holds for it."""
    default = document.data.get("x-source")
    result = {}
    for name, schema in document.components("schemas").items():
        small = reduced(schema)
        if default and "x-source" not in small:
            small["x-source"] = default
        result[name] = small
    return result


def parameters_schema(parameters: list[Node]) -> dict[str, Any]:
    """An operation's parameters of one place as one object, so that they are checked like a body."""
    properties = {}
    for parameter in parameters:
        schema = reduced(parameter["schema"])
        if parameter["in"] == "path" and schema.get("type") == "string":
            # An empty segment would name another resource, such as the whole collection.
            schema = {"minLength": 1, **schema}
        if "x-source" in parameter:
            schema["x-source"] = parameter["x-source"]
        properties[parameter["name"]] = schema
    required = [parameter["name"] for parameter in parameters if parameter.get("required")]
    return {"type": "object", "properties": properties, "required": required}
