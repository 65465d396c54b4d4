"""The pieces of which the decoders of the document's classes are made.

A decoder takes JSON data as it came. What is of another type than documented passes through unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from .._json import kind_of

new: Callable[[Any], Any] = object.__new__
"""Makes an instance without `__init__`: a decoder sets each attribute itself."""


def list_of(data: Any, decode: Callable[[Any], Any]) -> Any:
    """Decode each entry of a list; return anything but a list as it came."""
    return [decode(entry) for entry in data] if kind_of(data) is list else data


def map_of(data: Any, decode: Callable[[Any], Any]) -> Any:
    """Decode each value of an object; return anything but an object as it came."""
    return {key: decode(value) for key, value in data.items()} if kind_of(data) is dict else data


def time_of(data: Any) -> Any:
    """Return seconds since 1970 as an aware datetime in UTC; anything that is no such number as it came."""
    if kind_of(data) not in (int, float):
        return data
    try:
        return datetime.fromtimestamp(data, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return data
