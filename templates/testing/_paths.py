"""Paths into JSON data, as the document's extensions write them.

A step is a key, or a mapping that stands for each entry of a list that has these values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeGuard

Path: TypeAlias = Sequence[Any]


def is_object(data: Any) -> TypeGuard[dict[str, Any]]:
    """Tell whether JSON data is an object."""
    return isinstance(data, dict)


def is_list(data: Any) -> TypeGuard[list[Any]]:
    """Tell whether JSON data is a list."""
    return isinstance(data, list)


def find(data: Any, path: Path) -> Any:
    """The first thing at a path that is not null, or None."""
    if not path:
        return data
    step, rest = path[0], path[1:]
    if is_object(step):
        entries = data if is_list(data) else []
        found = (find(entry, rest) for entry in entries if _has(entry, step))
        return next((one for one in found if one is not None), None)
    return find(data[step], rest) if is_object(data) and step in data else None


def put(data: Any, path: Path, value: Any) -> None:
    """Set what is at a path, making the objects on the way; in a list, in each entry that the path names."""
    step, rest = path[0], path[1:]
    if is_object(step):
        for entry in data:
            if _has(entry, step):
                put(entry, rest, value)
    elif rest:
        put(data.setdefault(step, {}), rest, value)
    else:
        data[step] = value


def _has(entry: Any, values: dict[str, Any]) -> bool:
    return is_object(entry) and all(key in entry and entry[key] == value for key, value in values.items())
