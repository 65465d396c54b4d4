"""A streamed answer that is an object of the caller's class in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .._calls.streams import Stream

if TYPE_CHECKING:
    from ._answers import Parsed, Wanted

ValueT = TypeVar("ValueT")
EventT = TypeVar("EventT")
ReplyT = TypeVar("ReplyT")


class ParsedStream(Stream[EventT, ReplyT], Generic[ValueT, EventT, ReplyT]):
    """A stream whose whole text is an object of the wanted class.

    It is read as any other stream; `parsed()` reads on to the end and returns the object.
    """

    def __init__(self, stream: Stream[EventT, ReplyT], answer: Wanted) -> None:
        """Take the place of a stream, which is not to be used any more."""
        self.__dict__.update(vars(stream))
        self._answer = answer

    def parsed(self) -> Parsed[ValueT, ReplyT]:
        """Read on to the end and return the answer.

        Raises:
            AnswerError: The reply has no answer of the wanted class.
            StreamInterruptedError: The stream has no end, or was closed before it.
            StreamFailedError: The service reported an error in it.
        """
        return self._answer.read(self.final())
