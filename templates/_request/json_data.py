"""Converts Python objects to JSON data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from typing import Any, TypeGuard

from .._document.validation import Problem, child_pointer, shown
from .._json import is_mapping, is_unicode, kind_of, seconds_of

Show = Callable[[Any], str]

_TEXTS_AND_BYTES = (str, bytes, bytearray, memoryview)


class Converter:
    """Converts values to JSON data.

    It supports mappings, lists, tuples, sets, iterators, enum members, dates (as ISO 8601), paths, UUIDs, decimals,
    numpy numbers and arrays, dataclasses, attrs classes and objects with `to_dict` or `model_dump`. It does not support
    bytes, NaN, infinities, lone surrogates and keys that are not strings.

    Attributes:
        problems: The values that could not be converted. They are left in the data unchanged.
    """

    def __init__(self, show: Show = shown) -> None:
        self.problems: list[Problem] = []
        self._show = show

    def convert(self, value: Any, pointer: str, *, unix_times: bool = False) -> Any:
        """Return JSON data for a value.

        Args:
            value: The value.
            pointer: Its JSON pointer in the request.
            unix_times: Whether to convert a datetime to seconds since 1970 instead of ISO 8601.
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
            if not is_unicode(value):
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
            elif not is_unicode(name):
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
            return self._array(sorted(value, key=str), pointer, unix_times)  # so that equal sets give equal requests
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
    """Convert an object one step closer to JSON; return the same object if that is not possible."""
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
    """Return the data of an instance of a class with a known conversion; return other objects unchanged."""
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
            except TypeError:  # a method of the same name that requires arguments
                continue
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if attrs.has(kind_of(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(kind_of(value))}
    return value


def json_problems(data: Any) -> list[Problem]:
    """Return the values in parsed JSON that cannot be encoded again: NaN, infinities and lone surrogates."""
    converter = Converter()
    converter.convert(data, "")
    return converter.problems
