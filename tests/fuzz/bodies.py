"""Generated response bodies: random bytes, fragments of valid bodies, and damaged samples."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests.contract.strategies import disturbed
from tests.replies.recorded import events_in, sample

TOKEN = "zap-7f3a9c51d2e84b06a7f0"
"""The token of the client. It is in some bodies, and must be redacted in every error."""

cuts = st.lists(st.integers(0, 2**16), max_size=12)


def cut(body: bytes, at: list[int]) -> list[bytes]:
    """Return the body in chunks, some of them may be empty."""
    cuts = sorted(place % (len(body) + 1) for place in at)
    return [body[start:end] for start, end in pairwise([0, *cuts, len(body)])]


def single_bytes(body: bytes) -> list[bytes]:
    return [body[at : at + 1] for at in range(len(body))]


@st.composite
def damaged(draw: st.DrawFn, bodies: st.SearchStrategy[bytes], pieces: st.SearchStrategy[bytes]) -> bytes:
    """Generate a body with some parts removed, duplicated, reversed or replaced."""
    body = draw(bodies)
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 8) | st.integers(0, len(body))))
        lost = body[start:end]
        new = draw(st.sampled_from([b"", lost * 2, lost[::-1]]) | pieces | st.binary(max_size=min(len(lost), 20)))
        body = body[:start] + new + body[end:]
    return body


def broken(bodies: st.SearchStrategy[bytes], pieces: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Random bytes, fragments, or damaged bodies."""
    count = st.integers(0, 40)  # without it, lists are short
    joined = count.flatmap(lambda size: st.lists(pieces, min_size=size, max_size=size)).map(b"".join)
    return st.binary(max_size=60) | joined | damaged(bodies, pieces)


# --- streams of events

FIELDS = (
    b'data: {"type":"response.created","sequence_number":0}\n\n'
    b': ping\n\nid: 7\nevent: delta\nretry: 3000\ndata: {"delta":"\xc3\xa9 \xf0\x9f\x98\x80"}\n\n'
    b"data: one\r\ndata:two\r\n\r\ndata\r\rdata: [DONE]\n\n"
)
"""A stream with everything in the standard."""

stream_pieces = st.sampled_from([
    b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n", b":", b": ", b" ", b"\0", b"\v", b"\f", b"\x1c",
    b"data", b"data:", b"data: ", b"\n\ndata: ", b"event: ", b"id: ", b"id: \0\n", b"id", b"retry: ",
    b"retry: \xc2\xb2\n", b"\xef\xbb\xbf", b"\n\n\xef\xbb\xbf", b"\xef", b"\xbb\xbf", b"\xc3\xa9",
    b"\xf0\x9f", b"\x98\x80", b"\xe2\x80\xa8", b"\xff", b"data: {}\n\n", b"data: {}\n\ndata: {}\n\n",
    b"event: ping\ndata: {}\n\n", b"data:  [DONE] \n\n",
    b"data: a\ndata: b\n\n", b"event: a\ndata: {}\n\n", b": ping\n\n", b"7" * 5000,
])  # fmt: skip
STREAMS = [sample("stream.sse"), sample("stream_incomplete.sse"), sample("chat_stream.sse")]
_starts = st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"])
event_streams = st.tuples(_starts, broken(st.sampled_from([FIELDS, *STREAMS]), stream_pieces)).map(b"".join)

# --- replies and errors

REPLIES: list[Any] = [
    json.loads(sample(f"{name}.json"))
    for name in ("response", "response_with_tools", "response_failed", "response_incomplete", "chat_completion")
]
ERROR: dict[str, Any] = {**json.loads(sample("error.json")), "error": {"code": "api_error", "message": TOKEN}}

json_pieces = st.sampled_from([
    b"null", b"true", b"0", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b'"x"', b'"\\ud800"', b"9" * 5000,
    b'"response"', b'"failed"', b'"object"', b'"error":', b'"status":', b'"output":', b'"choices":', b'"type":',
    b'{"error":{"code":"used_up"}}', b"[" * 2000, b'{"a":' * 2000, TOKEN.encode(), b"\xff", b"\xef\xbb\xbf", b"\0",
])  # fmt: skip
ODD_VALUES = st.sampled_from([
    None, True, 0, -1.5, 10**30, "", "x", TOKEN, "response", [], {}, [None], {"type": "x"},
    json.loads("[" * 120 + "]" * 120),
])  # fmt: skip


def encoded(data: Any) -> bytes:
    return json.dumps(data).encode()


def answers(*data: Any) -> st.SearchStrategy[bytes]:
    """Return bodies made from this data, with damaged bytes or with replaced values."""
    whole = st.sampled_from(data)
    return broken(whole.map(encoded), json_pieces) | disturbed(whole, ODD_VALUES).map(encoded)


# --- streams of replies

CHUNK: dict[str, Any] = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
CALL = {"type": "function", "function": {"name": "look", "arguments": "{}"}}
EVENTS: list[Any] = [
    *(event for stream in STREAMS for event in events_in(stream)),
    *REPLIES,
    ERROR,
    {"error": "overloaded"},
    {},
    {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
    {**CHUNK, "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]},
    *({**CHUNK, "choices": [{"delta": {"content": text}}]} for text in ("Hel", [{"type": "text", "text": "lo"}])),
    *(
        {**CHUNK, "choices": [{"index": 0, "delta": {"tool_calls": [{**CALL, **of}]}}]}
        for of in ({}, {"id": "a"}, {"index": 0})
    ),
    {"type": "error", "code": "api_error", "message": TOKEN},
    *({"type": f"response.{end}", "response": REPLIES[0]} for end in ("completed", "incomplete", "failed")),
    *({"type": "response.completed", "response": {**REPLIES[0], "output": output}} for output in ([], None, [{}])),
    *(
        {"type": "response.output_item.done", "output_index": index, "item": item}
        for index, item in enumerate(REPLIES[1]["output"])
    ),
    {**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    {"detail": "overloaded"},
]
_events = st.lists(
    st.sampled_from(EVENTS).map(encoded)
    | disturbed(st.sampled_from(EVENTS), ODD_VALUES).map(encoded)
    | st.just(b"[DONE]"),
    max_size=8,
).map(lambda events: b"".join(b"data: %b\n\n" % event for event in events))
reply_streams = _events | damaged(_events, stream_pieces | json_pieces)
