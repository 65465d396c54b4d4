"""Functions that the decoders of the generated classes use.

A decoder takes JSON data, and returns values of other types than documented unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from .._json import kind_of

new: Callable[[Any], Any] = object.__new__
"""Creates an instance without calling `__init__`; decoders set the attributes themselves."""


def list_of(data: Any, decode: Callable[[Any], Any]) -> Any:
    """Decode each entry of a list; return other values unchanged."""
    return [decode(entry) for entry in data] if kind_of(data) is list else data


def map_of(data: Any, decode: Callable[[Any], Any]) -> Any:
    """Decode each value of an object; return other values unchanged."""
    return {key: decode(value) for key, value in data.items()} if kind_of(data) is dict else data


def time_of(data: Any) -> Any:
    """Return seconds since 1970 as an aware datetime in UTC; return other values unchanged."""
    if kind_of(data) not in (int, float):
        return data
    try:
        return datetime.fromtimestamp(data, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return data
