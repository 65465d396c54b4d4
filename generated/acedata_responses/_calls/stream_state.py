"""From the bytes of a stream to events and the final reply. It does no I/O: streams hand in what they received."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .._document.facts import ERROR_BODY
from .._redact import redact_data, redact_response, redact_text
from .._replies import parse as _parse
from .._replies.assembly import Assembler
from ..errors import AceDataError, ReplyDecodeError, StreamError, StreamFailedError, StreamInterruptedError
from ..sse import EventDecoder
from ..types._model import EventRole, Model, Unknown, text_at

if TYPE_CHECKING:
    from .._request.operation import Operation
    from .._request.settings import Settings
    from ..retry import Failure
    from ..types._http_response import HTTPResponse
    from .report import Report

StreamErrorT = TypeVar("StreamErrorT", bound=StreamError)
_SHOWN_CHARACTERS = 200
_NO_JSON: Any = object()
_ERROR_KEYS = {*ERROR_BODY["code"][:1], *ERROR_BODY["when"]}


class StreamState:
    """What has come of a stream.

    Attributes:
        http: The status and headers of the answer.
        events: How many events were given out.
        reply: The whole reply, once the stream is over.
        is_over: Whether the stream has reached its end, a good or a bad one.
        new_text: The text that the latest event brought.
    """

    def __init__(self, http: HTTPResponse, operation: Operation, settings: Settings, report: Report) -> None:
        assert operation.read_event is not None
        self.http = http
        self.events = 0
        self.reply: Any = None
        self.is_over = False
        self.new_text = ""
        self._operation = operation
        self._read_event = operation.read_event
        self._settings = settings
        self._report = report
        self._decoder = EventDecoder()
        self._waiting: deque[str] = deque()
        self._text = (
            bytearray()
        )  # UTF-8; in pieces, or in a StringIO, the text would take several times the room
        self._assembler: Assembler | None = None
        self._failure: AceDataError | None = None
        self._whole: bytearray | None = None
        self._start = self._seen = b""
        self._has_begun = False

    @property
    def partial_text(self) -> str:
        """The text of all events so far."""
        return self._text.decode("utf-8", "surrogatepass")

    @property
    def is_plain_reply(self) -> bool:
        """Whether the service sent a whole reply instead of a stream, and it was read."""
        return self._whole is not None and self.reply is not None

    def feed(self, chunk: bytes) -> None:
        """Take what was received."""
        if not self.events and len(self._seen) < _SHOWN_CHARACTERS:
            self._seen = (self._seen + chunk[:_SHOWN_CHARACTERS])[:_SHOWN_CHARACTERS]
        if not self._has_begun:
            chunk = self._begin(chunk)
        if self._whole is not None:
            self._whole += chunk
        else:
            self._waiting.extend(self._decoder.feed_data(chunk))

    def end(self) -> None:
        """Take the end of the body, a clean one.

        Raises:
            StreamInterruptedError: There was no event that ends an answer, and none is left to be read.
        """
        if self._whole is not None:
            self._end_of_whole()
            return
        self._waiting.extend([event.data for event in self._decoder.finish()])
        if not self._waiting:
            self._ended()

    def received(self) -> Iterator[Any]:
        """The events of what was received so far.

        Raises:
            StreamFailedError: The service reported an error.
            StreamInterruptedError: What came is no event.
            ReplyDecodeError: The settings are strict and the event departs from the document.
        """
        waiting, end_marker, settings = self._waiting, self._operation.end_marker, self._settings
        is_compared = settings.strict or settings.observations is not None
        parse, read = _parse.parse_text, self._read_event
        while waiting and not self.is_over:
            data = waiting.popleft()
            if data == end_marker:
                self._finish()
                break
            if not data:
                continue  # some servers keep a connection alive with empty events
            try:
                event = read(parse(data))
            except ValueError:
                event = _NO_JSON  # the error is raised elsewhere: this exception has all of the data hanging on it
            if type(event) is Unknown or not isinstance(event, Model):
                self._check_unknown(event, data)
            elif not event._data.keys().isdisjoint(_ERROR_KEYS):
                self._check_error(event)
            self.events += 1
            self.new_text = ""
            if event._role is not None:
                self._apply_role(event, event._role)
            if is_compared:
                self._compare(event)
            yield event
        if self._failure is not None:
            raise self._failure

    @property
    def failure(self) -> AceDataError | None:
        """The error in which the stream ended, if it did; the same each time."""
        return None if self.is_plain_reply else self._failure

    def without_reply(self) -> AceDataError:
        """The error for a reply that is asked of a stream that failed, or was closed, before its end."""
        return self._failure or self._interrupted(
            "the stream was left before its end, there is no reply", "closed"
        )

    def leave(self) -> None:
        """Give out no more events."""
        self._waiting.clear()

    def log(self) -> None:
        """Tell how the stream went, once it is done with."""
        how = (
            type(self.failure).__name__ if self.failure else "whole" if self.is_over else "left by the caller"
        )
        self._report.log(f"{self.http.status_code}, a stream of {self.events} events, {how},")

    def interrupted(self, failure: Failure) -> StreamInterruptedError:
        """The error for a connection that failed in mid-stream."""
        cause = self._report.error_for(failure)
        return self._interrupted(f"the stream broke off: {cause}", "timed out" if failure.phase else "broken")

    def _begin(self, chunk: bytes) -> bytes:
        """Look whether this is a stream at all: JSON and HTML are not, whatever the content type says."""
        self._start += chunk
        start = self._start.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start:
            self._start = self._start[
                : len(codecs.BOM_UTF8)
            ]  # blank lines say nothing, however many there are
            return b""
        self._has_begun = True
        if start[:1] in (b"{", b"<", b"["):
            self._whole = bytearray()
        return self._start

    def _end_of_whole(self) -> None:
        """Read a whole reply that came instead of a stream, and say so to whoever asks for events."""
        from attrs import evolve

        assert self._whole is not None
        assert self._operation.read_reply is not None
        self.is_over = True
        http = evolve(self.http, content=bytes(self._whole))
        token, read = self._settings.token, self._operation.read_reply
        try:
            self.reply = _parse.read_reply(
                http,
                read,
                token=token,
                strict=self._settings.strict,
                observations=self._settings.observations,
            )
        except AceDataError as error:
            self._failure = error
            raise
        self._add_text(getattr(self.reply, "output_text", ""))
        text = (
            "the service sent a whole reply instead of a stream: it is in `reply` and comes from `final()`, "
            "its text from `text_deltas()`"
        )
        reply = _parse.redact_reply(self.reply, http, read, token)
        self._failure = ReplyDecodeError(text, http=reply.http, body=reply.http.content, reply=reply)
        raise self._report.describe(self._failure)

    def _compare(self, event: Model) -> None:
        """Hold an event against the document."""
        if self._settings.observations is not None:
            self._settings.observations.add(event)
        if self._settings.strict and _parse.departs(event):
            raise self._departure(event)

    def _check_unknown(self, event: Any, data: str) -> None:
        """Pass an event of a kind that is not documented; refuse an error body, and JSON that is no event at all."""
        if isinstance(event, Unknown):
            if _parse.is_error_body(event._data, None):
                raise self._failed(event._data, None, EventRole())
            if event._names_its_kind:
                return
        raise self._unreadable(
            data, "data that is not JSON" if event is _NO_JSON else "JSON that is no event"
        )

    def _check_error(self, event: Any) -> None:
        """Refuse an error body that came with the fields of a documented event, unless that is its own way to end."""
        ends = event._role is not None and event._role.ends is not None
        if not ends and _parse.is_error_body(event._data, event):
            raise self._failed(event._data, None, EventRole())

    def _apply_role(self, event: Any, role: EventRole) -> None:
        """Let an event play its part in the stream."""
        if role.text is not None:
            self._add_text(role.text(event))
        if role.assembly is not None:
            if self._assembler is None:
                self._assembler = Assembler(role.assembly)
            self._assembler.add(event._data)
        if role.ends is not None:
            self._end_by(event, role)

    def _add_text(self, text: str) -> None:
        self.new_text = text
        self._text += text.encode("utf-8", "surrogatepass")

    def _end_by(self, event: Any, role: EventRole) -> None:
        whole = getattr(event, role.reply) if role.reply else None
        whole = whole if isinstance(whole, Model) else None
        if role.ends in ("failed", "error"):
            # The event itself is given out first; the error follows at the next step.
            self._failed(event._data, whole, role)
            return
        self.reply = whole
        self._finish()

    def _finish(self) -> None:
        """Be at the end, with the whole reply; with a failure, where the stream brought none."""
        self.is_over = True
        if self.reply is None and self._assembler is not None:
            self.reply = self._assembler.reply()
        if self.reply is None:
            self._interrupted("the stream ended without a reply", "ended")
        else:
            self.reply._http = self.http

    def _ended(self) -> None:
        if self.is_over:
            return
        came = self._shortened(self._seen.decode(errors="replace"))
        began = "" if self.events else f"; what came instead of events: {came or 'nothing'}"
        raise self._interrupted(
            "the stream ended without an event that ends an answer. By the vendor's word such an answer is not "
            f"billed, and may be asked for again{began}",
            "ended",
        )

    def _failed(self, data: dict[str, Any], reply: Model | None, role: EventRole) -> AceDataError:
        data = redact_data(data, self._settings.token)
        if reply is not None and role.reply is not None:
            reply = getattr(self._read_event(data), role.reply, None)
        code, message = _parse.error_words(reply._data if reply is not None else data)
        code = code or text_at(data, role.code) or None
        message = message or text_at(data, role.message)
        text = f"the service reported an error in the stream: {code or 'no code'}, {message or 'no message'}"
        return self._fail(StreamFailedError, text, code=code, message=message, reply=reply, event=data)

    def _unreadable(self, data: str, what: str) -> AceDataError:
        return self._interrupted(f"the stream brought {what}: {self._shortened(data)}", "unreadable")

    def _departure(self, event: Any) -> AceDataError:
        self.is_over = True
        self._failure = _parse.departure(
            _parse.redact_reply(event, self.http, self._read_event, self._settings.token)
        )
        return self._failure

    def _interrupted(self, text: str, reason: str) -> StreamInterruptedError:
        return self._fail(StreamInterruptedError, text, reason=reason)

    def _fail(self, cls: type[StreamErrorT], text: str, **facts: Any) -> StreamErrorT:
        """The error in which the stream ends. What the service echoed of the token is not on it."""
        self.is_over = True
        token = self._settings.token
        so_far = f" ({self.events} events and {len(self.partial_text)} characters of text had come, see partial_text)"
        error = cls(
            text + so_far,
            partial_text=redact_text(self.partial_text, token),
            events=self.events,
            http=redact_response(self._so_far(), token),
            **facts,
        )
        self._failure = self._report.describe(error)
        return error

    def _so_far(self) -> HTTPResponse:
        """The answer, with what had come of a whole reply that was sent instead of a stream."""
        from attrs import evolve

        return evolve(self.http, content=bytes(self._whole)) if self._whole else self.http

    def _shortened(self, text: str) -> str:
        return " ".join(redact_text(text, self._settings.token)[:_SHOWN_CHARACTERS].split())
