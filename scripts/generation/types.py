"""The generator's properties as Python types: the annotation, what a caller may pass, how JSON is decoded.

A decoder returns data that is not of its JSON type unchanged. So a union of a string, a list and an object is decoded
by nesting the calls, and data of an undocumented type is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.union import UnionProperty

from scripts.openapi.document import Node, below

from .generator_parse import PYTHON_NAME, Field, Parsed, json_type_name
from .schemas import kind_of
from .text import written


@dataclass(frozen=True)
class Type:
    """The Python type of a schema.

    Attributes:
        members: The possible classes of an attribute of a decoded object.
        takes: What a caller may pass, in the same way: also mappings for objects and any sequence for a list.
        json: The JSON types it can have: object, array, string, number, boolean, null or any.
        decoder: The call that makes it from JSON data, with `{}` for the data, such as `list_of({}, decode_choice)`;
            empty where the data is the value.
    """

    members: tuple[str, ...]
    takes: tuple[str, ...]
    json: frozenset[str]
    decoder: str = ""

    @property
    def annotation(self) -> str:
        """The code of the type of a decoded value."""
        return _written(self.members)

    @property
    def accepts(self) -> str:
        """The code of the type of an argument."""
        return _written(self.takes)

    @property
    def function(self) -> str:
        """The decoder as an expression that can be passed as an argument."""
        name = self.decoder.removesuffix("({})")
        return name if name.isidentifier() else f"lambda item: {self.decode('item')}"

    def decode(self, data: str) -> str:
        """Return code that decodes the value of an expression."""
        return self.decoder.format(data) if self.decoder else data

    def each(self, annotation: str, accepts: str, json: str, function: str) -> Type:
        """Return the type of a container of these, which a function decodes entry by entry."""
        members, takes = (annotation.format(self.annotation),), (accepts.format(self.accepts),)
        decoder = f"{function}({{}}, {self.function})" if self.decoder else ""
        return Type(members, takes, frozenset({json}), decoder)


@dataclass(frozen=True)
class Attribute:
    """A field or a parameter as Python has it: an attribute of a class, or an argument of a method.

    Attributes:
        pointer: Its place in the document.
        key: Its name in the document.
        name: Its name in Python.
        type: Its type.
        required: Whether it is required.
        default: The code of its default as an attribute; empty if it has none.
        schema: Its schema, with the description of the parameter.
        source: The source of that.
        location: `path`, `query`, `header` or `body`.
    """

    pointer: str
    key: str
    name: str
    type: Type
    required: bool
    default: str
    schema: Node
    source: str | None
    location: str

    @property
    def annotation(self) -> str:
        """The code of the attribute's type."""
        return _written(self.type.members if self.required else [*self.type.members, "None"])


_JSON_TYPES = {"Any": "any", "None": "null", "bool": "boolean", "float": "number", "int": "number", "str": "string"}
"""The JSON type of each scalar, by the name that the generator and Python have for it."""

SCALARS = frozenset({"bool", "datetime", "float", "int", "str"})
"""The names in the annotations of arguments."""


def _scalar(name: str) -> Type:
    return Type((name,), (name,), frozenset({_JSON_TYPES[name]}))


ANYTHING = _scalar("Any")
_TIME = Type(("datetime",), ("datetime",), frozenset({"number"}), "time_of({})")


def type_of(parsed: Parsed, pointer: str, prop: Property) -> Type:
    """Return the type of a value, from the pointer of its schema and the generator's property.

    Raises:
        DocumentError: Two members of a union cannot be told apart, or a schema does not say its type.
    """
    return of_named(parsed, pointer, prop) or _unnamed(parsed, prop, *parsed.resolve(pointer))


def of_named(parsed: Parsed, pointer: str, prop: Property | None = None) -> Type | None:
    """Return the type of a schema that has a name in Python; None for another one."""
    pointer, _schema = parsed.resolve(pointer)
    named = parsed.named.get(pointer)
    if named is None:
        return None
    if named.kind == "alias":
        return Type((named.name,), (named.name,), frozenset({"string"}))
    of_class = Type((named.name,), (named.name, "Mapping[str, Any]"), frozenset({"object"}), f"{named.function}({{}})")
    return _joined(parsed, pointer, [of_class, *_other_types(parsed, pointer, prop)])


def _other_types(parsed: Parsed, pointer: str, prop: Property | None) -> Iterator[Type]:
    """Yield the types of a named schema other than object: null, a string, a list."""
    for at, inner in parsed.members(prop, pointer) if isinstance(prop, UnionProperty) else ():
        if at == pointer and not isinstance(inner, ModelProperty):
            yield _unnamed(parsed, inner, at, parsed.document.node(at))
        elif at != pointer and kind_of(parsed, at) in ("class", "union"):
            yield from _other_types(parsed, at, inner)
        elif at != pointer:
            yield type_of(parsed, at, inner)


