"""A streamed answer (async): events as they come, the text, and the whole reply in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._faults import Fault, fault_of
from ._stream_state import StreamState
from .errors import ReplyDecodeError

if TYPE_CHECKING:
    from ._async_connections import AsyncIncoming
    from ._attempts import Attempts
    from ._http_reply import HTTPReply
    from ._operation import Operation
    from ._settings import Settings

EventT = TypeVar("EventT")
ReplyT = TypeVar("ReplyT")
SelfT = TypeVar("SelfT", bound="AsyncStream[Any, Any]")

_PATIENCE_AFTER_THE_END = 0.25  # seconds for the end of the body, so that the connection can be kept


class AsyncStream(Generic[EventT, ReplyT]):
    """An answer that comes event by event.

    Iterate over it for the events, or over `text_deltas()` for the text alone; `final()` reads on to the end and
    gives the whole reply. Use it in an `async with`: leaving it closes the connection at once, which tells
    the service to stop.

    Iterating raises `StreamInterruptedError` when the stream breaks off and `StreamFailedError` when the service
    reports an error in it; both carry the text so far.
    """

    def __init__(
        self,
        incoming: AsyncIncoming,
        http: HTTPReply,
        operation: Operation,
        settings: Settings,
        attempts: Attempts,
    ) -> None:
        self._incoming = incoming
        self._state = StreamState(http, operation, settings, attempts)
        self._is_closed = False

    @property
    def http(self) -> HTTPReply:
        """The status and the headers of the answer."""
        return self._state.http

    @property
    def partial_text(self) -> str:
        """The text of all events so far."""
        return self._state.partial_text

    def __aiter__(self) -> AsyncIterator[EventT]:
        return self

    async def __anext__(self) -> EventT:
        event = await self._next()
        if event is not None:
            return event  # type: ignore[no-any-return]
        if self._state.is_whole_reply and not self._state.events:
            self._state.events = -1
            raise self._came_whole()
        raise StopAsyncIteration

    async def text_deltas(self) -> AsyncIterator[str]:
        """The text of the answer, piece by piece as it comes."""
        seen = 0
        while True:
            event = await self._next()
            for text in self._state.texts_after(seen):
                yield text
            seen = self._state.text_count
            if event is None:
                return

    async def final(self) -> ReplyT:
        """Read on to the end and return the whole reply.

        A Responses stream brings it in its last event; of chat completion chunks it is put together. It can be
        asked for before, while and after iterating.

        Raises:
            StreamInterruptedError: The stream has no end, or was closed before it.
            StreamFailedError: The service reported an error in it.
        """
        while await self._next() is not None:
            pass
        if self._state.reply is None:
            raise self._state.without_reply()
        return self._state.reply  # type: ignore[no-any-return]

    async def close(self) -> None:
        """Close the connection, if the stream is not at its end. It can be called at any time, and again."""
        if not self._is_closed:
            self._is_closed = True
            await self._incoming.aclose()

    async def __aenter__(self: SelfT) -> SelfT:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "over" if self._state.is_over else "closed" if self._is_closed else "open"
        return f"<{type(self).__name__} {state}, {self._state.events} events>"

    async def _next(self) -> Any:
        """The next event, None at the end."""
        state = self._state
        try:
            while not state.is_over and not self._is_closed:
                event = state.next_event()
                if event is not None:
                    return event
                if not state.is_over:
                    await self._receive()
        except BaseException:
            await self.close()
            raise
        if not self._is_closed:
            await self._finish()
        return None

    async def _receive(self) -> None:
        """Hand the next piece of the body, or its end, to the state."""
        fault: Fault | None = None
        try:
            chunk = await anext(self._incoming.chunks, None)
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            chunk = None
        if fault is not None:
            raise self._state.interrupted(fault)
        if chunk is None:
            self._state.end()
        else:
            self._state.feed(chunk)

    async def _finish(self) -> None:
        """Be done with the answer, with its connection kept if the body ends soon."""
        await self._incoming.drain(_PATIENCE_AFTER_THE_END)
        await self.close()

    def _came_whole(self) -> ReplyDecodeError:
        return self._state.whole_instead_of_events()
