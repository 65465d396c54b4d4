"""One long stream: how long it takes, and how much memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from acedata_responses import Client, testing

from .faults import DELTA
from .levels import level


def long_stream(events: int) -> tuple[float, float, float]:
    """Read one long stream: its seconds, the megabytes of its text, and by how many the process grew meanwhile."""
    delta = {**DELTA, "delta": "word " * 4}
    reply = {"id": "r", "object": "response", "status": "completed", "output": []}
    end = {"type": "response.completed", "response": reply}

    def sent() -> Iterator[Any]:
        for _ in range(events):
            yield delta
        yield end

    with testing.serve() as service, Client(testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.Answer(events=sent()))
        before, began, count = level().megabytes, time.monotonic(), 0
        with client.responses.create(model="gpt-4o-mini", input="Go on", stream=True) as stream:
            count = sum(1 for _event in stream)
            grown = level().megabytes - before
        if count != events + 1 or len(stream.partial_text) != events * 20:
            raise RuntimeError(f"{count} events of {events + 1} came")
    return time.monotonic() - began, events * 20 / 1e6, grown
