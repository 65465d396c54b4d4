"""Our event decoder and those of httpx-sse, openai and anthropic find the same events in the same streams.

The known differences are listed below; in each, ours follows the standard (WHATWG HTML, 9.2.5 and 9.2.6). An example
shows that each still exists. They are removed from the streams before the decoders are compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import Phase, example, find, given, settings
from hypothesis import strategies as st

from acedata_responses.sse import EventDecoder
from tests.fuzz.bodies import cut, cuts, event_streams

SEARCH = settings(max_examples=2000, phases=[Phase.generate])


class Event(NamedTuple):
    """The attributes of an event that all decoders have."""

    data: str
    type: str
    id: str
    retry: int | None


# The decoders


def ours(chunks: Iterable[bytes]) -> list[Event]:
    decoder = EventDecoder()
    return [Event(event.data, event.event, event.id, event.retry) for chunk in chunks for event in decoder.feed(chunk)]


def httpx_sse(chunks: Iterable[bytes]) -> list[Event]:
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))
    return [_common(event) for event in EventSource(response).iter_sse()]


# These two packages take seconds to import.


def openai(chunks: Iterable[bytes]) -> list[Event]:
    from openai._streaming import SSEDecoder as OpenAIDecoder

    return [_common(event) for event in OpenAIDecoder().iter_bytes(iter(chunks))]


def anthropic(chunks: Iterable[bytes]) -> list[Event]:
    from anthropic._streaming import SSEDecoder as AnthropicDecoder

    return [_common(event) for event in AnthropicDecoder().iter_bytes(iter(chunks))]


def _common(event: Any) -> Event:
    return Event(event.data, event.event or "message", event.id or "", event.retry)


Decoder = Callable[[Iterable[bytes]], list[Event]]
OTHERS: list[Decoder] = [httpx_sse, openai, anthropic]


# The differences


class Difference(NamedTuple):
    """A known difference: the decoders that have it, the rule of the standard, and a stream that shows it."""

    of: list[Decoder]
    rule: str
    stream: bytes
    ours: list[str]
    theirs: list[str] | type[Exception]


DIFFERENCES = {
    "a byte order mark": Difference(
        OTHERS, '"UTF-8 decode" drops one leading byte order mark; they take it for a part of the first field\'s name.',
        b"\xef\xbb\xbfdata: a\n\ndata: b\n\n", ["a", "b"], ["b"],
    ),
    "invalid UTF-8": Difference(
        [openai, anthropic],
        '"UTF-8 decode" puts U+FFFD in their place; these raise, and what came before in the stream is all there is.',
        b"data: \xff\n\n", ["\ufffd"], UnicodeDecodeError,
    ),
    "no data": Difference(
        OTHERS,
        'An event is dropped "if the data buffer is an empty string"; they give it, and again at each further blank '
        "line once there was an id.",
        b"id: 1\n\n\nevent: a\n\ndata: b\n\n", ["b"], ["", "", "", "b"],
    ),
    "a retry that is not a number": Difference(
        OTHERS,
        '"If the field value consists of only ASCII digits"; they take what int() takes, signs and blanks included.',
        b"retry: -1\ndata: a\n\n", ["a"], ["a (-1)"],
    ),
    "a retry of millions of years": Difference(OTHERS,
        "The standard has no bound; ours is 18 digits, theirs is where int() raises.",
        b"retry: 1000000000000000000\ndata: a\n\n", ["a"], ["a (1000000000000000000)"]),
    "the time of a retry": Difference(
        OTHERS,
        '"Set the event stream\'s reconnection time": it holds from then on; with them only for its own event.',
        b"retry: 5\ndata: a\n\ndata: b\n\n", ["a (5)", "b (5)"], ["a (5)", "b"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_known_difference_exists(name):
    difference = DIFFERENCES[name]
    assert _shown(ours([difference.stream])) == difference.ours
    for other in difference.of:
        if isinstance(difference.theirs, list):
            assert _shown(other([difference.stream])) == difference.theirs
        else:
            with pytest.raises(difference.theirs):
                other([difference.stream])


def _shown(events: list[Event]) -> list[str]:
    return [event.data if event.retry is None else f"{event.data} ({event.retry})" for event in events]


# The streams


@given(stream=event_streams, at=cuts)
@example(stream=b"data:  a\nid: 1\n\n", at=[])  # one blank goes, the other stays
@example(stream=b"data: a\r\ndata: b\r\n\r\n", at=[8])  # a line end in two chunks
def test_all_decoders_find_the_same_events(stream, at):
    expected = _comparable(ours(cut(stream, at)))
    for other in OTHERS:
        assert _comparable(other(cut(_readable(stream), at))) == expected


@given(stream=event_streams)
def test_a_last_event_without_a_blank_line_is_the_event_that_others_find_with_one(stream):
    decoder = EventDecoder()
    events = decoder.feed(stream) + decoder.finish()
    expected = _comparable([Event(event.data, event.event, event.id, event.retry) for event in events])
    for other in OTHERS:
        assert _comparable(other([_readable(stream) + b"\n\n"])) == expected


_STRANGE_RETRY = re.compile(rb"(?<![^\r\n])retry(?=:)(?!: ?[0-9]{1,18}(?![^\r\n]))")


def _readable(stream: bytes) -> bytes:
    """Return the stream without the byte order mark, invalid bytes and retries that others treat differently."""
    text = stream.decode("utf-8-sig", errors="replace")
    return _STRANGE_RETRY.sub(b"other", text.encode())


def _comparable(events: list[Event]) -> list[Event]:
    """Return the events that have data; a retry holds for the later events too."""
    retry: int | None = None
    comparable = []
    for event in events:
        if event.retry is not None:
            retry = event.retry
        if event.data:
            comparable.append(event._replace(retry=retry))
    return comparable


LINES = st.tuples(st.sampled_from(["data", "data:", "data: ", "data: x", "data:y"]), st.sampled_from([1, 2]))


@given(lines=st.lists(LINES, min_size=1, max_size=8), end=st.sampled_from(["\n", "\r", "\r\n"]), at=cuts)
def test_all_decoders_find_the_same_events_with_empty_data(lines, end, at):
    """Other tests ignore events with empty data, because other decoders also report events without data."""
    stream = "".join(line + count * end for line, count in lines) + end
    chunks = cut(stream.encode(), at)
    for other in OTHERS:
        assert other(chunks) == ours(chunks)


@pytest.mark.parametrize(
    "pattern",
    [
        rb"\r\n", rb"\r[^\n]", rb"\n\ndata", rb"\xff", rb"\xe2\x80\xa8", rb"^\xef\xbb\xbf", rb"\nid", rb"retry",
        rb"\0", rb"\n:",
    ],
)  # fmt: skip
def test_the_generated_streams_have_what_decoders_get_wrong(pattern):
    search = partial(re.search, pattern)
    assert find(event_streams, lambda stream: bool(search(stream)), settings=SEARCH)
