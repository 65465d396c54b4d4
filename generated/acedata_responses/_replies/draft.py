"""The reply that a stream brings part by part, for what the event with the whole of it lacks."""

from __future__ import annotations

import copy
from typing import Any

from .._json import is_list, is_object
from .._paths import Path, find, put
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
        place = tuple(step if isinstance(step, str) else _index(event, step["place"]) for step in role.at)
        for other in [other for other in self._parts if other[: len(place)] == place]:
            del self._parts[other]
        self._parts[place] = event.get(role.puts or "")

    def reply(self, text: str) -> Any:
        """The reply as far as it has come; None when no event has shown one."""
        return None if self._latest is None else self.complete(self._latest, text)

    def complete(self, reply: Model, text: str) -> Any:
        """Return a reply with what the events brought where it is empty itself.

        Args:
            reply: The reply as the latest event has it.
            text: The text of all events.
        """
        data = reply._data
        lacking = {place: part for place, part in self._parts.items() if not data.get(str(place[0]))}
        if lacking:
            data = copy.deepcopy(data)
            for place in sorted(lacking, key=lambda place: [(isinstance(step, str), step) for step in place]):
                _put_part(data, place, copy.deepcopy(lacking[place]))
            reply = type(reply)._decode(data)
        if text and not getattr(reply, "output_text", "") and _has_room(data, reply._text):
            data = copy.deepcopy(data)
            put(data, reply._text, text)
            reply = type(reply)._decode(data)
        return reply


def _has_room(data: dict[str, Any], path: Path) -> bool:
    """Whether a text can be put at a path without a new entry beside others that the service has sent."""
    return bool(path) and (not find(data, path[:1]) or find(data, path[:2]) is not None)


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
