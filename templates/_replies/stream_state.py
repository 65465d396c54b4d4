"""Decodes the bytes of a stream to events, and to the reply or the error that ends it. It does no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from .._json import is_object, kind_of, parse, parsed
from .._redact import redact_response
from ..errors import AceDataError
from ..types._model import Model
from ..types._roles import EventRole
from ..types._unknown import Unknown
from .error_body import ERROR_KEYS, is_error_body
from .framing import Framing
from .stream_content import StreamContent
from .stream_errors import StreamErrors
from .whole import has_failed, has_problems, problems_error, read_reply, redact_reply

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from .format import ReplyFormat

_NOT_JSON: Any = object()
_NO_ROLE = EventRole()


class StreamState:
    """The state of a stream.

    Attributes:
        http: The status and the headers of the response.
        content: The content of the events so far.
        is_over: Whether the stream has ended, with its reply or with an error.
        reply: The whole reply; None until the stream has ended without an error.
        is_unfinished: Whether the body broke off or ended before the last event.
        error: The error that iterating raises once the stream is over; None if it ended with its reply.
    """

    def __init__(self, http: HTTPResponse, reply_format: ReplyFormat) -> None:
        assert reply_format.event_decoder is not None
        self.http = http
        self.content = StreamContent(reply_format)
        self.is_over = False
        self.is_unfinished = False
        self.reply: Any = None
        self.error: AceDataError | None = None
        self._format = reply_format
        self._read_event = reply_format.event_decoder()
        self._end_marker = reply_format.end_marker
        self._is_compared = reply_format.strict or reply_format.observations is not None
        self._framing = Framing(reply_format.heartbeats)
        self._waiting = self._framing.waiting
        self._errors = StreamErrors(http, reply_format, self._framing, self.content)
        self._has_ended = False
        self._latest_unknown = ""
        self._is_reply_strict = False

    @classmethod
    def for_whole_reply(cls, http: HTTPResponse, reply_format: ReplyFormat) -> StreamState:
        """The state of a stream of which only the reply is used. If strict, the reply is checked, not each event."""
        state = cls(http, reply_format._replace(strict=False))
        state._is_reply_strict = reply_format.strict
        return state

    def read_on(self) -> None:
        while self.next_event() is not None:
            pass

    def whole_reply(self, http: HTTPResponse) -> Any:
        """Read the events that were received, and return the reply.

        Args:
            http: The response with the bytes of the events as its content.

        Raises:
            AceDataError: The stream failed or broke off.
        """
        self.read_on()
        if self.error is not None:
            vars(self.error)["http"] = redact_response(http, self._format.token)
            raise self.error
        self.reply._http = http
        if self._is_reply_strict and has_problems(self.reply):
            reply_format = self._format
            raise problems_error(redact_reply(self.reply, http, reply_format.read_reply, reply_format.token))
        return self.reply

    @property
    def is_plain_body(self) -> bool:
        """Whether the body is JSON or an HTML page in place of a stream."""
        return self._framing.whole is not None

    @property
    def is_stream(self) -> bool:
        """Whether the body is a stream, not a whole reply or an HTML page in its place."""
        return self._errors.is_stream

    @property
    def is_plain_reply(self) -> bool:
        """Whether the service sent a whole reply in place of a stream."""
        return self._framing.whole is not None and self.reply is not None

    def take_text(self) -> str:
        """Return the text that the latest event added, and clear it."""
        text, self.content.new_text = self.content.new_text, ""
        return text

    def feed(self, chunk: bytes) -> None:
        self._framing.feed(chunk)

    def end(self) -> None:
        """Handle the regular end of the body."""
        if self._framing.whole is not None:
            self._end_as_plain_reply(bytes(self._framing.whole))
        else:
            self._framing.finish()
            self._has_ended = True

    def next_event(self) -> Any:
        """Return the next event; None if more of the body is needed or the stream is over."""
        waiting, read_event = self._waiting, self._read_event
        while waiting and not self.is_over:
            text = waiting.popleft()
            try:
                data = parse(text)
            except ValueError:
                data = _NOT_JSON  # the exception is dropped, since it contains all of the text
            event = read_event(data)
            kind = kind_of(event)
            if kind is Unknown or not issubclass(kind, Model):
                if not self._should_yield(event, text):
                    continue
            elif not data.keys().isdisjoint(ERROR_KEYS) and self._reports_error(event):
                break
            role = kind._role
            self.content.add(event, data, role)
            if role is not None and role.ends is not None:
                self._end_by(event, role)
            if self._is_compared and not self._compare(event):
                break
            if waiting and waiting[0] == self._end_marker and not self.is_over:
                self._finish()  # the end marker follows, so this is the last event
            return event
        if self._has_ended and not self.is_over:
            self._end_without_last_event()
        return None

    def _compare(self, event: Model) -> bool:
        """Compare an event with the document; return False if it must not be yielded."""
        reply_format = self._format
        if reply_format.observations is not None:
            reply_format.observations.add(event)
        if reply_format.strict and has_problems(event):
            self._end_in(problems_error(redact_reply(event, self.http, self._read_event, reply_format.token)))
            return False
        return True

    def break_off(self, cause: AceDataError, *, timed_out: bool) -> None:
        """End the stream because its connection failed."""
        if not self.is_over:
            self.is_unfinished = True
            self._end_in(self._errors.broken_off(cause, timed_out=timed_out))

    def close(self) -> None:
        """End the stream because the caller stops reading it."""
        if not self.is_over:
            self._end_in(self._errors.closed())

    def outcome(self) -> str:
        """How the stream ended, for the log."""
        if not self.is_over or getattr(self.error, "reason", "") == "closed":
            how = "left by the caller"
        else:
            how = "whole" if self.error is None or self.is_plain_reply else type(self.error).__name__
        return f"{self.http.status_code}, a stream of {self.content.events} events, {how},"

    def _should_yield(self, event: Any, text: str) -> bool:
        """Whether to yield an undocumented event: yes for any JSON object that is not an error body."""
        if text.strip() == self._end_marker:
            self._finish()
        elif isinstance(event, Unknown):
            self._latest_unknown = text
            if not is_error_body(event._data, self.content.whole_reply(event)):
                return True
            self._end_in(self._errors.failed(event._data, _NO_ROLE))
        elif text.strip():  # some servers send empty events to keep a connection alive
            self._end_in(self._errors.unreadable(text, is_json=event is not _NOT_JSON))
        return False

    def _reports_error(self, event: Model) -> bool:
        """Whether a documented event is also an error body, although its kind does not end the stream."""
        ends = event._role is not None and event._role.ends is not None
        if ends or not is_error_body(event._data, event):
            return False
        self._end_in(self._errors.failed(event._data, _NO_ROLE))
        return True

    def _end_by(self, event: Model, role: EventRole) -> None:
        """End the stream with an event that the document marks as the last."""
        if role.ends in ("failed", "error"):
            self._end_in(self._errors.failed(event._data, role))
        else:
            self._finish()

    def _finish(self) -> None:
        """End the stream with its reply, or with an error if its events do not add up to a reply."""
        reply = self.content.reply()
        if reply is None:
            self._end_in(self._errors.without_reply(self._latest_unknown))
        elif has_failed(reply):
            self._end_in(self._errors.failed(reply._data, _NO_ROLE))
        else:
            self.is_over = True
            self.reply = reply
            reply._http = self.http

    def _end_without_last_event(self) -> None:
        """End the stream after the end of the body."""
        stray = parsed(self._framing.stray_text)[0]
        if self.content.is_complete:
            self._finish()
        elif is_object(stray) and is_error_body(stray, None):
            self._end_in(self._errors.failed(stray, _NO_ROLE))
        else:
            self.is_unfinished = True
            self._end_in(self._errors.without_last_event(self._latest_unknown))

    def _end_as_plain_reply(self, content: bytes) -> None:
        """Read a whole reply that was received in place of a stream."""
        http = evolve(self.http, content=content)
        try:
            self.reply = read_reply(http, self._format._replace(event_decoder=None))
        except AceDataError as error:
            self._end_in(error)
        else:
            self.content.add_text(getattr(self.reply, "output_text", ""))
            self._end_in(self._errors.plain_reply(self.reply, http))

    def _end_in(self, error: AceDataError) -> None:
        self.is_over = True
        self.error = error
