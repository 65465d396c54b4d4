"""The roles of replies, and of parts of messages, in a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .._paths import Path


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
