"""Splits the body of a response into the data of events, or detects a whole reply in place of a stream."""

from __future__ import annotations

import codecs
from collections import deque

from ..sse import EventDecoder

_BYTES_SHOWN = 200


class Framing:
    """Splits a body into the data of events.

    Attributes:
        waiting: The data of the events that were received and not yet read.
        whole: The body, if it is not a stream; else None.
    """

    def __init__(self, heartbeats: frozenset[str]) -> None:
        self.waiting: deque[str] = deque()
        self.whole: bytearray | None = None
        self._heartbeats = heartbeats
        self._decoder = EventDecoder()
        self._start = b""
        self._beginning = b""
        self._has_begun = False

    def feed(self, chunk: bytes) -> None:
        if len(self._beginning) < _BYTES_SHOWN:
            self._beginning += chunk[: _BYTES_SHOWN - len(self._beginning)]
        if not self._has_begun:
            chunk = self._begin(chunk)
        if self.whole is not None:
            self.whole += chunk
        else:
            self.waiting.extend(self._decoder.feed_data(chunk, self._heartbeats))

    def finish(self) -> None:
        """Handle the regular end of the body: a last event without its line end counts."""
        self.feed(b"\n\n")

    @property
    def stray_text(self) -> str:
        """The lines that are not fields of an event: some services report errors that way."""
        return self._decoder.ignored

    @property
    def beginning(self) -> str:
        return self._beginning.decode("utf-8", "replace")

    def _begin(self, chunk: bytes) -> bytes:
        """Detect whether the body is a stream: JSON and HTML are not, whatever the content type says."""
        self._start += chunk
        if codecs.BOM_UTF8.startswith(self._start):  # perhaps an incomplete byte order mark
            return b""
        bom = codecs.BOM_UTF8 if self._start.startswith(codecs.BOM_UTF8) else b""
        start = self._start.removeprefix(bom).lstrip(b" \t\r\n")
        self._start = bom + start  # blank lines have no meaning
        if not start:
            return b""
        self._has_begun = True
        if start[:1] in (b"{", b"<", b"["):
            self.whole = bytearray()
        return self._start
