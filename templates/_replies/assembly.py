"""Merges the deltas of a stream into a reply, by the rules of `x-assembles` in the document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._json import is_list, is_object
from ..types._roles import Assembly


class Assembler:
    """Merges the events of a stream into a reply."""

    def __init__(self, rules: Assembly) -> None:
        self._rules = rules
        self._fields: dict[str, Any] = {}
        self._entries: dict[Any, _Entry] = {}

    def add(self, event: dict[str, Any]) -> None:
        """Add the JSON data of one event."""
        rules, fields = self._rules, self._fields
        for key, value in event.items():
            if key == rules.list:
                for data in _objects(value):
                    self._add_entry(data)
            elif (value is not None and value != "") or key not in fields:
                fields[key] = value

    def _add_entry(self, data: dict[str, Any]) -> None:
        index = data.get(self._rules.key)
        if not isinstance(index, int):
            index = 0
        entry = self._entries.get(index)
        if entry is None:
            entry = self._entries[index] = _Entry(self._rules)
        entry.add(data)

    @property
    def is_finished(self) -> bool:
        """Whether each entry is marked as finished."""
        return bool(self._entries) and all(entry.is_finished for entry in self._entries.values())

    def reply(self) -> Any:
        """The reply made of the events so far."""
        rules = self._rules
        entries = [self._entries[index].value(index) for index in sorted(self._entries)]
        return rules.decode({**self._fields, **rules.constants, rules.list: entries})


class _Entry:
    """An entry of the list: the object merged from its deltas, and its other fields."""

    def __init__(self, rules: Assembly) -> None:
        self._rules = rules
        self._merged = _Pieces(rules)
        self._other_fields = _Pieces(rules, joins_texts=False)

    def add(self, data: dict[str, Any]) -> None:
        rules = self._rules
        for key, value in data.items():
            if key == rules.delta:
                if is_object(value):
                    self._merged.add(value)
            elif key == rules.into:
                if is_object(value):
                    self._merged.replace(value)
            else:
                self._other_fields.add_part(key, value)

    @property
    def is_finished(self) -> bool:
        return self._rules.finished is not None and bool(self._other_fields.get(self._rules.finished))

    def value(self, index: int) -> dict[str, Any]:
        rules = self._rules
        return {rules.key: index, **self._other_fields.value(), rules.into: self._merged.value()}


class _Text(list[str]):
    """The pieces of a text, which are joined only when the text is read."""


class _Pieces:
    """An object that is received in pieces: identifiers are replaced, other texts joined, lists extended."""

    def __init__(self, rules: Assembly, *, joins_texts: bool = True) -> None:
        self._rules = rules
        self._joins_texts = joins_texts
        self._parts: dict[str, Any] = {}

    def add(self, piece: Mapping[str, Any]) -> None:
        for key, value in piece.items():
            self.add_part(key, value)

    def add_part(self, key: str, value: Any) -> None:
        """Merge one field of a piece."""
        part = self._parts.get(key)
        if isinstance(part, _List):
            part.extend(value if is_list(value) else [] if value is None else [value])
        elif isinstance(value, str):
            self._add_text(key, value, part)
        elif is_object(value):
            if not isinstance(part, _Pieces):
                part = self._parts[key] = _Pieces(self._rules, joins_texts=self._joins_texts)
            part.add(value)
        elif is_list(value):
            before = _value(part)
            part = self._parts[key] = _List(self._rules, are_pieces=key in self._rules.pieces)
            part.extend([before, *value] if before else value)
        elif value is not None or key not in self._parts:
            self._parts[key] = value

    def replace(self, whole: Mapping[str, Any]) -> None:
        """Merge an object that may be complete. If it repeats the texts so far, it replaces them."""
        repeats = all(
            str(whole.get(key) or "").startswith(_value(part))
            for key, part in self._parts.items()
            if isinstance(part, _Text)
        )
        if repeats:
            self._parts = {key: part for key, part in self._parts.items() if key not in whole}
        self.add(whole)

    def get(self, key: str) -> Any:
        return _value(self._parts.get(key))

    def value(self) -> dict[str, Any]:
        return {key: _value(part) for key, part in self._parts.items()}

    def identifiers(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """The identifiers, which are complete in each piece, with their paths."""
        return _identifiers(self._parts, self._rules)

    def _add_text(self, key: str, value: str, part: Any) -> None:
        if not self._joins_texts or key in self._rules.once:
            if value or part is None:
                self._parts[key] = value
        elif isinstance(part, _Text):
            part.append(value)
        else:
            self._parts[key] = _Text([value])


class _List:
    """A list that is received in pieces; if `are_pieces`, its entries are received in pieces too."""

    def __init__(self, rules: Assembly, *, are_pieces: bool) -> None:
        self._rules = rules
        self._are_pieces = are_pieces
        self._entries: list[Any] = []

    def extend(self, values: Iterable[Any]) -> None:
        if not self._are_pieces:
            self._entries.extend(values)
            return
        for value in values:
            entry = self._continued(value) if is_object(value) else None
            if entry is not None:
                entry.add(value)
            elif is_object(value):
                entry = _Pieces(self._rules)
                entry.add(value)
                self._entries.append(entry)
            else:
                self._entries.append(value)

    def value(self) -> list[Any]:
        return [_value(entry) for entry in self._entries]

    def _continued(self, piece: dict[str, Any]) -> _Pieces | None:
        """The entry that a piece belongs to: found by its key, else by its id, else the last entry.

        A piece that has all identifiers of that entry, one of them with another value, starts a new entry: some
        services give every call the index 0.
        """
        found = [entry for entry in self._entries if isinstance(entry, _Pieces)]
        for name in (self._rules.key, self._rules.id):
            if name is not None and piece.get(name) not in (None, ""):
                found = [entry for entry in found if entry.get(name) == piece[name]]
                break
        if not found:
            return None
        old, new = dict(found[-1].identifiers()), dict(_identifiers(piece, self._rules))
        is_another = old.keys() <= new.keys() and any(new[path] != old[path] for path in old)
        return None if is_another else found[-1]


def _identifiers(data: Mapping[str, Any], rules: Assembly) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in data.items():
        if isinstance(value, _Pieces):
            yield from (((key, *path), text) for path, text in value.identifiers())
        elif is_object(value):
            yield from (((key, *path), text) for path, text in _identifiers(value, rules))
        elif key in rules.once and isinstance(value, str) and value:
            yield (key,), value


def _value(part: Any) -> Any:
    if isinstance(part, _Text):
        return "".join(part)
    return part.value() if isinstance(part, (_Pieces, _List)) else part


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if is_object(entry)] if is_list(value) else []
