"""The faults that a service can have: what the client makes of each, and how often the service gets the request.

This is data. `test_every_fault.py` holds the client to it, the soak disturbs its calls with it, and
`test_guide_table.py` holds the table in docs/guides/errors.md to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from acedata_responses.testing import Answer, Fault, error, page
from tests.streams.made_up import response

TRIES = 3
"""How often a call is tried by default where it may be sent again: once, and twice more."""


@dataclass(frozen=True)
class Outcome:
    """What comes of a fault.

    Attributes:
        error: The name of the error's class; empty when the call gets its answer.
        sent: How often the request arrives at the service.
        facts: What the error says, besides `tries`.
    """

    error: str
    sent: int = 1
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A fault.

    Attributes:
        name: A short name.
        line: The line of the guide's table that it belongs to, by its first words; empty for none.
        answer: What the service answers each request with.
        outcomes: What comes of it, by the kind of call: `post` is one that is paid for (`responses.create`), `get`
            one that only reads (`models.list`), `stream` a stream, `via` a `post` that is sent as a stream. A kind that
            is left out cannot have the fault.
        is_silence: Whether the fault is that nothing comes, so that the call has to give up waiting.
    """

    name: str
    line: str
    answer: Any
    outcomes: dict[str, Outcome]
    is_silence: bool = False

    def options(self, kind: str) -> dict[str, Any]:
        """The options of a call that is to meet the fault."""
        if not self.is_silence:
            return {}
        begins_first = self.outcomes[kind].error == "StreamInterruptedError"
        seconds = PATIENT if begins_first else SHORT
        return {"timeout": httpx.Timeout(30, read=seconds)}


def _row(
    name: str,
    line: str,
    answer: Any,
    post: Outcome,
    *,
    get: Outcome | None = None,
    stream: Outcome | None = None,
    via: Outcome | None = None,
    is_silence: bool = False,
) -> Row:
    """A row whose outcome is the same for all calls unless another is given."""
    outcomes = {"post": post, "get": get or post, "stream": stream or post, "via": via or post}
    return Row(name, line, answer, outcomes, is_silence)


SHORT = 0.05
"""Seconds that a call waits for the next bytes whose fault is a silence."""

PATIENT = 0.6
"""The same where something has to come first, even on a busy machine."""

LOST = Outcome("ConnectionLostError", 1)
LOST_OFTEN = Outcome("ConnectionLostError", TRIES)
SILENT = Outcome("RequestTimeoutError", 1, {"phase": "read", "after": SHORT, "sent": True})
SILENT_OFTEN = replace(SILENT, sent=TRIES)
BROKEN = Outcome("StreamInterruptedError", 1, {"reason": "broken"})
BROKEN_OFTEN = replace(BROKEN, sent=TRIES)
HALTED_OFTEN = Outcome("StreamInterruptedError", TRIES, {"reason": "timed out"})
ENDED = Outcome("StreamInterruptedError", 1, {"reason": "ended", "partial_text": "", "events": 0})
UNREADABLE = Outcome("ReplyDecodeError", 1)
ANSWERED = Outcome("")


def _lost(name: str, answer: Any, *, stream: Outcome = LOST_OFTEN, via: Outcome = LOST_OFTEN) -> Row:
    return _row(name, "the connection breaks", answer, LOST, get=LOST_OFTEN, stream=stream, via=via)


def _silent(name: str, answer: Any, *, stream: Outcome = SILENT_OFTEN) -> Row:
    line, often = "no answer in time", SILENT_OFTEN
    return _row(name, line, answer, SILENT, get=often, stream=stream, via=often, is_silence=True)


def _unreadable(name: str, answer: Answer, *, stream: Outcome = UNREADABLE) -> Row:
    return _row(name, "status 200, but", answer, UNREADABLE, stream=stream)


IN_THE_BODY = [
    _lost("reset after the headers", Fault("reset", "body"), stream=BROKEN_OFTEN),
    _lost("closed after the headers", Fault("cut", "body"), stream=BROKEN_OFTEN),
    _lost("closed within the body", Fault("cut", "body", after=40), stream=BROKEN_OFTEN),
    _lost("reset within the body", Fault("reset", "body", after=40), stream=BROKEN_OFTEN),
    _silent("silence within the body", Fault("stall", "body", after=40), stream=HALTED_OFTEN),
]
"""For a stream these are faults within its first event."""

