"""The extensions of a class: where its text is, when it is a failure, its part in a stream.

`spec` checks the form of these extensions. Here the fields and paths that they name are looked up in the generator's
parse.
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
from .parse import SCHEMAS, Parsed, member_places
from .schemas import is_open_enum
from .spec import Assembly, DataPart, ReplyRole
from .types import type_of, values_of

_OF_CLASSES = (
    "x-aliases", "x-assembles", "x-data", "x-error-body", "x-event", "x-failed-when", "x-reply", "x-summary", "x-text",
)  # fmt: skip

_LEADS_TO = {
    "x-text": "string",
    "text": "string",
    "code": "string",
    "message": "string",
    "trace-id": "string",
    "reply": "object",
    "puts": "",
}
"""The JSON type that the path or field of each keyword must lead to; empty for any."""

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
        summary: The paths to what a trace or an account of calls needs.
        reply: What it is to a conversation, as arguments of `ReplyRole`.
        data: Which attributes take a file's content, as arguments of `DataPart`.
    """

    text: tuple[Any, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    failed_when: dict[str, Any] = field(default_factory=dict)
    role: dict[str, Any] | None = None
    assembly: dict[str, Any] | None = None
    summary: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    reply: dict[str, Any] | None = None
    data: dict[str, Any] | None = None


def read(parsed: Parsed) -> dict[str, ClassFacts]:
    """The extensions of all components and named schemas, by pointer. Mistakes are reported."""
    document = parsed.document
    found: dict[str, ClassFacts] = {}
    components = [below(SCHEMAS, name) for name in document.components("schemas")]
    for pointer in dict.fromkeys([*components, *parsed.named]):
        schema = document.node(pointer)
        _check_removed(parsed, pointer, schema)
        if pointer in parsed.models:
            found[pointer] = _Class(parsed, pointer).read(schema)
        elif words := [word for word in _OF_CLASSES if word in schema]:
            text = f"`{words[0]}` has no meaning on a schema without fields"
            document.report(below(pointer, words[0]), text, "Move it to one with `properties`.")
    return found


def _check_removed(parsed: Parsed, pointer: str, schema: Node) -> None:
    document, at = parsed.document, below(pointer, "x-removed")
    if "x-removed" in schema and not is_open_enum(schema):
        advice = "Write it beside an `anyOf` of an enum and a string."
        document.report(at, "`x-removed` lists withdrawn values of an open enum", advice)
        return
    for value in schema.get("x-removed", ()):
        if value in schema["anyOf"][0]["enum"]:
            document.report(
                below(at, value), f"{value!r} is also listed as a known value", "Keep it in one of the lists."
            )


class _Class:
    """Reads the extensions of a class, and follows paths from it."""

    def __init__(self, parsed: Parsed, pointer: str) -> None:
        self.parsed = parsed
        self.document = parsed.document
        self.pointer = pointer
        self.here: list[Place] = [(pointer, parsed.models[pointer])]

    def read(self, schema: Node) -> ClassFacts:
        facts = ClassFacts(text=tuple(schema.get("x-text", ())))
        self._check_ways(self.pointer, schema, ["x-text"])
        for alias, key in schema.get("x-aliases", {}).items():
            with self.document.reporting():
                at = below(self.pointer, "x-aliases", alias)
                facts.aliases[names.identifier(alias)] = self._attribute(at, self.here, key)
        failures = below(self.pointer, "x-failed-when"), schema.get("x-failed-when", {})
        facts.failed_when = self._constants(*failures, self.here)
        if "x-event" in schema:
            role = schema["x-event"]
            self._check_role(below(self.pointer, "x-event"), role)
            facts.role = {
                word: tuple(value) if isinstance(value, list) else value for word, value in role.items()
            }
        for word, path in schema.get("x-summary", {}).items():
            with self.document.reporting():
                self._follow(below(self.pointer, "x-summary", word), path, "")
                facts.summary[word.replace("-", "_")] = tuple(path)
        if "x-error-body" in schema:
            at, body = below(self.pointer, "x-error-body"), schema["x-error-body"]
            self._check_ways(at, body, _LEADS_TO)
            self._constants(below(at, "when"), body.get("when", {}), self.here)
        if "x-assembles" in schema:
            with self.document.reporting():
                rules = Assembly.model_validate(schema["x-assembles"])
                facts.assembly = self._assembly(below(self.pointer, "x-assembles"), rules)
        if "x-reply" in schema:
            with self.document.reporting():
                role = ReplyRole.model_validate(schema["x-reply"])
                facts.reply = self._reply(below(self.pointer, "x-reply"), role)
        if "x-data" in schema:
            with self.document.reporting():
                part = DataPart.model_validate(schema["x-data"])
                facts.data = self._data_part(below(self.pointer, "x-data"), part)
        return facts

    def _check_ways(self, at: str, data: Node, words: Iterable[str]) -> None:
        """Check the paths of some keywords, each of which must lead to the type that the keyword needs."""
        for word in words:
            if word in data:
                with self.document.reporting():
                    self._follow(below(at, word), data[word], _LEADS_TO[word])

    def _check_role(self, at: str, role: Node) -> None:
        self._check_ways(at, role, _LEADS_TO)
        steps = role.get("at", [])
        if "puts" in role and not (steps and isinstance(steps[0], str)):
            found = "`puts` needs `at`, the place in the reply"
            self.document.report(below(at, "at"), found, "List its steps: `[key, {place: field}]`.")
        for index, step in enumerate(steps):
            if not isinstance(step, str):
                with self.document.reporting():
                    self._field(below(at, "at", index), self.here, step["place"])

    def _assembly(self, at: str, rules: Assembly) -> dict[str, Any]:
        """How events add up to a reply: both have the list, and its entries have the fields that are added up."""
        pointer, where = below(SCHEMAS, rules.reply), below(at, "list")
        entries = self._entries(where, self._field(where, self.here, rules.list))
        for word in ("key", "delta", "finished"):
            if key := getattr(rules, word):
                self._field(below(at, word), entries, key)
        if rules.reply not in self.document.components("schemas"):
            found = f"there is no schema {rules.reply!r}"
            raise self.document.error(below(at, "reply"), found, "Name one of components/schemas.")
        replies: list[Place] = [(pointer, self.parsed.models.get(pointer))]
        self._constants(below(at, "constants"), rules.constants, replies)
        whole = self._entries(where, self._field(where, replies, rules.list))
        self._field(below(at, "into"), whole, rules.into)
        if (reply := self.parsed.named.get(pointer)) is None:
            found = "no operation returns this"
            raise self.document.error(below(at, "reply"), found, "Name a schema of a reply.")
        return {"decode": reply.function, **rules.model_dump(exclude={"reply"})}

    def _reply(self, at: str, role: ReplyRole) -> dict[str, Any]:
        if not role.items and "x-conversation" not in self.document.data:
            found = "there is no `items`, and no `x-conversation` that says how a reply is sent back"
            raise self.document.error(at, found, "Add one of them.")
        if role.items:
            self._follow(below(at, "items"), role.items, "object")
        if role.refusal:
            self._follow(below(at, "refusal"), role.refusal, "string")
        if role.incomplete:
            self._follow(below(at, "incomplete", "at"), role.incomplete.at, "string")
        if role.calls:
            calls = self._follow(below(at, "calls", "at"), role.calls.at, "object")
            for word in ("id", "name", "arguments"):
                self._follow(below(at, "calls", word), getattr(role.calls, word), "string", calls)
        return role.model_dump(exclude_none=True)

    def _data_part(self, at: str, part: DataPart) -> dict[str, Any]:
        named = {word: key for word, key in (("url", part.url), ("name", part.name)) if key}
        attributes = {word: self._attribute(below(at, word), self.here, key) for word, key in named.items()}
        return {**attributes, "media_types": tuple(part.media_types)}

    # Ways through data

    def _follow(
        self, at: str, path: str | list[Any], kind: str, start: list[Place] | None = None
    ) -> list[Place]:
        """Check that a path, or a single key, leads to a value of a type; return the schemas to which it leads."""
        places = start or self.here
        places = self._field(at, places, path) if isinstance(path, str) else places
        for index, step in enumerate(path if isinstance(path, list) else ()):
            where = below(at, index)
            if isinstance(step, str):
                places = self._field(where, places, step)
            else:
                entries = self._entries(where, places)
                for key, value in step.items():
                    self._attribute_with(where, entries, key, value)
                places = [
                    entry for entry in entries if all(self._can_have(entry, *pair) for pair in step.items())
                ]
        kinds = {
            json for pointer, prop in places if prop for json in type_of(self.parsed, pointer, prop).json
        }
        if kind and not kinds & {kind, "any"}:
            raise self.document.error(
                at, f"the path does not lead to a value of type {kind}", "Correct the path."
            )
        return places

    def _field(self, at: str, places: list[Place], key: str) -> list[Place]:
        """The schemas of a field, in any member of a union."""
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

    def _constants(self, at: str, values: Node, places: list[Place]) -> dict[str, Any]:
        """Values of fields, by the attributes that hold these."""
        found = {}
        for key, value in values.items():
            with self.document.reporting():
                found[self._attribute_with(below(at, key), places, key, value)] = value
        return found

    def _can_have(self, place: Place, key: str, value: Node) -> bool:
        values = [values_of(field.prop) for field in self.parsed.fields(place[0]) if field.key == key]
        return any(value in one or not one for one in values)

    def _entries(self, at: str, places: Iterable[Place]) -> list[Place]:
        """The items of the lists among some places."""
        found: list[Place] = [
            (below(pointer, "items"), prop.inner_property)
            for pointer, prop in self._spread(places)
            if isinstance(prop, ListProperty)
        ]
        if not found:
            raise self.document.error(at, "there is no list with `items` here", "Correct it.")
        return list(self._spread(found))

    def _spread(self, places: Iterable[Place]) -> Iterator[Place]:
        """Places, with unions replaced by their members."""
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
