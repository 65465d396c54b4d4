"""The event decoder accepts any bytes, and finds the same events however they are cut."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given

from acedata_responses.sse import EventDecoder, ServerSentEvent
from tests.fuzz.bodies import STREAMS, cut, cuts, event_streams, single_bytes


def read(chunks: Iterable[bytes]) -> tuple[list[ServerSentEvent], str, int | None]:
    """Return the events, the last id and the retry of a body."""
    decoder = EventDecoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.finish()
    assert decoder.feed(b"") + decoder.finish() == []
    return events, decoder.last_event_id, decoder.retry


@given(stream=event_streams, at=cuts)
def test_chunks_and_line_ends_make_no_difference(stream, at):
    expected = read([stream])
    assert read(single_bytes(stream)) == expected
    assert read(chunk for byte in single_bytes(stream) for chunk in (byte, b"")) == expected
    assert read(cut(stream, at)) == expected
    assert read([stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n")]) == expected


@pytest.mark.parametrize("stream", STREAMS)
def test_the_samples_have_events(stream):
    assert len(read([stream])[0]) > 5
