"""What the document says that objects are: events to their stream, replies and parts to a conversation."""

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
        constants: Fields that the reply has and the events lack, or have with other values.
        list: The field with the entries.
        key: The field by which entries of several events are one.
        delta: The field of an event's entry that holds what is new.
        into: The field of the reply's entry into which that is merged.
        finished: The field of an entry that is null until the entry is whole.
        id: The field that tells entries of a list in pieces apart where they lack the `key`.
        once: Strings that are whole in each delta; all others are pieces to be joined.
        pieces: Lists whose entries arrive in pieces; all others are extended.
    """

    decode: Callable[[Any], Any]
    constants: dict[str, Any]
    list: str
    key: str
    delta: str
    into: str
    finished: str | None = None
    id: str | None = None
    once: frozenset[str] = frozenset()
    pieces: frozenset[str] = frozenset()


def _text_reader(role: EventRole) -> TextReader | None:
    return text_reader(role.text) if role.text else None


def _whole_text_reader(role: EventRole) -> TextReader | None:
    rules = role.assembly
    if rules is None or not role.text:
        return None
    return text_reader([rules.into if step == rules.delta else step for step in role.text])


@frozen
class EventRole:
    """What an event is to its stream (`x-event`).

    Attributes:
        text: The path to its piece of the text; empty when it has none.
        ends: How it ends the stream: `completed`, `incomplete`, `failed` or `error`; None when it does not.
        reply: The field that holds the reply, as far as it has come or, in an event that ends the stream, whole.
        puts: The field with a part of the reply that is whole as far as it has come.
        at: Where in the reply that part belongs: a step is a key, or `{place: field}` for the entry of a list whose
            index is in that field of the event.
        code: The path to the code of the error that it reports.
        message: The path to the text of that error.
        assembly: How a series of such events adds up to a reply.
        read_text: Reads the event's piece of the text; None when it has none.
        read_whole_text: Reads the text of an event that has the whole entry in the place of what is new of it.
    """

    text: Path = ()
    ends: str | None = None
    reply: str | None = None
    puts: str | None = None
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


@frozen
class Calls:
    """Where the calls of functions are in a reply.

    Attributes:
        at: The path to the calls.
        id: In a call, the path to the id that its result is given back with.
        name: The path to the name of the function.
        arguments: The path to its arguments, which are JSON text.
    """

    at: Path
    id: Path
    name: Path
    arguments: Path


@frozen
class Incomplete:
    """How a reply says that its answer is not whole.

    Attributes:
        at: The path to the field that says it.
        values: The values of the field that mean so.
    """

    at: Path
    values: Sequence[str]


@frozen
class ReplyRole:
    """What a reply is to a conversation (`x-reply`).

    Attributes:
        items: The path to what is sent back as it is; empty when the reply is sent back as text and calls.
        calls: Where the calls of functions are.
        refusal: The path to the text of a refusal.
        incomplete: How it says that the answer is not whole.
    """

    items: Path = ()
    calls: Calls | None = None
    refusal: Path = ()
    incomplete: Incomplete | None = None


@frozen
class DataPart:
    """Which attributes of a part of a message take the content of a file (`x-data`).

    Attributes:
        url: The one for the content, as a data URL.
        name: The one for the name of the file.
        media_types: The media types that it may have, with `*` for any.
    """

    url: str
    media_types: Sequence[str]
    name: str | None = None
