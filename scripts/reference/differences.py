"""Finds the differences between a page and openapi.yaml, and formats them as tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .facts import MISSING, PROPERTIES, Facts, Field, Json, UnknownLine

LABELS = {"min_length": "minimum length", "max_length": "maximum length", "enum": "possible values"}
NUMBERS = {"number", "integer"}
OPERATION = ("method", "path", "server", "credentials", "media type")
"""The facts about the operation that every format of the page has."""

ABSENT_IS_NONE = ("range", "min_length", "max_length")
HEADINGS = ("field", "what", "the source", "openapi.yaml", "line")
LISTS = ("statuses", "error codes", "reply's media type")


class Difference(NamedTuple):
    """A difference: a row of the table.

    Attributes:
        field: The field, such as `body.n`, or `operation`.
        property: The property that differs; `field` if only one side has the field.
        page: The value on the page.
        document: The value in openapi.yaml.
        line: The line in openapi.yaml.
    """

    field: str
    property: str
    page: str
    document: str
    line: int


def compare(page: Facts, document: Facts, everything: Facts) -> list[Difference]:
    """Return all differences, in the order of the page.

    Args:
        page: The facts of the source.
        document: The facts in our document whose source is the page.
        everything: The facts in our document from all sources.
    """
    differences = list(_operation(page, document, everything))
    differences += [_unknown_line(line, everything) for line in page.unknown]
    for at, field in page.fields.items():
        if at in document.fields:
            differences += _field(field, document.fields[at], everything.fields[at])
        else:
            differences += _only_on_page(field, everything.fields.get(at))
    if page.is_complete:
        differences += [_missing(field) for at, field in document.fields.items() if at not in page.fields]
    return differences


def _operation(page: Facts, document: Facts, everything: Facts) -> Iterator[Difference]:
    is_document = "statuses" in page.operation
    names = [name for name in document.operation if is_document or name in OPERATION]
    for name in dict.fromkeys((*page.operation, *(names if page.is_complete else ()))):
        value, ours = page.operation.get(name, "none"), document.operation.get(name, "none")
        if name in LISTS:
            value, ours = _lists(value, ours, everything.operation.get(name, "none"))
        if value != ours:
            yield Difference("operation", name, _short(value), _short(ours), everything.lines.get(name, 1))


def _lists(page: str, ours: str, everything: str) -> tuple[str, str]:
    """Compare two lists of values. Values that the document has from other sources may be missing on the page."""
    listed, known = page.split(", "), everything.split(", ")
    only_page = [value for value in listed if value not in (*known, "none")]
    only_ours = [value for value in ours.split(", ") if value not in (*listed, "none")]
    return (_only(only_page), _only(only_ours)) if only_page or only_ours else (ours, ours)


def _unknown_line(line: UnknownLine, everything: Facts) -> Difference:
    field = everything.fields.get(line.at)
    what = f"line {line.number} is not understood"
    return Difference(line.at, what, line.text, "nothing", _line(field, "") if field else 1)


def _field(page: Field, ours: Field, everything: Field) -> Iterator[Difference]:
    for name in (*PROPERTIES, "description"):
        if name in page.stated and not _same(name, page, ours, everything):
            values = getattr(page, name), _known(name, ours, everything)
            if name in ABSENT_IS_NONE:
                values = tuple(MISSING if value is None else value for value in values)
            shown = _differing_values(*values) if name == "enum" else _as_text(*values)
            yield Difference(page.at, LABELS.get(name, name), *shown, _line(ours, name))
    for name in dict.fromkeys((*page.others, *(ours.others if "others" in page.stated else ()))):
        values = page.others.get(name, MISSING), ours.others.get(name, MISSING)
        if not _agree(name, *values, everything):
            yield Difference(page.at, name, *_as_text(*values), _line(ours, name))
    if "names" in page.stated and set(page.enum) != set(everything.enum):
        shown = _differing_values(page.enum, everything.enum)
        yield Difference(page.at, LABELS["enum"], *shown, _line(everything, "enum"))
    if "sample" in page.stated and (row := _sample(page, ours, ours.enum or everything.enum)):
        yield row


def _same(name: str, page: Field, ours: Field, everything: Field) -> bool:
    value, our_value = getattr(page, name), getattr(ours, name)
    if name == "description":
        return value or not our_value  # a page that lost a description may have lost more
    if name == "type" and "sample" in page.stated and "enum" not in page.stated and value in NUMBERS:
        return our_value in NUMBERS  # a sample's 123 may stand for either
    return _agree(name, value, our_value, everything) or _is_equal(value, _known(name, ours, everything))


def _known(name: str, ours: Field, everything: Field) -> Any:
    """Return the value in the document, from the page or else from another source."""
    value = getattr(ours, name)
    return getattr(everything, name) if value in (MISSING, None, ()) else value


def _agree(name: str, value: Any, our_value: Any, everything: Field) -> bool:
    """Whether a source has the same value, or differs as recorded in openapi.yaml."""
    return _is_equal(value, our_value) or _is_equal(value, everything.specification.get(name, our_value))


def _is_equal(first: Any, second: Any) -> bool:
    return bool(_comparable(first) == _comparable(second))


def _sample(page: Field, ours: Field, values: tuple[Json, ...]) -> Difference | None:
    """Check that a field in the page's list is in its sample, with one of the possible values."""
    if page.sample is MISSING:
        return Difference(page.at, "sample", "not in the sample at its head", "a field", _line(ours, ""))
    is_known = not values or page.sample in values or not isinstance(page.sample, str)
    if "enum" in page.stated or is_known or page.sample.startswith("<"):
        return None
    return Difference(page.at, "sample", _json(page.sample), f"one of {summary_of_values(values)}", _line(ours, "enum"))


