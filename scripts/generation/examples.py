"""The document's examples, and what it says of replies and events beside their schemas: for the embedded service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .collect import is_open_enum
from .document import Document, Node, below
from .operations import JSON, Described
from .streams import EVENTS

_NOTED = ("x-text", "x-event", "x-assembles")


@dataclass(frozen=True)
class Examples:
    """What is shown of each operation, by its id.

    Attributes:
        requests: A body.
        replies: Replies.
        streams: Streams, event by event.
        listings: Where a reply lists each value that an open enum knows: the list, the key in its entries, the enum.
        notes: By component: where its text is, what it means as an event.
    """

    requests: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, list[Any]] = field(default_factory=dict)
    streams: dict[str, list[list[Any]]] = field(default_factory=dict)
    listings: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)


def build(document: Document, operations: Iterable[Described]) -> Examples:
    """Gather them.

    Raises:
        DocumentError: An example is not written out, or a listing names what is not there.
    """
    found = Examples()
    for name, schema in document.components("schemas").items():
        if note := {word: schema[word] for word in _NOTED if word in schema}:
            found.notes[name] = note
    for operation in operations:
        _add(document, found, operation)
    return found


def _add(document: Document, found: Examples, operation: Described) -> None:
    if "requestBody" in operation.node:
        at, body = document.resolve(below(operation.pointer, "requestBody"), operation.node["requestBody"])
        if requests := _shown(document, below(at, "content", JSON), body["content"][JSON]):
            found.requests[operation.id] = requests[0]
    if JSON in operation.answers:
        at, media = operation.answers[JSON]
        if replies := _shown(document, at, media):
            found.replies[operation.id] = replies
        if "x-example-lists" in media:
            found.listings[operation.id] = _listing(
                document, below(at, "x-example-lists"), media["x-example-lists"]
            )
    if EVENTS in operation.answers:
        at, media = operation.answers[EVENTS]
        if "x-example-events" in media:
            found.streams[operation.id] = _streams(
                document, below(at, "x-example-events"), media["x-example-events"]
            )


def _shown(document: Document, pointer: str, media: Node) -> list[Any]:
    """The values of `example` or `examples`."""
    if "example" in media:
        return [media["example"]]
    values = []
    for name, node in media.get("examples", {}).items():
        at, example = document.resolve(below(pointer, "examples", name), node)
        if "value" not in example:
            raise document.error(
                at, "an example that is kept elsewhere is not expressed", "Write its `value`."
            )
        values.append(example["value"])
    return values


def _streams(document: Document, pointer: str, said: Node) -> list[list[Any]]:
    for name, events in said.items() if isinstance(said, dict) else [("", None)]:
        if not (isinstance(events, list) and events and all(isinstance(event, dict) for event in events)):
            raise document.error(below(pointer, name), "an example stream is a list of events", "List them.")
    return list(said.values())


def _listing(document: Document, pointer: str, said: Node) -> dict[str, str]:
    if not isinstance(said, dict) or said.keys() != {"list", "key", "values"}:
        raise document.error(pointer, "the listing is not described", "Say its `list`, `key` and `values`.")
    if not is_open_enum(document.components("schemas").get(said["values"], {})):
        raise document.error(below(pointer, "values"), f"`{said['values']}` is no open enum", "Name one.")
    return dict(said)
