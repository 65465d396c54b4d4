"""Classes of `acedata_responses.types`, chosen by data, so that few tests name a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acedata_responses import types
from tests.contract.document import SCHEMAS, component


def class_of(data: Mapping[str, Any]) -> Any:
    """Return the class whose schema matches the data best: most constants, then most required fields."""

    def agreed(name: str) -> tuple[int, int] | None:
        schema = SCHEMAS[name]
        required = schema.get("required", [])
        constants = [
            field["const"] == data[key]
            for key, field in schema.get("properties", {}).items()
            if "const" in field and key in data
        ]
        return (len(constants), len(required)) if all(constants) and data.keys() >= set(required) else None

    fitting = {name: rank for name in types.__all__ if name in SCHEMAS and (rank := agreed(name))}
    return getattr(types, max(fitting, key=lambda name: fitting[name]))


def named(reference: Mapping[str, Any]) -> Any:
    """Return the class for a `$ref` of the document."""
    return getattr(types, component(reference))


def typed(data: Mapping[str, Any]) -> Any:
    """Return the data as an object of the class that matches it."""
    return class_of(data).from_dict(data)
