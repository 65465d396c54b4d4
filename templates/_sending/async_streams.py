"""A streamed reply (async): its events, its text, and the whole reply at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

from attrs import evolve

from .._replies.format import ReplyFormat
from .._replies.stream_state import StreamState
from .._transport.async_response import AsyncResponseStream
from .._transport.failures import NetworkError
from ..errors import AceDataError, ReplyDecodeError
from ..retry import Failure
from ..types._http_response import HTTPResponse
from .report import Report

EventT = TypeVar("EventT")
ReplyT = TypeVar("ReplyT")
SelfT = TypeVar("SelfT", bound="AsyncStream[Any, Any]")

DRAIN_TIMEOUT = 0.25  # seconds to wait for the end of the body, so that the connection can be reused


class AsyncStream(Generic[EventT, ReplyT]):
    """A reply that is received event by event.

    Iterate over it for the events, or over `text_deltas()` for the text alone; `final()` reads on to the end and
    returns the whole reply. Use it in an `async with`: leaving it closes the connection at once, which tells
    the service to stop.

    Iterating raises `StreamInterruptedError` when the stream breaks off or was closed before its end, and
    `StreamFailedError` when the service reports an error in it; both carry what was received so far. A stream that
    ended with an error raises it again each time it is read. If the service sends a whole reply in place of events,
    `text_deltas()` and `final()` work as usual, and iterating over the events raises `ReplyDecodeError`, which carries
    the reply.
    """

    def __init__(
        self, response: AsyncResponseStream, http: HTTPResponse, reply_format: ReplyFormat, report: Report
    ) -> None:
        self._response = response
        self._state = StreamState(http, reply_format)
        self._report = report
        self._first: Any = None
        self._settle: Callable[[], None] | None = None  # with a journal

    @property
    def http(self) -> HTTPResponse:
        """The status and the headers of the response."""
        return self._state.http

    @property
    def partial_text(self) -> str:
        """The text of all events so far."""
        return self._state.content.text

    def __aiter__(self: SelfT) -> SelfT:
        return self

    async def __anext__(self) -> EventT:
        state = self._state
        event = self._first
        try:
            if event is None:
                event = state.next_event()
            else:
                self._first = None
            while event is None and not state.is_over:
                await self._receive()
                event = state.next_event()
        except BaseException:  # cancelled or interrupted: what was being read is lost, so nothing can follow
            await self.close()
            raise
        if event is None:
            await self._end()
        elif state.is_over or state.content.is_complete:
            self._leave_limits()
        return event  # type: ignore[no-any-return]

    async def _begin(self) -> None:
        """Wait for the first event, before the caller gets the stream; a whole reply in its place has none."""
        state = self._state
        try:
            while self._first is None and not (state.is_over or state.is_plain_body):
                await self._receive()
                self._first = state.next_event()
        except BaseException:
            await self.close()
            raise
        if self._first is not None:
            self._leave_limits()

    def _leave_limits(self) -> None:
        """Count the call as in flight no longer once its text is complete, though data such as the usage may follow."""
        if self._state.is_over:
            self._response.finish()
        elif self._state.content.is_complete:
            self._response.release()

    def _hand_over(self: SelfT) -> SelfT:
        """Return the stream for the caller. Its end is logged, and recorded in the journal."""
        report, state = self._report, self._state  # not `self`, which the callback would keep alive
        self._response.on_close(lambda: report.log(state.outcome()))
        if self._settle is not None:
            self._response.on_close(self._settle)
        if self._first is not None and state.is_over:
            self._response.finish()  # the first event is the last one too
        return self

    @property
    def _is_lost(self) -> bool:
        """Whether it is a stream that ended before its first event."""
        state = self._state
        return state.is_unfinished and state.is_stream and not state.content.events

    def text_deltas(self) -> AsyncIterator[str]:
        """Return an iterator over the text of the reply, in pieces as they are received."""
        return AsyncTextDeltas(self, self._state)

    async def final(self) -> ReplyT:
        """Read on to the end and return the whole reply.

        The last event of a Responses stream contains the reply; chat completion chunks are merged into one. Call it
        before, while or after iterating.

        Raises:
            StreamInterruptedError: The stream ended before its last event, or was closed.
            StreamFailedError: The service reported an error in it.
        """
        try:
            async for _event in self:
                pass
        except ReplyDecodeError:
            if not self._state.is_plain_reply:
                raise
        return self._state.reply  # type: ignore[no-any-return]

    async def close(self) -> None:
        """Close the stream, and its connection unless it was read to the end. Calling it again has no effect."""
        self._first = None
        self._state.close()
        await self._response.aclose()

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
        state = "closed" if self._response.is_closed else "over" if self._state.is_over else "open"
        return f"<{type(self).__name__} {state}, {self._state.content.events} events>"

    def _on_end(self, callback: Callable[[Any, AceDataError | None], None]) -> None:
        """Call a function with the reply and the error once the stream has ended, which may be in a destructor."""
        state, report = self._state, self._report  # not `self`, as in `_hand_over`

        def end() -> None:
            state.close()  # has no effect unless the caller left the stream early
            if state.error is None or state.is_plain_reply:
                callback(state.reply, None)
            else:
                callback(getattr(state.error, "reply", None), report.describe(state.error))

        self._response.on_close(end)
        if state.is_over:
            self._response.finish()

    async def _receive(self) -> None:
        """Read the next chunk of the body, or its end, into the state."""
        failure: Failure | None = None
        try:
            chunk = await self._response.read()
        except NetworkError as error:
            failure = error.failure  # raised outside of `except`, so that this is not the `__context__`
        else:
            if chunk:
                self._state.feed(chunk)
            else:
                self._state.end()
        if failure is not None:
            cause = self._report.error_for(evolve(failure, is_stream=self._state.is_stream))
            self._state.break_off(cause, timed_out=failure.phase is not None)

    async def _end(self) -> None:
        """Close the response of a stream that has ended.

        Raises:
            StopAsyncIteration: The stream ended with its reply.
            AceDataError: The stream ended with this error.
        """
        error = self._state.error
        try:
            if error is None and not self._response.is_closed:
                await self._response.drain(DRAIN_TIMEOUT)
        finally:
            await self._response.aclose()
        if error is not None:
            raise self._report.describe(error)
        raise StopAsyncIteration


class AsyncTextDeltas:
    """The text of a stream. Unlike a generator, it can be iterated further after one step was cancelled."""

    def __init__(self, stream: AsyncStream[Any, Any], state: StreamState) -> None:
        self._stream = stream
        self._state = state

    def __aiter__(self) -> AsyncTextDeltas:
        return self

    async def __anext__(self) -> str:
        try:
            async for _event in self._stream:
                if text := self._state.take_text():
                    return text
        except ReplyDecodeError:
            if not self._state.is_plain_reply:
                raise
            if text := self._state.take_text():
                return text
        raise StopAsyncIteration
