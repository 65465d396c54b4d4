"""The streams without a good end, in the form of the table of faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from acedata_responses.testing import Answer
from tests.faults.table import LOST_OFTEN, TRIES, Outcome, Row
from tests.streams.made_up import choice, chunk, created, delta, ending


def interrupted(reason: str, events: int, text: str) -> Outcome:
    facts = {"reason": reason, "events": events, "partial_text": text}
    return Outcome("StreamInterruptedError", 1, facts)


def ended(events: int, text: str) -> Outcome:
    """The body ends, and no event has said that it is the last: sent again as long as no event has come."""
    return replace(interrupted("ended", events, text), sent=1 if events else TRIES)


def failed(code: str | None, message: str, events: int, text: str) -> Outcome:
    facts = {"code": code, "message": message, "events": events, "partial_text": text}
    return Outcome("StreamFailedError", 1, facts)


BAD_ENDS: dict[str, tuple[list[Any], Outcome]] = {
    "no last event": ([created(), delta("Hel"), delta("lo")], ended(3, "Hello")),
    "nothing but the end": (["[DONE]"], interrupted("ended", 0, "")),
    "nothing at all": ([], ended(0, "")),
    "comments alone": ([b": ping\n\n: ping\n\n"], ended(0, "")),
    "no JSON": ([created(), delta("Hel"), "lo"], interrupted("unreadable", 2, "Hel")),
    "half an event": (
        [created(), delta("Hel"), b'data: {"type": "respo'], interrupted("unreadable", 2, "Hel"),
    ),
    "a number": ([delta("Hel"), "5"], interrupted("unreadable", 1, "Hel")),
    "null": ([delta("Hel"), "null"], interrupted("unreadable", 1, "Hel")),
    "a list": ([delta("Hel"), "[1]"], interrupted("unreadable", 1, "Hel")),
    "an unknown object at the end": ([delta("Hel"), {"hello": "world"}], ended(2, "Hel")),
    "nested too deeply": ([delta("Hel"), '{"a":' * 200_000], interrupted("unreadable", 1, "Hel")),
    "an end without a reply": (
        [delta("Hel"), {"type": "response.completed", "sequence_number": 2}],
        interrupted("ended", 2, "Hel"),
    ),
    "an end with half a reply": (
        [delta("Hel"), {"type": "response.completed", "sequence_number": 2, "response": "r"}],
        interrupted("ended", 2, "Hel"),
    ),
    "an error event": (
        [delta("Hel"), {"type": "error", "sequence_number": 2, "code": "api_error", "message": "No.", "param": None}],
        failed("api_error", "No.", 2, "Hel"),
    ),
    "an error event with its error within": (
        [delta("Hel"), {"type": "error", "error": {"code": "api_error", "message": "No."}}],
        failed("api_error", "No.", 2, "Hel"),
    ),
    "an error body": (
        [delta("Hel"), {"error": {"code": "used_up", "message": "No."}, "trace_id": "t-1"}],
        failed("used_up", "No.", 1, "Hel"),
    ),
    "an error body in an event": (
        [chunk(choice(content="Hel")), chunk(error={"code": "api_error", "message": "No."})],
        failed("api_error", "No.", 1, "Hel"),
    ),
    "success: false in a stream": ([delta("Hel"), {"success": False}], failed(None, "", 1, "Hel")),
    "response.failed": (
        [delta("Hel"), ending("failed", error={"code": "api_error", "message": "No."})],
        failed("api_error", "No.", 2, "Hel"),
    ),
    "response.failed without a reply": (
        [delta("Hel"), {"type": "response.failed", "sequence_number": 2}], failed(None, "", 2, "Hel"),
    ),
    "chunks without an end": ([chunk(choice(content="Hel"))], ended(1, "Hel")),
}  # fmt: skip
"""What the service sends, and what comes of it. An event that reports the failure is given out, and counts."""

WITHOUT_LAST_EVENT = {
    "no last event", "nothing at all", "comments alone", "an unknown object at the end", "chunks without an end",
}  # fmt: skip
"""Those that a call with `via_stream` sends again."""


def _row(name: str, sent: list[Any], outcome: Outcome) -> Row:
    via = LOST_OFTEN if name in WITHOUT_LAST_EVENT else outcome
    line = "a stream that ends" if via is LOST_OFTEN else "a stream that brings"
    if outcome.error == "StreamFailedError":
        line = "an error in a stream"
    return Row(name, line, Answer(events=sent), {"stream": outcome, "via": via})


ROWS = [_row(name, *case) for name, case in BAD_ENDS.items()]
