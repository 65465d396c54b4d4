"""What the generator says of a value, as a Python type: its annotation, what may be passed for it, how it is decoded.

The decoders that this module composes let everything pass that is not of their JSON type. So a union of a string,
a list and an object is read by one call inside the other, and data of another type than documented is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations
from typing import Any

from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.union import UnionProperty

from . import names
from .document import Node, below
from .literals import written
from .parse import NUMBERS, Parsed
from .schemas import NamedSchema, kind_of


@dataclass(frozen=True)
class Decoder:
    """The call that turns JSON data into the documented class.

    Attributes:
        call: The expression, with `{}` for the data: `list_of({}, decode_choice)`.
        functions: The functions that it names.
    """

    call: str
    functions: frozenset[str]

    def of(self, data: str) -> str:
        """The expression applied to a piece of code that gives the data."""
        return self.call.format(data)

    def as_function(self) -> str:
        """The decoder as something that can be handed to another one."""
        name = self.call.removesuffix("({})")
        return name if name.isidentifier() else f"lambda item: {self.of('item')}"

    def inside(self, other: Decoder) -> Decoder:
        """This decoder on what the other one gives."""
        return Decoder(self.call.format(other.call), self.functions | other.functions)

    def handed_to(self, function: str) -> Decoder:
        """This decoder for each entry, by a function that goes through them."""
        return Decoder(f"{function}({{}}, {self.as_function()})", self.functions | {function})


@dataclass(frozen=True)
class Type:
    """A schema as Python sees it.

    Attributes:
        members: What an attribute of a decoded object holds: one of these.
        takes: What a caller may pass, in the same way: also mappings for objects and any sequence for a list.
        json: The JSON types it can have: object, array, string, number, boolean, null or any.
        classes: The classes and aliases that `members` name.
        decoder: How it is made from JSON data; None where the data is the value.
    """

    members: tuple[str, ...]
    takes: tuple[str, ...]
    json: frozenset[str]
    classes: frozenset[str] = frozenset()
    decoder: Decoder | None = None

    @property
    def annotation(self) -> str:
        """The type of a decoded value, as it is written."""
        return " | ".join(self.members)

    @property
    def accepts(self) -> str:
        """The type of an argument, as it is written."""
        return " | ".join(self.takes)

    def optional(self) -> Type:
        """The same, or None."""
        return replace(self, members=_union([self.members, ("None",)]))


def _plain(annotation: str, json: str) -> Type:
    return Type((annotation,), (annotation,), frozenset({json}))


ANYTHING = _plain("Any", "any")
_SCALARS: dict[type, tuple[str, str]] = {
    AnyProperty: ("Any", "any"),
    BooleanProperty: ("bool", "boolean"),
    FloatProperty: ("float", "number"),
    IntProperty: ("int", "number"),
    NoneProperty: ("None", "null"),
}
TIME = replace(_plain("datetime", "number"), decoder=Decoder("time_of({})", frozenset({"time_of"})))


@dataclass(frozen=True)
class TypeResolver:
    """Makes types from the generator's properties.

    Attributes:
        parsed: The generator's parse.
        named: The schemas that have a name in Python, by pointer.
    """

    parsed: Parsed
    named: dict[str, NamedSchema]

    def type_of(self, pointer: str, prop: Property) -> Type:
        """The type of a value.

        Args:
            pointer: Where its schema stands.
            prop: What the generator makes of it.

        Raises:
            DocumentError: Two members of a union cannot be told apart, or it is not said what type there is.
        """
        pointer, schema = self.parsed.resolve(pointer)
        return self.of_named(pointer, prop) or self._of(prop, pointer, schema)

    def of_named(self, pointer: str, prop: Property | None = None) -> Type | None:
        """The type of a schema that has a name in Python; None for another one."""
        pointer, _schema = self.parsed.resolve(pointer)
        named = self.named.get(pointer)
        if named is None:
            return None
        if named.kind == "alias":
            return replace(_plain(named.name, "string"), classes=frozenset({named.name}))
        return self._joined(pointer, [_class(named.name), *self._besides_objects(pointer, prop)])

    def _besides_objects(self, pointer: str, prop: Property | None) -> list[Type]:
        """What else than an object a named schema can be: null, a text, a list."""
        if not isinstance(prop, UnionProperty):
            return []
        objects = ("class", "union")
        found = []
        for at, inner in self.parsed.members(prop, pointer):
            if at == pointer and not isinstance(inner, ModelProperty):
                found.append(self._of(inner, at, self.parsed.document.node(at)))
            elif at != pointer and kind_of(self.parsed, at) in objects:
                found += self._besides_objects(at, inner)
            elif at != pointer:
                found.append(self.type_of(at, inner))
        return found

    def _of(self, prop: Property, pointer: str, schema: Node) -> Type:
        """The type of a value that has no name. Dates and UUIDs are text, which the client leaves as it is."""
        match prop:
            case UnionProperty():
                return self._joined(pointer, list(self._members(prop, pointer)))
            case ListProperty():
                return _list(self.type_of(below(pointer, "items"), prop.inner_property))
            case ModelProperty():
                return _mapping(self._additional(prop, pointer, schema))
            case LiteralEnumProperty():
                return _open_literal(_in_order(prop.values, schema.get("enum", [])))
            case ConstProperty():
                return _literal([prop.value.raw_value])
            case BooleanProperty() if "const" in schema:
                return _literal([schema["const"]])
            case AnyProperty() if not schema.keys().isdisjoint({"items", "additionalProperties"}):
                text = "the schema does not say what type it has"
                raise self.parsed.document.error(pointer, text, "Add `type`.")
        is_time = isinstance(prop, NUMBERS) and schema.get("format") == "unix-time"
        return TIME if is_time else _plain(*_SCALARS.get(type(prop), ("str", "string")))

    def _members(self, prop: UnionProperty, pointer: str) -> Iterator[Type]:
        schema = self.parsed.document.node(pointer)
        for at, inner in self.parsed.members(prop, pointer):
            yield self._of(inner, at, schema) if at == pointer else self.type_of(at, inner)

    def _additional(self, prop: ModelProperty, pointer: str, schema: Node) -> Type:
        """What an object that may have any field holds; one with fields of its own has a name."""
        if prop.additional_properties is None or not isinstance(schema.get("additionalProperties"), dict):
            return ANYTHING
        return self.type_of(below(pointer, "additionalProperties"), prop.additional_properties)

    def _joined(self, pointer: str, parts: list[Type]) -> Type:
        for one, other in combinations(parts, 2):
            if not _are_distinct(one, other):
                found = f"`{one.annotation}` and `{other.annotation}` cannot be told apart in this union"
                advice = (
                    "Make the union of objects a component of its own, or give all its lists one `items`."
                )
                raise self.parsed.document.error(pointer, found, advice)
        decoders = list(dict.fromkeys(part.decoder for part in parts if part.decoder))
        return Type(
            members=_union(part.members for part in parts),
            takes=_union(part.takes for part in parts),
            json=frozenset().union(*(part.json for part in parts)),
            classes=frozenset().union(*(part.classes for part in parts)),
            decoder=reduce(Decoder.inside, decoders) if decoders else None,
        )


def _are_distinct(one: Type, other: Type) -> bool:
    """Whether the decoder of each lets the data of the other pass. Lists differ in their entries, too."""
    shared = one.json & other.json
    if one.decoder == other.decoder or not shared:
        return True
    return shared == {"array"} and not (one.decoder and other.decoder)


def values_of(prop: Property) -> list[Any]:
    """The values that a field can have, where that is said."""
    if isinstance(prop, ConstProperty):
        return [prop.value.raw_value]
    return sorted(prop.values) if isinstance(prop, LiteralEnumProperty) else []


def _class(name: str) -> Type:
    """The type of a class or a union of classes."""
    function = names.function_name(name)
    decoder = Decoder(f"{function}({{}})", frozenset({function}))
    return Type((name,), (name, "Mapping[str, Any]"), frozenset({"object"}), frozenset({name}), decoder)


def _list(item: Type) -> Type:
    decoder = item.decoder and item.decoder.handed_to("list_of")
    members, takes = (f"list[{item.annotation}]",), (f"Sequence[{item.accepts}]",)
    return Type(members, takes, frozenset({"array"}), item.classes, decoder)


def _mapping(value: Type) -> Type:
    decoder = value.decoder and value.decoder.handed_to("map_of")
    members, takes = (f"dict[str, {value.annotation}]",), (f"Mapping[str, {value.accepts}]",)
    return Type(members, takes, frozenset({"object"}), value.classes, decoder)


def _literal(values: list[Node]) -> Type:
    """A closed set of values; None among them makes it optional."""
    exact = [written(value) for value in values if value is not None and not isinstance(value, float)]
    members = [f"Literal[{', '.join(exact)}]"] if exact else []
    if any(isinstance(value, float) for value in values):
        members.append("float")  # PEP 586 has no literals for them
    if None in values:
        members.append("None")
    return Type(tuple(members), tuple(members), frozenset(map(_json_type, values)))


def _in_order(values: Iterable[Any], order: list[Node]) -> list[Any]:
    """The values of an enum as the document lists them: the generator keeps them in a set."""
    return sorted(
        values, key=lambda value: (order.index(value) if value in order else len(order), str(value))
    )


def _open_literal(values: list[Node]) -> Type:
    """An enum: a caller may pass its values only, but a reply may bring others, as services grow."""
    closed = _literal(values)
    wider = sorted({type(value).__name__ for value in values if value is not None})
    return replace(closed, members=_union([closed.members, wider]))


def _json_type(value: Node) -> str:
    kinds = ((bool, "boolean"), (str, "string"), ((int, float), "number"))
    return next((kind for python, kind in kinds if isinstance(value, python)), "null")


def _union(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The members of a union, each once, None last."""
    members = dict.fromkeys(member for part in parts for member in part)
    if "Any" in members:
        return ("Any",)
    return tuple(sorted(members, key=lambda member: member == "None"))
