"""Refuses fields in `extra_body` that a method sets itself, since `extra_body` would silently override them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._json import is_mapping
from ..errors import ConfigurationError


def refuse_in_extra_body(request: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse a request whose `extra_body` has one of these fields.

    Args:
        request: The arguments of a call.
        names: The fields that the method sets.

    Raises:
        ConfigurationError: `extra_body` has one of them.
    """
    extra_body = request.get("extra_body")
    if not is_mapping(extra_body):
        return
    for name in names:
        if name in extra_body:
            raise ConfigurationError(
                f"extra_body[{name!r}] would override the {name!r} of each call; nothing was sent. Pass {name}= instead"
            )
