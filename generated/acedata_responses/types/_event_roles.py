"""The roles of events in a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import Factory, field, frozen

from .._paths import Path, text_reader

TextReader = Callable[[dict[str, Any]], str]
"""Reads a piece of text from the data of an event."""


@frozen
class Assembly:
    """How a series of events adds up to a reply (`x-assembles`).

    Attributes:
        decode: Decodes the reply.
        list: The field with the entries.
        key: The field that identifies an entry across events.
        delta: The field of an event's entry with the new data.
        into: The field of the reply's entry that the new data is merged into.
        finished: The field of an entry that is null until the entry is complete.
        id: The field that identifies entries of `pieces` that lack the `key`.
        constants: Fields whose values in the reply are constant, whatever the events have.
        once: Strings that are complete in each delta; all others are pieces to join.
        pieces: Lists whose entries arrive in pieces; all others are extended.
    """

    decode: Callable[[Any], Any]
    list: str
    key: str
    delta: str
    into: str
    finished: str | None = None
    id: str | None = None
    constants: Mapping[str, Any] = {}
    once: Sequence[str] = ()
    pieces: Sequence[str] = ()


def _text_reader(role: EventRole) -> TextReader | None:
    return text_reader(role.text) if role.text else None


def _whole_text_reader(role: EventRole) -> TextReader | None:
    rules = role.assembly
    if rules is None or not role.text:
        return None
    return text_reader([rules.into if step == rules.delta else step for step in role.text])


@frozen
class EventRole:
    """The role of an event in its stream (`x-event`).

    Attributes:
        text: The path to its piece of the text; empty if it has none.
        ends: How it ends the stream: `completed`, `incomplete`, `failed` or `error`; None if it does not.
        reply: The field with the reply, which is complete in an event that ends the stream.
        puts: The field with the current state of a part of the reply.
        adds: The field with a piece of a text in the reply.
        at: The path to that part or text in the reply. A step is a key, or `{place: field}` for the entry of a list
            whose index is in that field of the event.
        code: The path to the code of an error.
        message: The path to the text of an error.
        assembly: How a series of such events adds up to a reply.
        read_text: Reads the event's piece of the text; None when it has none.
        read_whole_text: Reads the text of an event that has the whole entry in the place of what is new of it.
    """

    text: Path = ()
    ends: str | None = None
    reply: str | None = None
    puts: str | None = None
    adds: str | None = None
    at: Sequence[str | Mapping[str, str]] = ()
    code: Path = ()
    message: Path = ()
    assembly: Assembly | None = None
    read_text: TextReader | None = field(
        default=Factory(_text_reader, takes_self=True), init=False, eq=False, repr=False
    )
    read_whole_text: TextReader | None = field(
        default=Factory(_whole_text_reader, takes_self=True), init=False, eq=False, repr=False
    )
