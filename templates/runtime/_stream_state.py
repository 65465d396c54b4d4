"""From the bytes of a stream to events and the final reply. It does no I/O: streams hand in what they received."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import _reading
from ._assembly import Assembler
from ._model import EventRole, Model, Unknown, text_at
from .errors import AceDataError, ReplyDecodeError, StreamError, StreamFailedError, StreamInterruptedError
from .sse import EventDecoder

if TYPE_CHECKING:
    from ._attempts import Attempts
    from ._faults import Fault
    from ._http_reply import HTTPReply
    from ._operation import Operation
    from ._settings import Settings

_SHOWN_CHARACTERS = 200


class StreamState:
    """What has come of a stream.

    Attributes:
        http: The status and headers of the answer.
        events: How many events were given out.
        reply: The whole reply, once the stream is over.
        is_over: Whether the stream has reached its end, a good or a bad one.
    """

    def __init__(self, http: HTTPReply, operation: Operation, settings: Settings, attempts: Attempts) -> None:
        assert operation.read_event is not None
        self.http = http
        self.events = 0
        self.reply: Any = None
        self.is_over = False
        self._operation = operation
        self._read_event = operation.read_event
        self._settings = settings
        self._attempts = attempts
        self._decoder = EventDecoder()
        self._waiting: deque[str] = deque()
        self._texts: list[str] = []
        self._assembler: Assembler | None = None
        self._failure: AceDataError | None = None
        self._whole: bytearray | None = None
        self._has_begun = False
        self._raised: StreamError | None = None

    @property
    def partial_text(self) -> str:
        """The text of all events so far."""
        return "".join(self._texts)

    @property
    def text_count(self) -> int:
        """How many pieces the text so far has."""
        return len(self._texts)

    def texts_after(self, count: int) -> list[str]:
        """The pieces of the text after the first ones, without empty ones."""
        return [text for text in self._texts[count:] if text]

    @property
    def came_whole(self) -> bool:
        """Whether the service sent a whole reply instead of a stream, and it was read."""
        return self._whole is not None and self.reply is not None

    def feed(self, chunk: bytes) -> None:
        """Take what was received."""
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
        waiting, end_marker, strict = self._waiting, self._operation.end_marker, self._settings.strict
        parse, read = _reading.parse_text, self._read_event
        while waiting and not self.is_over:
            data = waiting.popleft()
            if data == end_marker:
                self._finish()
                return
            if not data:
                continue  # some servers keep a connection alive with empty events
            try:
                event = read(parse(data))
            except ValueError:
                raise self._unreadable(data, "data that is not JSON") from None
            if type(event) is Unknown or not isinstance(event, Model):
                self._check_unknown(event, data)
            self.events += 1
            if event._role is not None:
                self._play(event, event._role)
            if strict:
                _reading.check_strictly(event, self.http)
            yield event
            if self._failure is not None:
                raise self._failure

    def without_reply(self) -> StreamError:
        """The error for a reply that is asked of a stream that failed, or was closed, before its end."""
        if self._raised is not None:
            return self._raised
        error = self._error(StreamInterruptedError, "the stream was left before its end, so there is no whole reply")
        error.reason = "closed"
        return error  # type: ignore[no-any-return]

    def interrupted(self, fault: Fault) -> StreamInterruptedError:
        """The error for a connection that failed in mid-stream."""
        self.is_over = True
        cause = self._attempts.error_for(fault)
        reason = "timed out" if fault.phase else "broken"
        error = self._error(StreamInterruptedError, f"the stream broke off: {cause}")
        error.reason = reason
        return error

    def _begin(self, chunk: bytes) -> bytes:
        """Look whether this is a stream at all: JSON and HTML are not, whatever the content type says."""
        start = chunk.lstrip(b"\xef\xbb\xbf \t\r\n")
        self._has_begun = bool(start)
        if start[:1] in (b"{", b"<", b"["):
            self._whole = bytearray()
        return chunk

    def _end_of_whole(self) -> None:
        """Read a whole reply that came instead of a stream, and say so to whoever asks for events."""
        from attrs import evolve

        assert self._whole is not None and self._operation.read_reply is not None
        self.is_over = True
        http = evolve(self.http, content=bytes(self._whole))
        settings = self._settings
        self.reply = _reading.read_reply(
            http, self._operation.read_reply, token=settings.token, strict=settings.strict
        )
        self._texts.append(getattr(self.reply, "output_text", ""))
        text = (
            "the service sent a whole reply instead of a stream: it is in `reply` and comes from `final()`, "
            "its text from `text_deltas()`"
        )
        error = ReplyDecodeError(text, http=http, body=http.content, reply=self.reply)
        raise self._attempts.described(error)

    def _check_unknown(self, event: Any, data: str) -> None:
        """Pass an event of a kind that is not documented; refuse an error body, and JSON that is no event at all."""
        if isinstance(event, Unknown):
            if _reading.is_error_body(event._data, None):
                raise self._failed(event._data, None, EventRole())
            if event._names_its_kind:
                return
        raise self._unreadable(data, "JSON that is no event")

    def _play(self, event: Any, role: EventRole) -> None:
        """Let an event play its part in the stream."""
        if role.text:
            self._texts.append(text_at(event, role.text))
        if role.assembly is not None:
            if self._assembler is None:
                self._assembler = Assembler(role.assembly)
            self._assembler.add(event._data)
        if role.ends is not None:
            self._end_by(event, role)

    def _end_by(self, event: Any, role: EventRole) -> None:
        whole = getattr(event, role.reply) if role.reply else None
        whole = whole if isinstance(whole, Model) else None
        if role.ends in ("failed", "error"):
            # The event itself is given out first; the error follows at the next step.
            self._failure = self._failed(event._data, whole, role)
            self.is_over = True
            return
        self.reply = whole
        self._finish()

    def _finish(self) -> None:
        self.is_over = True
        if self.reply is None and self._assembler is not None:
            self.reply = self._assembler.reply()
        if self.reply is None:
            raise self._error(StreamInterruptedError, "the stream ended without a reply")
        self.reply._http = self.http

    def _ended(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        raise self._error(
            StreamInterruptedError,
            "the stream ended without an event that ends an answer. By the vendor's word such an answer is not "
            "billed, and may be asked for again",
        )

    def _failed(self, data: dict[str, Any], reply: Any, role: EventRole) -> StreamFailedError:
        code, message = _reading.error_words(reply._data if isinstance(reply, Model) else data)
        token = self._settings.token
        code = _reading.redacted(code or text_at(data, role.code), token) or None
        message = _reading.redacted(message or text_at(data, role.message), token)
        text = f"the service reported an error in the stream: {code or 'no code'}, {message or 'no message'}"
        error = self._error(StreamFailedError, text)
        error.__dict__.update(code=code, message=message, reply=reply, event=data)
        return error  # type: ignore[no-any-return]

    def _unreadable(self, data: str, what: str) -> StreamInterruptedError:
        self.is_over = True
        short = " ".join(_reading.redacted(data[:_SHOWN_CHARACTERS], self._settings.token).split())
        error = self._error(StreamInterruptedError, f"the stream brought {what}: {short}")
        error.reason = "unreadable"
        return error

    def _error(self, cls: type[Any], text: str) -> Any:
        so_far = f" ({self.events} events and {len(self.partial_text)} characters of text had come, see partial_text)"
        error: StreamError = cls(
            text + so_far, partial_text=self.partial_text, events=self.events, http=self.http
        )
        self._raised = error
        return self._attempts.described(error)
