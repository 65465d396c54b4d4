"""A schema as a Python type: how it is annotated, what may be passed for it, and the call that decodes it.

The decoders that this module composes let everything pass that is not of their JSON type. So a union of a string,
a list and an object is read by one call inside the other, and data of another type than documented is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from . import names
from .document import Document, Node

KEYWORDS = frozenset(
    """
    $ref additionalProperties anyOf const default deprecated description discriminator enum example examples format
    items maxItems maxLength maximum minItems minLength minimum oneOf pattern properties required type
    """.split()
)
"""The part of JSON Schema that the client expresses: in its types, its checks of requests or its documentation."""

_SCALARS = {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None"}


@dataclass(frozen=True)
class Decoder:
    """The call that turns JSON data into the documented class.

    Attributes:
        call: The expression, with `{}` for the data: `decode_list({}, decode_choice)`.
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


@dataclass(frozen=True)
class Type:
    """A schema as Python sees it.

    Attributes:
        annotation: What an attribute of a decoded object holds.
        accepts: What a caller may pass: also mappings for objects and any sequence for a list.
        json: The JSON types it can have: object, array, string, number, boolean, null or any.
        classes: The classes and aliases that `annotation` names.
        decoder: How it is made from JSON data; None where the data is the value.
    """

    annotation: str
    accepts: str
    json: frozenset[str]
    classes: frozenset[str] = frozenset()
    decoder: Decoder | None = None

    @property
    def is_plain(self) -> bool:
        """Whether an argument of this type is JSON data already, with no object of ours inside."""
        return self.json <= {"string", "number", "boolean", "null"}

    def optional(self) -> Type:
        """The same, or None."""
        if "None" in self.annotation.split(" | ") or self.annotation == "Any":
            return self
        return replace(self, annotation=f"{self.annotation} | None")


ANYTHING = Type("Any", "Any", frozenset({"any"}))


@dataclass(frozen=True)
class Typist:
    """Makes types from schemas; knows which schemas are classes and which inline ones got a name.

    Attributes:
        document: The document.
        class_of: Pointers of the schemas that are classes or named unions, with their names.
        alias_of: Pointers of the open enums, with their names.
    """

    document: Document
    class_of: dict[str, str]
    alias_of: dict[str, str]

    def type_of(self, pointer: str, schema: Node) -> Type:
        """The type of a schema.

        Raises:
            DocumentError: The schema uses what the client cannot express faithfully.
        """
        if "$ref" in schema:
            pointer, schema = self.document.resolve(pointer, schema)
        if pointer in self.class_of:
            return self._named(self.class_of[pointer], schema)
        if pointer in self.alias_of:
            name = self.alias_of[pointer]
            return Type(name, name, frozenset({"string"}), frozenset({name}))
        members = schema.get("anyOf") or schema.get("oneOf")
        if members:
            kind = "anyOf" if "anyOf" in schema else "oneOf"
            parts = [self.type_of(f"{pointer}/{kind}/{index}", part) for index, part in enumerate(members)]
            return self._joined(pointer, parts)
        if "const" in schema:
            return literal([schema["const"]])
        if isinstance(schema.get("type"), list):
            parts = [self.type_of(pointer, {**schema, "type": one}) for one in schema["type"]]
            return self._joined(pointer, parts)
        if "enum" in schema and schema.get("type") != "null":
            return open_literal(schema["enum"])
        return self._simple(pointer, schema)

    def _simple(self, pointer: str, schema: Node) -> Type:
        kind = schema.get("type")
        if schema.get("format") == "unix-time" and kind in ("number", "integer"):
            decoder = Decoder("decode_time({})", frozenset({"decode_time"}))
            return Type("datetime", "datetime", frozenset({"number"}), frozenset(), decoder)
        if kind in _SCALARS:
            json = "number" if kind == "integer" else kind
            return Type(_SCALARS[kind], _SCALARS[kind], frozenset({json}))
        if kind == "array":
            return self._list(self.type_of(f"{pointer}/items", schema["items"]) if "items" in schema else ANYTHING)
        if kind == "object":
            values = schema.get("additionalProperties")
            value = self.type_of(f"{pointer}/additionalProperties", values) if isinstance(values, dict) else ANYTHING
            return self._mapping(value)
        if kind is None and not schema.keys() & {"items", "properties", "enum"}:
            return ANYTHING
        raise self.document.error(pointer, f"the type {kind!r} is not one that the client knows", "State the type.")

    def _named(self, name: str, schema: Node) -> Type:
        function = names.function_name(name)
        mapping = "Mapping[str, Any]"
        return Type(
            annotation=name,
            accepts=f"{name} | {mapping}",
            json=frozenset({"object"}),
            classes=frozenset({name}),
            decoder=Decoder(f"{function}({{}})", frozenset({function})),
        )

    @staticmethod
    def _list(item: Type) -> Type:
        decoder = None
        if item.decoder:
            decoder = Decoder(
                f"decode_list({{}}, {item.decoder.as_function()})", item.decoder.functions | {"decode_list"}
            )
        return Type(
            f"list[{item.annotation}]", f"Sequence[{item.accepts}]", frozenset({"array"}), item.classes, decoder
        )

    @staticmethod
    def _mapping(value: Type) -> Type:
        decoder = None
        if value.decoder:
            decoder = Decoder(
                f"decode_map({{}}, {value.decoder.as_function()})", value.decoder.functions | {"decode_map"}
            )
        return Type(
            f"dict[str, {value.annotation}]",
            f"Mapping[str, {value.accepts}]",
            frozenset({"object"}),
            value.classes,
            decoder,
        )

    def _joined(self, pointer: str, parts: list[Type]) -> Type:
        decoded = [part for part in parts if part.decoder]
        for index, part in enumerate(decoded):
            for other in decoded[:index]:
                if part.json & other.json and part.decoder != other.decoder:
                    raise self.document.error(
                        pointer,
                        f"`{other.annotation}` and `{part.annotation}` cannot be told apart in this union",
                        "Make the union of objects a component of its own, or give all its lists one `items`.",
                    )
        decoders = list(dict.fromkeys(part.decoder for part in decoded if part.decoder))
        return Type(
            annotation=_union(part.annotation for part in parts),
            accepts=_union(part.accepts for part in parts),
            json=frozenset().union(*(part.json for part in parts)),
            classes=frozenset().union(*(part.classes for part in parts)),
            decoder=reduce(Decoder.inside, decoders) if decoders else None,
        )


