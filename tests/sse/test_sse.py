"""The event decoder: the events of a stream in any chunks, and when they are returned."""

from __future__ import annotations

import copy
import pickle

import pytest

from acedata_responses.sse import EventDecoder
from acedata_responses.sse import ServerSentEvent as Event
from tests.sse.event_streams import CASES, Events, data_alone, decoded, single_bytes, ways_to_cut


@pytest.mark.parametrize(("stream", "events", "at_the_end"), CASES.values(), ids=CASES)
def test_a_stream_has_the_same_events_in_any_chunks(stream: bytes, events: Events, at_the_end: Events):
    for chunks in ways_to_cut(stream):
        assert decoded(chunks) == (events, at_the_end), chunks
        assert data_alone(chunks) == [event.data for event in events], chunks


# --- when events are returned


@pytest.mark.parametrize("end", [b"\n\n", b"\r\r", b"\r\n\r", b"\n\r", b"\r\n\n"])
def test_an_event_is_returned_with_the_last_byte_that_it_needs(end: bytes):
    decoder = EventDecoder()
    *before, last = single_bytes(b"data: a" + end)

    assert [event for byte in before for event in decoder.feed(byte)] == []
    assert decoder.feed(last) == [Event("a")]


def test_a_line_feed_in_a_later_chunk_belongs_to_its_carriage_return():
    decoder = EventDecoder()

    assert decoder.feed(b"data: a\r") == []
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"\r") == [Event("a")]
    assert decoder.feed(b"\ndata: b\r\n") == []
    assert decoder.feed(b"\r\n") == [Event("b")]


def test_the_events_of_a_chunk_are_returned_together():
    decoder = EventDecoder()

    assert decoder.feed(b"data: 1\n\ndata: 2\n\nda") == [Event("1"), Event("2")]
    assert decoder.feed(b"ta: 3\n\ndata: 4\n") == [Event("3")]
    assert decoder.feed(b"\ndata: 5\n\n") == [Event("4"), Event("5")]


def test_a_stream_can_be_read_as_events_and_as_data_in_turn():
    decoder = EventDecoder()

    assert decoder.feed(b"data: 1\n\ndata: 2") == [Event("1")]
    assert decoder.feed_data(b"\nid: 7\nretry: 5\n\ndata: 3\n\n") == ["2", "3"]
    assert decoder.feed_data(b"data: 4\n\ndata: 5\n\n") == ["4", "5"]
    assert decoder.feed(b"data: 6\n\n") == [Event("6", id="7", retry=5)]


def test_the_data_of_some_event_types_can_be_skipped():
    decoder = EventDecoder()

    assert decoder.feed_data(b"event: ping\ndata: {}\n\ndata: 1\n\nevent: pong\ndata: 2\n\n", {"ping"}) == ["1", "2"]
    assert decoder.feed_data(b"data: 3\n\nevent:ping\ndata:\n\n", {"ping"}) == ["3"]


def test_lines_that_are_not_fields_are_kept_in_ignored():
    decoder = EventDecoder()

    assert decoder.feed(b"data: 1\noh: no\n: comment\nevent\nid\nid: \0\nretry: x\nhelp\n\n") == [Event("1")]
    assert decoder.ignored == "oh: no\nhelp\n"
    decoder.feed(b"x" * 20_000 + b"\n\n")
    assert len(decoder.ignored) == 10_000


def test_an_unfinished_event_is_returned_once():
    decoder = EventDecoder()
    decoder.feed(b"data: a")

    assert decoder.finish() == [Event("a")]
    assert decoder.finish() == []


def test_the_decoder_has_the_last_event_id_and_the_retry_time():
    decoder = EventDecoder()
    assert (decoder.last_event_id, decoder.retry) == ("", None)

    decoder.feed(b"id: 1\nretry: 2000\n\n")
    assert (decoder.last_event_id, decoder.retry) == ("1", 2000)

    decoder.feed(b"id: 2\ndata: not yet complete\n")
    assert decoder.last_event_id == "1"

    decoder.feed(b"\n")
    assert (decoder.last_event_id, decoder.retry) == ("2", 2000)

    decoder.feed(b"id\nretry\n\n")
    assert (decoder.last_event_id, decoder.retry) == ("", 2000)


def test_an_event_is_a_value():
    event = Event("a")

    assert event == Event(data="a", event="message", id="", retry=None)
    assert event != Event("a", id="1")
    assert copy.deepcopy(event) == pickle.loads(pickle.dumps(event)) == event
    assert repr(event) == "ServerSentEvent(data='a', event='message', id='', retry=None)"
    with pytest.raises(AttributeError):
        event.text = "b"
