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
import json
import pickle
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from acedata_responses import Client
from acedata_responses.errors import (
    AceDataError,
    APIStatusError,
    ReplyDecodeError,
    ReplyFailedError,
    StreamError,
    class_for,
)
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


# --- replies, errors, streams: what a client makes of an answer

TOKEN = "zap-7f3a9c"  # noqa: S105 - it opens nothing, and must not be found in any error
REPLY: dict[str, Any] = {
    "id": "r", "object": "response", "created_at": 1, "model": "gpt-4o-mini", "status": "completed", "error": None,
    "output": [{"type": "message", "id": "m", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}],
    "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
}  # fmt: skip
CHAT: dict[str, Any] = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
}  # fmt: skip
ERROR: dict[str, Any] = {
    "error": {"code": "api_error", "message": f"Not {TOKEN}"},
    "trace_id": "t",
    "success": False,
}
DELTA = {
    "type": "response.output_text.delta",
    "delta": "Hi",
    "sequence_number": 1,
    "item_id": "m",
    "output_index": 0,
}
CHUNK = {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
ENDS = ("completed", "incomplete", "failed")
EVENTS: list[Any] = [
    {"type": "response.created", "sequence_number": 0, "response": {**REPLY, "status": "in_progress"}},
    DELTA, DELTA, CHUNK, CHUNK, ERROR, "[DONE]", {"type": "error", "code": "api_error", "message": TOKEN},
    *({"type": f"response.{end}", "response": {**REPLY, "status": end}} for end in ENDS),
]  # fmt: skip
VALUES = [
    *(
        b"null",
        b"true",
        b"0",
        b"-1",
        b"1e999",
        b"NaN",
        b"[]",
        b"{}",
        b'""',
        b'"x"',
        b'"\\ud800"',
        b"9" * 5000,
    ),
    *(
        b'"response"',
        b'"failed"',
        b'"object"',
        b'"error":',
        b'"status":',
        b'"output":',
        b'"choices":',
        b'"type":',
    ),
    *(
        b'{"error":{"code":"used_up"}}',
        b"[" * 2000,
        b'{"a":' * 2000,
        TOKEN.encode(),
        b"\xff",
        b"\xef\xbb\xbf",
        b"\0",
    ),
]


ODDITIES: list[Any] = [
    *(None, True, 0, -1.5, 10**30, "", "x", TOKEN, "response"),
    *([], {}, [None], {"type": "x"}, json.loads("[" * 120 + "]" * 120)),
]


def answer_body(chance: Random) -> bytes:
    """A body of noise, of pieces, or of an answer with accidents: in its values, or in its bytes."""
    data = chance.choice([REPLY, CHAT, ERROR, {**REPLY, "status": "failed", "error": ERROR["error"]}])
    makers: list[Callable[[], bytes]] = [
        lambda: chance.randbytes(chance.randint(0, 60)),
        lambda: b"".join(chance.choices(VALUES, k=chance.randint(0, 9))),
        lambda: mutated(chance, encoded(data), VALUES),
        lambda: encoded(disturbed(chance, data)),
    ]
    [make] = chance.choices(makers, weights=[1, 1, 4, 6])
    return make()


def events_body(chance: Random) -> bytes:
    """A stream of events with accidents: in their values, in their bytes, in their order."""
    events = [
        data
        if isinstance(data, str)
        else encoded(disturbed(chance, data) if chance.random() < 0.3 else data).decode()
        for data in chance.choices(EVENTS, k=chance.randint(0, 8))
    ]
    body = "".join(f"data: {data}\n\n" for data in events).encode()
    return mutated(chance, body, [*STREAM_FRAGMENTS, *VALUES]) if chance.random() < 0.5 else body


def encoded(data: Any) -> bytes:
    """JSON, whatever the data."""
    return json.dumps(data).encode()


def disturbed(chance: Random, data: Any) -> Any:
    """The same JSON data with something else in some of its places."""
    if chance.random() < 0.08:
        return chance.choice(ODDITIES)
    if isinstance(data, dict):
        return {key: disturbed(chance, value) for key, value in data.items() if chance.random() > 0.05}
    return [disturbed(chance, value) for value in data] if isinstance(data, list) else data


def client_of(
    status: int, chunks: list[bytes], headers: list[tuple[bytes, bytes]], *, strict: bool
) -> Client:
    """A client that gets this answer."""
    transport = httpx.MockTransport(
        lambda _request: httpx.Response(status, headers=headers, content=iter(chunks))
    )
    return Client(TOKEN, transport=transport, max_retries=0, limits=None, strict=strict)


def ask(client: Client, **fields: Any) -> Any:
    """Make a call."""
    create: Any = client.responses.create
    return create(model="gpt-4o-mini", input="Hello", **fields)


def headers_of(chance: Random) -> list[tuple[bytes, bytes]]:
    """Headers of an answer, some of them nonsense."""
    values = [
        b"",
        b"5",
        b"-1",
        b"nan",
        b"text/html",
        b"text/event-stream",
        TOKEN.encode(),
        chance.randbytes(5).hex().encode(),
    ]
    names = [b"content-type", b"retry-after", b"retry-after-ms", b"location", b"x-trace-id"]
    return [(name, chance.choice(values)) for name in names if chance.random() < 0.5]


def check_reply(body: bytes) -> None:
    """A reply gives back all that came, or an error says why there is none."""
    chance = Random(body)  # noqa: S311 - no secret
    client = client_of(200, cut(chance, body), headers_of(chance), strict=chance.random() < 0.2)
    try:
        reply = ask(client)
    except (ReplyDecodeError, ReplyFailedError, APIStatusError) as error:
        check_error(error)
        return
    data = json.loads(body.decode("utf-8-sig"))
    must_equal(repr(reply.to_dict()), repr(data), "nothing that came is lost")
    must_equal(reply.http.content, body, "the bytes are kept")
    must_equal(isinstance(reply.output_text, str), True, "there is a text, if an empty one")
    must_equal(pickle.loads(pickle.dumps(reply)), reply, "a reply can be pickled")  # noqa: S301 - it is our own
    repr(reply), reply.problems


def check_status(body: bytes) -> None:
    """An error of the service is one of the documented classes, whatever its body and headers are."""
    chance = Random(body)  # noqa: S311 - no secret
    status = chance.choice([chance.randint(300, 599), 400, 401, 403, 404, 413, 429, 500, 504])
    stream = {"stream": True} if chance.random() < 0.3 else {}
    try:
        ask(client_of(status, cut(chance, body), headers_of(chance), strict=False), **stream)
    except APIStatusError as error:
        must_equal(error.status_code, status, "the status is that of the answer")
        must_equal(type(error), class_for(status, error.code), "the class is that of code and status")
        check_error(error)
        return
    raise ViolationError(f"status {status} gave a reply")


def check_stream(body: bytes) -> None:
    """A stream ends well or in a documented error, and how it is cut makes no difference."""
    chance = Random(body)  # noqa: S311 - no secret
    strict = chance.random() < 0.2
    expected = read_stream([body], strict=strict)
    for chunks in ([body[at : at + 1] for at in range(len(body))], cut(chance, body)):
        must_equal(read_stream(chunks, strict=strict), expected, f"chunks make no difference: {chunks}")


def read_stream(chunks: list[bytes], *, strict: bool) -> list[str]:
    """All that a stream gives: its events, its texts, its reply, its error."""
    with ask(client_of(200, chunks, [], strict=strict), stream=True) as stream:
        found: list[str] = []
        try:
            found.extend(repr(event.to_dict()) for event in stream)
        except (StreamError, ReplyDecodeError, ReplyFailedError, APIStatusError) as error:
            check_error(error)
            found.append(f"{type(error).__name__}: {error}")
        try:
            found.append(repr(stream.final().to_dict()))
        except (StreamError, ReplyDecodeError, ReplyFailedError, APIStatusError) as error:
            must_equal(found[-1:], [f"{type(error).__name__}: {error}"], "an error stays the same")
        return [*found, stream.partial_text]


def check_error(error: AceDataError) -> None:
    """What holds for every error."""
    pickled = pickle.dumps(error)
    must_equal(TOKEN.encode() in pickled or TOKEN in f"{error}{error!r}", False, "no error has the token")
    must_equal(str(pickle.loads(pickled)), str(error), "an error can be pickled")  # noqa: S301 - it is our own
    must_equal((error.__cause__, error.__context__), (None, None), "nothing hangs on it")
    must_equal(error.tries, 1, "it was sent once")


TARGETS = {
    "sse": Target(event_stream, check_event_decoder),
    "replies": Target(answer_body, check_reply),
    "errors": Target(answer_body, check_status),
    "streams": Target(events_body, check_stream),
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
