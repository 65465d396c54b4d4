"""The document's examples, and the extensions on replies and events: what the test server works with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .document import Document, Node, below
from .operations import EVENTS, JSON, Operation, Place
from .package_schemas import is_open_enum

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
    examples = Examples()
    for name, schema in document.components("schemas").items():
        if note := {word: schema[word] for word in _NOTED if word in schema}:
            examples.notes[name] = note
    for operation in operations:
        nothing: Place = ("", {})
        json, events = operation.responses.get(JSON, nothing), operation.responses.get(EVENTS, nothing)
        if requests := _values(document, *(operation.body or nothing)):
            examples.requests[operation.id] = requests[0]
        if replies := _values(document, *json):
            examples.replies[operation.id] = replies
        if listing := json[1].get("x-example-lists"):
            at, values = below(json[0], "x-example-lists", "values"), listing["values"]
            if not is_open_enum(document.components("schemas").get(values, {})):
                document.report(at, f"`{values}` is not an open enum", "Name one.")
            examples.listings[operation.id] = dict(listing)
        if streams := events[1].get("x-example-events"):
            examples.streams[operation.id] = list(streams.values())
    return examples


def _values(document: Document, pointer: str, media: Node) -> list[Any]:
    """Return the values of `example` or `examples`."""
    examples = [document.resolve(below(pointer, "examples", name)) for name in media.get("examples", {})]
    for at, _example in (place for place in examples if "value" not in place[1]):
        document.report(at, "an example outside of the document is not supported", "Write its `value`.")
    values = [example["value"] for _at, example in examples if "value" in example]
    return [media["example"]] if "example" in media else values
