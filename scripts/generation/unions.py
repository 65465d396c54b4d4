"""How the members of a union are distinguished: by a discriminator, else by their required fields."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from scripts.openapi.document import COMPONENT, Node, below
from scripts.openapi.problems import DocumentError

from .generator_parse import Parsed
from .names import NamedSchema, function_name
from .schemas import object_members

_ADVICE = "Add a `discriminator`, or a required field with a `const` to each."


class Shape(NamedTuple):
    """What identifies data of a class: its required fields, and the values of those that are constant."""

    name: str
    required: list[str]
    constants: dict[str, Any]

    @property
    def function(self) -> str:
        """The decoder of the class."""
        return function_name(self.name)

    def is_like(self, other: Shape) -> bool:
        """Whether data of this class cannot be distinguished from data of the other one."""
        contradicts = any(other.constants.get(key, value) != value for key, value in self.constants.items())
        return set(self.required) == set(other.required) and not contradicts


@dataclass
class Cases:
    """The members of a union.

    Attributes:
        members: Their names.
        tables: For each discriminator, the class by its value.
        shapes: All classes, for data that lacks such a field.
        others: The classes without such a field.
    """

    members: list[str] = field(default_factory=list)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)
    others: list[Shape] = field(default_factory=list)


def cases(parsed: Parsed, pointer: str) -> Cases:
    """Determine how to distinguish the members of a union, including those of nested unions.

    Raises:
        DocumentError: Two members cannot be told apart, or the discriminator does not name them all.
    """
    discriminator = parsed.document.node(pointer).get("discriminator")
    chosen_by = discriminator["propertyName"] if discriminator else ""
    members = {at: parsed.named[at] for at in object_members(parsed, pointer)}
    result = Cases([named.name for named in members.values()])
    if discriminator:
        at = below(pointer, "discriminator")
        result.tables[chosen_by] = _chosen(parsed, at, discriminator, members)
    shapes = {at: _shape(parsed, named, chosen_by) for at, named in members.items() if named.kind == "class"}
    marks = Counter(pair for shape in shapes.values() for pair in shape.constants.items())
    for at in members:
        inner = _alone(shapes[at], marks) if at in shapes else cases(parsed, at)
        result.shapes += inner.shapes
        if discriminator:  # It leads to each of them.
            continue
        if at in shapes and not inner.shapes:
            text = f"nothing distinguishes `{shapes[at].name}` from the other members of this union"
            raise parsed.document.error(pointer, text, _ADVICE)
        result.others += inner.others
        for key, value, name in ((key, value, table[value]) for key, table in inner.tables.items() for value in table):
            if (twin := result.tables.setdefault(key, {}).setdefault(value, name)) != name:
                raise _alike(parsed, pointer, twin, name)
    for first, second in combinations(result.others, 2):
        if first.is_like(second):
            raise _alike(parsed, pointer, first.name, second.name)
    return result


def _chosen(parsed: Parsed, at: str, discriminator: Node, members: dict[str, NamedSchema]) -> dict[str, str]:
    """Return the class by the value of the discriminator: each value names a member, each member has a value."""
    document, key = parsed.document, discriminator["propertyName"]
    if not discriminator.get("mapping"):
        raise document.error(at, "a discriminator without `mapping` is not supported", "List the values.")
    chosen = {}
    for value, name in discriminator["mapping"].items():
        where = below(at, "mapping", value)
        # A member is named by a reference, or just by its name.
        reference = name if "/" in str(name) else f"{COMPONENT}{name}"
        target, _schema = parsed.resolve(document.target(where, reference)[0])
        if target not in members:
            raise document.error(where, f"`{name}` is not a member of the union", "List it there.")
        if value not in _values(parsed, target).get(key, [value]):
            text = f"`{members[target].name}` never has the value {value!r}"
            raise document.error(where, text, "Correct it here or there.")
        chosen[value] = members[target].name
    for named in members.values():
        if named.name not in chosen.values():
            text = f"no value of the discriminator stands for `{named.name}`"
            raise document.error(at, text, "Add it to the mapping.")
    return chosen


def _values(parsed: Parsed, pointer: str) -> dict[str, list[Any]]:
    """Return the values of fields that are constants or enums."""
    values_by_key = {key: parsed.values_of(at) for key, at, _prop in parsed.fields(pointer)}
    return {key: values for key, values in values_by_key.items() if values}


def _shape(parsed: Parsed, named: NamedSchema, chosen_by: str) -> Shape:
    """Return the shape of a class without the discriminator's field, whose value may stand for several classes."""
    required = [key for key, _at, prop in parsed.fields(named.pointer) if prop.required]
    values = _values(parsed, named.pointer).items()
    constants = {key: options[0] for key, options in values if len(options) == 1 and key != chosen_by}
    return Shape(named.name, [key for key in required if key != chosen_by], constants)


def _alone(shape: Shape, marks: Counter[tuple[str, Any]]) -> Cases:
    """Return the cases of one class: by each constant that no other member has, else by its required fields."""
    tables = {
        key: {value: shape.name}
        for key, value in shape.constants.items()
        if key in shape.required and isinstance(value, str) and marks[key, value] == 1
    }
    shapes = [shape] if shape.required else []
    return Cases(tables=tables, shapes=shapes, others=[] if tables else shapes)


def _alike(parsed: Parsed, pointer: str, name: str, twin: str) -> DocumentError:
    """Return the error for two members that the same data could match."""
    text = f"`{name}` and `{twin}` cannot be told apart in this union"
    return parsed.document.error(pointer, text, _ADVICE)
