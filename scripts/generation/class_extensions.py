"""The extensions of a class, such as the path to its text (`x-text`) or its part in a stream (`x-event`).

`scripts.openapi.extensions` has the form of each. Here the fields and paths that they name are looked up in the
generator's parse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

from pydantic import BaseModel

from scripts.openapi import extensions
from scripts.openapi.document import SCHEMAS, Document, Node, below
from scripts.openapi.extensions import Assembly, DataPart, ErrorBody, EventRole, LeadsTo, ReplyRole, Summary
from scripts.openapi.package_schemas import field_places, is_open_enum

from .generator_parse import Parsed
from .text import Call, Code


def read(parsed: Parsed) -> dict[str, dict[str, Any]]:
    """Return the extensions of all components and named schemas, by pointer and keyword. Mistakes are reported."""
    document = parsed.document
    properties: dict[str, dict[str, Any]] = {}
    components = [below(SCHEMAS, name) for name in document.components("schemas")]
    for pointer in dict.fromkeys([*components, *parsed.named]):
        schema = document.node(pointer)
        _check_removed(document, below(pointer, "x-removed"), schema)
        if pointer in parsed.models:
            properties[pointer] = _Class(parsed, pointer).read(schema)
        elif words := [word for word in _READERS if word in schema]:
            text = f"`{words[0]}` has no meaning on a schema without fields"
            document.report(below(pointer, words[0]), text, "Move it to one with `properties`.")
    return properties


def _check_removed(document: Document, at: str, schema: Node) -> None:
    if "x-removed" in schema and not is_open_enum(schema):
        advice = "Write it next to an `anyOf` of an enum and a string."
        document.report(at, "`x-removed` lists withdrawn values of an open enum", advice)
        return
    for value in schema.get("x-removed", ()):
        if value in schema["anyOf"][0]["enum"]:
            text = f"{value!r} is also listed as a known value"
            document.report(below(at, value), text, "Keep it in one of the lists.")


class _Class:
    """Reads the extensions of a class, and follows paths from it."""

    def __init__(self, parsed: Parsed, pointer: str) -> None:
        self.parsed = parsed
        self.document = parsed.document
        self.pointer = pointer
        self.here = [pointer]

    def read(self, schema: Node) -> dict[str, Any]:
        """Read all of them. Mistakes are reported."""
        arguments: dict[str, Any] = {}
        for word, read_one in _READERS.items():
            if word in schema:
                with self.document.reporting():
                    arguments[word] = read_one(self, below(self.pointer, word), extensions.read(schema, word))
        if "x-assembles" in arguments:
            role = arguments.get("x-event", Call("EventRole", {}))
            arguments["x-event"] = Call(role.function, {**role.arguments, "assembly": arguments["x-assembles"]})
        return arguments

    def text(self, at: str, path: list[Any]) -> tuple[Any, ...]:
        self._follow(at, path, "string")
        return tuple(path)

    def aliases(self, at: str, aliases: dict[str, str]) -> dict[str, str]:
        attributes = {}
        for alias, key in aliases.items():
            with self.document.reporting():
                attributes[self.parsed.identifier(alias)] = self._attribute(below(at, alias), self.here, key)
        return attributes

    def failed_when(self, at: str, values: dict[str, Any]) -> dict[str, Any]:
        return self._constants(at, values, self.here)

    def unfinished_when(self, at: str, values: dict[str, list[Any]]) -> dict[str, Any]:
        by_attribute: dict[str, Any] = {}
        for key, alternatives in values.items():
            for index, value in enumerate(alternatives):
                with self.document.reporting():
                    name = self._attribute_with(below(at, key, index), self.here, key, value)
                    by_attribute[name] = (*by_attribute.get(name, ()), value)
        return by_attribute

    def event_role(self, at: str, role: EventRole) -> Call:
        self._check_paths(at, role)
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
        """Return how events add up to a reply: both have the list, whose entries have the fields to add up."""
        pointer, where = below(SCHEMAS, rules.reply), below(at, "list")
        entries = self._entries(where, self._field(where, self.here, rules.list))
        for word in ("key", "delta", "finished"):
            if key := getattr(rules, word):
                self._field(below(at, word), entries, key)
        if (reply := self.parsed.named.get(pointer)) is None:
            problem = f"{rules.reply!r} is not the schema of a reply"
            raise self.document.error(below(at, "reply"), problem, "Name one of components/schemas that is.")
        self._constants(below(at, "constants"), rules.constants, [pointer])
        whole = self._entries(where, self._field(where, [pointer], rules.list))
        self._field(below(at, "into"), whole, rules.into)
        own = self.parsed.named.get(self.pointer)
        is_defined_later = own is not None and own.module == reply.module
        decode = f"lambda data: {reply.function}(data)" if is_defined_later else reply.function
        return _call(rules, decode=Code(decode), reply=None)

    def reply_role(self, at: str, role: ReplyRole) -> Call:
        if not role.items and "x-conversation" not in self.document.data:
            problem = "there is no `items`, and no `x-conversation` that says how a reply is sent back"
            raise self.document.error(at, problem, "Add one of them.")
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

    # Paths through data: each step leads from some schemas to others

    def _check_paths(self, at: str, form: BaseModel, start: list[str] | None = None) -> None:
        """Check that each path of a form leads to a value of the type that is needed there."""
        for name, info in type(form).model_fields.items():
            for goal in (metadata for metadata in info.metadata if isinstance(metadata, LeadsTo)):
                if path := getattr(form, name):
                    with self.document.reporting():
                        self._follow(below(at, info.alias), path, goal.type, start)

    def _follow(self, at: str, path: str | list[Any], kind: str, start: list[str] | None = None) -> list[str]:
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
        types = [self.document.node(place).get("type", kind) for place in self._leaves(places)]
        if kind and not any(kind in ([type_] if isinstance(type_, str) else type_) for type_ in types):
            raise self.document.error(at, f"the path does not lead to a value of type {kind}", "Correct the path.")
        return places

    def _field(self, at: str, places: list[str], key: str) -> list[str]:
        """Return the schemas of a field, in any member of a union."""
        fields = [field_places(self.document, place) for place in self._leaves(places)]
        subschemas = [field[key] for field in fields if key in field]
        return subschemas or self._refuse_field(at, key)

    def _attribute(self, at: str, places: list[str], key: str) -> str:
        """Return the attribute for a field."""
        fields = [field for place in self._leaves(places) for field in self.parsed.fields(place) if field.key == key]
        return self.parsed.identifier(fields[0].prop.python_name) if fields else self._refuse_field(at, key)

    def _refuse_field(self, at: str, key: str) -> NoReturn:
        raise self.document.error(at, f"there is no field {key!r}", "Name a field that is described.")

    def _attribute_with(self, at: str, places: list[str], key: str, value: Node) -> str:
        """Return the attribute for a field, which must be able to have a value."""
        name = self._attribute(at, places, key)
        if not any(self._can_have(place, key, value) for place in self._leaves(places)):
            raise self.document.error(at, f"the field {key!r} never has the value {value!r}", "Correct it.")
        return name

    def _constants(self, at: str, values: Node, places: list[str]) -> dict[str, Any]:
        """Return values of fields, by the attributes that hold these."""
        constants = {}
        for key, value in values.items():
            with self.document.reporting():
                constants[self._attribute_with(below(at, key), places, key, value)] = value
        return constants

    def _can_have(self, place: str, key: str, value: Node) -> bool:
        field = field_places(self.document, place).get(key)
        return field is not None and value in (self.parsed.values_of(field) or [value])

    def _entries(self, at: str, places: list[str]) -> list[str]:
        """Return the items of the lists among some schemas."""
        lists = [place for place in self._leaves(places) if "items" in self.document.node(place)]
        if not lists:
            raise self.document.error(at, "there is no list with `items` here", "Correct it.")
        return list(self._leaves(below(place, "items") for place in lists))

    def _leaves(self, places: Iterable[str]) -> Iterator[str]:
        """Yield some schemas, with unions replaced by their members."""
        for place in places:
            yield from self.parsed.leaves(place)


_READERS: dict[str, Callable[[_Class, str, Any], Any]] = {
    "x-text": _Class.text,
    "x-aliases": _Class.aliases,
    "x-failed-when": _Class.failed_when,
    "x-unfinished-when": _Class.unfinished_when,
    "x-event": _Class.event_role,
    "x-summary": _Class.summary,
    "x-error-body": _Class.error_body,
    "x-assembles": _Class.assembly,
    "x-reply": _Class.reply_role,
    "x-data": _Class.data_part,
}


def _call(form: BaseModel, **others: Any) -> Call:
    """Return the call that creates the same object in the package, with some values replaced."""
    fields = [name for name in type(form).model_fields if name in form.model_fields_set]
    values = {**{name: _immutable(getattr(form, name)) for name in fields}, **others}
    return Call(type(form).__name__, {name: value for name, value in values.items() if value is not None})


def _immutable(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _call(value)
    return tuple(value) if isinstance(value, list) else value
