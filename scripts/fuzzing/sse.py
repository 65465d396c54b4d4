"""The target `sse`: the event decoder."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from acedata_responses.sse import EventDecoder, ServerSentEvent

from .mutation import cut, mutated
from .rules import must_equal

ROOT = Path(__file__).resolve().parents[2]

STREAM = (
    b'data: {"type":"response.created","sequence_number":0}\n\n'
    b': ping\n\nid: 7\nevent: delta\nretry: 3000\ndata: {"delta":"\xc3\xa9 \xf0\x9f\x98\x80"}\n\n'
    b"data: one\r\ndata:two\r\n\r\ndata\r\rdata: [DONE]\n\n"
)
STREAM_FRAGMENTS = [
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n", b":", b": ", b" ", b"\0", b"\v", b"\f", b"\x1c"),
    *(b"data", b"data:", b"data: ", b"\n\ndata: ", b"event: ", b"id: ", b"id", b"retry: ", b"7" * 5000),
    *(b"\xef\xbb\xbf", b"\xef", b"\xbb\xbf", b"\xc3\xa9", b"\xf0\x9f", b"\x98\x80", b"\xe2\x80\xa8", b"\xff"),
    *(
        b"data: {}\n\n",
        b"data: {}\n\ndata: {}\n\n",
        b"data: a\ndata: b\n\n",
        b"event: a\ndata: {}\n\n",
        b": ping\n\n",
    ),
]


@functools.cache
def recorded(suffix: str) -> list[bytes]:
    """The replies that the tests work with, to be mutated."""
    return [file.read_bytes() for file in sorted((ROOT / "tests" / "replies").glob(f"*{suffix}"))]


def event_stream(chance: Random) -> bytes:
    """A body of noise, of fragments, or of a real stream with accidents."""
    makers: list[Callable[[], bytes]] = [
        lambda: chance.randbytes(chance.randint(0, 60)),
        lambda: b"".join(chance.choices(STREAM_FRAGMENTS, k=chance.randint(0, 40))),
        lambda: mutated(chance, chance.choice([STREAM, *recorded(".sse")]), STREAM_FRAGMENTS),
    ]
    [make] = chance.choices(makers, weights=[1, 4, 5])
    return make()


def check_event_decoder(stream: bytes) -> None:
    """No byte upsets the decoder, no cut changes what it finds, no event breaks the standard's rules."""
    expected = decoded([stream])
    chance = Random(stream)  # noqa: S311 - no secret
    single_bytes = [stream[at : at + 1] for at in range(len(stream))]
    with_nothing_between = [chunk for byte in single_bytes for chunk in (byte, b"")]
    for chunks in (single_bytes, with_nothing_between, *(cut(chance, stream) for _ in range(3))):
        must_equal(decoded(chunks), expected, f"chunks make no difference: {chunks}")
    with_lf = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    must_equal(decoded([with_lf]), expected, "line ends of every kind count the same")
    with_data_alone, with_events = EventDecoder(), EventDecoder()
    for chunk in cut(chance, stream):
        data = [event.data for event in with_events.feed(chunk)]
        must_equal(with_data_alone.feed_data(chunk), data, "the data is that of the events")
    for event in expected[0]:
        check_event(event)


def decoded(chunks: Iterable[bytes]) -> tuple[list[ServerSentEvent], str, int | None]:
    """All that a decoder says of a body."""
    decoder = EventDecoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    events += decoder.finish()
    must_equal(decoder.feed(b"") + decoder.finish(), [], "nothing comes twice")
    return events, decoder.last_event_id, decoder.retry


def check_event(event: ServerSentEvent) -> None:
    """What holds for every event of every stream."""
    text = event.data + event.event + event.id
    must_equal(text.encode().decode(), text, "there are no halves of characters")
    must_equal("\r" in text, False, "a CR ends its line")
    must_equal("\n" in event.event + event.id, False, "only data has several lines")
    must_equal(event.event == "" or "\0" in event.id, False, "a type is never empty, an id without NUL")
    must_equal(event.retry is None or event.retry >= 0, True, "a time is not negative")
