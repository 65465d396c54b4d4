"""The limits on calls."""

from __future__ import annotations

from typing import Any, NoReturn

import attrs

from .._document.facts import IN_FLIGHT_LIMIT, PER_SECOND_LIMIT

_MIN_PER_SECOND = 1 / 86_400  # one call a day; less is a mistake
_MAX_PER_SECOND = 1e9


def _check_in_flight(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (type(value) is not int or value < 1):
        _refuse(field, "an integer of at least 1", value)


def _check_per_second(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _refuse(field, "a number above 0", value)
    if not _MIN_PER_SECOND <= value <= _MAX_PER_SECOND:
        _refuse(field, "a number above 0", value)


def _refuse(field: attrs.Attribute[Any], expected: str, value: object) -> NoReturn:
    from ..errors import ConfigurationError

    raise ConfigurationError(f"Limits: {field.name} must be {expected}, or None for no limit, not {value!r}")


@attrs.frozen
class Limits:
    """How many calls may be in flight at once, and how many may start in a second.

    These limits apply to one process, while the service limits the calls of a token. Processes that share a token need
    a `Limiter` with a `shared` path.
    """

    in_flight: int | None = attrs.field(default=IN_FLIGHT_LIMIT, validator=_check_in_flight)
    """Calls in flight at once, at least 1; None for no limit."""
    per_second: float | None = attrs.field(default=PER_SECOND_LIMIT, validator=_check_per_second)
    """Calls per second; None for no limit. Below 1 it means one call in several seconds (0.2: one in five seconds);
    above 1 a fraction is ignored."""
