"""Which schemas become classes, unions or aliases, what they are called and in which module they stand.

A schema stands in `types/requests.py`, `types/replies.py` or `types/events.py` by where the document uses it, and in
`types/shared.py` when both a request and an answer use it. Each module needs the earlier ones only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from . import names
from .document import Document, Node

Role = Literal["requests", "replies", "events"]
Kind = Literal["class", "union", "alias"]
MODULES = ("shared", "requests", "replies", "events")


@dataclass
class Named:
    """A schema that has a name in Python.

    Attributes:
        pointer: Where it stands in the document.
        name: Its class or alias.
        kind: A class with attributes, a union of classes, or an alias for known strings and any other.
        schema: The schema.
        roles: Where the document uses it.
    """

    pointer: str
    name: str
    kind: Kind
    schema: Node
    roles: set[Role] = field(default_factory=set)

    @property
    def module(self) -> str:
        """The module of `types/` that defines it."""
        if len(self.roles) > 1 and "requests" in self.roles:
            return "shared"
        return next(role for role in ("requests", "replies", "events") if role in self.roles)


def collect(document: Document, roots: list[tuple[Role, str, Node, str]]) -> dict[str, Named]:
    """Find all named schemas below the given ones.

    Args:
        document: The document.
        roots: For each schema that an operation uses: the role, its pointer, the schema and the name to give it
            should it be an inline object.

    Returns:
        The named schemas by pointer, in the order in which the components stand in the document.

    Raises:
        DocumentError: A name is taken, or two give one Python name.
    """
    found: dict[str, Named] = {}
    for role, pointer, schema, hint in roots:
        _visit(document, found, role, pointer, schema, hint)
    components = [f"/components/schemas/{name}" for name in document.data.get("components", {}).get("schemas", {})]
    order = {pointer: index for index, pointer in enumerate(components)}
    in_order = sorted(found.values(), key=lambda named: order.get(_component(named.pointer), len(order)))
    taken: dict[str, str] = {}
    for named in in_order:
        names.check_class(document, named.pointer, named.name, taken)
    return {named.pointer: named for named in in_order}


def _component(pointer: str) -> str:
    return "/".join(pointer.split("/")[:4])


def _visit(document: Document, found: dict[str, Named], role: Role, pointer: str, schema: Node, hint: str) -> None:
    pointer, schema = document.resolve(pointer, schema)
    is_component = pointer.startswith("/components/schemas/") and pointer.count("/") == 3
    name = names.class_name(pointer.rpartition("/")[2]) if is_component else hint
    kind = kind_of(document, pointer, schema)
    if kind and (kind != "alias" or is_component):
        named = found.setdefault(pointer, Named(pointer, name, kind, schema))
        if role in named.roles:
            return
        named.roles.add(role)
    for key, child in schema.get("properties", {}).items():
        _visit(document, found, role, f"{pointer}/properties/{key}", child, name + names.class_name(key))
    for word in ("anyOf", "oneOf"):
        for index, child in enumerate(schema.get(word, [])):
            _visit(document, found, role, f"{pointer}/{word}/{index}", child, f"{name}Option{index + 1}")
    for word, suffix in (("items", "Item"), ("additionalProperties", "Value")):
        if isinstance(schema.get(word), dict):
            _visit(document, found, role, f"{pointer}/{word}", schema[word], name + suffix)


def kind_of(document: Document, pointer: str, schema: Node) -> Kind | None:
    """Whether a schema is a class, a union to be told apart, an open enum, or nothing with a name."""
    if schema.get("properties"):
        return "class"
    if is_open_enum(schema):
        return "alias"
    if "discriminator" in schema or len(object_members(document, pointer, schema)) > 1:
        return "union"
    return None


def is_open_enum(schema: Node) -> bool:
    """Known strings and any other: `anyOf: [{type: string, enum: [...]}, {type: string}]`."""
    members = schema.get("anyOf", [])
    return (
        len(members) == 2
        and all(isinstance(member, dict) and member.get("type") == "string" for member in members)
        and "enum" in members[0]
        and "enum" not in members[1]
    )


def object_members(document: Document, pointer: str, schema: Node) -> list[tuple[str, Node]]:
    """The members of a union that are classes or unions of classes."""
    members = []
    for word in ("anyOf", "oneOf"):
        for index, child in enumerate(schema.get(word, [])):
            at, resolved = document.resolve(f"{pointer}/{word}/{index}", child)
            if kind_of(document, at, resolved) in ("class", "union"):
                members.append((at, resolved))
    return members
