"""Paths into JSON data, as in the extensions of the OpenAPI document.

A step is a key, or a mapping that selects the entries of a list that have its values. An entry that lacks such a field
is selected too, as services leave out obvious values, such as the index of the only choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ._json import is_object, kind_of

Path: TypeAlias = Sequence[str | Mapping[str, Any]]


def find_all(data: Any, path: Path) -> list[Any]:
    """Return all values at a path that are not null.

    Args:
        data: JSON data, or an object of one of the classes in `types`.
        path: The path.
    """
    for index, step in enumerate(path):
        if isinstance(step, str):
            data = _field(data, step)
        elif kind_of(data) is list:
            rest = path[index + 1 :]
            return [found for entry in data if _matches(entry, step) for found in find_all(entry, rest)]
        else:
            return []
    return [] if data is None else [data]


def find(data: Any, path: Path) -> Any:
    """Return the first value at a path that is not null, or None."""
    for index, step in enumerate(path):
        if not isinstance(step, str):
            return next(iter(find_all(data, path[index:])), None)
        data = data.get(step) if kind_of(data) is dict else _field(data, step)
    return data


def text_at(data: Any, path: Path) -> str:
    """Return the text at a path; several texts are joined."""
    return "".join([found for found in find_all(data, path) if isinstance(found, str)])


def text_reader(path: Path) -> Callable[[dict[str, Any]], str]:
    """Return a function that reads the text at a path of a JSON object; it is fast if the path is a single key."""
    name = path[0]
    if len(path) > 1 or not isinstance(name, str):
        return lambda data: text_at(data, path)

    def read(data: dict[str, Any]) -> str:
        text = data.get(name)
        return text if isinstance(text, str) else ""

    return read


def put(data: Any, path: Path, value: Any) -> None:
    """Set the value at a path, and create missing objects and lists. Of a list, the first selected entry is changed."""
    step, rest = path[0], path[1:]
    if not isinstance(step, str):
        put(_entry(data, step), rest, value)
    elif not rest:
        data[step] = value
    else:
        if not data.get(step):
            data[step] = {} if isinstance(rest[0], str) else []
        put(data[step], rest, value)


def _entry(entries: list[Any], values: Mapping[str, Any]) -> Any:
    for entry in entries:
        if is_object(entry) and _matches(entry, values):
            return entry
    entries.append(dict(values))
    return entries[-1]


def _field(holder: Any, key: str) -> Any:
    if kind_of(holder) is dict:
        return holder.get(key)
    renamed: Mapping[str, str] | None = getattr(holder, "_renamed", None)
    return None if renamed is None else getattr(holder, renamed.get(key, key), None)


def _matches(entry: Any, values: Mapping[str, Any]) -> bool:
    for key, wanted in values.items():
        found = _field(entry, key)
        if found is not None and found != wanted:
            return False
    return True