def _only_on_page(page: Field, known: Field | None) -> Iterator[Difference]:
    """Report a field of the page that the document has from another source, or not at all."""
    if known is None:
        yield Difference(page.at, "field", summary(page), "none", 1)
    else:
        if "type" in page.stated:
            yield Difference(page.at, "source", "on the page", "from another source", _line(known, ""))
        yield from _field(page, known, known)


def _missing(ours: Field) -> Difference:
    return Difference(ours.at, "field", "none", summary(ours), _line(ours, ""))


def summary(field: Field) -> str:
    """Summarize a field in one line, such as `number | null, default 1, 1 <= x <= 128`."""
    if "type" not in field.stated and field.required:
        return "required, but not described"
    parts = [(field.type or "any") + " | null" * field.nullable]
    parts += ["required"] if field.required else []
    parts += [f"default {_json(field.default)}"] if field.default is not MISSING else []
    parts += [field.range] if field.range else []
    parts += [f"at least {field.min_length}"] if field.min_length is not None else []
    parts += [f"at most {field.max_length}"] if field.max_length is not None else []
    parts += [f"one of {summary_of_values(field.enum)}"] if field.enum else []
    parts += [f"{name}: {_json(value)}" for name, value in field.others.items()]
    return ", ".join(parts)


def _line(field: Field, name: str) -> int:
    """Return the line of a property, or else that of the field."""
    return field.lines.get(name) or field.lines.get("") or 1


def _as_text(page: Any, ours: Any) -> tuple[str, str]:
    """Return both values as text, so that different values look different: "1" and 1, "yes" and true."""
    shown = _yes_or_no(page), _yes_or_no(ours)
    return shown if shown[0] != shown[1] else (_text(page, quoted=True), _text(ours, quoted=True))


def _yes_or_no(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else _text(value)


def _differing_values(page: tuple[Json, ...], ours: tuple[Json, ...]) -> tuple[str, str]:
    """Return the values that only one list has, or else those in another order."""
    only_page = [value for value in page if not _is_in(value, ours)]
    only_ours = [value for value in ours if not _is_in(value, page)]
    if only_page or only_ours:
        return _only(only_page), _only(only_ours)
    if len(page) != len(ours):
        return f"{len(page)} values, some twice", f"{len(ours)} values"
    at = next((i for i in range(len(page)) if page[i] != ours[i]), 0)
    return f"in another order: {at + 1}. is {_text(page[at])}", f"{at + 1}. is {_text(ours[at])}"


def _is_in(value: Json, values: tuple[Json, ...]) -> bool:
    return any(_is_equal(value, option) for option in values)


def _only(values: list[Json]) -> str:
    return f"also {summary_of_values(values)}" if values else "no others"


def summary_of_values(values: Any) -> str:
    """Return the first values in one line."""
    shown = [_text(value) for value in values[:8]]
    return ", ".join(shown) + (f" and {len(values) - 8} more" if len(values) > 8 else "")


def _text(value: Any, *, quoted: bool = False) -> str:
    if value is MISSING:
        return "none"
    return value if isinstance(value, str) and not quoted else _json(value)


def _json(value: Json) -> str:
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}..."


def _comparable(value: Any) -> Any:
    """Return a key that is equal for equal JSON values: 1 equals 1.0, but not true."""
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_comparable(item) for item in value]
    return (isinstance(value, bool), value)


# ---- Tables ------------------------------------------------------------------------------------------------------


def as_text(differences: list[Difference]) -> str:
    """Format a table for a terminal."""
    rows = [HEADINGS, *(tuple(map(str, difference)) for difference in differences)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(differences: list[Difference]) -> str:
    """Format a table for a pull request. Values are shown as code, so that they are not interpreted as markup."""
    rows = [f"| {' | '.join(HEADINGS)} |", "| --- | --- | --- | --- | ---: |"]
    rows += [f"| {' | '.join(map(_code, cells))} | {line} |" for *cells, line in differences]
    return "\n".join(rows)


def as_json(differences: list[Difference]) -> str:
    """Format the differences as JSON."""
    return json.dumps({"same": not differences, "differences": [row._asdict() for row in differences]}, indent=2)


FORMATS: dict[str, Callable[[list[Difference]], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}


def _code(cell: str) -> str:
    """Format a cell as code. A `|` would end the cell, and a backtick the code."""
    text = " ".join(cell.split()).replace("|", "\\|")
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(len(run) for run in re.findall("`+", text)) + 1)
    return f"{fence} {text} {fence}"
