"""The kinds of fault: what the service does to a request, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from acedata_responses import testing


class Kind(NamedTuple):
    """A fault: what the service does, and what comes of it.

    Attributes:
        weight: How often it is chosen, compared to others.
        disturb: Gives what the service answers; None for the usual answer.
        reply: The error of a plain call; empty when it is answered all the same.
        stream: The same for a stream.
        again: Whether the call is sent again.
    """

    weight: float
    disturb: Callable[[], Any]
    reply: str
    stream: str
    again: bool = False


def _failed() -> testing.Answer:
    error = {"code": "api_error", "message": "The model failed."}
    return testing.Answer(
        json={"id": "r", "object": "response", "status": "failed", "output": [], "error": error}
    )


def _lost(fault: testing.Fault) -> Kind:
    return Kind(1, lambda: fault, "ConnectionLostError", "ConnectionLostError")


def _broken(fault: testing.Fault, reply: str = "ConnectionLostError") -> Kind:
    return Kind(1, lambda: fault, reply, "StreamInterruptedError")


def _said(answer: testing.Answer, error: str, *, weight: float = 1, again: bool = False) -> Kind:
    return Kind(weight, lambda: answer, error, error, again)


def _in_stream(error: str, *events: Any) -> Kind:
    """A fault that only streams can have; to a plain call the service answers as usual."""
    return Kind(1, lambda: testing.Answer(events=events), "", error)


DELTA = {
    "type": "response.output_text.delta",
    "delta": "…",
    "item_id": "m",
    "output_index": 0,
    "content_index": 0,
}
KINDS = {
    "nothing": Kind(0, lambda: None, "", ""),
    "slow": Kind(1, lambda: testing.Fault("drip", "body", size=200, seconds=0.01), "", ""),
    "closed afterwards": Kind(1, lambda: testing.Fault("cut", "end"), "", ""),
    "reset": _lost(testing.Fault("reset")),
    "closed": _lost(testing.Fault("cut")),
    "cut in the headers": _lost(testing.Fault("cut", "head")),
    "garbage": _said(testing.Answer(raw=b"\x00\xff no HTTP\r\n\r\n"), "ConnectionLostError"),
    "silence": Kind(1, lambda: testing.Fault("stall"), "RequestTimeoutError", "RequestTimeoutError"),
    "reset in the body": _broken(testing.Fault("reset", "body", after=30)),
    "cut in the body": _broken(testing.Fault("cut", "body", after=30)),
    "silence in the body": _broken(testing.Fault("stall", "body", after=30), "RequestTimeoutError"),
    "too many requests": _said(testing.error("too_many_requests"), "RateLimitError", weight=0.2, again=True),
    "server error": _said(testing.error("api_error"), "ServerError", again=True),
    "gateway time-out": _said(testing.error("timeout"), "GatewayTimeoutError", again=True),
    "gateway's page": _said(testing.page(502), "ServerError", again=True),
    "no balance": _said(testing.error("used_up"), "InsufficientBalanceError"),
    "bad request": _said(testing.error("bad_request"), "BadRequestError"),
    "error under 200": _said(testing.error("api_error", status=200), "ServerError"),
    "page under 200": _said(testing.page(200), "ReplyDecodeError"),
    "failed": _said(_failed(), "ReplyFailedError"),
    "stream without end": _in_stream("StreamInterruptedError", DELTA),
    "stream of no JSON": _in_stream("StreamInterruptedError", DELTA, "?"),
    "error in the stream": _in_stream("StreamFailedError", DELTA, {"type": "error", "code": "api_error"}),
}
"""What the service does to a request."""
