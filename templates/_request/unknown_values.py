"""Warns of values, such as a model's name, that look like a mistyped one of those that the document lists."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from .._document.schemas import SCHEMAS
from .._document.validation import unknown_values

_warned: set[tuple[str, type[Warning]]] = set()


class UnknownValueWarning(UserWarning):
    """A value, such as a model's name, that the document does not list but that looks like a listed one; it is sent."""


def warn_of_unknown_values(data: Any, schema: Mapping[str, Any]) -> None:
    """Warn once of each value that is like one of the document's known values, or was one of them.

    One that is like none is newer than the document, and no slip of the pen.
    """
    for _pointer, value, listing in unknown_values(data, schema, SCHEMAS):
        removed = listing.get("x-removed", {}).get(value)
        category: type[Warning] = DeprecationWarning if removed else UnknownValueWarning
        if (value, category) not in _warned:
            _warned.add((value, category))
            text = _withdrawn(value, removed) if removed else _misspelled(value, listing["x-known"])
            if text:
                warnings.warn(text, category, stacklevel=_frames_of_the_package())


def _withdrawn(value: str, removed: Mapping[str, str]) -> str:
    return f"{value!r} was withdrawn by the vendor: the client has not listed it since version {removed['since']}"


def _misspelled(value: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(value, known, n=1)
    if not close:
        return ""
    return f"{value!r} is not a name that the document lists; the closest one is {close[0]!r}. It is sent as it is."


def _frames_of_the_package() -> int:
    """Count the frames up to the caller's own line, so that the warning names it."""
    import sys

    package = __name__.partition(".")[0]
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
