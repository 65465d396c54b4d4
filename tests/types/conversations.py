"""Replies in both shapes, with text, refusals and calls of functions."""

from __future__ import annotations

import json
from typing import Any

SHAPES = ("response", "chat.completion")
CALL = {"type": "function_call", "status": "completed"}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VjcmV0"}


def reply(shape: str, *, text: str | None = None, refusal: str | None = None, calls: Any = (), **facts: Any) -> Any:
    """Return a reply as JSON data.

    Args:
        shape: The shape.
        text: The text of the reply.
        refusal: The text of a refusal.
        calls: Pairs of the name of a function and its arguments, as data or as JSON text.
        facts: Further fields of the reply, or of the only choice of a chat completion.
    """
    numbered_calls = [
        (f"call_{number}", name, arguments if isinstance(arguments, str) else json.dumps(arguments))
        for number, (name, arguments) in enumerate(calls, 1)
    ]
    return (_response if shape == "response" else _completion)(text, refusal, numbered_calls, facts)


def _response(text: str | None, refusal: str | None, calls: list[Any], facts: dict[str, Any]) -> Any:
    parts = [{"type": "output_text", "annotations": [], "text": text}] if text is not None else []
    parts += [{"type": "refusal", "refusal": refusal}] if refusal is not None else []
    message = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": parts}
    output = [REASONING, *([message] if parts else [])] + [
        {
            "id": f"fc_{id_}",
            "type": "function_call",
            "status": "completed",
            "call_id": id_,
            "name": name,
            "arguments": args,
        }
        for id_, name, args in calls
    ]
    head = {"id": "resp_1", "object": "response", "created_at": 1_795_420_800, "model": "gpt-4o"}
    return {**head, "status": "completed", "output": output, **facts}


def _completion(text: str | None, refusal: str | None, calls: list[Any], facts: dict[str, Any]) -> Any:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": refusal}
    if calls:
        message["tool_calls"] = [
            {"id": call_id, "type": "function", "function": {"name": name, "arguments": given}}
            for call_id, name, given in calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop", **facts}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_420_800, "model": "gpt-4o"}
    return {**head, "choices": [choice]}
