"""Formats differences as tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from .differences import Difference

HEADINGS = ("field", "what", "the source", "openapi.yaml", "line")


def as_text(differences: list[Difference]) -> str:
    """Format a table for a terminal."""
    rows = [HEADINGS, *(tuple(map(str, one)) for one in differences)]
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
    return json.dumps({"same": not differences, "differences": [one._asdict() for one in differences]}, indent=2)


FORMATS: dict[str, Callable[[list[Difference]], str]] = {"text": as_text, "json": as_json, "markdown": as_markdown}


def _code(cell: str) -> str:
    """Format a cell as code. A `|` would end the cell, and a backtick the code."""
    text = " ".join(cell.split()).replace("|", "\\|")
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(len(run) for run in re.findall("`+", text)) + 1)
    return f"{fence} {text} {fence}"
