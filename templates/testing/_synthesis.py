"""Makes minimal values of a schema, for replies without an example in the OpenAPI document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_BY_FORMAT = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def minimal(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return a minimal value of a schema. `pattern` is ignored."""
    if "$ref" in schema:
        return minimal(schemas[schema["$ref"]], schemas)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf"):
        if word in schema and "properties" not in schema:
            return minimal(schema[word][0], schemas)
    kinds = schema.get("type", "object" if "properties" in schema else "null")
    kind: str = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        # A union next to `properties` says which properties belong together.
        members: list[dict[str, Any]] = schema.get("anyOf") or schema.get("oneOf") or [{}]
        chosen: dict[str, Any] = schemas[members[0]["$ref"]] if "$ref" in members[0] else members[0]
        properties = {**schema.get("properties", {}), **chosen.get("properties", {})}
        required: dict[str, None] = dict.fromkeys([*schema.get("required", []), *chosen.get("required", [])])
        return {key: minimal(properties.get(key, {}), schemas) for key in required}
    if kind == "array":
        return [minimal(schema.get("items", {}), schemas) for _ in range(schema.get("minItems", 0))]
    return _scalar(kind, schema)


def _scalar(kind: str, schema: Mapping[str, Any]) -> Any:
    if kind == "string":
        text = _BY_FORMAT.get(schema.get("format", ""), "text")
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
    if kind in ("number", "integer"):
        number = min(max(0, schema.get("minimum", -math.inf)), schema.get("maximum", math.inf))
        return math.ceil(number) if kind == "integer" else number
    return False if kind == "boolean" else None
