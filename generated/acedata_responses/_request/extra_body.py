"""Refuses fields in `extra_body` that a method sets itself: `extra_body` would override them without a word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._json import is_mapping
from ..errors import ConfigurationError


def refuse_in_extra_body(request: Mapping[str, Any], names: Iterable[str], source: str) -> None:
    """Refuse a request whose `extra_body` has one of these fields.

    Args:
        request: The arguments of a call.
        names: The fields that the method sets.
        source: What the method makes them from.

    Raises:
        ConfigurationError: `extra_body` has one of them.
    """
    extra_body = request.get("extra_body")
    for name in names:
        if is_mapping(extra_body) and name in extra_body:
            raise ConfigurationError(
                f"extra_body[{name!r}] would override the {name!r} that is made from {source}; nothing was sent. "
                f"Pass {name}= instead"
            )
