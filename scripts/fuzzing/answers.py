"""What the service answers, in JSON, and what may be wrong with it: in its values, or in its bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from .mutation import mutated

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
