"""Converts what a caller passes to JSON data, and lists what JSON cannot express."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from typing import Any, TypeGuard

from .._document.validation import Problem, child_pointer, shown
from .._json import is_mapping, kind_of, seconds_of

Show = Callable[[Any], str]

_TEXTS_AND_BYTES = (str, bytes, bytearray, memoryview)


class Converter:
    """Converts values to JSON data.

    Mappings, lists, tuples, sets, iterators, enum members, dates (as ISO 8601), paths, UUIDs, decimals, numpy's numbers
    and arrays, dataclasses, attrs classes and objects with `to_dict` or `model_dump` have a plain meaning in JSON;
    bytes, NaN, infinities, lone surrogates and keys that are not strings have none.

    Attributes:
        problems: What could not be converted; it is left in the data as it was.
    """

    def __init__(self, show: Show = shown) -> None:
        self.problems: list[Problem] = []
        self._show = show

    def convert(self, value: Any, pointer: str, *, unix_times: bool = False) -> Any:
        """Return JSON data for a value.

        Args:
            value: What the caller passed.
            pointer: Where it stands in the request, as a JSON pointer.
            unix_times: Whether a datetime becomes seconds since 1970, as the document has them here.
        """
        try:
            return self._convert(value, pointer, unix_times)
        except RecursionError:
            found = "data that contains itself or is nested too deeply"
            self.problems.append(Problem(pointer, "type", "JSON data", found))
            return None

    def _convert(self, value: Any, pointer: str, unix_times: bool) -> Any:
        kind = kind_of(value)
        if kind is str:
            if not value.isascii() and not _is_unicode(value):
                self._refuse(value, pointer, "valid Unicode text")
            return value
        if value is None or kind is bool or kind is int:
            return value
        if kind is float:
            if not math.isfinite(value):
                self._refuse(value, pointer, "a finite number")
            return value
        if is_mapping(value):
            return self._object(value, pointer, unix_times)
        if kind is list or kind is tuple:
            return self._array(value, pointer, unix_times)
        return self._other(value, pointer, unix_times)

    def _object(self, value: Mapping[Any, Any], pointer: str, unix_times: bool) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, child in value.items():
            name = key if kind_of(key) is str else _simplified(key)
            if not isinstance(name, str):
                self._refuse(key, pointer, "keys that are strings")
            elif not name.isascii() and not _is_unicode(name):
                self._refuse(key, pointer, "keys that are valid Unicode text")
            else:
                result[name] = self._convert(child, child_pointer(pointer, name), unix_times)
        return result

    def _array(self, value: Iterable[Any], pointer: str, unix_times: bool) -> list[Any]:
        return [self._convert(entry, f"{pointer}/{index}", unix_times) for index, entry in enumerate(value)]

    def _other(self, value: Any, pointer: str, unix_times: bool) -> Any:
        if unix_times and isinstance(value, datetime):
            return seconds_of(value)
        if _is_set(value):
            return self._array(sorted(value, key=str), pointer, unix_times)  # the same request for equal sets
        if _is_series(value):
            return self._array(value, pointer, unix_times)
        simpler = _simplified(value)
        if simpler is value:
            self._refuse(value, pointer, "JSON data")
            return value
        return self._convert(simpler, pointer, unix_times)

    def _refuse(self, value: Any, pointer: str, expected: str) -> None:
        self.problems.append(Problem(pointer, "type", expected, self._show(value)))


def _is_set(value: Any) -> TypeGuard[AbstractSet[Any]]:
    return isinstance(value, AbstractSet)


def _is_series(value: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(value, (Sequence, Iterator)) and not isinstance(value, _TEXTS_AND_BYTES)


def _simplified(value: Any) -> Any:
    """Return what an object stands for, one step closer to JSON; the object itself where that is not plain."""
    import enum

    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if callable(path := getattr(value, "__fspath__", None)):
        return path()
    return _without_type(value)


def _without_type(value: Any) -> Any:
    """Return the data of an object whose class says how to get at it; a class itself is no such object."""
    import dataclasses
    from decimal import Decimal
    from uuid import UUID

    import attrs

    if kind_of(value) in _TEXTS_AND_BYTES or isinstance(value, type):
        return value
    if isinstance(value, Decimal):
        number = float(value)
        return int(value) if number.is_integer() else number
    if isinstance(value, UUID):
        return str(value)
    for name in ("to_dict", "model_dump", "tolist"):  # this package and others, pydantic, numpy
        method = getattr(value, name, None)
        if callable(method):
            try:
                return method()
            except TypeError:  # it wants arguments: it is not the method that is meant
                continue
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if attrs.has(kind_of(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(kind_of(value))}
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_problems(data: Any) -> list[Problem]:
    """Return what in parsed JSON cannot be sent as JSON in UTF-8: NaN, infinities and lone surrogates."""
    converter = Converter()
    converter.convert(data, "")
    return converter.problems