def literal(values: list[Node]) -> Type:
    """A closed set of values; None among them makes it optional."""
    given = [value for value in values if value is not None]
    written = [f"Literal[{', '.join(repr(value) for value in given)}]"] if given else []
    written += ["None"] * (None in values)
    kinds = {"boolean" if isinstance(v, bool) else "string" if isinstance(v, str) else "number" for v in given}
    return Type(" | ".join(written), " | ".join(written), frozenset(kinds | {"null"} if None in values else kinds))


def open_literal(values: list[Node]) -> Type:
    """An enum: a caller may pass its values only, but a reply may bring others, as services grow."""
    closed = literal(values)
    scalars = sorted(_SCALARS[kind] for kind in closed.json - {"null"})
    return replace(closed, annotation=_union([closed.annotation, *scalars]))


def check_keywords(document: Document, pointer: str, schema: Node) -> None:
    """Refuse schemas, at any depth, that use what the client would silently leave out.

    Raises:
        DocumentError: With the place of the first such keyword.
    """
    if not isinstance(schema, dict):
        raise document.error(pointer, f"expected a schema, found {type(schema).__name__}", "Write a mapping.")
    for keyword in schema:
        if keyword not in KEYWORDS and not keyword.startswith("x-"):
            advice = f"Use one of {', '.join(sorted(KEYWORDS))} or an `x-` extension."
            raise document.error(f"{pointer}/{keyword}", f"the schema keyword `{keyword}` is not expressed", advice)
    if "$ref" in schema:
        return
    for key, child in schema.get("properties", {}).items():
        check_keywords(document, f"{pointer}/properties/{key}", child)
    for kind in ("anyOf", "oneOf"):
        for index, child in enumerate(schema.get(kind, [])):
            check_keywords(document, f"{pointer}/{kind}/{index}", child)
    for kind in ("items", "additionalProperties"):
        if kind in schema and not isinstance(schema[kind], bool):
            check_keywords(document, f"{pointer}/{kind}", schema[kind])
    if "enum" in schema:
        names.check_values(document, pointer, schema["enum"])
    _check_required(document, pointer, schema)


def _check_required(document: Document, pointer: str, schema: Node) -> None:
    for key in schema.get("required", []):
        if "properties" in schema and key not in schema["properties"]:
            raise document.error(
                f"{pointer}/required", f"{key!r} is required but no such property is described", "Describe it."
            )


def _union(annotations: Iterable[str]) -> str:
    """`A | B`, each once, None last."""
    parts = list(dict.fromkeys(part for one in annotations for part in _split(one)))
    if "Any" in parts:
        return "Any"
    return " | ".join([part for part in parts if part != "None"] + ["None"] * ("None" in parts))


def _split(annotation: str) -> list[str]:
    """The members of a written union, without splitting inside brackets."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(annotation):
        depth += (character == "[") - (character == "]")
        if depth == 0 and annotation.startswith(" | ", index):
            parts.append(annotation[start:index])
            start = index + 3
    return [*parts, annotation[start:]]

