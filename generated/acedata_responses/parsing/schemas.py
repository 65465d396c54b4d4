"""Generates the JSON Schema of a class and parses JSON text into it, with msgspec, or pydantic for its own models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from .._document.facts import CONVERSATION
from .._json import is_list, is_object, kind_of
from ..errors import ConfigurationError

Decode = Callable[[str], Any]

_INSTALL = 'pip install "acedata-responses[parse]"'
_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@frozen
class TypeReader:
    """The JSON Schema of a type, and its parser.

    Attributes:
        name: The name of the type.
        schema: Its JSON Schema, whose top level is an object.
        decode: Parses JSON text into a value. It raises a `ValueError` that describes the problem, or whatever the type
            itself raises.
    """

    name: str
    schema: dict[str, Any]
    decode: Decode


def reader_of(type_: Any) -> TypeReader:
    """Return the schema and the parser of a class.

    Args:
        type_: A dataclass, an attrs class, a TypedDict, a msgspec Struct or a pydantic model.

    Raises:
        ConfigurationError: The class is none of these, or msgspec is not installed.
    """
    name = getattr(type_, "__name__", repr(type_))
    if hasattr(type_, "__pydantic_validator__"):
        read_by = _by_pydantic
    else:
        import_msgspec(name)
        read_by = _by_msgspec
    try:
        schema, decode = read_by(type_)
    except (TypeError, NameError, ValueError, RuntimeError) as error:
        raise ConfigurationError(f"{name} has no JSON Schema: {error}") from error
    return TypeReader(name, _object(schema, name), decode)


def _by_msgspec(type_: Any) -> tuple[dict[str, Any], Decode]:
    import msgspec

    return msgspec.json.schema(type_), msgspec.json.Decoder(type_).decode


def _by_pydantic(type_: Any) -> tuple[dict[str, Any], Decode]:
    from pydantic import TypeAdapter

    adapter: Any = TypeAdapter(type_)
    return adapter.json_schema(), adapter.validate_json


def import_msgspec(name: str) -> Any:
    """Return msgspec.

    Raises:
        ConfigurationError: msgspec is not installed.
    """
    try:
        import msgspec
    except ImportError:
        text = f"the JSON Schema for {name} needs msgspec, which is not installed: {_INSTALL}"
        raise ConfigurationError(text) from None
    return msgspec


def _object(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a schema with an object at its top level, instead of a reference to one."""
    definitions: dict[str, Any] = dict(schema.get("$defs", {}))
    reference = schema.get("$ref", "")
    own_name = reference.rpartition("/")[2]
    top: dict[str, Any] = definitions.get(own_name, schema)
    if top.get("type") != "object" or "properties" not in top:
        raise ConfigurationError(
            f"{name} is not a class with fields, as an answer must be: use it as the type of a field of a class"
        )
    if reference and reference not in _references(definitions):
        del definitions[own_name]
    return {**top, "$defs": definitions} if definitions else top


def _references(schema: Any) -> Iterator[str]:
    """Yield each reference in a schema."""
    if is_object(schema):
        yield from [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    if is_object(schema) or is_list(schema):
        for one in schema.values() if is_object(schema) else schema:
            yield from _references(one)


def strict_schema(schema: Any, name: str) -> Any:
    """Return a schema in the form that the service can enforce, by the rules in the document (`strict-schemas`).

    Raises:
        ConfigurationError: The schema has an object without listed properties.
    """
    if is_list(schema):
        return [strict_schema(one, name) for one in schema]
    if not is_object(schema):
        return schema
    rules = CONVERSATION["strict_schemas"]
    strict = {
        key: _each(one, name) if key in ("properties", "$defs") else strict_schema(one, name)
        for key, one in schema.items()
        if key not in rules["without"]
    }
    if strict.get("type") == "object":
        if "properties" not in strict:
            text = f"{name} has a mapping with arbitrary keys, which a strict schema does not allow"
            raise ConfigurationError(f"{text}: make it a class with fields, or pass strict=False")
        strict.update(rules["objects"])
        if rules["all_required"]:
            strict["required"] = list(strict["properties"])
    if rules["typed"] and "enum" in strict and "type" not in strict:
        strict["type"] = _types_of(schema["enum"])
    if rules["bare_references"] and "$ref" in strict and len(strict) > 1:
        strict["anyOf"] = [{"$ref": strict.pop("$ref")}]
    return strict


def _each(schemas: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: strict_schema(one, name) for key, one in schemas.items()}


def _types_of(values: list[Any]) -> str | list[str]:
    found = list(dict.fromkeys(_JSON_TYPES[kind_of(value)] for value in values))
    return found[0] if len(found) == 1 else found
