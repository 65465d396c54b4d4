"""From the bytes of a body to the data of its events, or to a whole reply that came in place of a stream."""

from __future__ import annotations

import codecs
from collections import deque

from ..sse import EventDecoder

_BYTES_SHOWN = 200


class Framing:
    """Cuts a body into the data of events.

    Attributes:
        waiting: The data of the events that were received and not read yet.
        whole: The bytes of a whole reply, where one is sent in place of a stream; else None.
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
        """Take a piece of the body."""
        if len(self._beginning) < _BYTES_SHOWN:
            self._beginning += chunk[: _BYTES_SHOWN - len(self._beginning)]
        if not self._has_begun:
            chunk = self._begin(chunk)
        if self.whole is not None:
            self.whole += chunk
        else:
            self.waiting.extend(self._decoder.feed_data(chunk, self._heartbeats))

    def finish(self) -> None:
        """Take the orderly end of the body: what lacks only its line end counts."""
        self.feed(b"\n\n")

    @property
    def stray_text(self) -> str:
        """What came that is no field of an event: some services report errors that way."""
        return self._decoder.ignored

    @property
    def beginning(self) -> str:
        """The beginning of the body."""
        return self._beginning.decode("utf-8", "replace")

    def _begin(self, chunk: bytes) -> bytes:
        """Look whether this is a stream at all: JSON and HTML are not, whatever the content type says."""
        self._start += chunk
        if codecs.BOM_UTF8.startswith(self._start):  # perhaps a part of it
            return b""
        mark = codecs.BOM_UTF8 if self._start.startswith(codecs.BOM_UTF8) else b""
        start = self._start.removeprefix(mark).lstrip(b" \t\r\n")
        self._start = mark + start  # blank lines mean nothing, however many there are
        if not start:
            return b""
        self._has_begun = True
        if start[:1] in (b"{", b"<", b"["):
            self.whole = bytearray()
        return self._start
