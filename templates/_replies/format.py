"""How to read the replies of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..observations import Observations


class ReplyFormat(NamedTuple):
    """How to read the replies of an operation.

    Attributes:
        read_reply: Decodes the JSON of a whole reply.
        event_decoder: Returns the decoder for the JSON of events, which is imported only for streams; None if the
            operation cannot stream.
        end_marker: The data that ends a stream and is not an event.
        heartbeats: The names of events that only keep a connection alive.
        token: The token, to redact it in errors.
        strict: Whether a reply that violates the document raises an error.
        observations: Counts violations and growth; None if they are not counted.
    """

    read_reply: Callable[[Any], Any]
    event_decoder: Callable[[], Callable[[Any], Any]] | None = None
    end_marker: str | None = None
    heartbeats: frozenset[str] = frozenset()
    token: str = ""
    strict: bool = False
    observations: Observations | None = None

    def __repr__(self) -> str:
        return f"<ReplyFormat: {self.read_reply!r}>"  # without the token: debuggers show local variables
