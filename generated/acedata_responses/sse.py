"""A decoder for event streams (server-sent events), without I/O.

It follows the WHATWG HTML standard, sections 9.2.5 "Parsing an event stream" and 9.2.6 "Interpreting an
event stream" (https://html.spec.whatwg.org/multipage/server-sent-events.html); comments quote its rules. An
event ends with a blank line: bytes are buffered until a blank line is received, and all complete events are
then decoded at once. The only deviation from the standard is `EventDecoder.finish`.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

__all__ = ["EventDecoder", "ServerSentEvent"]

_CR = 0x0D
_BLANK_LINE = b"\n\n"
_LONGEST_IGNORED = 10_000  # characters
_LONGEST_RETRY = 18  # digits; longer numbers make no sense, and `int` raises an error for very long ones


@dataclass(slots=True)
class ServerSentEvent:
    """One event of a stream."""

    data: str
    event: str = "message"
    """The type of the event."""
    id: str = ""
    """The last event ID: the ID of this event, or of the latest event that had one."""
    retry: int | None = None
    """The reconnection time in milliseconds, if the stream has set one so far."""


class EventDecoder:
    """Decodes the events of one stream, however the stream is split into chunks.

    It buffers at most the bytes of one incomplete event, and its run time is linear in the size of the stream.
    """

    last_event_id: str
    """The `Last-Event-ID` with which a client would reconnect."""
    retry: int | None
    """The time in milliseconds that a client would wait before it reconnects; None if the stream has not set it."""
    ignored: str
    """The lines that are not fields of an event, which the standard ignores; at most 10,000 characters of them."""

    def __init__(self) -> None:
        self.last_event_id = ""
        self.retry = None
        self.ignored = ""
        self._pending = bytearray()
        self._after_cr = False
        # "UTF-8 decode" drops one leading byte order mark, which is part of the first text that is decoded.
        self._encoding = "utf-8-sig"

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that are completed by this chunk."""
        text = self._complete_with(chunk)
        data = _data_alone(text)
        if data is None:
            return self._read(text)
        return [ServerSentEvent(value, "message", self.last_event_id, self.retry) for value in data]

    def feed_data(self, chunk: bytes, without: Container[str] = ()) -> list[str]:
        """Return only the data of the events that are completed by this chunk.

        Args:
            chunk: The bytes that were received.
            without: The types of events to leave out.
        """
        text = self._complete_with(chunk)
        data = _data_alone(text)
        if data is not None:
            return data
        return [event.data for event in self._read(text) if event.event not in without]

    def finish(self) -> list[ServerSentEvent]:
        """Return the last event, if only its line end or blank line was missing at the end of the body.

        The standard drops "any pending data" at the end of the file. Here a last event without its blank line
        counts, as the caller pays for its data. Do not call this after a broken connection: the event may then be
        incomplete.
        """
        return self.feed(_BLANK_LINE)

    def _complete_with(self, chunk: bytes) -> str:
        """The text of the events that are completed by this chunk; it ends with a blank line."""
        if self._after_cr or _CR in chunk:
            chunk = self._with_lf(chunk)
        whole = self._up_to_blank_line(chunk)
        if not whole:
            return ""
        # Complete lines contain complete characters. Invalid UTF-8 becomes U+FFFD, as "UTF-8 decode" requires.
        text = whole.decode(self._encoding, "replace")
        self._encoding = "utf-8"
        return text

    def _with_lf(self, chunk: bytes) -> bytes:
        """The chunk with LF for every line end: "a CRLF pair, a single LF not preceded by CR, a single CR".

        A CR at the end of a chunk ends its line at once, since the next chunk may be received much later. If that
        starts with LF, the LF belongs to the same line end.
        """
        if not chunk:
            return chunk
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _up_to_blank_line(self, chunk: bytes) -> bytes | bytearray:
        """The bytes up to the last blank line; the rest is kept for the next chunk."""
        if not self._pending and chunk.endswith(_BLANK_LINE):
            return chunk
        searched = len(self._pending)
        self._pending += chunk
        found = self._pending.rfind(_BLANK_LINE, max(searched - 1, 0))
        if found < 0:
            return b""
        whole = self._pending
        self._pending = whole[found + len(_BLANK_LINE) :]
        del whole[found + len(_BLANK_LINE) :]
        return whole

    def _read(self, text: str) -> list[ServerSentEvent]:
        """The events of a text that ends with a blank line, parsed line by line as in the standard."""
        events: list[ServerSentEvent] = []
        data: list[str] = []
        event = ""
        for line in text.split("\n"):  # not splitlines(), which also splits at U+0085, U+2028 and others
            if not line:  # "Dispatch the event", unless "the data buffer is an empty string"
                if data:
                    value = "\n".join(data)
                    events.append(ServerSentEvent(value, event or "message", self.last_event_id, self.retry))
                data, event = [], ""
                continue
            # A line without a colon is a name with an empty value; a comment's name is empty.
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "event":
                event = value
            elif name:
                self._remember(name, value, line)
        return events

    def _remember(self, name: str, value: str, line: str) -> None:
        """Store an `id` or `retry` field. Other fields are ignored, but kept: some services report errors that way."""
        if name == "id" and "\0" not in value:
            self.last_event_id = value
        elif name == "retry" and len(value) <= _LONGEST_RETRY and value.isascii() and value.isdigit():
            self.retry = int(value)
        elif name not in ("id", "retry"):
            self.ignored = f"{self.ignored}{line}\n"[:_LONGEST_IGNORED]


def _data_alone(text: str) -> list[str] | None:
    """The data of the events if each of them is a single `data` line, as in most streams of models; else None.

    Splitting such a text is several times as fast as parsing its lines.
    """
    if text.startswith("data: "):
        data = text[len("data: ") : -len(_BLANK_LINE)].split("\n\ndata: ")
        if "\n" not in "".join(data):
            return data
    return None
