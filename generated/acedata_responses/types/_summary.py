"""Summarizes a reply: the model that answered, why it stopped, the tokens and the cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
_COUNT = (int,)


def summary_of(reply: Any) -> Summary:
    """Return the summary of a reply; empty for None and for replies without `x-summary`."""
    return Summary._make(summary_fields(reply, Summary._fields))


def summary_fields(reply: Any, names: Iterable[str]) -> list[Any]:
    paths: Mapping[str, Path] = getattr(reply, "_summary", {})
    return [_field(reply, name, paths[name]) if name in paths else Summary._field_defaults[name] for name in names]


def _field(reply: Any, name: str, path: Path) -> Any:
    if name == "finish_reasons":
        if any(getattr(reply, field) in values for field, values in reply._unfinished_when.items()):
            return ()
        return tuple(reason for reason in find_all(reply._data, path) if isinstance(reason, str))
    value: Any = find(reply._data, path)
    if type(value) not in _TYPES.get(name, _COUNT):
        return None
    return value if isinstance(value, str) or value >= 0 else None
