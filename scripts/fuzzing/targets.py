"""All targets by their names, and what a round throws at them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from .answers import answer_body
from .errors import check_status
from .replies import check_reply
from .sse import check_event_decoder, event_stream
from .streams import check_stream, events_body


class Target(NamedTuple):
    """What is thrown at, and what must come of it."""

    make: Callable[[Random], bytes]
    """An input, by chance alone."""
    check: Callable[[bytes], None]
    """Fails with any exception. What it does follows from its input alone."""


TARGETS = {
    "sse": Target(event_stream, check_event_decoder),
    "replies": Target(answer_body, check_reply),
    "errors": Target(answer_body, check_status),
    "streams": Target(events_body, check_stream),
}


def input_of(name: str, seed: int, number: int) -> bytes:
    """What a round throws."""
    return TARGETS[name].make(Random(f"{seed}/{name}/{number}"))  # noqa: S311 - no secret


def failure_of(name: str, data: bytes) -> Exception | None:
    """What the target's check says against an input."""
    try:
        TARGETS[name].check(data)
    except Exception as error:  # noqa: BLE001 - whatever comes out is what we look for
        return error
    return None
