"""How the members of a union are told apart: by a field that names the kind, else by the fields that they have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from .document import below
from .parse import Parsed
from .problems import DocumentError
from .schemas import object_members
from .spec import COMPONENT
from .types import values_of

_ADVICE = "Add a `discriminator`, or a required field with a `const` to each."


class Shape(NamedTuple):
    """What shows that data is of a class.

    Attributes:
        function: Its decoder.
        required: The fields that it must have.
        constants: The values that some of them must have.
    """

    function: str
    required: list[str]
    constants: dict[str, Any]

    def is_like(self, other: Shape) -> bool:
        """Whether nothing tells data of this class from data of the other one."""
        contradicts = any(other.constants.get(key, value) != value for key, value in self.constants.items())
        return set(self.required) == set(other.required) and not contradicts


@dataclass
class Cases:
    """The members of a union.

    Attributes:
        members: Their names.
        tables: For each field that names the kind, the decoder by its value.
        shapes: All of them, for data that lacks such a field.
        others: Those that have no such field.
    """

    members: list[str] = field(default_factory=list)
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    shapes: list[Shape] = field(default_factory=list)
    others: list[Shape] = field(default_factory=list)


def cases(parsed: Parsed, pointer: str) -> Cases:
    """Tell the members of a union, and those of unions among them, apart.

    Args:
        parsed: The generator's parse.
        pointer: Where the union stands.

    Raises:
        DocumentError: Two members cannot be told apart, or the discriminator does not name them all.
    """
    return _Union(parsed, pointer).cases()


class _Union:
    def __init__(self, parsed: Parsed, pointer: str) -> None:
        self.parsed = parsed
        self.document = parsed.document
        self.pointer = pointer
        self.discriminator = self.document.node(pointer).get("discriminator")
        self.chosen_by = self.discriminator["propertyName"] if self.discriminator else None
        self.members = {at: parsed.named[at] for at in object_members(parsed, pointer)}
        self.found = Cases([named.name for named in self.members.values()])

    def cases(self) -> Cases:
        """All cases, with those of the unions among the members."""
        if self.chosen_by:
            self.found.tables[self.chosen_by] = self._table()
        marks = self._marks()
        for at, named in self.members.items():
            if named.kind == "union":
                self._take(cases(self.parsed, at))
            else:
                self._add(self._shape(at), marks)
        for one, other in combinations(self.found.others, 2):
            if one.is_like(other):
                raise self._alike(one.function, other.function)
        return self.found

    def _table(self) -> dict[str, str]:
        """The decoder by the value of the discriminator: each value names a member, each member has a value."""
        at = below(self.pointer, "discriminator")
        mapping = self.discriminator.get("mapping")
        if not mapping:
            advice = "List the values."
            raise self.document.error(at, "a discriminator without `mapping` is not expressed", advice)
        targets = {
            value: self._member(below(at, "mapping", value), value, name) for value, name in mapping.items()
        }
        for pointer, named in self.members.items():
            if pointer not in targets.values():
                found = f"no value of the discriminator stands for `{named.name}`"
                raise self.document.error(at, found, "Add it to the mapping.")
        return {value: self.members[target].function for value, target in targets.items()}

    def _member(self, at: str, value: str, name: str) -> str:
        """The member that an entry of the mapping names, by a reference or just by its name."""
        reference = name if "/" in str(name) else f"{COMPONENT}{name}"
        target, _schema = self.document.target(at, reference)
        target, _schema = self.parsed.resolve(target)
        if target not in self.members:
            raise self.document.error(at, f"`{name}` is no member of the union", "List it there.")
        if value not in self._values(target).get(str(self.chosen_by), [value]):
            found = f"`{self.members[target].name}` never has the value {value!r}"
            raise self.document.error(at, found, "Correct it here or there.")
        return target

    def _marks(self) -> Counter[tuple[str, Any]]:
        """How many members have a constant, by field and value."""
        constants = [self._constants(at) for at, named in self.members.items() if named.kind == "class"]
        return Counter(pair for found in constants for pair in found.items())

    def _constants(self, pointer: str) -> dict[str, Any]:
        """The fields that have one value only; without the discriminator, which may stand for several."""
        values = self._values(pointer)
        return {key: one[0] for key, one in values.items() if len(one) == 1 and key != self.chosen_by}

    def _values(self, pointer: str) -> dict[str, list[Any]]:
        """The values that fields can have, where that is said."""
        found = {key: values_of(prop) for key, _at, prop in self.parsed.fields(pointer)}
        return {key: values for key, values in found.items() if values}

    def _shape(self, pointer: str) -> Shape:
        required = [key for key, _at, prop in self.parsed.fields(pointer) if prop.required]
        return Shape(
            function=self.members[pointer].function,
            required=[key for key in required if key != self.chosen_by],
            constants=self._constants(pointer),
        )

    def _add(self, shape: Shape, marks: Counter[tuple[str, Any]]) -> None:
        """Add a class: to the table of each text that it alone has, else to those that only fields tell apart."""
        if shape.required:
            self.found.shapes.append(shape)
        if self.discriminator:
            return
        if not shape.required:
            found = f"nothing tells `{self._owner(shape.function)}` from the others in this union"
            raise self.document.error(self.pointer, found, _ADVICE)
        own = {
            key: value
            for key, value in shape.constants.items()
            if key in shape.required and isinstance(value, str) and marks[key, value] == 1
        }
        for key, value in own.items():
            self._enter(key, value, shape.function)
        if not own:
            self.found.others.append(shape)

    def _take(self, inner: Cases) -> None:
        """Add the members of a union within this one, unless the discriminator leads there."""
        self.found.shapes += inner.shapes
        if self.discriminator:
            return
        self.found.others += inner.others
        for key, table in inner.tables.items():
            for value, function in table.items():
                self._enter(key, value, function)

    def _enter(self, key: str, value: str, function: str) -> None:
        twin = self.found.tables.setdefault(key, {}).setdefault(value, function)
        if twin != function:
            raise self._alike(twin, function)

    def _alike(self, one: str, other: str) -> DocumentError:
        """The error for two members that data could be both of."""
        found = f"`{self._owner(one)}` and `{self._owner(other)}` cannot be told apart in this union"
        return self.document.error(self.pointer, found, _ADVICE)

    def _owner(self, function: str) -> str:
        return next(one.name for one in self.parsed.named.values() if one.function == function)
