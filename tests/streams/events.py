"""Events to send in made-up streams, and what a caller gets of them until the end or an error."""

from __future__ import annotations

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


def events_of(stream: Any) -> tuple[list[Any], errors.AceDataError | None]:
    """The events until the end or until an error, and the error."""
    events = []
    try:
        for event in stream:
            events.append(event)  # noqa: PERF402 - what came before an error counts
    except errors.AceDataError as error:
        return events, error
    return events, None


def text_of(stream: Any) -> tuple[str, errors.AceDataError | None]:
    texts = []
    try:
        for text in stream.text_deltas():
            texts.append(text)  # noqa: PERF402 - what came before an error counts
    except errors.AceDataError as error:
        return "".join(texts), error
    return "".join(texts), None


def assert_usable(client: Any, service: Any) -> None:
    """The next call of a client with one place in flight gets its answer."""
    assert client.create(deadline=30).output_text
    assert service.unused == 0
