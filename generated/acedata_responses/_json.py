"""Parses JSON, and tells the types of JSON data apart in a way that type checkers understand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from json.scanner import make_scanner
from typing import Any, TypeGuard

_SHOWN_CHARACTERS = 200
_decoder: Any = json.JSONDecoder()
_scan = make_scanner(_decoder)  # what `raw_decode` calls, without that call for each event

kind_of: Callable[[Any], Any] = type
"""`type`, but type checkers do not narrow the data by it, to a dictionary with unknown keys for example."""


def parse(text: str) -> Any:
    """Parse JSON text. A byte order mark is ignored, as RFC 8259, section 8.1, allows.

    Raises:
        ValueError: It is not JSON, or nested deeper than Python can follow.
    """
    try:
        data, end = _scan(text, 0)
        if end == len(text):
            return data
    except (ValueError, RecursionError, StopIteration):
        pass  # white space or a byte order mark before it, or not JSON
    try:
        return _decoder.decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def parsed(content: bytes | str) -> tuple[Any, str]:
    """Return JSON data and an empty string, or None and the problem, without the text that an exception would keep."""
    try:
        return parse(content if isinstance(content, str) else content.decode()), ""
    except ValueError as error:
        return None, str(error).partition("\n")[0][:_SHOWN_CHARACTERS]


def is_object(data: Any) -> TypeGuard[dict[str, Any]]:
    """Whether data is a JSON object."""
    return isinstance(data, dict)


def is_list(data: Any) -> TypeGuard[list[Any]]:
    """Whether data is a JSON array."""
    return isinstance(data, list)


def is_mapping(data: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether an argument can be sent as a JSON object."""
    return isinstance(data, Mapping)


def is_sequence(data: Any) -> TypeGuard[Sequence[Any]]:
    """Whether an argument can be sent as a JSON array."""
    return isinstance(data, Sequence) and not isinstance(data, (str, bytes, bytearray))


def is_unicode(text: str) -> bool:
    """Whether text can be encoded, as it has no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def seconds_of(time: datetime) -> float:
    """Return a time as seconds since 1970, as an integer if they are whole."""
    seconds = time.timestamp()
    return int(seconds) if seconds == int(seconds) else seconds
