"""The event decoder: the standard's word on every byte, whatever the cuts between chunks.

"The standard" is WHATWG HTML, 9.2.5 and 9.2.6 (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

from __future__ import annotations

import copy
import itertools
import pickle
import re
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acedata_responses.sse import EventDecoder
from acedata_responses.sse import ServerSentEvent as Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MIB = 1 << 20
BOM = b"\xef\xbb\xbf"
Events = list[Event]


def decoded(chunks: Iterable[bytes]) -> tuple[Events, Events]:
    """What a decoder finds in the chunks, and what it adds at the clean end of the body."""
    decoder = EventDecoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events, decoder.finish()


def data_alone(chunks: Iterable[bytes]) -> list[str]:
    decoder = EventDecoder()
    return [data for chunk in chunks for data in decoder.feed_data(chunk)]


def ways_to_cut(stream: bytes) -> Iterator[list[bytes]]:
    yield [stream]
    for at in range(len(stream) + 1):
        yield [stream[:at], stream[at:]]
    yield single_bytes(stream)
    yield [piece for byte in single_bytes(stream) for piece in (b"", byte, b"")]


def single_bytes(stream: bytes) -> list[bytes]:
    return [stream[at : at + 1] for at in range(len(stream))]


# --- streams and their events: what the body has shown at its last byte, and what its clean end adds

STANDARDS_OWN_EXAMPLES = {
    "three data lines": (
        b"data: YHOO\ndata: +2\ndata: 10\n\n",
        [Event("YHOO\n+2\n10")],
        [],
    ),
    "a comment, an id, an id taken back, a second space": (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        [Event("first event", id="1"), Event("second event"), Event(" third event")],
        [],
    ),
    "empty data lines, and a last block without its blank line": (
        b"data\n\ndata\ndata\n\ndata:",
        [Event(""), Event("\n")],
        [Event("")],
    ),
    "with and without the space": (
        b"data:test\n\ndata: test\n\n",
        [Event("test"), Event("test")],
        [],
    ),
    "types of events": (
        b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n",
        [Event("73857293", event="add"), Event("2153", event="remove"), Event("113411", event="add")],
        [],
    ),
    "three messages, one of two lines": (
        b"data: the first message.\n\ndata: the second, it\ndata: has two lines.\n\ndata: the third.\n\n",
        [Event("the first message."), Event("the second, it\nhas two lines."), Event("the third.")],
        [],
    ),
}

ONLY_PYTHONS = "\u2028\u2029\u0085\v\f\x1c\x1d\x1e"

LINE_ENDS = {
    "LF": (b"data: a\n\ndata: b\n\n", [Event("a"), Event("b")], []),
    "CR": (b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")], []),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [Event("a"), Event("b")], []),
    "each kind in turn": (
        b"data: a\r\ndata: b\rdata: c\ndata: d\r\n\ndata: e\r\r\ndata: f\n\rdata: g\r\n\r",
        [Event("a\nb\nc\nd"), Event("e"), Event("f"), Event("g")],
        [],
    ),
    "a CRLF pair is one end": (b"data: a\r\ndata: b\r\n\r\n", [Event("a\nb")], []),
    "LF and CR are two": (b"data: a\n\rdata: b\n\r", [Event("a"), Event("b")], []),
    "more blank lines than needed": (
        b"\n\r\n\r\ndata: a\n\n\n\ndata: b\n\n\n\r\r\rdata: c\r\n\r\n\n",
        [Event("a"), Event("b"), Event("c")],
        [],
    ),
    "what only Python takes for line ends is none": (
        f"data: a{ONLY_PYTHONS}b\n\nevent: c{ONLY_PYTHONS}\nid: {ONLY_PYTHONS}\ndata:{ONLY_PYTHONS}\n\n".encode(),
        [Event(f"a{ONLY_PYTHONS}b"), Event(ONLY_PYTHONS, event=f"c{ONLY_PYTHONS}", id=ONLY_PYTHONS)],
        [],
    ),
}

FIELDS = {
    "one space goes, the rest stays": (
        b"data:a\n\ndata: a\n\ndata:  a \n\ndata:\ta\n\ndata: \n\n",
        [Event("a"), Event("a"), Event(" a "), Event("\ta"), Event("")],
        [],
    ),
    "only the first colon parts": (b"data: a: b:c\n\ndata::\n\n", [Event("a: b:c"), Event(":")], []),
    "names are exact": (
        b"data:test\n data\nDATA: x\ndata : x\ndatax: x\nda-ta: x\ndata_5\njust text\n\xc2\xa0data: x\n\n",
        [Event("test")],
        [],
    ),
    "comments": (
        b": ping\n\n:\n\n:data: x\n\ndata: a\n: in between\n:\ndata: b\n\n:\r:\r\n: \n",
        [Event("a\nb")],
        [],
    ),
    "empty data is data, no data is none": (
        b"data\n\ndata:\n\ndata: \n\nevent: a\n\nid: 1\n\n: ping\n\nfoo: bar\n\ndata: b\n\n",
        [Event(""), Event(""), Event(""), Event("b", id="1")],
        [],
    ),
    "an empty line of data at the end stays": (
        b"data: a\ndata\n\ndata: a\ndata:\ndata:\n\n",
        [Event("a\n"), Event("a\n\n")],
        [],
    ),
    "a type holds for its event alone": (
        b"event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n",
        [Event("1", event="a"), Event("2"), Event("3")],
        [],
    ),
    "the last type counts, an empty one is none": (
        b"event: a\nevent:b\ndata\n\nevent: a\nevent\ndata\n\nevent:  a\ndata\n\n",
        [Event("", event="b"), Event(""), Event("", event=" a")],
        [],
    ),
    "an id holds until the next": (
        b"data: 1\nid: a\n\ndata: 2\n\nid: b\n\ndata: 3\n\nid\ndata: 4\n\n",
        [Event("1", id="a"), Event("2", id="a"), Event("3", id="b"), Event("4")],
        [],
    ),
    "an id with NUL is ignored": (
        b"id: a\ndata: 1\n\nid: b\0\ndata: 2\n\nid: \0\ndata: 3\n\n",
        [Event("1", id="a"), Event("2", id="a"), Event("3", id="a")],
        [],
    ),
    "retry holds until the next": (
        b"retry: 10\n\ndata: 1\n\ndata: 2\nretry:0020\n\ndata: 3\n\n",
        [Event("1", retry=10), Event("2", retry=20), Event("3", retry=20)],
        [],
    ),
    "retry takes ASCII digits alone": (
        b"retry: 1\nretry: 2x\nretry:  2\nretry: -2\nretry: +2\nretry: 2.0\nretry: 2_0\nretry\nretry: \n"
        + "retry: ٢\nretry: ²\nretry: ２\nretry: \u09e8\n".encode()
        + b"data\n\n",
        [Event("", retry=1)],
        [],
    ),
    "retry as long as eighteen digits": (
        b"retry: " + b"9" * 18 + b"\ndata\n\nretry: " + b"8" * 19 + b"\ndata\n\n",
        [Event("", retry=10**18 - 1)] * 2,
        [],
    ),
    "NUL is a character like others": (
        b"data:\0\ndata\0:2\n\0data:4\n\n\0\n\nevent: \0\ndata\n\n",
        [Event("\0"), Event("", event="\0")],
        [],
    ),
    "all fields in one event": (
        b"id: 7\nevent: response.created\nretry: 15\ndata: {}\n\n",
        [Event("{}", event="response.created", id="7", retry=15)],
        [],
    ),
}

UTF_8 = {
    "characters of every length": (
        "event: ü\nid: €\ndata: aü€😀\n\ndata: 😀\n\n".encode(),
        [Event("aü€😀", event="ü", id="€"), Event("😀", id="€")],
        [],
    ),
    "invalid bytes become U+FFFD": (
        b"data: \xff\n\nevent: \xff\nid: \xff\ndata: a\xc3\n\n",
        [Event("\ufffd"), Event("a\ufffd", event="\ufffd", id="\ufffd")],
        [],
    ),
    "one U+FFFD for each maximal part of a character": (
        b"data: \xf0\x9f\x98|\xf0\x9f|\xe2\x82|\x80|\xc0\x80|\xed\xa0\x80|\xf4\x90\x80\x80\n\n",
        [Event("\ufffd|\ufffd|\ufffd|\ufffd|\ufffd\ufffd|\ufffd\ufffd\ufffd|\ufffd\ufffd\ufffd\ufffd")],
        [],
    ),
    "a cut character does not take the line end with it": (
        b"data: \xf0\x9f\x98\ndata: \xe2\x82\r\rdata: \xc3\n\n",
        [Event("\ufffd\n\ufffd"), Event("\ufffd")],
        [],
    ),
    "a byte order mark at the start is dropped": (
        BOM + b"data: a\n\ndata: b\n\n",
        [Event("a"), Event("b")],
        [],
    ),
    "only one of two is": (BOM + BOM + b"data: a\n\ndata: b\n\n", [Event("b")], []),
    "one further on is part of a name": (
        BOM + b"data: 1\n\n" + BOM + b"data: 2\n\ndata: 3\n\n",
        [Event("1"), Event("3")],
        [],
    ),
    "one after a blank line too": (b"\n" + BOM + b"data: 1\n\ndata: 2\n\n", [Event("2")], []),
    "one after a comment too": (b":\n\n" + BOM + b"data: 1\n\ndata: 2\n\n", [Event("2")], []),
    "in data it stays": (b"data: " + BOM + b"a\n\n", [Event("\ufeffa")], []),
    "before a comment, a blank line, nothing": (BOM + b": x\n\n" + b"data\n\n", [Event("")], []),
    "before a blank line": (BOM + b"\n\ndata: a\n\n", [Event("a")], []),
    "a part of one is garbage": (b"\xef\xbbdata: a\n\ndata: b\n\n", [Event("b")], []),
}

ENDS = {
    "an empty body": (b"", [], []),
    "only a byte order mark": (BOM, [], []),
    "only blank lines": (b"\n\r\n\r", [], []),
    "the blank line is missing": (b"data: a\n\ndata: b\n", [Event("a")], [Event("b")]),
    "the line end too": (b"data: a\n\ndata: b", [Event("a")], [Event("b")]),
    "the blank line is missing after CR": (b"data: a\r\rdata: b\r", [Event("a")], [Event("b")]),
    "the blank line is missing after CRLF": (b"data: a\r\n\r\ndata: b\r\n", [Event("a")], [Event("b")]),
    "in the midst of the last character": (b"data: \xf0\x9f", [], [Event("\ufffd")]),
    "all fields count": (
        b"id: 1\nevent: a\nretry: 5\ndata: b\ndata: c",
        [],
        [Event("b\nc", event="a", id="1", retry=5)],
    ),
    "behind a byte order mark": (BOM + b"data: a", [], [Event("a")]),
    "without data": (b"event: a\nid: 1\n", [], []),
    "a comment": (b"data: a\n\n: bye", [Event("a")], []),
    "a name cut short": (b"data: a\n\ndat", [Event("a")], []),
}

STREAMS_OF_THIS_SERVICE = {
    "one data line after the other": (
        b'data: {"type":"a"}\n\ndata: {"type":"b"}\n\ndata: [DONE]\n\n',
        [Event('{"type":"a"}'), Event('{"type":"b"}'), Event("[DONE]")],
        [],
    ),
    "with pings": (
        b': ping\n\ndata: {"n":1}\n\n: ping\n\ndata: {"n":2}\n\n: ping\n',
        [Event('{"n":1}'), Event('{"n":2}')],
        [],
    ),
    "with event lines": (
        b'event: a\ndata: {"type":"a"}\n\nevent: b\ndata: {"type":"b"}\n\n',
        [Event('{"type":"a"}', event="a"), Event('{"type":"b"}', event="b")],
        [],
    ),
    "data lines first, other fields among them": (
        b"data: 1\n\ndata: 2\nid: 7\n\ndata: 3\n\ndata: 4\ndata: 5\n\n\ndata: 6\n\ndata:7\n\n",
        [Event("1"), *(Event(data, id="7") for data in ("2", "3", "4\n5", "6", "7"))],
        [],
    ),
    "data that looks like an event": (
        b"data: data: 1\n\ndata: \ndata: data: 2\n\n",
        [Event("data: 1"), Event("\ndata: 2")],
        [],
    ),
}

CASES = {
    f"{group}: {name}": case
    for group, cases in [
        ("standard", STANDARDS_OWN_EXAMPLES),
        ("line ends", LINE_ENDS),
        ("fields", FIELDS),
        ("UTF-8", UTF_8),
        ("ends", ENDS),
        ("service", STREAMS_OF_THIS_SERVICE),
    ]
    for name, case in cases.items()
}


@pytest.mark.parametrize(("stream", "events", "at_the_end"), CASES.values(), ids=CASES)
def test_a_stream_gives_its_events_however_it_is_cut(stream: bytes, events: Events, at_the_end: Events):
    for chunks in ways_to_cut(stream):
        assert decoded(chunks) == (events, at_the_end), chunks
        assert data_alone(chunks) == [event.data for event in events], chunks


# --- the same by other means: the standard's algorithm, word by word, on the whole text at once


class Standard:
    """Section 9.2.6 as it is written there; slow, and with no thought for chunks."""

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
        """Our departure: what the standard would discard here is taken for complete."""
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
        elif field == "retry" and re.fullmatch("[0-9]{1,18}", value):  # the bound is ours
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
def test_any_stream_in_any_chunks_gives_what_the_standard_says(chunks: list[bytes]):
    standard = Standard(b"".join(chunks))
    decoder = EventDecoder()

    events = [event for chunk in chunks for event in decoder.feed(chunk)]

    assert events == standard.dispatched
    assert decoder.last_event_id == standard.last_event_id
    assert decoder.finish() == standard.end_cleanly()
    assert decoder.last_event_id == standard.last_event_id
    assert decoder.retry == standard.reconnection_time
    assert data_alone(chunks) == [event.data for event in events]


@given(STREAMS)
def test_a_stream_byte_by_byte_gives_the_same_as_at_once(stream: bytes):
    assert decoded(single_bytes(stream)) == decoded([stream])


@pytest.mark.parametrize(("stream", "events", "at_the_end"), CASES.values(), ids=CASES)
def test_the_standard_as_written_here_gives_the_same(stream: bytes, events: Events, at_the_end: Events):
    standard = Standard(stream)
    assert standard.dispatched == events
    assert standard.end_cleanly() == at_the_end


# --- in time


@pytest.mark.parametrize("end", [b"\n\n", b"\r\r", b"\r\n\r", b"\n\r", b"\r\n\n"])
def test_an_event_comes_with_the_last_byte_that_it_needs(end: bytes):
    decoder = EventDecoder()
    *before, last = single_bytes(b"data: a" + end)

    assert [event for byte in before for event in decoder.feed(byte)] == []
    assert decoder.feed(last) == [Event("a")]


def test_a_line_feed_that_comes_late_still_belongs_to_its_carriage_return():
    decoder = EventDecoder()

    assert decoder.feed(b"data: a\r") == []
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"\r") == [Event("a")]
    assert decoder.feed(b"\ndata: b\r\n") == []
    assert decoder.feed(b"\r\n") == [Event("b")]


def test_the_events_of_a_chunk_come_together():
    decoder = EventDecoder()

    assert decoder.feed(b"data: 1\n\ndata: 2\n\nda") == [Event("1"), Event("2")]
    assert decoder.feed(b"ta: 3\n\ndata: 4\n") == [Event("3")]
    assert decoder.feed(b"\ndata: 5\n\n") == [Event("4"), Event("5")]


def test_a_stream_may_be_read_as_events_and_as_data_in_turn():
    decoder = EventDecoder()

    assert decoder.feed(b"data: 1\n\ndata: 2") == [Event("1")]
    assert decoder.feed_data(b"\nid: 7\nretry: 5\n\ndata: 3\n\n") == ["2", "3"]
    assert decoder.feed_data(b"data: 4\n\ndata: 5\n\n") == ["4", "5"]
    assert decoder.feed(b"data: 6\n\n") == [Event("6", id="7", retry=5)]


def test_chunks_without_bytes_change_nothing():
    decoder = EventDecoder()

    assert decoder.feed(b"") == []
    assert decoder.feed(BOM[:1]) == decoder.feed(b"") == decoder.feed(BOM[1:]) == []
    assert decoder.feed(b"data: a\n") == decoder.feed(b"") == []
    assert decoder.feed(b"\n") == [Event("a")]
    assert decoder.feed(b"") == decoder.finish() == []


# --- the end


def test_an_unfinished_event_is_given_out_once():
    decoder = EventDecoder()
    decoder.feed(b"data: a")

    assert decoder.finish() == [Event("a")]
    assert decoder.finish() == []


def test_without_its_end_an_event_is_not_given_out():
    # The standard's rule, and ours where the connection broke: nobody calls finish() then.
    assert EventDecoder().feed(b"data: a\n\ndata: b\n") == [Event("a")]


# --- going on after a lost connection


def test_the_decoder_knows_where_to_go_on_and_when():
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


def test_two_decoders_share_nothing():
    one, other = EventDecoder(), EventDecoder()
    one.feed(b"id: 1\nretry: 5\ndata: a\r")

    assert other.feed(b"\n\ndata: b\n\n") == [Event("b")]
    assert one.feed(b"\n\n") == [Event("a", id="1", retry=5)]
    assert (other.last_event_id, other.retry) == ("", None)


# --- events as values


def test_an_event_is_a_value():
    event = Event("a")

    assert event == Event(data="a", event="message", id="", retry=None)
    assert event != Event("a", id="1")
    assert copy.deepcopy(event) == pickle.loads(pickle.dumps(event)) == event
    assert repr(event) == "ServerSentEvent(data='a', event='message', id='', retry=None)"
    with pytest.raises(AttributeError):
        event.text = "b"


# --- size


def test_an_event_of_64_mebibytes_arrives_whole():
    decoder = EventDecoder()
    piece = b"0123456789abcdef" * 4096

    tracemalloc.start()
    try:
        decoder.feed(b"data: ")
        for _ in range(64 * MIB // len(piece)):
            assert decoder.feed(piece) == []
        [event] = decoder.feed(b"\n\n")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(event.data) == 64 * MIB
    assert event.data == piece.decode() * 1024
    assert peak < 4 * len(event.data)


def test_ten_thousand_lines_make_one_event():
    line = "0123456789" * 10
    stream = f"data: {line}\n".encode() * 10_000 + b"\n"

    for size in (107, 4096, len(stream)):
        chunks = (stream[at : at + size] for at in range(0, len(stream), size))
        assert decoded(chunks) == ([Event("\n".join([line] * 10_000))], [])


PIECES = {
    "a long line": b"0123456789abcdef",
    "many lines": b"x\ndata: 12345678",
    "many lines that end with CRLF": b"\r\ndata: 12345678",
    "many line ends at the cuts": b"data:0123456789\r",
    "comments": b"\n: 0123456789abc",
    "characters that are cut": "😀".encode()[2:] * 7 + "😀".encode()[:2],
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_a_piece_is_not_copied_again_for_each_one_that_follows(piece: bytes):
    """Counts the memory asked for while each chunk is fed: in sum a few times the stream, not its square."""
    decoder = EventDecoder()
    rounds = 20_000
    decoder.feed(b"data: ")

    asked_for = 0
    tracemalloc.start()
    try:
        for _ in range(rounds):
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            decoder.feed(piece)
            _, peak = tracemalloc.get_traced_memory()
            asked_for += peak - before
    finally:
        tracemalloc.stop()

    assert len(decoder.finish()) == 1
    assert asked_for < 500 * len(piece) * rounds  # were it copied for each later one: 10,000 times


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_a_piece_is_not_searched_again_for_each_one_that_follows(piece: bytes):
    """Quadratic work would take minutes here; the bound is about a hundred times what it takes."""
    decoder = EventDecoder()
    decoder.feed(b"data: ")
    give_up = time.process_time() + 20

    for _ in range(4 * MIB // len(piece)):
        decoder.feed(piece)
        assert time.process_time() < give_up

    assert len(decoder.finish()) == 1


def test_nothing_is_kept_of_events_that_are_over():
    decoder = EventDecoder()
    chunks = itertools.cycle([b"event: a\nid: 1\ndata: {}\n\nda", b"ta: {}\n\r: ping\n", b"\ndata: {}\r\n\r"])

    def feed(count: int) -> int:
        for chunk in itertools.islice(chunks, count):
            decoder.feed(chunk)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early, late = feed(300), feed(30_000)
    finally:
        tracemalloc.stop()

    assert late - early < 1000
