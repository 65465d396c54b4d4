"""A stream whose whole text is parsed into the caller's class (async)."""

from __future__ import annotations

from typing import Generic, TypeVar

from .._sending.async_streams import AsyncStream
from ._answers import AnswerFormat, Parsed

ValueT = TypeVar("ValueT")
EventT = TypeVar("EventT")
ReplyT = TypeVar("ReplyT")


class AsyncParsedStream(AsyncStream[EventT, ReplyT], Generic[ValueT, EventT, ReplyT]):
    """A stream whose whole text can be parsed into the requested class.

    Use it like any other stream; `parsed()` reads on to the end and returns the object.
    """

    def __init__(self, stream: AsyncStream[EventT, ReplyT], expected: AnswerFormat) -> None:
        """Take over the state of a stream, which must not be used any more."""
        self.__dict__.update(vars(stream))
        self._expected = expected

    async def parsed(self) -> Parsed[ValueT, ReplyT]:
        """Read on to the end and parse the answer.

        Raises:
            AnswerError: The reply has no answer that matches the class.
            StreamInterruptedError: The stream ended before its last event, or was closed.
            StreamFailedError: The service reported an error in it.
        """
        return self._expected.read(await self.final())
