"""From the bytes of a stream to events, and to the reply or the error in which it ends. It does no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from .._json import is_object, parse, parsed
from .._redact import redact_response
from ..errors import AceDataError
from ..types._model import Model
from ..types._roles import EventRole
from ..types._unknown import Unknown
from .content import StreamContent
from .error_body import ERROR_KEYS, is_error_body
from .framing import Framing
from .stream_errors import StreamErrors
from .whole import has_failed, has_problems, problems_error, read_reply, redact_reply

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from .format import ReplyFormat

_NO_JSON: Any = object()
_NO_ROLE = EventRole()


class StreamState:
    """How far a stream has come, and how it ended.

    Attributes:
        http: The status and the headers of the response.
        content: What the events brought.
        is_over: Whether the stream has ended, with its reply or with an error.
        reply: The whole reply, once the stream has ended well.
        is_unfinished: Whether the body broke off, or ended, before an event said that it was the last.
        error: What iterating over the stream raises once it is over; None if it ended with its reply.
    """

    def __init__(self, http: HTTPResponse, reading: ReplyFormat) -> None:
        assert reading.event_decoder is not None
        self.http = http
        self.content = StreamContent(reading)
        self.is_over = False
        self.is_unfinished = False
        self.reply: Any = None
        self.error: AceDataError | None = None
        self._reading = reading
        self._read_event = reading.event_decoder()
        self._end_marker = reading.end_marker
        self._is_compared = reading.strict or reading.observations is not None
        self._framing = Framing(reading.heartbeats)
        self._waiting = self._framing.waiting
        self._errors = StreamErrors(http, reading, self._framing, self.content)
        self._has_ended = False
        self._latest_unknown = ""
        self._is_reply_strict = False

    @classmethod
    def for_whole_reply(cls, http: HTTPResponse, reading: ReplyFormat) -> StreamState:
        """The state of a stream that is read for its reply alone: when strict, that is judged and not each event."""
        state = cls(http, reading._replace(strict=False))
        state._is_reply_strict = reading.strict
        return state

    def read_on(self) -> None:
        """Read the events that have come."""
        while self.next_event() is not None:
            pass

    def whole_reply(self, http: HTTPResponse) -> Any:
        """Read all events that have come, and return the reply.

        Args:
            http: The response with the bytes of the events.

        Raises:
            AceDataError: The stream failed or broke off.
        """
        self.read_on()
        if self.error is not None:
            vars(self.error)["http"] = redact_response(http, self._reading.token)
            raise self.error
        self.reply._http = http
        if self._is_reply_strict and has_problems(self.reply):
            reading = self._reading
            raise problems_error(redact_reply(self.reply, http, reading.read_reply, reading.token))
        return self.reply

    @property
    def is_plain_body(self) -> bool:
        """Whether what comes is JSON or a page in place of a stream, in which there are no events."""
        return self._framing.whole is not None

    @property
    def is_stream(self) -> bool:
        """Whether what comes is a stream, and no whole reply or page in its place."""
        return self._errors.is_stream

    @property
    def is_whole_reply(self) -> bool:
        """Whether what comes is a whole reply, or a page, in place of a stream."""
        return self._framing.whole is not None

    @property
    def is_plain_reply(self) -> bool:
        """Whether the service sent a whole reply in place of a stream."""
        return self._framing.whole is not None and self.reply is not None

    def take_text(self) -> str:
        """Return the text that the latest event brought, once."""
        text, self.content.new_text = self.content.new_text, ""
        return text

    def feed(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        self._framing.feed(chunk)

    def end(self) -> None:
        """Take the end of the body, an orderly one."""
        if self._framing.whole is not None:
            self._end_as_plain_reply(bytes(self._framing.whole))
        else:
            self._framing.finish()
            self._has_ended = True

    def next_event(self) -> Any:
        """Return the next event; None when more of the body is needed, or the stream is over."""
        waiting, read_event = self._waiting, self._read_event
        while waiting and not self.is_over:
            data = waiting.popleft()
            try:
                event = read_event(parse(data))
            except ValueError:
                event = _NO_JSON  # the exception is not kept, since it carries all of the data
            if type(event) is Unknown or not isinstance(event, Model):
                if not self._can_pass(event, data):
                    continue
            elif not event._data.keys().isdisjoint(ERROR_KEYS) and self._reports_error(event):
                break
            role = event._role
            self.content.add(event, role)
            if role is not None and role.ends is not None:
                self._end_by(event, role)
            if self._is_compared and not self._compare(event):
                break
            if waiting and waiting[0] == self._end_marker and not self.is_over:
                self._finish()  # this event is the last
            return event
        if self._has_ended and not self.is_over:
            self._end_without_last_event()
        return None

    def _compare(self, event: Model) -> bool:
        """Hold an event against the document; whether it may be given out."""
        reading = self._reading
        if reading.observations is not None:
            reading.observations.add(event)
        if reading.strict and has_problems(event):
            self._end_in(problems_error(redact_reply(event, self.http, self._read_event, reading.token)))
            return False
        return True

    def break_off(self, cause: AceDataError, *, timed_out: bool) -> None:
        """End the stream, as its connection failed."""
        if not self.is_over:
            self.is_unfinished = True
            self._end_in(self._errors.broken_off(cause, timed_out=timed_out))

    def close(self) -> None:
        """End the stream, as it will not be read on."""
        if not self.is_over:
            self._end_in(self._errors.closed())

    def outcome(self) -> str:
        """How the stream went, for the log."""
        if not self.is_over or getattr(self.error, "reason", "") == "closed":
            how = "left by the caller"
        else:
            how = "whole" if self.error is None or self.is_plain_reply else type(self.error).__name__
        return f"{self.http.status_code}, a stream of {self.content.events} events, {how},"

    def _can_pass(self, event: Any, data: str) -> bool:
        """Whether data that is no documented event is given out: an object that is no error is a sign of growth."""
        if data.strip() == self._end_marker:
            self._finish()
        elif isinstance(event, Unknown):
            self._latest_unknown = data
            if not is_error_body(event._data, self.content.whole_reply(event)):
                return True
            self._end_in(self._errors.failed(event._data, _NO_ROLE))
        elif data.strip():  # some servers keep a connection alive with empty events
            self._end_in(self._errors.unreadable(data, is_json=event is not _NO_JSON))
        return False

    def _reports_error(self, event: Model) -> bool:
        """Whether a documented event is an error body too, and that is not its own way to end the stream."""
        ends = event._role is not None and event._role.ends is not None
        if ends or not is_error_body(event._data, event):
            return False
        self._end_in(self._errors.failed(event._data, _NO_ROLE))
        return True

    def _end_by(self, event: Model, role: EventRole) -> None:
        """End by an event that says that it is the last."""
        if role.ends in ("failed", "error"):
            self._end_in(self._errors.failed(event._data, role))
        else:
            self._finish()

    def _finish(self) -> None:
        """Reach the end, with the whole reply; with an error, where the stream brought none."""
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
        """End with the body."""
        stray = parsed(self._framing.stray_text)[0]
        if self.content.is_complete:
            self._finish()
        elif is_object(stray) and is_error_body(stray, None):
            self._end_in(self._errors.failed(stray, _NO_ROLE))
        else:
            self.is_unfinished = True
            self._end_in(self._errors.without_last_event(self._latest_unknown))

    def _end_as_plain_reply(self, content: bytes) -> None:
        """Read a whole reply that came in place of a stream."""
        http = evolve(self.http, content=content)
        try:
            self.reply = read_reply(http, self._reading._replace(event_decoder=None))
        except AceDataError as error:
            self._end_in(error)
        else:
            self.content.add_text(getattr(self.reply, "output_text", ""))
            self._end_in(self._errors.plain_reply(self.reply, http))

    def _end_in(self, error: AceDataError) -> None:
        self.is_over = True
        self.error = error