TRANSPORT = [
    _lost("reset before the answer", Fault("reset")),
    _lost("closed before the answer", Fault("cut")),
    _silent("silence before the answer", Fault("stall")),
    _lost("garbage instead of HTTP", Answer(raw=b"\x00\xff\x13\x37 no HTTP at all\r\n\r\n")),
    _lost("a page instead of HTTP", Answer(raw=b"<html><title>Bad Gateway</title></html>\r\n\r\n")),
    _lost("an endless header", Answer(raw=b"HTTP/1.1 200 OK\r\nx-long: " + 200_000 * b"x")),
    _lost(
        "two lengths", Answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!")
    ),
    _lost("reset within the headers", Fault("reset", "head")),
    _lost("closed within the headers", Fault("cut", "head")),
    _silent("silence within the headers", Fault("stall", "head")),
    *IN_THE_BODY,
]  # fmt: skip
"""What the network does to an answer with success."""

HARMLESS = [
    _row("an answer in small pieces", "", Fault("drip", "body", size=100, seconds=0.001), ANSWERED),
    _row("closed after the answer", "", Fault("cut", "end"), ANSWERED),
    *(
        Row(
            f"{name} in a stream",
            "",
            Fault("write", "event", after=3, data=data),
            {"stream": ANSWERED, "via": ANSWERED},
        )
        for name, data in {
            "a heartbeat": b"event: ping\ndata: {}\n\n",
            "a heartbeat that is no JSON": b"event: keepalive\ndata: now\n\n",
            "an unknown object": {"hello": "world"},
            "an unknown kind": {"type": "response.brand_new", "delta": "x"},
            "text between events": b"upstream is slow\n\n",
        }.items()
    ),
]
"""What costs nothing."""

BODIES = [
    _unreadable("an HTML page", page(200, "Welcome")),
    _unreadable("nothing", Answer(), stream=ENDED),
    _unreadable("no content", Answer(204), stream=ENDED),
    _unreadable("cut JSON", Answer(body='{"object": "response", "out')),
    _unreadable(
        "a length too small", Answer(json={"object": "response", "output": []}, headers={"content-length": "9"})
    ),
    _lost(
        "a length too large",
        Answer(json={"object": "response", "output": []}, headers={"content-length": "999"}).but(Fault("cut", "tail")),
        stream=BROKEN, via=LOST,
    ),
    _unreadable("text", Answer(body="upstream connect error"), stream=ENDED),
    _unreadable("bytes", Answer(body=bytes(range(256))), stream=ENDED),
    _unreadable("another JSON", Answer(json={"hello": "world"})),
    _unreadable("a JSON list", Answer(json=[{"object": "response"}])),
    _unreadable("JSON too deep", Answer(body='{"output":' * 100_000)),
    _row(
        "success: false", "an error body under status 200", Answer(json={"success": False}),
        Outcome("APIStatusError", 1, {"status_code": 200, "code": None}),
    ),
    _row(
        "an unknown code", "an error body under status 200",
        Answer(json={"error": {"code": "brand_new", "message": "New."}, "trace_id": "t-1"}),
        Outcome("APIStatusError", 1, {"status_code": 200, "code": "brand_new", "trace_id": "t-1", "message": "New."}),
    ),
    Row(
        "a failed reply", "a reply that says it failed",
        Answer(json=response(status="failed", error={"code": "api_error", "message": "No."})),
        dict.fromkeys(
            ["post", "stream", "via"], Outcome("ReplyFailedError", 1, {"code": "api_error", "message": "No."})
        ),
    ),
]  # fmt: skip
"""Answers with success whose body is not what the document describes, or says of itself that it failed."""

