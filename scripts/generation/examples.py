"""The document's examples, and the extensions on replies and events: what the embedded service works with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .document import Document, Node, below
from .operations import Operation
from .parse import EVENTS, JSON
from .schemas import is_open_enum

_NOTED = ("x-text", "x-event", "x-assembles")


@dataclass(frozen=True)
class Examples:
    """Examples by operationId.

    Attributes:
        requests: One body for each operation.
        replies: Replies.
        streams: Streams, event by event.
        listings: Where a reply lists each value that an open enum knows: the list, the key in its entries, the enum.
        notes: By component: its extensions about text and events.
    """

    requests: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, list[Any]] = field(default_factory=dict)
    streams: dict[str, list[list[Any]]] = field(default_factory=dict)
    listings: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)


def build(document: Document, operations: Iterable[Operation]) -> Examples:
    """Collect the examples. One that is not written out, or a listing of an unknown enum, is reported."""
    found = Examples()
    for name, schema in document.components("schemas").items():
        if note := {word: schema[word] for word in _NOTED if word in schema}:
            found.notes[name] = note
    for operation in operations:
        if operation.body and (requests := _values(document, *operation.body)):
            found.requests[operation.id] = requests[0]
        if JSON in operation.answers:
            at, media = operation.answers[JSON]
            if replies := _values(document, at, media):
                found.replies[operation.id] = replies
            if listing := media.get("x-example-lists"):
                _check_listing(document, below(at, "x-example-lists"), listing)
                found.listings[operation.id] = dict(listing)
        if streams := operation.answers.get(EVENTS, ("", {}))[1].get("x-example-events"):
            found.streams[operation.id] = list(streams.values())
    return found


def _values(document: Document, pointer: str, media: Node) -> list[Any]:
    """The values of `example` or `examples`."""
    if "example" in media:
        return [media["example"]]
    values = []
    for name in media.get("examples", {}):
        at, example = document.resolve(below(pointer, "examples", name))
        if "value" in example:
            values.append(example["value"])
        else:
            found = "an example that is kept elsewhere is not supported"
            document.report(at, found, "Write its `value`.")
    return values


def _check_listing(document: Document, pointer: str, listing: Node) -> None:
    if not is_open_enum(document.components("schemas").get(listing["values"], {})):
        found = f"`{listing['values']}` is not an open enum"
        document.report(below(pointer, "values"), found, "Name one.")
