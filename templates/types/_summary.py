"""What a reply says of its call in short: which model answered, why it stopped, what it took and cost."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._paths import Path, find, find_all


class Summary(NamedTuple):
    """A reply in short, the same for each shape of reply. What the reply does not say is None.

    Where each field is found in a reply is a fact of the document (`x-summary`). A value of another type than expected,
    or below 0, counts as not said: the cost, for one, may be an object.

    Attributes:
        id: The id of the reply.
        model: The model that answered; its name may differ from the requested one.
        finish_reasons: Why the model stopped, for each answer, or the status of the whole; empty if not said.
        input_tokens: Tokens of the input.
        output_tokens: Tokens of the output.
        cached_tokens: Those of the input that came from a cache.
        reasoning_tokens: Those of the output that went into thinking.
        total_tokens: Input and output together.
        cost: The price of the call, in the service's own currency.
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
    """Return a reply in short; an empty summary for None and for a reply of which the document tells no places."""
    names: dict[str, Path] = getattr(reply, "_summary", {})
    return Summary(**{name: summary_field(reply, name) for name in names}) if names else _NOTHING


def summary_field(reply: Any, name: str) -> Any:
    """Return one field of the summary."""
    path: Path = getattr(reply, "_summary", {}).get(name, ())
    if name == "finish_reasons":
        return tuple(reason for reason in find_all(reply._data, path) if isinstance(reason, str))
    value: Any = find(reply._data, path) if path else None
    if type(value) not in _TYPES.get(name, (int,)):
        return None
    return value if isinstance(value, str) or value >= 0 else None
