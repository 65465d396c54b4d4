"""Compares the counts of clients in production (`acedata_responses.observations`) with openapi.yaml.

A location is a schema and a JSON pointer into a reply, with `*` for each entry of a list.
"""

from __future__ import annotations

import json
import re

from pydantic import TypeAdapter, ValidationError

from scripts.openapi.document import Document, below, tokens

from . import schema
from .differences import Difference, summary_of_values
from .facts import Facts, Observed, UnreadableError
from .our_document import OurDocument
from .schema import Shape

COMPONENTS = "/components/schemas"
_HEAD = re.compile(r'\s*\{"package": "[\w.]+", "version": "[\w.]+", "replies": \d+\}\s*(?:\n|$)')
_OBSERVED = TypeAdapter(Observed)


def is_observations(text: str) -> bool:
    """Whether a text was written by `Observations.write`."""
    return bool(_HEAD.match(text))


def read(text: str) -> Facts:
    """Parse counts from JSON lines.

    Raises:
        UnreadableError: A line was not written by `Observations.write`.
    """
    head, *lines = text.splitlines()
    observations = []
    for number, line in enumerate(lines, 2):
        if line.strip():
            try:
                observations.append(_OBSERVED.validate_json(line))
            except ValidationError:
                raise UnreadableError(f"line {number}: is not an observation") from None
    return Facts({}, {}, is_complete=False, observed=tuple(observations), replies=json.loads(head)["replies"])


def differences(facts: Facts, document: OurDocument) -> list[Difference]:
    """Return a row for each location, with the rule of the document there."""
    rows = []
    for observed in facts.observed:
        pointer, shape = _find(document.complete, observed)
        counted = f"{observed.count} time{'s' * (observed.count != 1)} in {facts.counted_replies}"
        field = f"{observed.schema}{observed.pointer}" or "(a whole reply)"
        rows.append(Difference(field, observed.what, counted, _rule(observed, shape), document.complete.line(pointer)))
    return rows


def _rule(observed: Observed, shape: Shape | None) -> str:
    """Return what the document says about a location."""
    if shape is None or observed.what == "unknown field":
        return "none"
    values = shape.keywords.get("enum", ())
    if observed.what == "unknown value" and values:
        return f"one of {summary_of_values(values)}"
    if observed.what == "required":
        return "required"
    return shape.type + (" | null" if shape.is_nullable and shape.types else "")


def _find(document: Document, observed: Observed) -> tuple[str, Shape | None]:
    """Return the pointer and the schema of a location in the document, or of the nearest ancestor."""
    pointer, node = below(COMPONENTS, observed.schema), document.components("schemas").get(observed.schema)
    if node is None:
        return COMPONENTS, None
    shape = schema.read(document, [(pointer, node)])
    for step in tokens(observed.pointer):
        places = shape.items if step == "*" else shape.properties.get(step, [])
        if not places:
            return pointer, None
        pointer, shape = places[0][0], schema.read(document, places)
    return pointer, shape
