"""The facts that a source states about one operation, as plain data that can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ConfigDict

Json = Any
"""A JSON value."""

MISSING: Json = type("Missing", (), {"__repr__": lambda _: "MISSING", "__bool__": lambda _: False})()
"""Marks a missing value where None is a valid value."""

PROPERTIES = ("type", "nullable", "required", "default", "range", "min_length", "max_length", "enum", "example")
"""The properties of each field to compare, in the order of the output."""


class UnreadableError(Exception):
    """The source is not a page or document, is incomplete, or contradicts itself. The message says where and why."""


def load_json(text: str) -> Json:
    """Parse JSON.

    Raises:
        ValueError: It is not JSON, is nested too deeply, or has an object with a duplicate key.
    """

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a key appears twice")
        return result

    try:
        return json.loads(text, object_pairs_hook=unique)
    except RecursionError:
        raise ValueError("nested too deeply") from None


@dataclass(frozen=True)
class Field:
    """The facts about a field.

    Attributes:
        at: Where it is: `body.n`, `body.input[].role`, `reply.choices`, `parameter.accept`,
            `authorization.Authorization`.
        type: The JSON types apart from null, as the page writes them: `number`, `object[]`, `string | object[]`.
        range: The bounds of a number in a normal form, such as `1 <= x <= 128` or `0 < x`.
        min_length: The minimum number of items or characters.
        enum: The possible values, in the order of the source.
        description: Whether there is a description. Its text is not compared.
        sample: The value in the sample at the top of a page.
        others: Other keywords of an OpenAPI document, compared unchanged.
        stated: The properties that the source can state; others are not compared.
        specification: Known differences of the vendor's OpenAPI document, by property (`x-specification`).
        lines: The line of each property in openapi.yaml; that of the field itself has the key "".
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
    """A line of a page that is not understood.

    Attributes:
        at: The field that the line belongs to, or the part of the page.
        number: The number of the line.
    """

    at: str
    text: str
    number: int


@dataclass(frozen=True)
class Observed:
    """How often replies in production differed from the document at one place.

    Attributes:
        schema: The schema of the reply.
        pointer: The JSON pointer, with `*` for entries of a list.
        what: The kind of difference.
    """

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")

    schema: str
    pointer: str
    what: Literal["type", "required", "unknown field", "unknown value", "unknown kind", "more places"]
    count: int


@dataclass(frozen=True)
class Facts:
    """The facts about an operation.

    Attributes:
        operation: The method, path, server, credentials and media type; more for an OpenAPI document.
        fields: The fields by path, in the order of the source.
        is_complete: Whether the source describes all fields, so that a missing field is a difference.
        unknown: The lines of a page that are not understood.
        observed, replies: The counts from production, and the number of replies.
        lines: The line of each entry of `operation`.
    """

    operation: Mapping[str, str]
    fields: Mapping[str, Field]
    is_complete: bool = True
    unknown: tuple[UnknownLine, ...] = ()
    observed: tuple[Observed, ...] = ()
    replies: int = 0
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def title(self) -> str:
        """A title for what was compared, such as `POST /openai/responses`."""
        if not self.is_complete:
            return f"{self.counted_replies} in production" if self.replies else "the model names"
        return f"{self.operation.get('method', '?')} {self.operation.get('path', '?')}"

    @property
    def counted_replies(self) -> str:
        """The number of replies, such as `1 reply`."""
        return f"{self.replies} {'reply' if self.replies == 1 else 'replies'}"


def by_path(fields: list[Field]) -> dict[str, Field]:
    """Return the fields by path.

    Raises:
        UnreadableError: Two fields have the same path.
    """
    result: dict[str, Field] = {}
    for field_ in fields:
        if field_.at in result:
            raise UnreadableError(f"{field_.at} is described twice")
        result[field_.at] = field_
    return result


def bounds(low: Json, high: Json, *, open_low: bool = False, open_high: bool = False) -> str | None:
    """Return the bounds of a number in the form of `Field.range`; None if there are none."""
    left = "" if low is None else f"{_number(low)} {'<' if open_low else '<='} "
    right = "" if high is None else f" {'<' if open_high else '<='} {_number(high)}"
    return f"{left}x{right}" if left or right else None


def _number(value: Json) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"has `{str(value)[:40]}` as the bound of a number") from None
    return repr(int(number)) if number.is_integer() else repr(number)
