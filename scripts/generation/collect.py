"""Which schemas become classes, unions or aliases, what they are called and in which module they stand.

A schema stands in `types/requests.py`, `types/replies.py` or `types/events.py` by where the document uses it, and in
`types/shared.py` when both a request and an answer use it. Each module needs the earlier ones only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from . import names
from .document import Document, Node, below
from .keywords import COMPONENT

Role = Literal["requests", "replies", "events"]
Kind = Literal["class", "union", "alias"]
MODULES = ("shared", "requests", "replies", "events")
_COMPONENTS = COMPONENT.removeprefix("#").rstrip("/")


class Root(NamedTuple):
    """A schema that an operation uses.

    Attributes:
        role: What for.
        pointer: Where it stands.
        schema: The schema.
        name: The name to give it should it be an inline object.
    """

    role: Role
    pointer: str
    schema: Node
    name: str


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

    @property
    def component(self) -> str | None:
        """Its name in the document; None for a schema that is written where it is used."""
        folder, _, name = self.pointer.rpartition("/")
        return name if folder == _COMPONENTS else None


def collect(document: Document, roots: Iterable[Root]) -> dict[str, Named]:
    """Find all named schemas below the given ones.

    Returns:
        The named schemas by pointer, in the order in which the components stand in the document.

    Raises:
        DocumentError: A schema consists of itself.
    """
    _check_circles(document)
    found: dict[str, Named] = {}
    for root in roots:
        _visit(document, found, root)
    order = {below(_COMPONENTS, name): place for place, name in enumerate(document.components("schemas"))}
    in_order = sorted(found.values(), key=lambda named: order.get(_component(named.pointer), len(order)))
    return {named.pointer: named for named in in_order}


def take_names(document: Document, named: Iterable[Named], classes: names.Classes) -> None:
    """Take the names of schemas.

    Raises:
        DocumentError: One is taken.
    """
    for one in named:
        advice = (
            "Give the schema another name." if one.component else "Make it a component with another name."
        )
        classes.take(one.pointer, one.name, advice)
        if not one.component and one.name in document.components("schemas"):
            raise document.error(one.pointer, f"this schema and a component are both `{one.name}`", advice)


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
        and all(member.get("type") == "string" for member in members)
        and "enum" in members[0]
        and "enum" not in members[1]
    )


def members_of(document: Document, pointer: str, schema: Node) -> Iterator[tuple[str, Node]]:
    """The members of a union, references followed."""
    for word in ("anyOf", "oneOf"):
        for index, child in enumerate(schema.get(word, [])):
            yield document.resolve(below(pointer, word, index), child)


def object_members(document: Document, pointer: str, schema: Node) -> list[tuple[str, Node]]:
    """The members of a union that are classes or unions of classes."""
    members = members_of(document, pointer, schema)
    return [(at, member) for at, member in members if kind_of(document, at, member) in ("class", "union")]


def _component(pointer: str) -> str:
    return "/".join(pointer.split("/")[:4])


def _visit(document: Document, found: dict[str, Named], root: Root) -> None:
    """Note a schema, if it gets a name, and those below it."""
    pointer, schema = document.resolve(root.pointer, root.schema)
    kind = kind_of(document, pointer, schema)
    named = Named(pointer, root.name, kind or "class", schema)
    if named.component:
        named.name = names.class_name(named.component)
    if kind and (kind != "alias" or named.component):
        named = found.setdefault(pointer, named)
        if root.role in named.roles:
            return
        named.roles.add(root.role)
    for keys, child, suffix in _children(schema):
        _visit(document, found, Root(root.role, below(pointer, *keys), child, named.name + suffix))


def _children(schema: Node) -> Iterator[tuple[tuple[str | int, ...], Node, str]]:
    """What a schema consists of, with the keys that lead there and what it adds to the name."""
    for key, child in schema.get("properties", {}).items():
        yield ("properties", key), child, names.class_name(key)
    for word in ("anyOf", "oneOf"):
        for index, child in enumerate(schema.get(word, [])):
            yield (word, index), child, f"Option{index + 1}"
    for word, suffix in (("items", "Item"), ("additionalProperties", "Value")):
        if isinstance(schema.get(word), dict):
            yield (word,), schema[word], suffix


def _check_circles(document: Document) -> None:
    done: set[str] = set()
    for name, schema in document.components("schemas").items():
        _check_circle(document, below(_COMPONENTS, name), schema, (), done)


def _check_circle(
    document: Document, pointer: str, schema: Node, trail: tuple[str, ...], done: set[str]
) -> None:
    """Refuse a schema that consists of itself. An object with properties ends the search, as a class can do so."""
    pointer, schema = document.resolve(pointer, schema)
    if pointer in trail:
        advice = "Put an object with properties in between: a class can contain itself."
        raise document.error(pointer, "this schema consists of itself", advice)
    if pointer in done or schema.get("properties"):
        return
    for keys, child, _suffix in _children(schema):
        _check_circle(document, below(pointer, *keys), child, (*trail, pointer), done)
    done.add(pointer)
