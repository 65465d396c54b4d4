"""Which schemas have a name in Python, and which module of `types/` defines them.

A schema is defined in `types/requests.py`, `types/replies.py` or `types/events.py` by where the document uses it, and
in `types/shared.py` when both a request and a response use it. A module imports from the modules before it only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from openapi_python_client.strings import pascal_case

from scripts.openapi.document import SCHEMAS, Node, below
from scripts.openapi.package_schemas import field_places, is_open_enum

from .generator_parse import Parsed, member_places
from .names import Kind, NamedSchema, Role, component_name

MODULES = ("shared", "requests", "replies", "events")


class SchemaUse(NamedTuple):
    """A schema that an operation uses.

    Attributes:
        role: What it is used for.
        pointer: Its place in the document.
        parent: The class or operation that it is in, as the generator puts it before the name of an inline schema.
        name: Its name there.
    """

    role: Role
    pointer: str
    parent: str
    name: str


def collect(parsed: Parsed, uses: Iterable[SchemaUse]) -> dict[str, NamedSchema]:
    """Find all named schemas below the given ones.

    Returns:
        The named schemas by pointer, in the order of the components in the document.
    """
    schemas: dict[str, NamedSchema] = {}
    for use in uses:
        _visit(parsed, schemas, use)
    order = {below(SCHEMAS, name): index for index, name in enumerate(parsed.document.components("schemas"))}
    in_order = sorted(schemas.values(), key=lambda named: order.get("/".join(named.pointer.split("/")[:4]), len(order)))
    return {named.pointer: named for named in in_order}


def kind_of(parsed: Parsed, pointer: str) -> Kind | None:
    """Whether a schema is a class, a union of classes or an open enum; None if it has no Python name."""
    pointer, schema = parsed.resolve(pointer)
    if pointer in parsed.models:
        return "class"
    if is_open_enum(schema):
        return "alias"
    if "discriminator" in schema or len(object_members(parsed, pointer)) > 1:
        return "union"
    return None


def object_members(parsed: Parsed, pointer: str) -> list[str]:
    """Return the members of a union that are classes or unions of classes."""
    places = member_places(pointer, parsed.document.node(pointer))
    members = [parsed.resolve(at)[0] for at in places]
    return [at for at in members if kind_of(parsed, at) in ("class", "union")]


def children(pointer: str, schema: Node) -> Iterator[tuple[str, str]]:
    """Yield the subschemas of a schema: their pointers, and what the generator appends to the name for each."""
    for key in schema.get("properties", {}):
        yield below(pointer, "properties", key), key
    for word in ("allOf", "anyOf", "oneOf"):
        for index in range(len(schema.get(word, []))):
            yield below(pointer, word, index), f"_type_{index}"
    for word, suffix in (("items", "_item"), ("additionalProperties", "AdditionalProperty")):
        if isinstance(schema.get(word), dict):
            yield below(pointer, word), suffix


def _visit(parsed: Parsed, schemas: dict[str, NamedSchema], use: SchemaUse) -> None:
    """Add a schema, if it gets a name, and all below it."""
    pointer, schema = parsed.resolve(use.pointer)
    component = component_name(pointer)
    parent, name = ("", component) if component else (use.parent, use.name)
    kind = kind_of(parsed, pointer)
    class_name = pascal_case(parent) + pascal_case(name)
    if kind and (kind != "alias" or component):
        class_name = parsed.class_name(pointer, parent, name)
        named = schemas.setdefault(pointer, NamedSchema(pointer, class_name, kind, schema))
        if use.role in named.roles:
            return
        named.roles.add(use.role)
        class_name = named.name
    if kind == "class":
        for key, at in field_places(parsed.document, pointer).items():
            _visit(parsed, schemas, SchemaUse(use.role, at, class_name, key))
    for at, suffix in children(pointer, schema):
        if suffix == "AdditionalProperty":
            _visit(parsed, schemas, SchemaUse(use.role, at, class_name, suffix))
        elif kind != "class":
            _visit(parsed, schemas, SchemaUse(use.role, at, parent, name + suffix))
