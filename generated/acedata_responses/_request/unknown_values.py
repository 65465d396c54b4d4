"""Warns about values, such as model names, that look like a misspelled known value."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._document.validation import Schema

_warned: set[tuple[str, type[Warning]]] = set()


class UnknownValueWarning(UserWarning):
    """A value, such as the name of a model, looks like a misspelled known value. It is sent unchanged."""


def warn_of_unknown_values(found: list[tuple[str, Schema]]) -> None:
    """Warn once about each value that resembles a known value, or was withdrawn.

    A value that resembles none is probably newer than the OpenAPI document, so there is no warning.

    Args:
        found: The values, with the schemas that list the known ones.
    """
    for value, listing in found:
        removed = listing.get("x-removed", {}).get(value)
        category: type[Warning] = DeprecationWarning if removed else UnknownValueWarning
        if (value, category) not in _warned:
            _warned.add((value, category))
            text = _withdrawn(value, removed) if removed else _misspelled(value, listing["x-known"])
            if text:
                warnings.warn(text, category, stacklevel=_frames_of_the_package())


def _withdrawn(value: str, removed: Mapping[str, str]) -> str:
    return f"the vendor withdrew {value!r}: the client does not list it since version {removed['since']}"


def _misspelled(value: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(value, known, n=1)
    if not close:
        return ""
    return f"{value!r} is not a name that the document lists; the closest one is {close[0]!r}. It is sent as it is."


def _frames_of_the_package() -> int:
    """Count the frames up to the first one outside of the package, so that the warning shows that line."""
    import sys

    package = __name__.partition(".")[0]
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
