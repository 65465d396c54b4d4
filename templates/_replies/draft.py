"""The reply that is built from the events of a stream, to fill in what the reply in the last event lacks."""

from __future__ import annotations

import copy
from typing import Any

from .._json import is_list, is_object
from .._paths import put
from ..types._model import Model
from ..types._roles import EventRole

_Place = tuple["str | int", ...]
_EMPTY: tuple[Any, ...] = (None, "", [])


class _Pieces(list[str]):
    """The pieces of a text."""


class Draft:
    """The parts of the reply that the events so far contained."""

    def __init__(self) -> None:
        self._latest: Model | None = None
        self._parts: dict[_Place, Any] = {}

    def start(self, reply: Model) -> None:
        """Set the reply that an event contains."""
        self._latest = reply

    def add(self, event: dict[str, Any], role: EventRole) -> None:
        """Add the part of the reply, or the piece of a text in it, that an event contains."""
        place = tuple(step if isinstance(step, str) else _index(event, step["place"]) for step in role.at)
        if role.adds is not None:
            self._append(place, event.get(role.adds))
        elif role.puts is not None:
            self._put(place, event.get(role.puts))

    def _put(self, place: _Place, part: Any) -> None:
        """Set a part. It replaces earlier parts at or below its place; an empty part does not replace the one there."""
        if part is None or (not part and place in self._parts):
            return
        depth = len(place)
        for other in [other for other in self._parts if other[:depth] == place]:
            del self._parts[other]
        self._parts[place] = part

    def _append(self, place: _Place, piece: Any) -> None:
        if not isinstance(piece, str):
            return
        text = self._parts.get(place)
        if not isinstance(text, _Pieces):
            text = self._parts[place] = _Pieces([text] if isinstance(text, str) else [])
        text.append(piece)

    def reply(self, text: str) -> Any:
        """The reply made of the events so far; None if no event contained a reply."""
        return None if self._latest is None else self.complete(self._latest, text)

    def complete(self, reply: Model, text: str) -> Any:
        """Return a reply with the fields, list entries and text that it lacks and that earlier events contained.

        Args:
            reply: The reply in the latest event.
            text: The text of all events.
        """
        additions = self._additions(reply._data)
        if additions:
            reply = type(reply)._decode({**reply._data, **additions})
        if text and reply._text and not getattr(reply, "output_text", ""):
            data = copy.deepcopy(reply._data)
            put(data, reply._text, text)
            reply = type(reply)._decode(data)
        return reply

    def _additions(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields of a reply that earlier events complete, with their complete values."""
        found: dict[str, Any] = {}
        for name, streamed in self._streamed().items():
            present = data.get(name)
            if not present:
                found[name] = streamed
            elif is_list(present) and is_list(streamed):
                entries = [_filled(entry, streamed) for entry in present]
                entries = _inserted(entries, _missing(entries, streamed))
                if entries != present:
                    found[name] = entries
        return found

    def _streamed(self) -> dict[str, Any]:
        """The data of all parts."""
        data: dict[str, Any] = {}
        for place in sorted(self._parts, key=lambda place: [(isinstance(step, str), step) for step in place]):
            part = self._parts[place]
            _put_part(data, place, "".join(part) if isinstance(part, _Pieces) else copy.deepcopy(part))
        return data


def _filled(entry: Any, streamed: list[Any]) -> Any:
    """An entry of a list, with the fields that it lacks and that the streamed entry with the same `id` has."""
    if not is_object(entry) or not entry.get("id"):
        return entry
    for other in streamed:
        if is_object(other) and other.get("id") == entry["id"]:
            return {**entry, **{key: value for key, value in other.items() if entry.get(key) in _EMPTY and value}}
    return entry


def _missing(present: list[Any], streamed: list[Any]) -> dict[int, Any]:
    """The streamed entries that a list lacks, by index. Each entry of the list is matched to the most similar one."""
    missing = dict(enumerate(streamed))
    for entry in present[: len(streamed)]:
        del missing[max(missing, key=lambda index: _similarity(missing[index], entry))]
    return missing


def _similarity(one: Any, other: Any) -> int:
    """The number of equal fields of two objects."""
    if not (is_object(one) and is_object(other)):
        return 0
    return sum(key in other and other[key] == value for key, value in one.items())


def _inserted(present: list[Any], missing: dict[int, Any]) -> list[Any]:
    entries = list(present)
    for index, entry in missing.items():
        entries.insert(index, entry)
    return entries


def _index(event: dict[str, Any], key: str) -> int:
    index = event.get(key)
    return index if isinstance(index, int) and index >= 0 else 0


def _put_part(data: Any, place: _Place, part: Any) -> None:
    """Set a part at its path, and create the containers that are missing on the way."""
    for step, following in zip(place, [*place[1:], None], strict=True):
        value: Any = part if following is None else {} if isinstance(following, str) else []
        if isinstance(step, str) and is_object(data):
            if following is None or not data.get(step):
                data[step] = value
            data = data[step]
        elif isinstance(step, int) and is_list(data):
            if step >= len(data):
                data.append(value)  # keeps the order, although earlier entries may be missing
            elif following is None:
                data[step] = value
            data = data[min(step, len(data) - 1)]
        else:
            return
