"""What the document says of a class beyond JSON Schema: its text, its failures, its part in a stream.

`spec` knows the form of these extensions. Here what they name is looked up in the generator's parse, since a path
through data must lead to what is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.union import UnionProperty

from . import names
from .document import Node, below
from .parse import SCHEMAS, member_places
from .schemas import is_open_enum
from .spec import Assembly, ErrorBody, EventRole
from .types import TypeResolver, values_of

_EXTENSIONS = ("x-aliases", "x-assembles", "x-error-body", "x-event", "x-failed-when", "x-text")

Place = tuple[str, Property | None]
"""A schema's pointer, and what the generator makes of it; None for a component that is not a class."""


@dataclass
class ClassFacts:
    """The extensions of a class.

    Attributes:
        text: The path to its text.
        aliases: Further names of attributes.
        failed_when: The values of attributes that make it a failure.
        role: What it is to its stream, as arguments of `EventRole`.
        assembly: How a series of it adds up to a reply, as arguments of `Assembly`.
    """

    text: tuple[Any, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    failed_when: dict[str, Any] = field(default_factory=dict)
    role: dict[str, Any] | None = None
    assembly: dict[str, Any] | None = None


def read(types: TypeResolver) -> dict[str, ClassFacts]:
    """The extensions of all components and named schemas, by pointer. What is wrong with one is reported."""
    document = types.parsed.document
    found: dict[str, ClassFacts] = {}
    for pointer in dict.fromkeys(
        [*(below(SCHEMAS, name) for name in document.components("schemas")), *types.named]
    ):
        schema = document.node(pointer)
        if "x-removed" in schema:
            _check_removed(types, pointer, schema)
        words = [word for word in _EXTENSIONS if word in schema]
        if pointer in types.parsed.models:
            found[pointer] = _Reader(types, pointer).read(schema)
        elif words:
            at = below(pointer, words[0])
            document.report(
                at,
                f"`{words[0]}` says nothing of a schema without fields",
                "Move it to one with `properties`.",
            )
    return found


def _check_removed(types: TypeResolver, pointer: str, schema: Node) -> None:
    document, at = types.parsed.document, below(pointer, "x-removed")
    if not is_open_enum(schema):
        advice = "Write it beside an `anyOf` of an enum and a string."
        document.report(at, "`x-removed` lists withdrawn values of an open enum", advice)
        return
    for value in schema["x-removed"]:
        if value in schema["anyOf"][0]["enum"]:
            document.report(below(at, value), f"{value!r} is listed as known, too", "Keep it in one of them.")


class _Reader:
    """The extensions of one class."""

    def __init__(self, types: TypeResolver, pointer: str) -> None:
        self.types = types
        self.parsed = types.parsed
        self.document = types.parsed.document
        self.pointer = pointer
        self.here: list[Place] = [(pointer, self.parsed.models[pointer])]

    def read(self, schema: Node) -> ClassFacts:
        facts = ClassFacts()
        at = self.pointer
        for alias, key in schema.get("x-aliases", {}).items():
            with self.document.reporting():
                where = below(at, "x-aliases", alias)
                facts.aliases[names.identifier(alias)] = self._attribute(where, self.here, key)
        for key, value in schema.get("x-failed-when", {}).items():
            with self.document.reporting():
                where = below(at, "x-failed-when", key)
                facts.failed_when[self._attribute_with(where, self.here, key, value)] = value
        with self.document.reporting():
            if "x-text" in schema:
                self._check_path(below(at, "x-text"), schema["x-text"])
                facts.text = tuple(schema["x-text"])
        with self.document.reporting():
            if "x-event" in schema:
                self._check_role(below(at, "x-event"), schema["x-event"])
                facts.role = {
                    word: tuple(value) if isinstance(value, list) else value
                    for word, value in schema["x-event"].items()
                }
        with self.document.reporting():
            if "x-assembles" in schema:
                facts.assembly = self._assembly(below(at, "x-assembles"), schema["x-assembles"])
        with self.document.reporting():
            if "x-error-body" in schema:
                self._check_error_body(below(at, "x-error-body"), schema["x-error-body"])
        return facts

    def _check_role(self, at: str, data: Node) -> None:
        role = EventRole.model_validate(data)
        for word, path in (("code", role.code), ("message", role.message), ("text", role.text)):
            if path:
                self._check_path(below(at, word), path)
        if role.reply is not None:
            where = below(at, "reply")
            self._check_kind("object", where, self._field(where, self.here, role.reply))
        if role.puts is not None:
            self._field(below(at, "puts"), self.here, role.puts)
            if not role.at or not isinstance(role.at[0], str):
                found = "it is not said where in the reply this belongs"
                raise self.document.error(below(at, "at"), found, "List its steps: `[key, {place: field}]`.")
        for index, step in enumerate(role.at or []):
            if not isinstance(step, str):
                self._field(below(at, "at", index), self.here, step.place)

    def _assembly(self, at: str, data: Node) -> dict[str, Any]:
        """Of events and of the reply: both have the list, and each entry of it has what is added up."""
        rules = Assembly.model_validate(data)
        entries = self._entries(below(at, "list"), self._field(below(at, "list"), self.here, rules.list))
        self._field(below(at, "key"), entries, rules.key)
        self._field(below(at, "delta"), entries, rules.delta)
        if rules.finished is not None:
            self._field(below(at, "finished"), entries, rules.finished)
        pointer, where = below(SCHEMAS, rules.reply), below(at, "reply")
        if rules.reply not in self.document.components("schemas"):
            found = f"there is no schema {rules.reply!r}"
            raise self.document.error(where, found, "Name one of components/schemas.")
        replies: list[Place] = [(pointer, self.parsed.models.get(pointer))]
        for key, value in rules.constants.items():
            self._attribute_with(below(at, "constants", key), replies, key, value)
        whole = self._entries(below(at, "list"), self._field(below(at, "list"), replies, rules.list))
        self._field(below(at, "into"), whole, rules.into)
        reply = self.types.named.get(pointer)
        if reply is None:
            raise self.document.error(where, "no operation answers with this", "Name a schema of a reply.")
        return {"decode": reply.function, **rules.model_dump(exclude={"reply"})}

    def _check_error_body(self, at: str, data: Node) -> None:
        body = ErrorBody.model_validate(data)
        for word, path in (("code", body.code), ("message", body.message), ("trace-id", body.trace_id)):
            if path:
                self._check_path(below(at, word), path)
        for key, value in body.when.items():
            self._attribute_with(below(at, "when", key), self.here, key, value)

    # The pieces

    def _check_path(self, at: str, path: list[Any]) -> None:
        """Follow a path, which must end at a string."""
        places = self.here
        for index, step in enumerate(path):
            where = below(at, index)
            if isinstance(step, dict):
                entries = self._entries(where, places)
                for key, value in step.items():
                    self._attribute_with(where, entries, key, value)
                places = [
                    entry
                    for entry in entries
                    if all(self._can_have(entry, key, value) for key, value in step.items())
                ]
            else:
                places = self._field(where, places, step)
        self._check_kind("string", at, places)

    def _field(self, at: str, places: list[Place], key: str) -> list[Place]:
        """What is in a field; of a union in that of any member."""
        found: list[Place] = [
            (field.pointer, field.prop)
            for place, _prop in self._spread(places)
            for field in self.parsed.fields(place)
            if field.key == key
        ]
        if not found:
            raise self.document.error(at, f"there is no field {key!r}", "Name a field that is described.")
        return found

    def _attribute(self, at: str, places: list[Place], key: str) -> str:
        """The attribute that holds a field."""
        found = {names.identifier(prop.python_name) for _at, prop in self._field(at, places, key) if prop}
        if len(found) > 1:
            text = f"the field {key!r} has several Python names here: {', '.join(sorted(found))}"
            raise self.document.error(at, text, "Give it one of them everywhere.")
        return found.pop()

    def _attribute_with(self, at: str, places: list[Place], key: str, value: Node) -> str:
        """The attribute that holds a field, which must be able to have a value."""
        name = self._attribute(at, places, key)
        if not any(self._can_have(place, key, value) for place in self._spread(places)):
            raise self.document.error(at, f"the field {key!r} never has the value {value!r}", "Correct it.")
        return name

    def _can_have(self, place: Place, key: str, value: Node) -> bool:
        values = [values_of(field.prop) for field in self.parsed.fields(place[0]) if field.key == key]
        return any(value in one or not one for one in values)

    def _entries(self, at: str, places: Iterable[Place]) -> list[Place]:
        """What the lists among some places hold."""
        found: list[Place] = [
            (below(pointer, "items"), prop.inner_property)
            for pointer, prop in self._spread(places)
            if isinstance(prop, ListProperty)
        ]
        if not found:
            raise self.document.error(at, "there is no list with `items` here", "Correct it.")
        return list(self._spread(found))

    def _spread(self, places: Iterable[Place]) -> Iterator[Place]:
        """Places with the members of unions in the place of these."""
        for at, prop in places:
            pointer, schema = self.parsed.resolve(at)
            if pointer in self.parsed.models:
                yield pointer, self.parsed.models[pointer]
            elif isinstance(prop, UnionProperty):
                for member, inner in self.parsed.members(prop, pointer):
                    yield from [(member, inner)] if member == pointer else self._spread([(member, inner)])
            elif prop is None:
                yield from self._spread((place, None) for place in member_places(pointer, schema))
            else:
                yield pointer, prop

    def _check_kind(self, kind: str, at: str, places: list[Place]) -> None:
        kinds = {json for pointer, prop in places if prop for json in self.types.type_of(pointer, prop).json}
        if not kinds & {kind, "any"}:
            raise self.document.error(at, f"what is at the end of the path is no {kind}", "Correct the path.")
