"""The event decoder compared with the algorithm of the standard, written as in the standard.

"The standard" is WHATWG HTML, 9.2.5 and 9.2.6 (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acedata_responses.sse import EventDecoder
from acedata_responses.sse import ServerSentEvent as Event
from tests.sse.event_streams import BOM, CASES, Events, data_alone


class Standard:
    """The algorithm of section 9.2.6, on the whole text at once."""

    def __init__(self, stream: bytes) -> None:
        self.data = self.type = self.id = ""
        self.last_event_id = ""
        self.reconnection_time: int | None = None
        self.dispatched: Events = []
        text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
        *lines, self.unended = re.split("\r\n|\n|\r", text)
        for line in lines:
            self.process(line)

    def end_cleanly(self) -> Events:
        """Take the last event for complete, which the standard would discard."""
        before = len(self.dispatched)
        self.process(self.unended)
        self.process("")
        return self.dispatched[before:]

    def process(self, line: str) -> None:
        if line == "":
            self.dispatch()
        elif line[0] == ":":
            pass
        elif ":" in line:
            field, value = line.split(":", 1)
            self.process_field(field, value[1:] if value[:1] == " " else value)
        else:
            self.process_field(line, "")

    def process_field(self, field: str, value: str) -> None:
        if field == "event":
            self.type = value
        elif field == "data":
            self.data += value + "\n"
        elif field == "id" and "\0" not in value:
            self.id = value
        elif field == "retry" and re.fullmatch("[0-9]{1,18}", value):  # the standard has no limit
            self.reconnection_time = int(value)

    def dispatch(self) -> None:
        self.last_event_id = self.id
        data, self.data = self.data, ""
        kind, self.type = self.type, ""
        if data != "":
            event = Event(data[:-1], kind or "message", self.last_event_id, self.reconnection_time)
            self.dispatched.append(event)


FRAGMENTS = [
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n", b"\n\r", b":", b": ", b" ", b"\0"),
    *(b"data", b"data:", b"data: ", b"\n\ndata: ", b"event", b"event: ", b"id", b"id: ", b"retry: "),
    *(b"data: {}\n\n", b"data: {}\n\ndata: {}\n\n", b"data: a\ndata: b\n\n", b"data: \n\n"),
    *(b"data: {}\r\n\r\n", b": ping\n\n", b"event: a\ndata: {}\n\n", b"id: 7\n", b"retry: 9\n", b"9" * 19),
    *(BOM, BOM[:1], BOM[1:], b"\xc3\xa9", b"\xc3", b"\xf0\x9f\x98\x80", b"\x98\x80", b"\xff", b"\xc0"),
    *(text.encode() for text in "\u2028\u0085\v\f\x1c٢²"),
]
STREAMS = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=3), max_size=30).map(b"".join)


@st.composite
def cut_streams(draw: st.DrawFn) -> list[bytes]:
    stream = draw(STREAMS)
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    return [stream[start:end] for start, end in itertools.pairwise([0, *cuts, len(stream)])]


@given(cut_streams())
def test_any_stream_in_any_chunks_has_the_events_of_the_standard(chunks: list[bytes]):
    standard = Standard(b"".join(chunks))
    decoder = EventDecoder()

    events = [event for chunk in chunks for event in decoder.feed(chunk)]

    assert events == standard.dispatched
    assert decoder.last_event_id == standard.last_event_id
    assert decoder.finish() == standard.end_cleanly()
    assert decoder.last_event_id == standard.last_event_id
    assert decoder.retry == standard.reconnection_time
    assert data_alone(chunks) == [event.data for event in events]


@pytest.mark.parametrize(("stream", "events", "at_the_end"), CASES.values(), ids=CASES)
def test_the_algorithm_of_the_standard_returns_the_expected_events(stream: bytes, events: Events, at_the_end: Events):
    standard = Standard(stream)
    assert standard.dispatched == events
    assert standard.end_cleanly() == at_the_end
