"""The facts that a source states about one operation, as plain data that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
"""A JSON value."""

MISSING: Json = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""Stands for a value that is not given, where null would be a value."""

PROPERTIES = (
    "type",
    "nullable",
    "required",
    "default",
    "range",
    "min_length",
    "max_length",
    "enum",
    "example",
)
"""What is compared of each field, in the order in which differences are shown."""


class UnreadableError(Exception):
    """A source that is no page or document, is cut off, or contradicts itself. The text says where and why."""


@dataclass(frozen=True)
class Field:
    """What a source says of one field.

    Attributes:
        at: Where it is: `body.n`, `body.input[].role`, `reply.choices`, `parameter.accept`,
            `authorization.Authorization`.
        type: The JSON types apart from null, as the page writes them: `number`, `object[]`, `string | object[]`.
        range: The bounds of a number in one form: `1 <= x <= 128`, `0 < x`.
        min_length: The least number of items or characters.
        enum: The possible values, in the source's order.
        description: Whether there is one. Its words are no fact.
        sample: The value in the sample at the head of a page.
        others: What else an OpenAPI document says of it: keywords that are compared as they stand.
        stated: The properties that the source can state; that it lacks others is no difference.
        specification: What the vendor's OpenAPI document says otherwise, by property, as openapi.yaml knows.
        lines: The line of openapi.yaml at which each property stands; "" is the field itself.
    """

    at: str
    type: str = ""
    nullable: bool = False
    required: bool = False
    default: Json = MISSING
    range: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    enum: tuple[Json, ...] = ()
    example: Json = MISSING
    description: bool = True
    sample: Json = MISSING
    others: Mapping[str, Json] = field(default_factory=dict)
    stated: frozenset[str] = frozenset(PROPERTIES)
    specification: Mapping[str, Json] = field(default_factory=dict, compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class UnknownLine:
    """A line of a page that states nothing that is understood.

    Attributes:
        at: The field that it belongs to, or the part of the page.
        number: Its number on the page.
    """

    at: str
    text: str
    number: int


@dataclass(frozen=True)
class Observed:
    """How often replies in production differed from the document at one place.

    Attributes:
        schema: The schema that the reply is of.
        pointer: Where, as a JSON pointer with `*` for each entry of a list.
        what: `type`, `required`, `unknown field` and so on.
    """

    schema: str
    pointer: str
    what: str
    count: int


@dataclass(frozen=True)
class Facts:
    """What a source says of an operation.

    Attributes:
        operation: method, path, server, credentials, media type; an OpenAPI document says more.
        fields: By their place, in the source's order.
        whole: Whether a field that is not here is one that the source does not have.
        unknown: The lines of a page that are not understood.
        observed, replies: What was counted in production, in how many replies.
        lines: The line at which each entry of `operation` stands.
    """

    operation: Mapping[str, str]
    fields: Mapping[str, Field]
    whole: bool = True
    unknown: tuple[UnknownLine, ...] = ()
    observed: tuple[Observed, ...] = ()
    replies: int = 0
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def title(self) -> str:
        """What was compared, such as `POST /openai/responses`."""
        if not self.whole:
            return f"{self.replies} replies in production" if self.replies else "the model names"
        return f"{self.operation.get('method', '?')} {self.operation.get('path', '?')}"


def by_place(fields: list[Field]) -> dict[str, Field]:
    """The fields by their place.

    Raises:
        UnreadableError: Two are at the same place.
    """
    found: dict[str, Field] = {}
    for one in fields:
        if one.at in found:
            raise UnreadableError(f"{one.at} is described twice")
        found[one.at] = one
    return found


def bounds(low: Json, high: Json, *, open_low: bool = False, open_high: bool = False) -> str | None:
    """The bounds of a number in the form of `Field.range`; None for no bound at all."""
    left = "" if low is None else f"{_number(low)} {'<' if open_low else '<='} "
    right = "" if high is None else f" {'<' if open_high else '<='} {_number(high)}"
    return f"{left}x{right}" if left or right else None


def _number(value: Json) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"has `{str(value)[:40]}` as the bound of a number") from None
    return repr(int(number)) if number.is_integer() else repr(number)
