"""The roles of events in a stream, and of replies and parts of messages in a conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

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


class Calls(NamedTuple):
    """Where a reply has its function calls.

    Attributes:
        at: The path to the calls.
        id: In a call, the path to the id to send back with the result.
        name: The path to the name of the function.
        arguments: The path to its arguments, which are JSON text.
    """

    at: Path
    id: Path
    name: Path
    arguments: Path


class Incomplete(NamedTuple):
    """How a reply indicates that its answer is incomplete.

    Attributes:
        at: The path to the field that indicates it.
        values: The values of that field that mean an incomplete answer.
    """

    at: Path
    values: Sequence[str]


class ReplyRole(NamedTuple):
    """The role of a reply in a conversation (`x-reply`).

    Attributes:
        items: The path to the items to send back unchanged; empty if the reply is sent back as text and calls.
        calls: Where the reply has its function calls.
        refusal: The path to the text of a refusal.
        incomplete: How the reply indicates an incomplete answer.
    """

    items: Path = ()
    calls: Calls | None = None
    refusal: Path = ()
    incomplete: Incomplete | None = None


class DataPart(NamedTuple):
    """The attributes of a part of a message that hold a file (`x-data`).

    Attributes:
        url: The attribute for the content, as a data URL.
        name: The attribute for the file name, or None.
        media_types: The accepted media types, with `*` for any.
    """

    url: str
    media_types: Sequence[str]
    name: str | None = None
