"""Summarizes a reply: the model that answered, why it stopped, the tokens and the cost."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._paths import Path, find, find_all


class Summary(NamedTuple):
    """A summary of a reply, the same for each shape of reply. Missing values are None.

    The OpenAPI document has the path to each field (`x-summary`). A value of the wrong type or below 0 counts as
    missing; the cost, for example, may be an object.

    Attributes:
        id: The id of the reply.
        model: The model that answered; its name may differ from the requested one.
        finish_reasons: Why the model stopped, for each answer, or the status of the whole reply; empty if it has not
            stopped, or nothing says why.
        input_tokens: The number of input tokens.
        output_tokens: The number of output tokens.
        cached_tokens: The number of input tokens read from a cache.
        reasoning_tokens: The number of output tokens used for reasoning.
        total_tokens: The sum of input and output tokens.
        cost: The cost of the call, in the service's own currency.
    """

    id: str | None = None
    model: str | None = None
    finish_reasons: tuple[str, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    total_tokens: int | None = None
    cost: float | None = None


_TYPES: dict[str, tuple[type, ...]] = {"id": (str,), "model": (str,), "cost": (int, float)}
_NOTHING = Summary()


def summary_of(reply: Any) -> Summary:
    """Return the summary of a reply; empty for None and for replies without `x-summary`."""
    names: dict[str, Path] = getattr(reply, "_summary", {})
    return Summary(**{name: summary_field(reply, name) for name in names}) if names else _NOTHING


def summary_field(reply: Any, name: str) -> Any:
    """Return one field of the summary."""
    path: Path = getattr(reply, "_summary", {}).get(name, ())
    if name == "finish_reasons":
        if any(getattr(reply, field) in values for field, values in reply._unfinished_when.items()):
            return ()
        return tuple(reason for reason in find_all(reply._data, path) if isinstance(reason, str))
    value: Any = find(reply._data, path) if path else None
    if type(value) not in _TYPES.get(name, (int,)):
        return None
    return value if isinstance(value, str) or value >= 0 else None