def _unnamed(parsed: Parsed, prop: Property, pointer: str, schema: Node) -> Type:
    """Return the type of a value without a Python name. Dates and UUIDs stay strings."""
    match prop:
        case UnionProperty():
            types = [
                _unnamed(parsed, member, at, schema) if at == pointer else type_of(parsed, at, member)
                for at, member in parsed.members(prop, pointer)
            ]
            return _joined(parsed, pointer, types)
        case ListProperty():
            item = type_of(parsed, below(pointer, "items"), prop.inner_property)
            return item.each("list[{}]", "Sequence[{}]", "array", "list_of")
        case ModelProperty():  # with fields of its own it would have a name
            value, at = ANYTHING, below(pointer, "additionalProperties")
            if prop.additional_properties is not None and isinstance(schema.get("additionalProperties"), dict):
                value = type_of(parsed, at, prop.additional_properties)
            return value.each("dict[str, {}]", "Mapping[str, {}]", "object", "map_of")
        case LiteralEnumProperty():
            return _open_literal(prop.values, schema.get("enum", []))
        case ConstProperty():
            return _literal([prop.value.raw_value])
    name = json_type_name(prop)
    if name == "bool" and "const" in schema:  # the generator does not know such a constant
        return _literal([schema["const"]])
    if name == "Any" and schema.keys() & {"items", "additionalProperties"}:
        raise parsed.document.error(pointer, "the schema does not say what type it has", "Add `type`.")
    if _JSON_TYPES.get(name) == "number" and schema.get("format") == "unix-time":
        return _TIME
    return _scalar(name if name in _JSON_TYPES else "str")


def _joined(parsed: Parsed, pointer: str, parts: list[Type]) -> Type:
    for first, second in combinations(parts, 2):
        if not _are_distinct(first, second):
            problem = f"`{first.annotation}` and `{second.annotation}` cannot be told apart in this union"
            advice = "Make the union of objects a component of its own, or give all its lists one `items`."
            raise parsed.document.error(pointer, problem, advice)
    decoder = ""
    for inner in dict.fromkeys(part.decoder for part in parts if part.decoder):
        decoder = decoder.format(inner) if decoder else inner
    return Type(
        members=_union(part.members for part in parts),
        takes=_union(part.takes for part in parts),
        json=frozenset().union(*(part.json for part in parts)),
        decoder=decoder,
    )


def _are_distinct(first: Type, second: Type) -> bool:
    """Whether the JSON type of data determines the decoder."""
    shared = first.json & second.json
    if first.decoder == second.decoder or not shared:
        return True
    return shared == {"array"} and not (first.decoder and second.decoder)


def attribute_of(
    parsed: Parsed, field: Field, location: str, source: str | None = None, own: Node | None = None
) -> Attribute:
    """Return a field or a parameter as Python has it.

    Args:
        parsed: The generator's parse.
        field: The field, or the schema of the parameter.
        location: `path`, `query`, `header` or `body`.
        source: The source, unless the schema has one of its own.
        own: The description of the parameter, which its schema does not have.
    """
    key, pointer, prop = field
    own = own or {}
    beside = parsed.document.node(pointer)
    schema = {**parsed.document.resolve(pointer)[1], **{word: beside[word] for word in beside if word != "$ref"}}
    default = "" if prop.required else "None"
    if prop.required and isinstance(prop, ConstProperty) and isinstance(prop.value.raw_value, str):
        default = written(prop.value.raw_value)
    return Attribute(
        pointer=pointer,
        key=key,
        name=own.get(PYTHON_NAME) or parsed.identifier(prop.python_name),
        type=type_of(parsed, pointer, prop),
        required=prop.required,
        default=default,
        schema={**schema, **{word: own[word] for word in ("deprecated", "description") if word in own}},
        source=own.get("x-source", beside.get("x-source", source)),
        location=location,
    )


def attributes_of(parsed: Parsed, pointer: str, source: str | None = None) -> Iterator[Attribute]:
    """Yield the fields of a model as Python has them. One that cannot be represented is reported."""
    for field in parsed.fields(pointer):
        with parsed.document.reporting():
            yield attribute_of(parsed, field, "body", source)


def _literal(values: Iterable[Node]) -> Type:
    """Return a closed set of values."""
    exact = [written(value) for value in values if not isinstance(value, float)]
    members = (f"Literal[{', '.join(exact)}]",) if exact else ("float",)  # PEP 586 has no literals of floats
    return Type(members, members, frozenset(_JSON_TYPES.get(type(value).__name__, "null") for value in values))


def _open_literal(values: Iterable[Any], order: list[Node]) -> Type:
    """Return an enum: a caller may pass its values only, but a reply may bring others, as services grow.

    The values are in the order of the document: the generator keeps them in a set.
    """
    in_order = [value for value in order if value in values] or sorted(values)
    closed = _literal(in_order)
    return replace(closed, members=_union([closed.members, sorted({type(value).__name__ for value in in_order})]))


def _union(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the members of a union, each once."""
    members = tuple(dict.fromkeys(member for part in parts for member in part))
    return ("Any",) if "Any" in members else members


def _written(members: Iterable[str]) -> str:
    """Return the code of a union: each member once, None last."""
    return " | ".join(sorted(_union([members]), key=lambda member: member == "None"))
