"""The extensions of a class: where its text is, when it is a failure, its part in a stream.

`scripts.openapi.extensions` has the form of each. Here the fields and paths that they name are looked up in the
generator's parse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.union import UnionProperty
from pydantic import BaseModel

from scripts.openapi import extensions
from scripts.openapi.document import SCHEMAS, Node, below
from scripts.openapi.extensions import Assembly, DataPart, ErrorBody, EventRole, LeadsTo, ReplyRole, Summary
from scripts.openapi.rules import is_open_enum

from .parse import Parsed, member_places
from .text import Call, Code
from .types import type_of, values_of

Place = tuple[str, Property | None]
"""A schema's pointer, and what the generator makes of it; None for a component that is not a class."""


@dataclass
class ClassFacts:
    """The extensions of a class.

    Attributes:
        text: The path to its text.
        aliases: Further names of attributes.
        failed_when: The values of attributes that make it a failure.
        role: What it is to its stream, and how a series of it adds up to a reply.
        summary: The paths to what a trace or an account of calls needs.
        unfinished_when: The values of attributes that mean that the model has not stopped.
        reply: What it is to a conversation.
        data: Which attributes take a file's content.
    """

    text: tuple[Any, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    failed_when: dict[str, Any] = field(default_factory=dict)
    role: Call | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    unfinished_when: dict[str, Any] = field(default_factory=dict)
    reply: Call | None = None
    data: Call | None = None


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
        elif words := [word for word in _READERS if word in schema]:
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
        """Read all of them. Mistakes are reported."""
        found: dict[str, Any] = {}
        for word, (attribute, read_one) in _READERS.items():
            if word in schema:
                with self.document.reporting():
                    value = read_one(self, below(self.pointer, word), extensions.read(schema, word))
                    if attribute:
                        found[attribute] = value
        if assembly := found.pop("assembly", None):
            role = found.get("role", Call("EventRole", {}))
            found["role"] = Call(role.function, {**role.arguments, "assembly": assembly})
        return ClassFacts(**found)

    def text(self, at: str, path: list[Any]) -> tuple[Any, ...]:
        self._follow(at, path, "string")
        return tuple(path)

    def aliases(self, at: str, aliases: dict[str, str]) -> dict[str, str]:
        found = {}
        for alias, key in aliases.items():
            with self.document.reporting():
                found[self.parsed.identifier(alias)] = self._attribute(below(at, alias), self.here, key)
        return found

    def failed_when(self, at: str, values: dict[str, Any]) -> dict[str, Any]:
        return self._constants(at, values, self.here)

    def unfinished_when(self, at: str, values: dict[str, list[Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, those in values.items():
            for index, value in enumerate(those):
                with self.document.reporting():
                    name = self._attribute_with(below(at, key, index), self.here, key, value)
                    found[name] = (*found.get(name, ()), value)
        return found

    def role(self, at: str, role: EventRole) -> Call:
        self._check_paths(at, role)
        if (role.puts or role.adds) and not (role.at and isinstance(role.at[0], str)):
            found = f"`{'puts' if role.puts else 'adds'}` needs `at`, the place in the reply"
            self.document.report(below(at, "at"), found, "List its steps: `[key, {place: field}]`.")
        if role.at and not (role.puts or role.adds):
            found = "`at` needs `puts` or `adds`"
            self.document.report(below(at, "at"), found, "Add one of them, or take it out.")
        if role.puts and role.adds:
            self.document.report(below(at, "adds"), "an event has `puts` or `adds`", "Keep one of them.")
        for index, step in enumerate(role.at or ()):
            if isinstance(step, dict):
                with self.document.reporting():
                    self._field(below(at, "at", index), self.here, step["place"])
        return _call(role)

    def summary(self, at: str, summary: Summary) -> dict[str, Any]:
        self._check_paths(at, summary)
        return _call(summary).arguments

    def error_body(self, at: str, body: ErrorBody) -> None:
        self._check_paths(at, body)
        self._constants(below(at, "when"), body.when, self.here)

    def assembly(self, at: str, rules: Assembly) -> Call:
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
        own = self.parsed.named.get(self.pointer)
        is_defined_later = own is not None and own.module == reply.module
        decode = f"lambda data: {reply.function}(data)" if is_defined_later else reply.function
        return _call(rules, decode=Code(decode), reply=None)

    def reply(self, at: str, role: ReplyRole) -> Call:
        if not role.items and "x-conversation" not in self.document.data:
            found = "there is no `items`, and no `x-conversation` that says how a reply is sent back"
            raise self.document.error(at, found, "Add one of them.")
        self._check_paths(at, role)
        if role.incomplete:
            self._check_paths(below(at, "incomplete"), role.incomplete)
        if role.calls:
            calls = self._follow(below(at, "calls", "at"), role.calls.at, "object")
            self._check_paths(below(at, "calls"), role.calls, calls)
        return _call(role)

    def data_part(self, at: str, part: DataPart) -> Call:
        keys = {word: key for word, key in (("url", part.url), ("name", part.name)) if key}
        return _call(part, **{word: self._attribute(below(at, word), self.here, key) for word, key in keys.items()})

    # Paths through data

    def _check_paths(self, at: str, form: BaseModel, start: list[Place] | None = None) -> None:
        """Check that each path of a form leads to a value of the type that is needed there."""
        for name, info in type(form).model_fields.items():
            for goal in (one for one in info.metadata if isinstance(one, LeadsTo)):
                if path := getattr(form, name):
                    with self.document.reporting():
                        self._follow(below(at, info.alias), path, goal.type, start)

    def _follow(self, at: str, path: str | list[Any], kind: str, start: list[Place] | None = None) -> list[Place]:
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
                places = [entry for entry in entries if all(self._can_have(entry, *pair) for pair in step.items())]
        kinds = {json for pointer, prop in places if prop for json in type_of(self.parsed, pointer, prop).json}
        if kind and not kinds & {kind, "any"}:
            raise self.document.error(at, f"the path does not lead to a value of type {kind}", "Correct the path.")
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
        found = {self.parsed.identifier(prop.python_name) for _at, prop in self._field(at, places, key) if prop}
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


_READERS: dict[str, tuple[str | None, Callable[[_Class, str, Any], Any]]] = {
    "x-text": ("text", _Class.text),
    "x-aliases": ("aliases", _Class.aliases),
    "x-failed-when": ("failed_when", _Class.failed_when),
    "x-unfinished-when": ("unfinished_when", _Class.unfinished_when),
    "x-event": ("role", _Class.role),
    "x-summary": ("summary", _Class.summary),
    "x-error-body": (None, _Class.error_body),
    "x-assembles": ("assembly", _Class.assembly),
    "x-reply": ("reply", _Class.reply),
    "x-data": ("data", _Class.data_part),
}
"""The attribute of `ClassFacts` for each extension, and what reads it; None for one that is only checked."""


def _call(form: BaseModel, **others: Any) -> Call:
    """The call that creates the same object in the package, from the values that are given, and others instead."""
    fields = [name for name in type(form).model_fields if name in form.model_fields_set]
    values = {**{name: _immutable(getattr(form, name)) for name in fields}, **others}
    return Call(type(form).__name__, {name: value for name, value in values.items() if value is not None})


def _immutable(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _call(value)
    return tuple(value) if isinstance(value, list) else value
