"""Streams with their events, ways to cut them into chunks, and functions that decode the chunks.

"The standard" is WHATWG HTML, 9.2.5 and 9.2.6 (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acedata_responses.sse import EventDecoder
from acedata_responses.sse import ServerSentEvent as Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOM = b"\xef\xbb\xbf"
Events = list[Event]


def decoded(chunks: Iterable[bytes]) -> tuple[Events, Events]:
    """Return the events in the chunks, and those that the decoder adds at the end of the body."""
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


# --- streams: the events after the last byte, and those that the end of the body adds

STANDARDS_OWN_EXAMPLES = {
    "three data lines": (b"data: YHOO\ndata: +2\ndata: 10\n\n", [Event("YHOO\n+2\n10")], []),
    "a comment, an id, an id taken back, a second space": (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        [Event("first event", id="1"), Event("second event"), Event(" third event")],
        [],
    ),
    "empty data lines, and a last block without its blank line": (b"data\n\ndata\ndata\n\ndata:",
        [Event(""), Event("\n")], [Event("")]),
    "with and without the space": (b"data:test\n\ndata: test\n\n", [Event("test"), Event("test")], []),
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
}  # fmt: skip

ONLY_PYTHONS = "\u2028\u2029\u0085\v\f\x1c\x1d\x1e"

LINE_ENDS = {
    "LF": (b"data: a\n\ndata: b\n\n", [Event("a"), Event("b")], []),
    "CR": (b"data: a\r\rdata: b\r\r", [Event("a"), Event("b")], []),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [Event("a"), Event("b")], []),
    "each kind in turn": (b"data: a\r\ndata: b\rdata: c\ndata: d\r\n\ndata: e\r\r\ndata: f\n\rdata: g\r\n\r",
        [Event("a\nb\nc\nd"), Event("e"), Event("f"), Event("g")], []),
    "a CRLF pair is one end": (b"data: a\r\ndata: b\r\n\r\n", [Event("a\nb")], []),
    "LF and CR are two": (b"data: a\n\rdata: b\n\r", [Event("a"), Event("b")], []),
    "more blank lines than needed": (b"\n\r\n\r\ndata: a\n\n\n\ndata: b\n\n\n\r\r\rdata: c\r\n\r\n\n",
        [Event("a"), Event("b"), Event("c")], []),
    "what only Python takes for line ends": (
        f"data: a{ONLY_PYTHONS}b\n\nevent: c{ONLY_PYTHONS}\nid: {ONLY_PYTHONS}\ndata:{ONLY_PYTHONS}\n\n".encode(),
        [Event(f"a{ONLY_PYTHONS}b"), Event(ONLY_PYTHONS, event=f"c{ONLY_PYTHONS}", id=ONLY_PYTHONS)],
        [],
    ),
}  # fmt: skip

FIELDS = {
    "one space goes, the rest stays": (b"data:a\n\ndata: a\n\ndata:  a \n\ndata:\ta\n\ndata: \n\n",
        [Event("a"), Event("a"), Event(" a "), Event("\ta"), Event("")], []),
    "only the first colon separates": (b"data: a: b:c\n\ndata::\n\n", [Event("a: b:c"), Event(":")], []),
    "names are exact": (
        b"data:test\n data\nDATA: x\ndata : x\ndatax: x\nda-ta: x\ndata_5\njust text\n\xc2\xa0data: x\n\n",
        [Event("test")],
        [],
    ),
    "comments": (b": ping\n\n:\n\n:data: x\n\ndata: a\n: in between\n:\ndata: b\n\n:\r:\r\n: \n",
        [Event("a\nb")], []),
    "empty data is an event, no data is not": (
        b"data\n\ndata:\n\ndata: \n\nevent: a\n\nid: 1\n\n: ping\n\nfoo: bar\n\ndata: b\n\n",
        [Event(""), Event(""), Event(""), Event("b", id="1")],
        [],
    ),
    "an empty line of data at the end is kept": (b"data: a\ndata\n\ndata: a\ndata:\ndata:\n\n",
        [Event("a\n"), Event("a\n\n")], []),
    "a type holds for its event alone": (b"event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n",
        [Event("1", event="a"), Event("2"), Event("3")], []),
    "the last type counts, an empty one is the default": (
        b"event: a\nevent:b\ndata\n\nevent: a\nevent\ndata\n\nevent:  a\ndata\n\n",
        [Event("", event="b"), Event(""), Event("", event=" a")],
        [],
    ),
    "an id holds until the next": (b"data: 1\nid: a\n\ndata: 2\n\nid: b\n\ndata: 3\n\nid\ndata: 4\n\n",
        [Event("1", id="a"), Event("2", id="a"), Event("3", id="b"), Event("4")], []),
    "an id with NUL is ignored": (b"id: a\ndata: 1\n\nid: b\0\ndata: 2\n\nid: \0\ndata: 3\n\n",
        [Event("1", id="a"), Event("2", id="a"), Event("3", id="a")], []),
    "retry holds until the next": (b"retry: 10\n\ndata: 1\n\ndata: 2\nretry:0020\n\ndata: 3\n\n",
        [Event("1", retry=10), Event("2", retry=20), Event("3", retry=20)], []),
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
    "NUL is a character like others": (b"data:\0\ndata\0:2\n\0data:4\n\n\0\n\nevent: \0\ndata\n\n",
        [Event("\0"), Event("", event="\0")], []),
    "all fields in one event": (b"id: 7\nevent: response.created\nretry: 15\ndata: {}\n\n",
        [Event("{}", event="response.created", id="7", retry=15)], []),
}  # fmt: skip

UTF_8 = {
    "characters of every length": ("event: ü\nid: €\ndata: aü€😀\n\ndata: 😀\n\n".encode(),
        [Event("aü€😀", event="ü", id="€"), Event("😀", id="€")], []),
    "invalid bytes become U+FFFD": (b"data: \xff\n\nevent: \xff\nid: \xff\ndata: a\xc3\n\n",
        [Event("\ufffd"), Event("a\ufffd", event="\ufffd", id="\ufffd")], []),
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
    "a byte order mark at the start is dropped": (BOM + b"data: a\n\ndata: b\n\n", [Event("a"), Event("b")],
        []),
    "only one of two is dropped": (BOM + BOM + b"data: a\n\ndata: b\n\n", [Event("b")], []),
    "a later one is part of a name": (BOM + b"data: 1\n\n" + BOM + b"data: 2\n\ndata: 3\n\n",
        [Event("1"), Event("3")], []),
    "one after a blank line too": (b"\n" + BOM + b"data: 1\n\ndata: 2\n\n", [Event("2")], []),
    "one after a comment too": (b":\n\n" + BOM + b"data: 1\n\ndata: 2\n\n", [Event("2")], []),
    "in data it is kept": (b"data: " + BOM + b"a\n\n", [Event("\ufeffa")], []),
    "before a comment, a blank line, nothing": (BOM + b": x\n\n" + b"data\n\n", [Event("")], []),
    "before a blank line": (BOM + b"\n\ndata: a\n\n", [Event("a")], []),
    "a part of one is garbage": (b"\xef\xbbdata: a\n\ndata: b\n\n", [Event("b")], []),
}  # fmt: skip

ENDS = {
    "an empty body": (b"", [], []),
    "only a byte order mark": (BOM, [], []),
    "only blank lines": (b"\n\r\n\r", [], []),
    "the blank line is missing": (b"data: a\n\ndata: b\n", [Event("a")], [Event("b")]),
    "the line end too": (b"data: a\n\ndata: b", [Event("a")], [Event("b")]),
    "the blank line is missing after CR": (b"data: a\r\rdata: b\r", [Event("a")], [Event("b")]),
    "the blank line is missing after CRLF": (b"data: a\r\n\r\ndata: b\r\n", [Event("a")], [Event("b")]),
    "within the last character": (b"data: \xf0\x9f", [], [Event("\ufffd")]),
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
    "one data line after the other": (b'data: {"type":"a"}\n\ndata: {"type":"b"}\n\ndata: [DONE]\n\n',
        [Event('{"type":"a"}'), Event('{"type":"b"}'), Event("[DONE]")], []),
    "with pings": (b': ping\n\ndata: {"n":1}\n\n: ping\n\ndata: {"n":2}\n\n: ping\n',
        [Event('{"n":1}'), Event('{"n":2}')], []),
    "with event lines": (b'event: a\ndata: {"type":"a"}\n\nevent: b\ndata: {"type":"b"}\n\n',
        [Event('{"type":"a"}', event="a"), Event('{"type":"b"}', event="b")], []),
    "data lines first, other fields among them": (
        b"data: 1\n\ndata: 2\nid: 7\n\ndata: 3\n\ndata: 4\ndata: 5\n\n\ndata: 6\n\ndata:7\n\n",
        [Event("1"), *(Event(data, id="7") for data in ("2", "3", "4\n5", "6", "7"))],
        [],
    ),
    "data that looks like an event": (b"data: data: 1\n\ndata: \ndata: data: 2\n\n",
        [Event("data: 1"), Event("\ndata: 2")], []),
}  # fmt: skip

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
