"""Streams in unusual shapes, as rows of the table of faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from acedata_responses.testing import Answer, Request
from tests.faults.fault_table import ANSWERED, Row
from tests.streams.events import choice, chunk, created, delta, ending, response

USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
END = "[DONE]"


def completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {**chunk({"index": 0, "message": message, "finish_reason": "stop"}), "object": "chat.completion"}


def chunks(text: str, *end: Any, extra: tuple[Any, ...] = ()) -> list[Any]:
    """Return a text in two chunks, of which the second one has the finish reason."""
    half = len(text) // 2
    return [chunk(choice(content=text[:half])), *extra, chunk(choice(0, "stop", content=text[half:])), *end]


STREAMS: dict[str, Callable[[str], list[Any]]] = {
    "a chat completion as one event": lambda text: [completion(text), END],
    "a response as one event": lambda text: [response(text)],
    "a message for a delta": lambda text: [{**completion(text), "object": "chat.completion.chunk"}, END],
    "deltas, and an empty output": lambda text: [created(), delta(text), ending("completed")],
    "deltas, and a null output": lambda text: [created(), delta(text), ending("completed", output=None)],
    "the last event alone": lambda text: [ending("completed", text=text)],
    "finished chunks without an end mark": chunks,
    "finished chunks, and usage alone": lambda text: chunks(text, chunk(usage=USAGE)),
    "blanks around the end mark": lambda text: chunks(text, b"data:  [DONE] \n\n"),
    "the end mark without its blank line": lambda text: chunks(text, b"data: [DONE]"),
    "an object of a new type at the end": lambda text: chunks(text, {"type": "brand.new"}),
    "a cost between chunks": lambda text: chunks(text, END, extra=({"cost": 0.25},)),
    "filter results between chunks": lambda text: chunks(text, END, extra=(chunk(prompt_filter_results=[{}]),)),
    "a heartbeat between chunks": lambda text: chunks(text, END, extra=(b"event: ping\ndata: {}\n\n",)),
    "tool calls between chunks": lambda text: chunks(
        text, END, extra=tuple(chunk(choice(tool_calls=[{"id": name, "function": {"name": name}}])) for name in "ab")
    ),
}  # fmt: skip
"""The events that the service sends for a text."""


def _answering(events: Callable[[str], list[Any]]) -> Callable[[Request], Answer]:
    return lambda request: Answer(events=events(f"the answer to {request.json['input']}"))


ROWS = [
    *(Row(name, "", _answering(events), {"stream": ANSWERED}) for name, events in STREAMS.items()),
    *(
        Row(f"{name}, not requested", "", _answering(STREAMS[name]), {"post": ANSWERED})
        for name in ("finished chunks without an end mark", "deltas, and an empty output")
    ),
]
"""Each gives the text `the answer to`, followed by the input."""
