"""Puts a reply together from events that each bring a small part of it."""

from __future__ import annotations

from typing import Any

from .._json import is_list, is_object
from ..types._model import Assembly


class Assembler:
    """Adds up events by the rules of an `Assembly`.

    Fields of the events keep their last value that is not null; the entries of the list are merged by their key.
    In a delta texts are pieces to be joined, and lists with keys of their own (tool calls) are merged likewise.
    """

    def __init__(self, rules: Assembly) -> None:
        self._rules = rules
        self._fields: dict[str, Any] = {}
        self._entries: dict[str, dict[str, Any]] = {}
        self._deltas: dict[str, _Merged] = {}

    def add(self, event: dict[str, Any]) -> None:
        """Take the JSON data of one event."""
        rules = self._rules
        for key, value in event.items():
            if key != rules.list and (value is not None or key not in self._fields):
                self._fields[key] = value
        for entry in _objects(event.get(rules.list)):
            self._add_entry(entry)

    def reply(self) -> Any:
        """The reply as far as it has come."""
        rules = self._rules
        entries = [{**entry, rules.into: self._deltas[name].value()} for name, entry in self._entries.items()]
        entries.sort(key=lambda entry: _place(entry.get(rules.key)))
        return rules.decode({**self._fields, **rules.constants, rules.list: entries})

    def _add_entry(self, entry: dict[str, Any]) -> None:
        rules = self._rules
        name = repr(entry.get(rules.key))
        whole = self._entries.setdefault(name, {})
        merged = self._deltas.setdefault(name, _Merged(rules))
        for key, value in entry.items():
            if key == rules.delta:
                merged.add(value)
            elif value is not None or key not in whole:
                whole[key] = value


class _Merged:
    """An object that arrives in pieces. Texts are joined when asked for, not at each piece."""

    def __init__(self, rules: Assembly) -> None:
        self._rules = rules
        self._values: dict[str, Any] = {}
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, dict[str, _Merged]] = {}

    def add(self, delta: Any) -> None:
        if not is_object(delta):
            return
        for key, value in delta.items():
            if isinstance(value, str) and key not in self._rules.once and key != self._rules.key:
                self._texts.setdefault(key, []).append(value)
            elif isinstance(value, dict):
                self._nested(key, "").add(value)
            elif isinstance(value, list) and all(self._rules.key in entry for entry in _objects(value)):
                for entry in _objects(value):
                    self._nested(key, repr(entry[self._rules.key])).add(entry)
            elif value is not None or key not in self._values:
                self._values[key] = value

    def value(self) -> dict[str, Any]:
        whole = dict(self._values)
        whole.update({key: "".join(pieces) for key, pieces in self._texts.items()})
        for key, parts in self._lists.items():
            values = [part.value() for part in parts.values()]
            whole[key] = values[0] if "" in parts else values
        return whole

    def _nested(self, key: str, name: str) -> _Merged:
        return self._lists.setdefault(key, {}).setdefault(name, _Merged(self._rules))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if is_object(entry)] if is_list(value) else []


def _place(key: Any) -> float:
    return key if isinstance(key, (int, float)) else 0.0
