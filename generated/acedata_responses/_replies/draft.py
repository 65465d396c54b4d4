"""The reply that a stream brings part by part, for what the event with the whole of it lacks."""

from __future__ import annotations

import copy
from typing import Any

from .._json import is_list, is_object
from .._paths import put
from ..types._model import Model
from ..types._roles import EventRole

_Place = tuple["str | int", ...]


class Draft:
    """What the events so far have put into the reply."""

    def __init__(self) -> None:
        self._latest: Model | None = None
        self._parts: dict[_Place, Any] = {}

    def start(self, reply: Model) -> None:
        """Take the reply as an event shows it."""
        self._latest = reply

    def put(self, event: dict[str, Any], role: EventRole) -> None:
        """Take the part of the reply that an event brings: it replaces what was there, and all below."""
        steps = [step if isinstance(step, str) else _index(event, step["place"]) for step in role.at]
        place, depth = tuple(steps), len(steps)
        for other in [other for other in self._parts if other[:depth] == place]:
            del self._parts[other]
        self._parts[place] = event.get(role.puts or "")

    def reply(self, text: str) -> Any:
        """The reply as far as it has come; None when no event has shown one."""
        return None if self._latest is None else self.complete(self._latest, text)

    def complete(self, reply: Model, text: str) -> Any:
        """Return a reply with what the events brought and it lacks: fields, entries of lists, the text.

        Args:
            reply: The reply as the latest event has it.
            text: The text of all events.
        """
        lacking = self._lacking(reply._data)
        if lacking:
            reply = type(reply)._decode({**reply._data, **lacking})
        if text and reply._text and not getattr(reply, "output_text", ""):
            data = copy.deepcopy(reply._data)
            put(data, reply._text, text)
            reply = type(reply)._decode(data)
        return reply

    def _lacking(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields of a reply to which the events add something."""
        found: dict[str, Any] = {}
        if all(_is_filled(data, place) for place in self._parts):
            return found
        for name, brought in self._brought().items():
            present = data.get(name)
            if not present:
                found[name] = brought
            elif is_list(present) and is_list(brought) and (missing := _missing(present, brought)):
                found[name] = _inserted(present, missing)
        return found

    def _brought(self) -> dict[str, Any]:
        """All parts, put together."""
        data: dict[str, Any] = {}
        for place in sorted(self._parts, key=lambda place: [(isinstance(step, str), step) for step in place]):
            _put_part(data, place, copy.deepcopy(self._parts[place]))
        return data


def _is_filled(data: dict[str, Any], place: _Place) -> bool:
    """Whether a reply has anything where a part belongs: of a list, as many entries."""
    present = data.get(str(place[0]))
    if is_list(present) and len(place) > 1 and isinstance(place[1], int):
        return place[1] < len(present)
    return bool(present)


def _missing(present: list[Any], brought: list[Any]) -> dict[int, Any]:
    """The entries that events brought and a list lacks: each one that it has stands for the one most like it."""
    missing = dict(enumerate(brought))
    for entry in present[: len(brought)]:
        del missing[max(missing, key=lambda index: _likeness(missing[index], entry))]
    return missing


def _likeness(one: Any, other: Any) -> int:
    """How many fields two objects have in common."""
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
    """Put a part where it belongs, and make what is missing on the way."""
    for step, following in zip(place, [*place[1:], None], strict=True):
        made: Any = part if following is None else {} if isinstance(following, str) else []
        if isinstance(step, str) and is_object(data):
            if following is None or not data.get(step):
                data[step] = made
            data = data[step]
        elif isinstance(step, int) and is_list(data):
            if step >= len(data):
                data.append(made)  # in its order, though what is before it may never have come
            elif following is None:
                data[step] = made
            data = data[min(step, len(data) - 1)]
        else:
            return
