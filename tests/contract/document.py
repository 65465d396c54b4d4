"""The document, read with a YAML reader and a validator that the client does not use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

DOCUMENT: dict[str, Any] = YAML(typ="safe").load(
    Path(__file__).parents[2].joinpath("openapi.yaml").read_text(encoding="utf-8")
)
_COMPONENTS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def component(reference: Mapping[str, Any]) -> str:
    """Return the name of the component to which a `$ref` leads."""
    name: str = reference["$ref"].rpartition("/")[2]
    return name


PARTS = {component(part) for schema in _COMPONENTS.values() for part in schema.get("allOf", [])}
"""The components that others include with `allOf`."""


def _merged(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the fields of its `allOf` among its own."""
    parts = [_COMPONENTS[component(part)] for part in schema.get("allOf", [])]
    if not parts:
        return schema
    inherited = {key: field for part in parts for key, field in part["properties"].items()}
    own = {key: value for key, value in schema.items() if key != "allOf"}
    return {**own, "properties": {**inherited, **schema.get("properties", {})}}


SCHEMAS: dict[str, Any] = {name: _merged(schema) for name, schema in _COMPONENTS.items()}
CREATE: dict[str, Any] = DOCUMENT["paths"]["/openai/responses"]["post"]
LIST_MODELS: dict[str, Any] = DOCUMENT["paths"]["/openai/models"]["get"]
REQUEST: dict[str, Any] = SCHEMAS["CreateResponseRequest"]
MODELS: list[str] = SCHEMAS["ModelName"]["anyOf"][0]["enum"]
REPLIES = ("ChatCompletion", "ResponseObject")
EVENTS = (*(name.rpartition("/")[2] for name in SCHEMAS["ResponseEvent"]["discriminator"]["mapping"].values()),)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a `$ref`, with the keywords beside it."""
    while "$ref" in schema:
        schema = {**SCHEMAS[component(schema)], **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


_CONTENT: dict[str, Any] = CREATE["responses"]["200"]["content"]
DOCUMENTED: dict[str, Any] = {
    "request": CREATE["requestBody"]["content"]["application/json"]["schema"],
    "reply": _CONTENT["application/json"]["schema"],
    "event": _CONTENT["text/event-stream"]["schema"],
    "models": LIST_MODELS["responses"]["200"]["content"]["application/json"]["schema"],
    "error": DOCUMENT["components"]["responses"]["BadRequest"]["content"]["application/json"]["schema"],
}
"""What is sent and received, each with its schema."""


def assert_documented(data: Any, what: str) -> None:
    """Validate data against its schema in the document."""
    validator(component(DOCUMENTED[what])).validate(data)


@cache
def validator(name: str) -> Draft202012Validator:
    """Return a validator of a component."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})


def examples(content: dict[str, Any]) -> list[Any]:
    """Return the example values of a media type."""
    return [content["example"]] if "example" in content else [named["value"] for named in content["examples"].values()]


class Bound(NamedTuple):
    """A bound on a field of the request, its source, and values at the bound and beyond it."""

    field: str
    keyword: str
    limit: Any
    source: str
    allowed: list[Any]
    forbidden: list[Any]

    def __str__(self) -> str:
        """The field and the keyword, for the name of a test."""
        return f"{self.field}-{self.keyword}"


KEYWORDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")


def bounds() -> Iterator[Bound]:
    """Yield every bound that the document sets on a field of the request."""
    for field, schema in REQUEST["properties"].items():
        yield from _bounds(field, schema, DOCUMENT["x-source"])


def _bounds(field: str, schema: dict[str, Any], source: str) -> Iterator[Bound]:
    schema = resolved(schema)
    source = schema.get("x-source", source)
    for keyword in KEYWORDS:
        if keyword in schema:
            yield Bound(field, keyword, schema[keyword], source, *_values(field, keyword, schema))
    for member in schema.get("anyOf", []):
        yield from _bounds(field, member, source)


def _values(field: str, keyword: str, schema: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    limit = schema[keyword]
    beyond = -1 if keyword.startswith("min") else 1
    if keyword in ("minimum", "maximum"):
        close = [] if "integer" in schema["type"] else [limit + beyond * 0.001, limit + beyond * 1e-9]
        return [limit, float(limit)], [limit + beyond, *close, beyond * 10**30]
    if "Length" in keyword:
        return ["🌊" * limit], ["🌊" * (limit + beyond)]
    entry = {"type": "message", "role": "user", "content": "Hello"} if field == "input" else {"type": "function"}
    return [[entry] * limit], [[entry] * (limit + beyond)]
