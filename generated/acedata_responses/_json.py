"""What a piece of JSON data is, asked in a way from which type checkers learn no more than is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeGuard

kind_of: Callable[[Any], Any] = type
"""`type`, for data of any kind: what a checker would conclude of it (a dictionary of unknown things) is no help."""


def is_object(data: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(data, dict)


def is_list(data: Any) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(data, list)


def is_mapping(data: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a caller passed something that can be sent as a JSON object."""
    return isinstance(data, Mapping)


def is_sequence(data: Any) -> TypeGuard[Sequence[Any]]:
    """Whether a caller passed something that can be sent as a JSON array."""
    return isinstance(data, Sequence) and not isinstance(data, (str, bytes, bytearray))


def seconds_of(time: datetime) -> float:
    """A time as seconds since 1970; whole ones as an integer."""
    seconds = time.timestamp()
    return int(seconds) if seconds == int(seconds) else seconds
