"""How an operation streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .collect import object_members
from .document import Document, Node, below
from .types import Type, Typist

EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Stream:
    """The argument that asks for a stream, and what its events are."""

    selected_by: str
    end_marker: str | None
    event: Type


def build(document: Document, pointer: str, media: Node, flags: Mapping[str, str], typist: Typist) -> Stream:
    """Read `text/event-stream`.

    Args:
        document: The document.
        pointer: Where it stands.
        media: It itself.
        flags: The boolean fields of the body, with their arguments.
        typist: For the type of the events.

    Raises:
        DocumentError: It is not said what asks for the stream, what its events are or how it ends.
    """
    at, said = below(pointer, "x-stream"), media.get("x-stream", {})
    for word in said:
        if word not in ("end-marker", "heartbeats", "selected-by"):
            advice = "Use selected-by, end-marker and heartbeats."
            raise document.error(below(at, word), f"`{word}` means nothing here", advice)
    if said.get("selected-by") not in flags:
        advice = "Name a boolean field of the body: `x-stream: {selected-by: stream}`."
        raise document.error(at, "the stream does not say what asks for it", advice)
    event = typist.type_of(below(pointer, "schema"), media["schema"])
    if event.annotation not in event.classes:
        advice = "Describe an object with properties, or a union of such."
        raise document.error(
            below(pointer, "schema"), f"events of type `{event.annotation}` are not expressed", advice
        )
    _check_end(document, below(pointer, "schema"), media["schema"], has_marker=bool(said.get("end-marker")))
    return Stream(flags[said["selected-by"]], said.get("end-marker"), event)


def _check_end(document: Document, pointer: str, schema: Node, *, has_marker: bool) -> None:
    """A stream ends, and what ends it gives the whole reply."""
    kinds = list(_kinds_of_events(document, pointer, schema))
    roles = [kind.get("x-event", {}) for kind in kinds]
    if not has_marker and not any("ends" in role for role in roles):
        advice = "Give it an `end-marker`, or an event `x-event: {ends: completed, reply: ...}`."
        raise document.error(pointer, "nothing ends the stream", advice)
    if not any("x-assembles" in kind for kind in kinds) and not any(
        {"ends", "reply"} <= role.keys() for role in roles
    ):
        advice = "Give one event `x-event: {ends: completed, reply: ...}`, or `x-assembles`."
        raise document.error(pointer, "nothing in the stream gives the whole reply", advice)


def _kinds_of_events(document: Document, pointer: str, schema: Node) -> Iterator[Node]:
    """The classes of events, those of unions among them."""
    pointer, schema = document.resolve(pointer, schema)
    if schema.get("properties"):
        yield schema
    else:
        for at, member in object_members(document, pointer, schema):
            yield from _kinds_of_events(document, at, member)
