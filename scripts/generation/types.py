"""A schema as a Python type: how it is annotated, what may be passed for it, and the call that decodes it.

The decoders that this module composes let everything pass that is not of their JSON type. So a union of a string,
a list and an object is read by one call inside the other, and data of another type than documented is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations

from . import names
from .collect import Named, kind_of, members_of
from .document import Document, Node, below
from .literals import written

_SCALARS = {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None"}


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

    def as_json(self, argument: str) -> str:
        """The expression that makes JSON data of an argument: itself, where no object of ours can be in it."""
        if self.decoder and "time_of" in self.decoder.functions:
            return f"_plain({argument}, times=True)"
        is_plain = self.decoder is None and self.json <= {"string", "number", "boolean", "null"}
        return argument if is_plain else f"_plain({argument})"

    def optional(self) -> Type:
        """The same, or None."""
        return replace(self, members=_union([self.members, ("None",)]))


ANYTHING = Type(("Any",), ("Any",), frozenset({"any"}))


@dataclass(frozen=True)
class Typist:
    """Makes types from schemas.

    Attributes:
        document: The document.
        named: The schemas that have a name in Python, by pointer.
    """

    document: Document
    named: dict[str, Named]

    def type_of(self, pointer: str, schema: Node) -> Type:
        """The type of a schema.

        Raises:
            DocumentError: The schema is something that the client cannot express faithfully.
        """
        pointer, schema = self.document.resolve(pointer, schema)
        named = self.named.get(pointer)
        if named is not None and named.kind == "alias":
            return Type((named.name,), (named.name,), frozenset({"string"}), frozenset({named.name}))
        if named is not None:
            return self._joined(pointer, [_class(named.name), *self._besides_objects(pointer, schema)])
        if "anyOf" in schema or "oneOf" in schema:
            return self._joined(pointer, self._members(pointer, schema))
        if "const" in schema:
            return _literal([schema["const"]])
        if "enum" in schema:
            return _open_literal(schema["enum"])
        if isinstance(schema.get("type"), list):
            return self._joined(
                pointer, [self._simple(pointer, {**schema, "type": one}) for one in schema["type"]]
            )
        return self._simple(pointer, schema)

    def _members(self, pointer: str, schema: Node) -> list[Type]:
        """The types of a union's members; one that does not state its type has that of the union."""
        stated = {"type": schema["type"]} if "type" in schema else {}
        members = members_of(self.document, pointer, schema)
        return [self.type_of(at, {**stated, **member}) for at, member in members]

    def _besides_objects(self, pointer: str, schema: Node) -> list[Type]:
        """What else than an object a named schema can be: null, a text, a list."""
        if schema.get("properties"):
            kinds = schema.get("type", "object")
            others = [kind for kind in kinds if kind != "object"] if isinstance(kinds, list) else []
            return [self._simple(pointer, {**schema, "type": kind}) for kind in others]
        found = []
        for at, member in members_of(self.document, pointer, schema):
            is_object = kind_of(self.document, at, member) in ("class", "union")
            found += self._besides_objects(at, member) if is_object else [self.type_of(at, member)]
        return found

    def _simple(self, pointer: str, schema: Node) -> Type:
        kind = schema.get("type")
        if schema.get("format") == "unix-time" and kind in ("number", "integer"):
            decoder = Decoder("time_of({})", frozenset({"time_of"}))
            return Type(("datetime",), ("datetime",), frozenset({"number"}), frozenset(), decoder)
        if kind in _SCALARS:
            members = (_SCALARS[kind],)
            return Type(members, members, frozenset({"number" if kind == "integer" else kind}))
        if kind == "array":
            return _list(self._inner(pointer, schema, "items"))
        if kind == "object":
            return _mapping(self._inner(pointer, schema, "additionalProperties"))
        if schema.keys().isdisjoint({"items", "additionalProperties"}):
            return ANYTHING
        raise self.document.error(pointer, "the schema does not say what type it has", "Add `type`.")

    def _inner(self, pointer: str, schema: Node, keyword: str) -> Type:
        inner = schema.get(keyword)
        return self.type_of(below(pointer, keyword), inner) if isinstance(inner, dict) else ANYTHING

    def _joined(self, pointer: str, parts: list[Type]) -> Type:
        for one, other in combinations(parts, 2):
            if not _are_distinct(one, other):
                found = f"`{one.annotation}` and `{other.annotation}` cannot be told apart in this union"
                advice = (
                    "Make the union of objects a component of its own, or give all its lists one `items`."
                )
                raise self.document.error(pointer, found, advice)
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
