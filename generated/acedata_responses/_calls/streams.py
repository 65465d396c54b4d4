"""A streamed answer: events as they come, the text, and the whole reply in the end."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._transport.failures import NetworkError
from ..errors import ReplyDecodeError
from .stream_state import StreamState

if TYPE_CHECKING:
    from .._request.operation import Operation
    from .._request.settings import Settings
    from .._transport.response import ResponseStream
    from ..retry import Failure
    from ..types._http_response import HTTPResponse
    from .report import Report

EventT = TypeVar("EventT")
ReplyT = TypeVar("ReplyT")
SelfT = TypeVar("SelfT", bound="Stream[Any, Any]")

_PATIENCE_AFTER_THE_END = 0.25  # seconds for the end of the body, so that the connection can be kept


class Stream(Generic[EventT, ReplyT]):
    """An answer that comes event by event.

    Iterate over it for the events, or over `text_deltas()` for the text alone; `final()` reads on to the end and
    gives the whole reply. Use it in a `with`: leaving it closes the connection at once, which tells
    the service to stop.

    Iterating raises `StreamInterruptedError` when the stream breaks off and `StreamFailedError` when the service
    reports an error in it; both carry the text so far. Should the service send a whole reply instead of events, its
    text and the reply are there all the same, and asking for events raises `ReplyDecodeError` with the reply on it.
    """

    def __init__(
        self,
        incoming: ResponseStream,
        http: HTTPResponse,
        operation: Operation,
        settings: Settings,
        report: Report,
    ) -> None:
        self._incoming = incoming
        self._state = StreamState(http, operation, settings, report)
        self._events = _events(incoming, self._state)
        incoming.on_close(self._state.log)

    @property
    def http(self) -> HTTPResponse:
        """The status and the headers of the answer."""
        return self._state.http

    @property
    def partial_text(self) -> str:
        """The text of all events so far."""
        return self._state.partial_text

    def __iter__(self) -> Iterator[EventT]:
        return self._events

    def __next__(self) -> EventT:
        return self._events.__next__()  # type: ignore[no-any-return]

    def text_deltas(self) -> Iterator[str]:
        """The text of the answer, piece by piece as it comes."""
        state = self._state
        try:
            for _event in self._events:
                if state.new_text:
                    yield state.new_text
        except ReplyDecodeError:
            if not state.is_plain_reply:
                raise
            if state.new_text:
                yield state.new_text
        if (
            state.failure is not None
        ):  # known from before: a text that breaks off must not look like a whole one
            raise state.failure

    def final(self) -> ReplyT:
        """Read on to the end and return the whole reply.

        A Responses stream brings it in its last event; of chat completion chunks it is put together. It can be
        asked for before, while and after iterating.

        Raises:
            StreamInterruptedError: The stream has no end, or was closed before it.
            StreamFailedError: The service reported an error in it.
        """
        try:
            for _event in self._events:
                pass
        except ReplyDecodeError:
            if not self._state.is_plain_reply:
                raise
        if self._state.reply is None:
            raise self._state.without_reply()
        return self._state.reply  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the connection, if the stream is not at its end. It can be called at any time, and again."""
        self._state.leave()
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
        state = "over" if self._state.is_over else "closed" if self._incoming.is_closed else "open"
        return f"<{type(self).__name__} {state}, {self._state.events} events>"


def _events(incoming: ResponseStream, state: StreamState) -> Generator[Any, None, None]:
    """The events as they come. The connection is closed on every way out.

    It is a function of its own, so that a stream that nobody holds any more goes at once, and its connection too.
    """
    try:
        while not (state.is_over or incoming.is_closed):
            _receive(incoming, state)
            for event in state.received():
                yield event
        if state.is_over:
            incoming.drain(_PATIENCE_AFTER_THE_END)
    finally:
        incoming.close()


def _receive(incoming: ResponseStream, state: StreamState) -> None:
    """Hand the next piece of the body, or its end, to the state."""
    chunk = b""
    failure: Failure | None = None
    try:
        chunk = incoming.read()
    except NetworkError as error:
        failure = error.failure  # raised below: the caller's error must not have this one as its context
    if failure is not None:
        raise state.interrupted(failure)
    if chunk:
        state.feed(chunk)
    else:
        state.end()
