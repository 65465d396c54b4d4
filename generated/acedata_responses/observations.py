"""Counts where replies violate the document or have undocumented fields and values, to learn from production.

    observations = Observations()
    client = Client(observations=observations)
    ...
    observations.write("observed.jsonl")  # for the package's maintainers: make drift FROM=observed.jsonl

Only places and counts are kept, never a value. A place is a schema in the document and a JSON pointer (RFC 6901) in the
reply, with `*` for each list index and for each key that the document does not name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import asdict, frozen

from ._document.schemas import SCHEMAS
from ._document.validation import Problem, reply_problems
from ._json import is_list
from ._version import VERSION
from .types._list_reply import ListReply
from .types._model import Model, attributes_of
from .types._unknown import Unknown

MOST_PLACES = 1000
"""The maximum number of places. Observations at further places are counted together, without a place."""

_FIELD = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"

Place = tuple[str, str, str]
_ELSEWHERE: Place = ("", "", "more places")


@frozen
class Observation:
    """How often replies differed from the document at one place.

    Attributes:
        schema: The schema of the reply or event in the document; empty if its kind is unknown.
        pointer: The place in the reply or event as a JSON pointer; empty for the whole.
        what: `type` or `required` for a violation; `unknown field`, `unknown value` or `unknown kind` for growth.
        count: The number of times that it was observed.
    """

    schema: str
    pointer: str
    what: str
    count: int


class Observations:
    """Counts for one or several clients. Threads and tasks can share it.

    Attributes:
        replies: The number of replies and events that were compared with the document.
    """

    def __init__(self) -> None:
        self.replies = 0
        self._counts: dict[Place, int] = {}
        self._lock = Lock()

    @property
    def counts(self) -> list[Observation]:
        """The counts, the highest first."""
        with self._lock:
            counts = sorted(self._counts.items(), key=lambda one: (-one[1], one[0]))
        return [Observation(*place, count=count) for place, count in counts]

    def write(self, path: str | PathLike[str]) -> None:
        """Write the counts as JSON Lines, replacing the file. The first line has the version and the number of replies.

        Raises:
            OSError: The file cannot be written.
        """
        head = {"package": __name__.partition(".")[0], "version": VERSION, "replies": self.replies}
        lines = [head, *(asdict(one) for one in self.counts)]
        Path(path).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    def add(self, reply: Model | ListReply[Any]) -> None:
        """Compare a reply or an event with the document. The client does this for each one that it receives."""
        found = list(_places(reply))
        with self._lock:
            self.replies += 1
            for place in found:
                is_full = place not in self._counts and len(self._counts) >= MOST_PLACES
                counted = _ELSEWHERE if is_full else place
                self._counts[counted] = self._counts.get(counted, 0) + 1

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            return {"replies": self.replies, "_counts": dict(self._counts)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=Lock())

    def __repr__(self) -> str:
        return f"<Observations: {len(self._counts)} places in {self.replies} replies>"


def _places(reply: Model | ListReply[Any]) -> Iterator[Place]:
    """The places of violations and growth, as far as the nesting is not too deep to follow."""
    schema = reply._schema if isinstance(reply, Model) else ""
    try:
        for problem in _problems(reply):
            yield schema, _without_values(problem.pointer), problem.rule
        for pointer, what in _growth(reply, ""):
            yield schema, pointer, what
    except RecursionError:
        return


def _problems(reply: Model | ListReply[Any]) -> list[Problem]:
    if isinstance(reply, ListReply):
        return reply_problems(reply._data, reply._schema, SCHEMAS)
    return reply_problems(reply._data, SCHEMAS[reply._schema], SCHEMAS) if reply._schema else []


def _growth(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """The unknown kinds, fields and values in decoded data."""
    if is_list(value):
        for entry in value:
            yield from _growth(entry, f"{pointer}/*")
    elif isinstance(value, Unknown):
        yield pointer, "unknown kind"
    elif isinstance(value, Model):
        names, known = attributes_of(type(value)), _known_values(value._schema)
        for key, data in value._data.items():
            if key not in names:
                yield f"{pointer}/{key if re.fullmatch(_FIELD, key) else '*'}", "unknown field"
            elif key in known and isinstance(data, str) and data not in known[key]:
                yield f"{pointer}/{key}", "unknown value"
            elif data.__class__ in (dict, list):
                yield from _growth(getattr(value, names[key]), f"{pointer}/{key}")


_known: dict[str, dict[str, frozenset[Any]]] = {}
_properties: set[str] = set()


def _known_values(schema: str) -> dict[str, frozenset[Any]]:
    """The fields of a schema whose values the document lists, with these values."""
    found = _known.get(schema)
    if found is None:
        fields = SCHEMAS.get(schema, {}).get("properties", {})
        values = {key: frozenset(_listed(one)) for key, one in fields.items()}
        found = _known[schema] = {key: listed for key, listed in values.items() if listed}
    return found


def _listed(schema: Any) -> Iterator[Any]:
    schema = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    yield from schema.get("x-known") or schema.get("enum") or ()
    if "const" in schema:
        yield schema["const"]
    for member in schema.get("anyOf", ()):
        yield from _listed(member)


def _without_values(pointer: str) -> str:
    """A pointer with `*` for each token that is not a field in the document, such as a list index."""
    if not _properties:
        _properties.update(key for schema in SCHEMAS.values() for key in schema.get("properties", ()))
    return "/".join(token if not token or token in _properties else "*" for token in pointer.split("/"))
