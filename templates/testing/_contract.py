"""Finds the operation of a request, and validates the request against the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from .._document.schemas import OPERATIONS, SCHEMAS
from .._document.validation import Problem, request_problems
from .._request.json_data import json_problems

if TYPE_CHECKING:
    from ._record import Request

Operation: TypeAlias = "Mapping[str, Any]"
"""An entry of OPERATIONS."""


def operation_of(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """Return the operation for a method and path, with the values of the path parameters.

    If several paths match, the one with the fewest parameters takes precedence (OpenAPI 3.1, Paths Object).
    """
    found: list[tuple[Operation, dict[str, str]]] = []
    for operation in OPERATIONS:
        if operation["method"] == method:
            for template in (operation["path"], *operation["alias_paths"]):
                names, pattern = _template(template)
                match = pattern.fullmatch(path)
                if match:
                    found.append((operation, dict(zip(names, map(unquote, match.groups()), strict=True))))
    return min(found, key=lambda one: len(one[1])) if found else None


def problems(operation: Operation, in_path: Mapping[str, str], request: Request) -> list[Problem]:
    """Return the violations of the OpenAPI document by the parameters and the body of a request."""
    schemas = operation["parameters"]
    found = list(_parameter_problems(schemas["path"], {name: [text] for name, text in in_path.items()}))
    found += _parameter_problems(schemas["query"], {name: request.query.get_list(name) for name in request.query})
    found += _parameter_problems(schemas["header"], {name: [text] for name, text in request.headers.items()})
    return found if operation["body"] is None else [*found, *_body_problems(operation["body"], request)]


def _body_problems(schema: Mapping[str, Any], request: Request) -> list[Problem]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return [Problem("", "content-type", "application/json", media_type or "nothing")]
    try:
        data = request.decoded()
    except ValueError as error:
        return [Problem("", "json", "JSON", f"{error}")]
    return json_problems(data) or request_problems(data, schema, SCHEMAS)


def _parameter_problems(schema: Mapping[str, Any] | None, given: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Validate the parameters of one location as an object; undocumented parameters are allowed."""
    if schema is None:
        return
    values: dict[str, Any] = {}
    for name, rule in schema["properties"].items():
        texts = given.get(name, given.get(name.lower()))
        if texts is not None:
            values[name] = _read(texts, rule)
    yield from request_problems(values, schema, SCHEMAS)


def _read(texts: list[str], rule: Mapping[str, Any]) -> Any:
    """A parameter's value: text is what the schema takes it for. A list comes as a series (`a=1&a=2`)."""
    rule = SCHEMAS[rule["$ref"]] if "$ref" in rule else rule
    types = _types(rule)
    if "array" in types:
        return [_read([text], rule.get("items", {})) for text in texts]
    text = texts[-1]
    if types & {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        return json.loads(text) if re.match(r"-?(0|[1-9])", text) and not re.match(r"-?0\d", text) else text
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return None if "null" in types and not text and "string" not in types else text


def _types(rule: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that a schema allows."""
    rule = SCHEMAS[rule["$ref"]] if "$ref" in rule else rule
    found = rule.get("type", [])
    types = {found} if isinstance(found, str) else set(found)
    return types.union(*(_types(member) for word in ("anyOf", "oneOf") for member in rule.get(word, [])))


@cache
def _template(path: str) -> tuple[list[str], re.Pattern[str]]:
    """Return the names of a path's parameters and a pattern that matches the path."""
    parts = re.split(r"\{([^}]*)\}", path)
    fixed, names = parts[::2], parts[1::2]
    return names, re.compile("([^/]+)".join(map(re.escape, fixed)))
