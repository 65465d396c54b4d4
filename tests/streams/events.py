"""Events for streams in tests, and helpers that read a stream to its end or an error."""

from __future__ import annotations

import json
from typing import Any

from acedata_responses import errors


def created(**fields: Any) -> dict[str, Any]:
    return {"type": "response.created", "sequence_number": 0, "response": response(status="in_progress", **fields)}


def response(text: str = "", **fields: Any) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "m-1", "role": "assistant", "status": "completed", "content": [part]}
    return {
        "id": "r-1", "object": "response", "created_at": 1, "model": "gpt-4o-mini", "status": "completed",
        "output": [message] if text else [], "error": None, "incomplete_details": None, "usage": None, **fields,
    }  # fmt: skip


def delta(text: str) -> dict[str, Any]:
    return {
        "type": "response.output_text.delta", "sequence_number": 1, "item_id": "m-1", "output_index": 0,
        "content_index": 0, "delta": text,
    }  # fmt: skip


def ending(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", "sequence_number": 9, "response": response(status=kind, **fields)}


def chunk(*choices: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini", "choices": list(choices),
        **fields,
    }  # fmt: skip


def choice(index: int = 0, finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish_reason}


def as_bytes(*events: Any) -> bytes:
    """Return the lines of these events."""
    return b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)


def events_of(stream: Any) -> tuple[list[Any], errors.AceDataError | None]:
    """Return the events until the end or an error, and the error."""
    return _all_of(stream)


def text_of(stream: Any) -> tuple[str, errors.AceDataError | None]:
    """Return the text until the end or an error, and the error."""
    texts, error = _all_of(stream.text_deltas())
    return "".join(texts), error


def _all_of(items: Any) -> tuple[list[Any], errors.AceDataError | None]:
    received = []
    try:
        for item in items:
            received.append(item)  # noqa: PERF402 - the items before an error count
    except errors.AceDataError as error:
        return received, error
    return received, None


def assert_usable(client: Any, service: Any) -> None:
    """Check that a client with one slot in flight can make another call."""
    assert client.create(deadline=30).output_text
    assert service.unused == 0