CODES = {
    "bad_request": ("BadRequestError", 400),
    "api_not_implemented": ("BadRequestError", 400),
    "no_token": ("AuthenticationError", 400),
    "token_mismatched": ("AuthenticationError", 401),
    "invalid_token": ("AuthenticationError", 401),
    "token_expired": ("AuthenticationError", 401),
    "used_up": ("InsufficientBalanceError", 403),
    "disabled": ("PermissionDeniedError", 403),
    "forbidden": ("ModerationError", 403),
    "no_api": ("NotFoundError", 404),
    "request_too_large": ("RequestTooLargeError", 413),
    "too_many_requests": ("RateLimitError", 429),
    "rate_limited": ("RateLimitError", 429),
    "api_error": ("ServerError", 500),
    "timeout": ("GatewayTimeoutError", 504),
}
"""The documented codes: the class of each, and the status under which it usually comes."""

NOT_BILLED = {"RateLimitError", "ServerError", "GatewayTimeoutError"}
"""What is sent again: by the vendor's word it is not billed."""

STATUSES = {
    **dict.fromkeys([300, 301, 302, 303, 304, 307, 308], "APIStatusError"),
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    413: "RequestTooLargeError",
    429: "RateLimitError",
    **dict.fromkeys([402, 405, 406, 408, 409, 410, 415, 418, 422, 425, 431, 451, 499, 600, 799, 999], "APIStatusError"),
    **dict.fromkeys([500, 501, 502, 503, 505, 507, 520, 522, 524, 529, 599], "ServerError"),
    504: "GatewayTimeoutError",
}
"""Statuses, documented and not, and the class of each where the body has no code that is known."""


def _error(name: str, cls: str, answer: Answer, **facts: Any) -> Row:
    resend = cls in NOT_BILLED and answer.status != 200
    line = "an error body under status 200" if answer.status == 200 else "429" if resend else "any other status"
    facts = {"status_code": answer.status, **facts}
    return _row(name, line, answer, Outcome(cls, TRIES if resend else 1, facts))


def _by_code(code: str, status: int | None = None) -> Row:
    cls, usual = CODES[code]
    status = status or usual
    answer = error(code, f"About {code}.", status=status)
    return _error(f"{code} under {status}", cls, answer, code=code, message=f"About {code}.")


OTHER_STATUSES = {
    "no_token": 401, "token_mismatched": 400, "used_up": 402, "forbidden": 400, "too_many_requests": 403,
    "bad_request": 500, "invalid_token": 502, "timeout": 500, "api_error": 503,
}  # fmt: skip
"""Codes under another status than usual. The code decides."""

BY_CODE = [_by_code(code) for code in CODES]
ERRORS = [
    *BY_CODE,
    *(
        _error(f"status {status}", cls, Answer(status, json={"detail": "no code"}), code=None)
        for status, cls in STATUSES.items()
    ),
    *(_by_code(code, 200) for code in CODES),
    *(_by_code(code, status) for code, status in OTHER_STATUSES.items()),
]
"""What the service, or a gateway before it, answers instead of a reply."""

ERROR_BODIES: dict[str, tuple[Answer, str]] = {
    "HTML": (page(400, "Bad Gateway"), "an HTML page: Bad Gateway"),
    "nothing": (Answer(400), "no body"),
    "text": (Answer(400, body="upstream\n  connect error"), "upstream connect error"),
    "long text": (Answer(400, body="long " * 1000), "long " * 39 + "long …"),
    "cut JSON": (Answer(400, body='{"error": {"code": "api_er'), '{"error": {"code": "api_er'),
    "bytes": (Answer(400, body=b"\xff\xfe"), "\ufffd\ufffd"),
    "null": (Answer(400, json=None), "null"),
    "a list": (Answer(400, json=["error"]), '["error"]'),
    "an error in words": (Answer(400, json={"error": "in words"}), '{"error": "in words"}'),
    "error null": (Answer(400, json={"error": None}), '{"error": null}'),
    "cut by the network": (
        Answer(400, body='{"error": {"code": "api_er', headers={"content-length": "99"}).but(Fault("cut", "tail")),
        '{"error": {"code": "api_er',
    ),
    "reset by the network": (Answer(400, body="x" * 50).but(Fault("reset", "body", after=9)), "xxxxxxxxx"),
}
"""Bodies of errors that are not the documented one, and the message that each gives."""

ROWS = [*TRANSPORT, *HARMLESS, *BODIES, *ERRORS]
