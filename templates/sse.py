"""Bytes in, events out: the decoder of an event stream, without I/O.

It follows the WHATWG HTML standard, sections 9.2.5 "Parsing an event stream" and 9.2.6 "Interpreting an
event stream" (https://html.spec.whatwg.org/multipage/server-sent-events.html), whose rules are named where
they are obeyed. An event ends with a blank line: bytes are collected until one has come, and the whole events
before it are then decoded and read at once. The one departure from the standard is `EventDecoder.finish`.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

__all__ = ["EventDecoder", "ServerSentEvent"]

_CR = 0x0D
_BLANK_LINE = b"\n\n"
_LONGEST_IGNORED = 10_000  # characters
_LONGEST_RETRY = 18  # digits; millions of years, and more than int() reads at any length


@dataclass(slots=True)
class ServerSentEvent:
    """One event of a stream."""

    data: str
    event: str = "message"
    """Its type."""
    id: str = ""
    """The last event ID: this event's own, or else that of the latest event that had one."""
    retry: int | None = None
    """The reconnection time in milliseconds, as the stream has set it by now."""


class EventDecoder:
    """Finds the events of one stream; how the stream is cut into chunks makes no difference.

    It holds the bytes of one unfinished event, and touches each byte a fixed number of times.
    """

    last_event_id: str
    """With what a client would go on after a lost connection (`Last-Event-ID`)."""
    retry: int | None
    """How long it would wait before that, in milliseconds; None if the stream has not said."""
    ignored: str
    """The lines that are no field of an event, which the standard ignores; no more than 10,000 characters of them."""

    def __init__(self) -> None:
        self.last_event_id = ""
        self.retry = None
        self.ignored = ""
        self._pending = bytearray()
        self._after_cr = False
        # "UTF-8 decode": one leading byte order mark is dropped. It is part of the first text decoded.
        self._encoding = "utf-8-sig"

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that are complete with this chunk."""
        text = self._complete_with(chunk)
        data = _data_alone(text)
        if data is None:
            return self._read(text)
        return [ServerSentEvent(value, "message", self.last_event_id, self.retry) for value in data]

    def feed_data(self, chunk: bytes, without: Container[str] = ()) -> list[str]:
        """The data alone of the events that are complete with this chunk: all that many a stream needs.

        Args:
            chunk: The bytes that were received.
            without: The types of events that are left out.
        """
        text = self._complete_with(chunk)
        data = _data_alone(text)
        if data is not None:
            return data
        return [event.data for event in self._read(text) if event.event not in without]

    def finish(self) -> list[ServerSentEvent]:
        """The event, if any, that lacked only its end when the body ended cleanly.

        The standard drops "any pending data" at the end of the file. Here the last line and the last event
        count even if their line end or blank line is missing: a server that forgets it has sent all the
        same what the caller pays for. After a broken connection, don't call this: the rest may be missing.
        """
        return self.feed(_BLANK_LINE)

    def _complete_with(self, chunk: bytes) -> str:
        """The text of the events that are complete with this chunk; it ends with a blank line."""
        if self._after_cr or _CR in chunk:
            chunk = self._with_lf(chunk)
        whole = self._up_to_blank_line(chunk)
        if not whole:
            return ""
        # Whole lines hold whole characters. What is no UTF-8 becomes U+FFFD, as "UTF-8 decode" has it.
        text = whole.decode(self._encoding, "replace")
        self._encoding = "utf-8"
        return text

    def _with_lf(self, chunk: bytes) -> bytes:
        """The chunk with LF for every line end: "a CRLF pair, a single LF not preceded by CR, a single CR".

        A CR at the end of a chunk ends its line at once, for the next chunk may be long in coming; should
        that begin with LF, the LF is the other half of a pair.
        """
        if not chunk:
            return chunk
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _up_to_blank_line(self, chunk: bytes) -> bytes | bytearray:
        """All up to the last blank line; the rest is kept for the next chunk."""
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
        """The events of a text that ends with a blank line, read line by line as the standard says."""
        events: list[ServerSentEvent] = []
        data: list[str] = []
        event = ""
        for line in text.split("\n"):  # not splitlines(), to which U+0085, U+2028 and others are line ends
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
        """Note what holds beyond its event; any other field "is ignored", though some services report errors so."""
        if name == "id" and "\0" not in value:
            self.last_event_id = value
        elif name == "retry" and len(value) <= _LONGEST_RETRY and value.isascii() and value.isdigit():
            self.retry = int(value)
        elif name not in ("id", "retry"):
            self.ignored = f"{self.ignored}{line}\n"[:_LONGEST_IGNORED]


def _data_alone(text: str) -> list[str] | None:
    """The data of a text that is nothing but events of one data line each; None if it is another.

    A model's stream is hardly anything else, and splitting is several times as fast as reading lines.
    """
    if text.startswith("data: "):
        data = text[len("data: ") : -len(_BLANK_LINE)].split("\n\ndata: ")
        if "\n" not in "".join(data):
            return data
    return None
