"""The target `streams`: what a client makes of a stream of events."""

from __future__ import annotations

from random import Random
from typing import Any

from acedata_responses.errors import APIStatusError, ReplyDecodeError, ReplyFailedError, StreamError

from .answers import ERROR, REPLY, TOKEN, VALUES, disturbed, encoded
from .client import ask, client_of
from .errors import check_error
from .mutation import cut, mutated
from .rules import must_equal
from .sse import STREAM_FRAGMENTS

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
