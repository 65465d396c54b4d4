"""What must be known of an operation to read what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..observations import Observations


class ReplyFormat(NamedTuple):
    """How to read the answers to an operation.

    Attributes:
        read_reply: Decodes the JSON of a whole reply.
        event_decoder: Returns what decodes the JSON of an event, which is imported for streams alone; None when the
            operation does not stream.
        end_marker: The data that ends a stream without being an event.
        heartbeats: The names of events that only keep a connection alive.
        token: The token, which errors must not show.
        strict: Whether a reply that violates the document raises an error.
        observations: Where violations and growth are counted; None where they are not.
    """

    read_reply: Callable[[Any], Any]
    event_decoder: Callable[[], Callable[[Any], Any]] | None = None
    end_marker: str | None = None
    heartbeats: frozenset[str] = frozenset()
    token: str = ""
    strict: bool = False
    observations: Observations | None = None
