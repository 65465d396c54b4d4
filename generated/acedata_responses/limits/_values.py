"""The limits as a value."""

from __future__ import annotations

from typing import Any, NoReturn

import attrs

from .._document.facts import IN_FLIGHT_LIMIT, PER_SECOND_LIMIT

_FEWEST_PER_SECOND = 1 / 86_400  # one a day; less is a mistake
_MOST_PER_SECOND = 1e9


def _check_in_flight(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not int or value < 1):
        _refuse(field, "a whole number from 1", value)


def _check_per_second(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse(field, "a number above 0", value)
    if not _FEWEST_PER_SECOND <= value <= _MOST_PER_SECOND:
        _refuse(field, "a number above 0", value)


def _refuse(field: attrs.Attribute[Any], expected: str, value: object) -> NoReturn:
    from ..errors import ConfigurationError

    raise ConfigurationError(f"Limits: {field.name} must be {expected}, or None for no limit, not {value!r}")


@attrs.frozen
class Limits:
    """How many calls may be in flight at once, and how many may start in a second.

    They hold within one process, while those of the service are of the token: processes that share one need a limiter
    with a `shared` path.
    """

    in_flight: int | None = attrs.field(default=IN_FLIGHT_LIMIT, validator=_check_in_flight)
    """Calls at once, from 1; None for no limit."""
    per_second: float | None = attrs.field(default=PER_SECOND_LIMIT, validator=_check_per_second)
    """Calls a second; None for no limit. Below 1 it is a call in several seconds (0.2: one in five), above it a
    fraction is dropped."""
