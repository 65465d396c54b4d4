"""A streamed answer: events as they come, the text, and the whole reply in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import evolve

from .._replies.stream import StreamState
from .._transport.failures import NetworkError
from ..errors import AceDataError, ReplyDecodeError
from ..types._http_response import HTTPResponse

if TYPE_CHECKING:
    from .._replies.format import ReplyFormat
    from .._transport.response import ResponseStream
    from ..retry import Failure
    from .report import Report

EventT = TypeVar("EventT")
ReplyT = TypeVar("ReplyT")
SelfT = TypeVar("SelfT", bound="Stream[Any, Any]")

PATIENCE_AFTER_THE_END = 0.25  # seconds for the end of the body, so that the connection can be kept


class Stream(Generic[EventT, ReplyT]):
    """An answer that comes event by event.

    Iterate over it for the events, or over `text_deltas()` for the text alone; `final()` reads on to the end and
    returns the whole reply. Use it in a `with`: leaving it closes the connection at once, which tells
    the service to stop.

    Iterating raises `StreamInterruptedError` when the stream breaks off or was closed before its end, and
    `StreamFailedError` when the service reports an error in it; both carry what had come. A stream that ended in an
    error raises it again each time it is read. If the service sends a whole reply in place of events, its text and
    the reply can be read all the same, and iterating over the events raises `ReplyDecodeError` with the reply on it.
    """

    def __init__(
        self,
        incoming: ResponseStream,
        http: HTTPResponse,
        reading: ReplyFormat,
        report: Report,
    ) -> None:
        self._incoming = incoming
        self._state = StreamState(http, reading)
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

    def __iter__(self: SelfT) -> SelfT:
        return self

    def __next__(self) -> EventT:
        state = self._state
        event = self._first
        try:
            if event is None:
                event = state.next_event()
            else:
                self._first = None
            while event is None and not state.is_over:
                self._receive()
                event = state.next_event()
        except BaseException:  # cancelled or interrupted: what was being read is lost, so nothing can follow
            self.close()
            raise
        if event is None:
            self._end()
        elif state.is_over or state.content.is_complete:
            self._leave_limits()
        return event  # type: ignore[no-any-return]

    def _begin(self) -> None:
        """Wait for the first event, before the caller has the stream; a whole reply in its place has none."""
        state = self._state
        try:
            while self._first is None and not (state.is_over or state.is_plain_body):
                self._receive()
                self._first = state.next_event()
        except BaseException:
            self.close()
            raise
        if self._first is not None:
            self._leave_limits()

    def _leave_limits(self) -> None:
        """Count the call as in flight no longer once its answer is whole, though its usage or its end may follow."""
        if self._state.is_over:
            self._incoming.finish()
        elif self._state.content.is_complete:
            self._incoming.release()

    def _hand_over(self: SelfT) -> SelfT:
        """Return the stream for the caller: from here on its end is what is logged, and noted in the journal."""
        report, state = self._report, self._state  # not `self`, which must stay free to be collected
        self._incoming.on_close(lambda: report.log(state.outcome()))
        if self._settle is not None:
            self._incoming.on_close(self._settle)
        if self._first is not None and state.is_over:
            self._incoming.finish()  # the first event is the last one too
        return self

    @property
    def _is_lost(self) -> bool:
        """Whether it is a stream that ended before its first event."""
        state = self._state
        return state.is_unfinished and state.is_stream and not state.content.events

    def text_deltas(self) -> Iterator[str]:
        """Return an iterator over the text of the answer, piece by piece as it comes."""
        return TextDeltas(self, self._state)

    def final(self) -> ReplyT:
        """Read on to the end and return the whole reply.

        A Responses stream brings it in its last event; of chat completion chunks it is put together. It can be
        asked for before, while and after iterating.

        Raises:
            StreamInterruptedError: The stream has no end, or was closed before it.
            StreamFailedError: The service reported an error in it.
        """
        try:
            for _event in self:
                pass
        except ReplyDecodeError:
            if not self._state.is_plain_reply:
                raise
        return self._state.reply  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the connection, if the stream is not at its end. It can be called at any time, and again."""
        self._first = None
        self._state.close()
        self._incoming.close()

    def __enter__(self: SelfT) -> SelfT:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._incoming.is_closed else "over" if self._state.is_over else "open"
        return f"<{type(self).__name__} {state}, {self._state.content.events} events>"

    def _on_end(self, callback: Callable[[Any, AceDataError | None], None]) -> None:
        """Call a function with the reply and the error of the stream once it has ended, also in a destructor."""
        state, report = self._state, self._report  # not the stream, as in `_hand_over`

        def end() -> None:
            state.close()  # if it is not over: it was left
            if state.error is None or state.is_plain_reply:
                callback(state.reply, None)
            else:
                callback(getattr(state.error, "reply", None), report.describe(state.error))

        self._incoming.on_close(end)
        if state.is_over:
            self._incoming.finish()

    def _receive(self) -> None:
        """Hand the next piece of the body, or its end, to the state."""
        failure: Failure | None = None
        try:
            chunk = self._incoming.read()
        except NetworkError as error:
            failure = error.failure  # the error for the caller must not have this one as its context
        else:
            if chunk:
                self._state.feed(chunk)
            else:
                self._state.end()
        if failure is not None:
            cause = self._report.error_for(evolve(failure, is_stream=self._state.is_stream))
            self._state.break_off(cause, timed_out=failure.phase is not None)

    def _end(self) -> None:
        """Finish the response of a stream that is over.

        Raises:
            StopIteration: The stream has ended well.
            AceDataError: It has not.
        """
        error = self._state.error
        try:
            if error is None and not self._incoming.is_closed:
                self._incoming.drain(PATIENCE_AFTER_THE_END)
        finally:
            self._incoming.close()
        if error is not None:
            raise self._report.describe(error)
        raise StopIteration


class TextDeltas:
    """The text of a stream. Unlike a generator, it can be read on after a step of it was cancelled."""

    def __init__(self, stream: Stream[Any, Any], state: StreamState) -> None:
        self._stream = stream
        self._state = state

    def __iter__(self) -> TextDeltas:
        return self

    def __next__(self) -> str:
        try:
            for _event in self._stream:
                if text := self._state.take_text():
                    return text
        except ReplyDecodeError:
            if not self._state.is_plain_reply:
                raise
            if text := self._state.take_text():
                return text
        raise StopIteration
