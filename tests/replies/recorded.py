"""Sample replies, read without the client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).with_name("samples")


def sample(name: str) -> bytes:
    """Return the bytes of a sample, as the service sends them."""
    return (SAMPLES / name).read_bytes()


def events_in(stream: bytes) -> list[Any]:
    """Return the data of the events of a stream in its simplest form, without the end marker."""
    blocks = [block.removeprefix("data: ") for block in stream.decode().split("\n\n") if block.strip()]
    return [json.loads(block) for block in blocks if block != "[DONE]"]


def documented_text(reply: dict[str, Any]) -> str:
    """Return the text of a reply of either shape."""
    if reply["object"] == "chat.completion":
        return next(choice["message"]["content"] for choice in reply["choices"] if choice["index"] == 0)
    messages = [item for item in reply["output"] if item["type"] == "message"]
    return "".join(part.get("text", "") for message in messages for part in message["content"])
