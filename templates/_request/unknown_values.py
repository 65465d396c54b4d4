"""Warns of values, such as a model's name, that the document does not list: they may be mistyped, or newer than it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from .._document.schemas import SCHEMAS
from .._document.validation import unknown_values

_warned: set[tuple[str, type[Warning]]] = set()


class UnknownValueWarning(UserWarning):
    """A value, such as a model's name, that the document does not list. It is sent all the same."""


def warn_of_unknown_values(data: Any, schema: Mapping[str, Any]) -> None:
    """Warn once of each value for which the document has a list of known values that does not name it."""
    for _pointer, value, listing in unknown_values(data, schema, SCHEMAS):
        removed = listing.get("x-removed", {}).get(value)
        category: type[Warning] = DeprecationWarning if removed else UnknownValueWarning
        if (value, category) not in _warned:
            _warned.add((value, category))
            text = _withdrawn(value, removed) if removed else _unknown(value, listing["x-known"])
            warnings.warn(text, category, stacklevel=_frames_of_the_package())


def _withdrawn(value: str, removed: Mapping[str, str]) -> str:
    return f"{value!r} was withdrawn by the vendor: the client has not listed it since version {removed['since']}"


def _unknown(value: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(value, known, n=1)
    hint = f"; the closest one is {close[0]!r}" if close else ""
    return f"{value!r} is not a name that the document lists{hint}. It is sent as it is."


def _frames_of_the_package() -> int:
    """Count the frames up to the caller's own line, so that the warning names it."""
    import sys

    package = __name__.partition(".")[0]
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
