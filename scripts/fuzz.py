"""Throws random and mutated bytes at what reads the service's bytes: only what is documented may come out.

A target is a way to make inputs and a check that every input must pass. The input of a round follows from the
seed, the target and the round's number, so that each failure can be had again; it is shown together with the
smallest input found that fails as well.

Exit status: 0 no failure, 1 a failure.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from acedata_responses.sse import EventDecoder, ServerSentEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
SHRINKING = 10.0  # seconds at most


class Target(NamedTuple):
    """What is thrown at, and what must come of it."""

    make: Callable[[Random], bytes]
    """An input, by chance alone."""
    check: Callable[[bytes], None]
    """Fails with any exception. What it does follows from its input alone."""


class ViolationError(Exception):
    """Something came out that must not."""


def must_equal(found: object, expected: object, rule: str) -> None:
    """Fail unless both are the same."""
    if found != expected:
        raise ViolationError(f"{rule}\n  found    {found!r}\n  expected {expected!r}")


# --- inputs


@functools.cache
def recorded(suffix: str) -> list[bytes]:
    """The replies that the tests work with, to be mutated."""
    return [file.read_bytes() for file in sorted((ROOT / "tests" / "replies").glob(f"*{suffix}"))]


def mutated(chance: Random, data: bytes, fragments: Sequence[bytes]) -> bytes:
    """The data after a few accidents: a piece left out, doubled, turned over, or replaced."""
    for _ in range(chance.randint(1, 8)):
        start = chance.randint(0, len(data))
        end = chance.choice(
            [start, start + 1, start + chance.randint(0, 8), chance.randint(start, len(data))]
        )
        piece = data[start:end]
        accidents = [b"", piece * 2, piece[::-1], chance.choice(fragments), chance.randbytes(len(piece))]
        data = data[:start] + chance.choice(accidents) + data[end:]
    return data


def cut(chance: Random, data: bytes) -> list[bytes]:
    """The data in chunks, some of them perhaps empty."""
    cuts = sorted(chance.randint(0, len(data)) for _ in range(chance.randint(0, 12)))
    return [data[start:end] for start, end in itertools.pairwise([0, *cuts, len(data)])]


# --- sse: the event decoder

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


TARGETS = {
    "sse": Target(event_stream, check_event_decoder),
}


# --- rounds


def input_of(name: str, seed: int, number: int) -> bytes:
    """What a round throws."""
    return TARGETS[name].make(Random(f"{seed}/{name}/{number}"))  # noqa: S311 - no secret


def failure_of(name: str, data: bytes) -> Exception | None:
    """What the target's check says against an input."""
    try:
        TARGETS[name].check(data)
    except Exception as error:  # noqa: BLE001 - whatever comes out is what we look for
        return error
    return None


def smallest(data: bytes, still_fails: Callable[[bytes], bool]) -> bytes:
    """The data less all that it fails without: halves, quarters, … and single bytes are tried."""
    size = max(len(data) // 2, 1)
    while size:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if still_fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def report(name: str, seed: int, number: int, error: Exception) -> None:
    """Show a failure, the smallest input that leads to it, and the way to have it again."""
    end = time.monotonic() + SHRINKING

    def still_fails(data: bytes) -> bool:
        return time.monotonic() < end and type(failure_of(name, data)) is type(error)

    data = smallest(input_of(name, seed, number), still_fails)
    traceback.print_exception(failure_of(name, data))
    print(f"\n{name} fails in round {number}; the smallest input found that fails like it:\n  {data!r}")
    print(f"again: python scripts/fuzz.py --seed {seed} --start {number} --rounds 1 {name}")


def rounds(options: argparse.Namespace) -> Iterator[int]:
    """The numbers of a target's rounds: so many, or for as long as its share of the time lasts."""
    if options.rounds is not None:
        yield from range(options.start, options.start + options.rounds)
        return
    end = time.monotonic() + options.seconds / len(options.targets)
    for number in itertools.count(options.start):
        yield number
        if time.monotonic() >= end:
            return


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets", nargs="*", metavar="target", help=f"of {', '.join(TARGETS)}; all if none is named"
    )
    parser.add_argument(
        "--seconds", type=float, default=10, help="for all targets together; %(default)s if not given"
    )
    parser.add_argument("--rounds", type=int, help="for each target, instead of --seconds")
    parser.add_argument(
        "--start", type=int, default=0, metavar="ROUND", help="leave out the rounds before this one"
    )
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 1_000_000, help="another one each time if not given"
    )
    options = parser.parse_args(arguments)
    options.targets = options.targets or list(TARGETS)
    if unknown := sorted(set(options.targets) - set(TARGETS)):
        parser.error(f"no such target: {', '.join(unknown)}")

    print(f"seed {options.seed}")
    for name in options.targets:
        count = 0
        for number in rounds(options):
            error = failure_of(name, input_of(name, options.seed, number))
            if error:
                report(name, options.seed, number, error)
                return 1
            count += 1
        print(f"{name}: {count:,} rounds without a failure")
    return 0


if __name__ == "__main__":
    sys.exit(main())
