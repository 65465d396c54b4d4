"""What the document says of a schema beyond JSON Schema, in extensions: each must name what is there.

`x-text`, `x-event` and `x-assembles` point into data by paths. A step is a key, or a mapping that stands for each entry
of a list that has these values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .collect import Named, is_open_enum, members_of
from .document import Document, Node, below

ENDINGS = ("completed", "incomplete", "failed", "error")
_WORDS_OF_A_CLASS = ("x-aliases", "x-assembles", "x-error-body", "x-event", "x-failed-when", "x-text")
_WORDS_OF_AN_EVENT = ("at", "code", "ends", "message", "puts", "reply", "text")
_WORDS_OF_AN_ASSEMBLY = (
    "constants",
    "delta",
    "finished",
    "id",
    "into",
    "key",
    "list",
    "once",
    "pieces",
    "reply",
)
_OPTIONAL = ("constants", "finished", "id", "once", "pieces")
_COMPONENTS = "/components/schemas"

Place = tuple[str, Node]
"""A schema and where it stands."""


def check(document: Document, named: Iterable[Named]) -> None:
    """Refuse extensions that say what the client would not understand, or that name what is not there.

    Raises:
        DocumentError: With the place of the first such thing.
    """
    places = {below(_COMPONENTS, name): schema for name, schema in document.components("schemas").items()}
    for pointer, schema in {**places, **{one.pointer: one.schema for one in named}}.items():
        _check_place(document, pointer, schema)
        _Extensions(document, pointer, schema).check()


def _check_place(document: Document, pointer: str, schema: Node) -> None:
    """An extension where nothing reads it would be left out in silence."""
    for word in _WORDS_OF_A_CLASS:
        if word in schema and not schema.get("properties"):
            advice = "Move it to a schema with `properties`."
            raise document.error(
                below(pointer, word), f"`{word}` says nothing of a schema without fields", advice
            )
    if "x-removed" in schema:
        _check_removed(document, pointer, schema)


def _check_removed(document: Document, pointer: str, schema: Node) -> None:
    at, removed = below(pointer, "x-removed"), schema["x-removed"]
    if not is_open_enum(schema) or not isinstance(removed, dict):
        advice = "Write `name: {since: version}` on an anyOf of an enum and a string."
        raise document.error(at, "`x-removed` lists withdrawn values of an open enum", advice)
    for value, said in removed.items():
        if value in schema["anyOf"][0]["enum"]:
            raise document.error(
                below(at, value), f"{value!r} is listed as known, too", "Keep it in one of them."
            )
        if not isinstance(said, dict) or not isinstance(said.get("since"), str):
            advice = "Write `{since: version}`."
            raise document.error(
                below(at, value), f"it is not said since when {value!r} is withdrawn", advice
            )


class _Extensions:
    """The extensions of one schema."""

    def __init__(self, document: Document, pointer: str, schema: Node) -> None:
        self.document = document
        self.pointer = pointer
        self.schema = schema
        self.here: list[Place] = [(pointer, schema)]

    def check(self) -> None:
        """Look at each that is there."""
        for word, look in (
            ("x-aliases", self._aliases),
            ("x-assembles", self._assembly),
            ("x-error-body", self._error_body),
            ("x-event", self._event),
            ("x-failed-when", self._failed_when),
            ("x-text", self._text),
        ):
            if word in self.schema:
                look(below(self.pointer, word), self.schema[word])

    def _aliases(self, at: str, said: Node) -> None:
        for alias, key in self._mapping(at, said).items():
            self._field(below(at, alias), self.here, key)

    def _text(self, at: str, said: Node) -> None:
        self._leads_to(at, said, "string")

    def _failed_when(self, at: str, said: Node) -> None:
        for key, value in self._mapping(at, said).items():
            self._field_with(below(at, key), self.here, key, value)

    def _event(self, at: str, said: Node) -> None:
        self._known(at, said, _WORDS_OF_AN_EVENT)
        for word in ("code", "message", "text"):
            if word in said:
                self._leads_to(below(at, word), said[word], "string")
        if "reply" in said:
            where = below(at, "reply")
            self._must_be("object", where, self._field(where, self.here, said["reply"]))
        if "puts" in said:
            self._field(below(at, "puts"), self.here, said["puts"])
            self._place(below(at, "at"), said.get("at"))
        if said.get("ends", "completed") not in ENDINGS:
            found = f"a stream does not end as {said['ends']!r}"
            raise self.document.error(below(at, "ends"), found, f"Say one of {', '.join(ENDINGS)}.")

    def _place(self, at: str, path: Node) -> None:
        """Where in the reply something belongs: keys, and entries of lists by their index in a field of the event."""
        if not isinstance(path, list) or not path or not isinstance(path[0], str):
            advice = "List its steps: `[key, {place: field}]`."
            raise self.document.error(at, "it is not said where in the reply this belongs", advice)
        for index, step in enumerate(path):
            if isinstance(step, dict):
                self._known(below(at, index), step, ("place",))
                self._field(below(at, index), self.here, step.get("place"))

    def _assembly(self, at: str, said: Node) -> None:
        self._known(at, said, _WORDS_OF_AN_ASSEMBLY)
        for word in _WORDS_OF_AN_ASSEMBLY:
            if word not in said and word not in _OPTIONAL:
                raise self.document.error(at, f"`x-assembles` does not say its `{word}`", "Add it.")
        entries = self._entries(below(at, "list"), self._field(below(at, "list"), self.here, said["list"]))
        self._field(below(at, "key"), entries, said["key"])
        self._field(below(at, "delta"), entries, said["delta"])
        for word in ("once", "pieces"):
            if not all(isinstance(key, str) for key in said.get(word, [])):
                raise self.document.error(below(at, word), "these are no names of fields", "List names.")
        if "finished" in said:
            self._field(below(at, "finished"), entries, said["finished"])
        replies = [self._component(below(at, "reply"), said["reply"])]
        for key, value in said.get("constants", {}).items():
            self._field_with(below(at, "constants", key), replies, key, value)
        whole = self._entries(below(at, "list"), self._field(below(at, "list"), replies, said["list"]))
        self._field(below(at, "into"), whole, said["into"])

    def _error_body(self, at: str, said: Node) -> None:
        self._known(at, said, ("code", "message", "trace-id", "when"))
        for word in ("code", "message", "trace-id"):
            if word in said:
                self._leads_to(below(at, word), said[word], "string")
        for key, value in self._mapping(below(at, "when"), said.get("when", {})).items():
            self._field_with(below(at, "when", key), self.here, key, value)

    # The pieces

    def _mapping(self, at: str, said: Node) -> dict[str, Any]:
        if not isinstance(said, dict):
            raise self.document.error(at, f"expected a mapping, found `{said}`", "Write `name: value`.")
        return said

    def _known(self, at: str, said: Node, words: tuple[str, ...]) -> None:
        for word in self._mapping(at, said):
            if word not in words:
                raise self.document.error(
                    below(at, word), f"`{word}` means nothing here", f"Use {', '.join(words)}."
                )

    def _component(self, at: str, name: Node) -> Place:
        schemas = self.document.components("schemas")
        if not isinstance(name, str) or name not in schemas:
            raise self.document.error(at, f"there is no schema {name!r}", "Name one of components/schemas.")
        return below(_COMPONENTS, name), schemas[name]

    def _leads_to(self, at: str, path: Node, kind: str) -> None:
        """Follow a path, which must end at something of a JSON type."""
        if not isinstance(path, list) or not path:
            raise self.document.error(at, f"`{path}` is no path", "List its steps.")
        places = self.here
        for index, step in enumerate(path):
            places = self._step(below(at, index), places, step)
        self._must_be(kind, at, places)

    def _must_be(self, kind: str, at: str, places: list[Place]) -> None:
        if not any(kind in self._kinds(place) for place in places):
            raise self.document.error(at, f"what is at the end of the path is no {kind}", "Correct the path.")

    def _step(self, at: str, places: list[Place], step: Node) -> list[Place]:
        if not isinstance(step, dict):
            return self._field(at, places, step)
        entries = self._entries(at, places)
        for key, value in step.items():
            self._field_with(at, entries, key, value)
        return [
            entry
            for entry in entries
            if all(self._can_have(entry, key, value) for key, value in step.items())
        ]

    def _field(self, at: str, places: list[Place], key: Node) -> list[Place]:
        """What is in a field; of a union in that of any member."""
        found = [
            self.document.resolve(below(pointer, "properties", key), schema["properties"][key])
            for pointer, schema in self._spread(places)
            if key in schema.get("properties", {})
        ]
        if not found:
            raise self.document.error(at, f"there is no field {key!r}", "Name a field that is described.")
        return found

    def _field_with(self, at: str, places: list[Place], key: Node, value: Node) -> None:
        """Make sure that a field is there and can have a value."""
        self._field(at, places, key)
        if not any(self._can_have(place, key, value) for place in self._spread(places)):
            raise self.document.error(at, f"the field {key!r} never has the value {value!r}", "Correct it.")

    def _can_have(self, place: Place, key: str, value: Node) -> bool:
        pointer, schema = place
        if key not in schema.get("properties", {}):
            return False
        _at, field = self.document.resolve(below(pointer, "properties", key), schema["properties"][key])
        return value in ([field["const"]] if "const" in field else field.get("enum", [value]))

    def _entries(self, at: str, places: list[Place]) -> list[Place]:
        """What the lists among some places hold."""
        found = [
            self.document.resolve(below(pointer, "items"), schema["items"])
            for pointer, schema in self._spread(places)
            if "items" in schema
        ]
        if not found:
            raise self.document.error(at, "there is no list with `items` here", "Correct it.")
        return self._spread(found)

    def _spread(self, places: list[Place]) -> list[Place]:
        """Places with the members of unions in the place of these."""
        found: list[Place] = []
        for at, node in places:
            pointer, schema = self.document.resolve(at, node)
            members = list(members_of(self.document, pointer, schema))
            found += self._spread(members) if members else [(pointer, schema)]
        return found

    def _kinds(self, place: Place) -> set[str]:
        """The JSON types of what is at a place."""
        kinds: set[str] = set()
        for _pointer, schema in self._spread([place]):
            stated = schema.get("type", "string" if isinstance(schema.get("const"), str) else [])
            kinds |= {stated} if isinstance(stated, str) else set(stated)
            kinds |= {"object"} if schema.get("properties") else set()
        return kinds
