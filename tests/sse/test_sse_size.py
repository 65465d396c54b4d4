"""The event decoder on large streams: time and memory grow no faster than the stream."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest

from acedata_responses import sse
from acedata_responses.sse import EventDecoder
from acedata_responses.sse import ServerSentEvent as Event
from tests.sse.event_streams import decoded

MIB = 1 << 20


def test_an_event_may_have_64_mebibytes():
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


def test_an_event_may_have_ten_thousand_lines():
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
def test_a_chunk_is_not_copied_again_for_each_later_chunk(piece: bytes):
    """The memory that is allocated for all chunks is a few times the size of the stream, not its square."""
    decoder = EventDecoder()
    rounds = 8_000
    decoder.feed(b"data: ")

    allocated = 0
    tracemalloc.start()
    try:
        for _ in range(rounds):
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            decoder.feed(piece)
            _, peak = tracemalloc.get_traced_memory()
            allocated += peak - before
    finally:
        tracemalloc.stop()

    assert len(decoder.finish()) == 1
    assert allocated < 500 * len(piece) * rounds  # if each were copied for each later one: 4,000 times


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_a_chunk_is_not_searched_again_for_each_later_chunk(piece: bytes):
    """Quadratic work would take minutes here; the bound is about a hundred times what it takes."""
    decoder = EventDecoder()
    decoder.feed(b"data: ")
    give_up = time.process_time() + 20

    for _ in range(2 * MIB // len(piece)):
        decoder.feed(piece)
        assert time.process_time() < give_up

    assert len(decoder.finish()) == 1


def test_events_that_were_returned_are_not_kept():
    decoder = EventDecoder()
    chunks = itertools.cycle([b"event: a\nid: 1\ndata: {}\n\nda", b"ta: {}\n\r: ping\n", b"\ndata: {}\r\n\r"])

    def feed(count: int) -> int:
        for chunk in itertools.islice(chunks, count):
            decoder.feed(chunk)
        own = tracemalloc.Filter(True, sse.__file__)  # other threads of this process allocate too
        kept = tracemalloc.take_snapshot().filter_traces([own])
        return sum(trace.size for trace in kept.traces)

    tracemalloc.start()
    try:
        early, late = feed(300), feed(30_000)
    finally:
        tracemalloc.stop()

    assert late - early < 1000
