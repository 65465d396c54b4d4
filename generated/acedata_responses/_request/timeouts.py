"""Validates timeouts and deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from .._json import is_object
from ..errors import ConfigurationError
from .not_given import NOT_GIVEN

DEFAULT_TIMEOUT: dict[str, float | None] = {"connect": 10.0, "read": 600.0, "write": 60.0, "pool": 600.0}
"""Seconds. A response may take minutes, and so may the wait for the limits (`pool`), but connecting should be fast."""

LONGEST_TIMEOUT = 2_147_483.0
"""Seconds, 24 days. Sockets cannot wait longer, because poll(2) takes milliseconds as a 32-bit integer."""


@runtime_checkable  # for pydantic's `validate_call`
class TimeoutLike(Protocol):
    """A timeout for each phase, such as an `httpx.Timeout` or an `httpx2.Timeout`."""

    def as_dict(self) -> Mapping[str, float | None]:
        """Return the seconds for each of `connect`, `read`, `write` and `pool`; None for no limit."""
        ...


def timeouts(value: Any, default: dict[str, float | None]) -> dict[str, float | None]:
    """Return a timeout as seconds for each phase.

    Args:
        value: Seconds for every phase, an `httpx.Timeout`, None for no limit, NOT_GIVEN for the default.
        default: The default for each phase.

    Raises:
        ConfigurationError: The value is none of these, or out of range.
    """
    if value is NOT_GIVEN:
        return default
    if value is None or isinstance(value, (int, float)):
        limit = seconds("timeout", value)
        return dict.fromkeys(DEFAULT_TIMEOUT, limit)
    phases: Any = value.as_dict() if hasattr(value, "as_dict") else value
    if not is_object(phases) or phases.keys() != DEFAULT_TIMEOUT.keys():
        raise ConfigurationError(f"timeout must be seconds, an httpx.Timeout or None, not {type(value).__name__}")
    return {phase: seconds(f"timeout.{phase}", limit) for phase, limit in phases.items()}


def seconds(name: str, value: Any) -> float | None:
    """Validate a duration in seconds; None stands for no limit.

    Raises:
        ConfigurationError: It is not a number above 0, or longer than the operating system can wait.
    """
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 < value <= LONGEST_TIMEOUT:
        raise ConfigurationError(
            f"{name} must be a number of seconds above 0 and at most {LONGEST_TIMEOUT:,.0f} (24 days), or None for "
            f"no limit, not {value!r}"
        )
    return float(value)
