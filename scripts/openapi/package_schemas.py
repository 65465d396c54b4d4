"""The document's schemas as the package carries them: the rules that data is checked against, with their sources."""

from __future__ import annotations

from typing import Any

from .document import COMPONENT, SCHEMAS, Document, Node, below

_KEPT = """
    additionalProperties anyOf const discriminator enum format items maxItems maxLength maximum minItems minLength
    minimum oneOf pattern properties required type x-source
""".split()


def is_open_enum(schema: Node) -> bool:
    """Known strings or any other: `anyOf: [{type: string, enum: [...]}, {type: string}]`."""
    members = schema.get("anyOf", [])
    return (
        len(members) == 2
        and all(member.get("type") == "string" for member in members)
        and "enum" in members[0]
        and "enum" not in members[1]
    )


def field_places(document: Document, pointer: str, seen: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return where the fields of an object are described: its own, then those of its `allOf`. The last one applies."""
    pointer, schema = document.resolve(pointer)
    places = {key: below(pointer, "properties", key) for key in schema.get("properties", {})}
    parts = [] if pointer in seen else range(len(schema.get("allOf", [])))
    for index in reversed(parts):
        for key, at in field_places(document, below(pointer, "allOf", index), seen | {pointer}).items():
            places.setdefault(key, at)
    return places


def reduced(document: Document, pointer: str) -> dict[str, Any]:
    """Return a schema without its descriptions; an open enum becomes a string with `x-known` values."""
    schema = document.node(pointer)
    if "$ref" in schema:
        return {"$ref": schema["$ref"].removeprefix(COMPONENT)}
    if is_open_enum(schema):
        extensions = {key: schema[key] for key in ("x-source", "x-removed") if key in schema}
        known, other = list(schema["anyOf"][0]["enum"]), reduced(document, below(pointer, "anyOf", 1))
        beside = {key: schema[key] for key in ("minLength", "maxLength", "pattern") if key in schema}
        rules = {key: value for key, value in other.items() if key not in ("type", "x-source")}
        if rules.keys() <= {"minLength"} and all(len(str(value)) >= rules.get("minLength", 0) for value in known):
            return {**other, **beside, **extensions, "x-known": known}
        # The rules for other values are not those for the known ones.
        members = [{"enum": known, "type": "string"}, other]
        return {"type": "string", "anyOf": members, **beside, **extensions, "x-known": known}
    if len(schema.get("allOf", [])) == 1 and not schema.keys() & {"properties", "required"}:
        return reduced(document, below(pointer, "allOf", 0))
    merged = _merged(document, pointer)
    return {key: _operand(document, below(pointer, key), key, schema[key]) for key in _KEPT if key in schema} | merged


def _merged(document: Document, pointer: str) -> dict[str, Any]:
    """Return the merged fields of an object with `allOf`; an empty dict for any other schema."""
    schema = document.node(pointer)
    if "allOf" not in schema:
        return {}
    own = {key: schema[key] for key in ("properties", "required") if key in schema}
    parts = [{key: _operand(document, below(pointer, key), key, own[key]) for key in own}]
    inherited = [document.resolve(below(pointer, "allOf", index))[0] for index in range(len(schema["allOf"]))]
    parts += [reduced(document, at) for at in reversed(inherited)]
    merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for part in parts:
        for key, rules in part.get("properties", {}).items():
            own_rules = merged["properties"].get(key, {})
            merged["properties"][key] = own_rules if "$ref" in own_rules else {**rules, **own_rules}
        merged["required"] += [key for key in part.get("required", []) if key not in merged["required"]]
        if "additionalProperties" in part:
            merged["additionalProperties"] = part["additionalProperties"]
    return merged


def _operand(document: Document, pointer: str, keyword: str, value: Node) -> Any:
    if keyword == "properties":
        return {name: reduced(document, below(pointer, name)) for name in value}
    if keyword in ("anyOf", "oneOf"):
        return [reduced(document, below(pointer, index)) for index in range(len(value))]
    if keyword in ("items", "additionalProperties") and isinstance(value, dict):
        return reduced(document, pointer)
    if keyword == "discriminator":
        mapping = {key: reference.removeprefix(COMPONENT) for key, reference in value.get("mapping", {}).items()}
        return {"propertyName": value["propertyName"], "mapping": mapping}
    return value


def all_reduced(document: Document) -> dict[str, dict[str, Any]]:
    """Return every component schema, each with the source that applies to it."""
    default = document.data.get("x-source")
    result = {}
    for name in document.components("schemas"):
        # A component that is only a `$ref` stands for its target.
        at, _schema = document.resolve(below(SCHEMAS, name))
        small = reduced(document, at)
        if default and "x-source" not in small:
            small["x-source"] = default
        result[name] = small
    return result


def parameters_schema(document: Document, parameters: list[tuple[str, Node]]) -> dict[str, Any]:
    """Return an operation's parameters of one place as one object, so that they are checked like a body."""
    properties = {}
    for at, parameter in parameters:
        is_path = parameter["in"] == "path"
        # A path parameter that is described elsewhere is written out, since it may not be empty.
        place = document.resolve(below(at, "schema"))[0] if is_path else below(at, "schema")
        schema = reduced(document, place)
        if is_path and "string" in schema.get("type", "string"):
            # An empty segment would name another resource, such as the whole collection.
            schema = {"minLength": 1, **schema}
        if "x-source" in parameter:
            schema["x-source"] = parameter["x-source"]
        properties[parameter["name"]] = schema
    required = [parameter["name"] for _at, parameter in parameters if parameter.get("required")]
    return {"type": "object", "properties": properties, "required": required}
