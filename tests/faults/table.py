"""Every fault that the tests inject, what the client makes of it, and how often the service gets the request.

This is data: `test_every_fault.py` holds the client to it, and the README's table of faults is made from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from acedata_responses.testing import Answer, Fault, error, page

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
        stage: When it happens; the README groups by it.
        what: What happens, as half a sentence.
        then: What the client does, as a sentence.
        answer: What the service is told to answer each request with.
        post: What comes of it for a paid call (`responses.create`).
        get: The same for a call that only reads (`models.list`).
        stream: The same for a stream.
        timeout: The seconds that the call allows for each phase; None for the client's own.
    """

    name: str
    stage: str
    what: str
    then: str
    answer: Any
    post: Outcome
    get: Outcome
    stream: Outcome
    timeout: float | None = None


def _row(
    name: str,
    stage: str,
    what: str,
    then: str,
    answer: Any,
    post: Outcome,
    *,
    get: Outcome | None = None,
    stream: Outcome | None = None,
    timeout: float | None = None,
) -> Row:
    """A row whose outcome is the same for all calls unless it is said otherwise."""
    return Row(name, stage, what, then, answer, post, get or post, stream or post, timeout)


SHORT = 0.2
"""Seconds that a call allows whose fault is a silence."""

PATIENT = 0.6
"""The same where something has to come first, even on a busy machine."""

LOST = Outcome("ConnectionLostError", 1)
LOST_OFTEN = Outcome("ConnectionLostError", TRIES)
SILENT = Outcome("RequestTimeoutError", 1, {"phase": "read", "after": SHORT, "sent": True})
SILENT_OFTEN = replace(SILENT, sent=TRIES)
HALTED = Outcome("RequestTimeoutError", 1, {"phase": "read", "after": PATIENT, "sent": True})
HALTED_OFTEN = replace(HALTED, sent=TRIES)
BROKEN = Outcome("StreamInterruptedError", 1, {"reason": "broken"})
ENDED = Outcome("StreamInterruptedError", 1, {"reason": "ended", "partial_text": "", "events": 0})
UNREADABLE = Outcome("ReplyDecodeError", 1)
ANSWERED = Outcome("")

ONCE = "It is not sent again, as the service may have done its work: you get the error, and decide."
AGAIN = "It is sent again after a wait, as the vendor does not bill it; then you get the error."
PARTLY = "What had come is on the error (`http.content`, or `partial_text`); it is not sent again."

TRANSPORT = [
    _row(
        "reset before the answer", "waiting for the answer", "the connection is reset before any byte comes", ONCE,
        Fault("reset"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "closed before the answer", "waiting for the answer", "the connection is closed before any byte comes", ONCE,
        Fault("cut"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "silence before the answer", "waiting for the answer", "nothing comes for as long as `timeout` allows", ONCE,
        Fault("stall"), SILENT, get=SILENT_OFTEN, timeout=SHORT,
    ),
    _row(
        "garbage instead of HTTP", "waiting for the answer", "what comes is not HTTP", ONCE,
        Answer(raw=b"\x00\xff\x13\x37 no HTTP at all\r\n\r\n"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "a page instead of HTTP", "waiting for the answer", "what comes is not HTTP but HTML", ONCE,
        Answer(raw=b"<html><title>Bad Gateway</title></html>\r\n\r\n"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "an endless header", "waiting for the answer", "a header line does not end", ONCE,
        Answer(raw=b"HTTP/1.1 200 OK\r\nx-long: " + 200_000 * b"x"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "two lengths", "waiting for the answer", "the headers contradict each other", ONCE,
        Answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "reset within the headers", "headers", "the connection is reset within the headers", ONCE,
        Fault("reset", "head"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "closed within the headers", "headers", "the connection is closed within the headers", ONCE,
        Fault("cut", "head"), LOST, get=LOST_OFTEN,
    ),
    _row(
        "silence within the headers", "headers", "the headers come to a halt", ONCE,
        Fault("stall", "head"), SILENT, get=SILENT_OFTEN, timeout=SHORT,
    ),
    _row(
        "reset after the headers", "body", "the connection is reset after the headers", PARTLY,
        Fault("reset", "body"), LOST, get=LOST_OFTEN, stream=BROKEN,
    ),
    _row(
        "closed after the headers", "body", "the connection is closed after the headers", PARTLY,
        Fault("cut", "body"), LOST, get=LOST_OFTEN, stream=BROKEN,
    ),
    _row(
        "closed within the body", "body", "the connection is closed within the body", PARTLY,
        Fault("cut", "body", after=40), LOST, get=LOST_OFTEN, stream=BROKEN,
    ),
    _row(
        "reset within the body", "body", "the connection is reset within the body", PARTLY,
        Fault("reset", "body", after=40), LOST, get=LOST_OFTEN, stream=BROKEN,
    ),
    _row(
        "silence within the body", "body", "the body comes to a halt", PARTLY,
        Fault("stall", "body", after=40), HALTED, get=HALTED_OFTEN, timeout=PATIENT,
        stream=Outcome("StreamInterruptedError", 1, {"reason": "timed out"}),
    ),
]  # fmt: skip
"""What the network does to an answer with success. For a stream the rows under `body` are faults in mid-stream."""

BODIES = [
    _row(
        "an HTML page", "an answer with status 200", "an HTML page",
        "`ReplyDecodeError`; its text has the page's title.",
        page(200, "Welcome"), UNREADABLE, stream=UNREADABLE,
    ),
    _row(
        "nothing", "an answer with status 200", "an empty body", "`ReplyDecodeError`.",
        Answer(), UNREADABLE, stream=ENDED,
    ),
    _row(
        "no content", "an answer with status 200", "status 204", "`ReplyDecodeError`.",
        Answer(204), UNREADABLE, stream=ENDED,
    ),
    _row(
        "cut JSON", "an answer with status 200", "JSON that breaks off, under a length that agrees with it",
        "`ReplyDecodeError` with the bytes on it.",
        Answer(body='{"object": "response", "out'), UNREADABLE, stream=UNREADABLE,
    ),
    _row(
        "a length too small", "an answer with status 200", "more body than its length says",
        "`ReplyDecodeError`, and the connection is not used again.",
        Answer(json={"object": "response", "output": []}, headers={"content-length": "9"}), UNREADABLE,
    ),
    _row(
        "a length too large", "an answer with status 200", "less body than its length says, then the end", PARTLY,
        Answer(json={"object": "response", "output": []}, headers={"content-length": "999"}).but(Fault("cut", "tail")),
        LOST, get=LOST_OFTEN, stream=BROKEN,
    ),
    _row(
        "text", "an answer with status 200", "plain text", "`ReplyDecodeError` with the text in short.",
        Answer(body="upstream connect error"), UNREADABLE, stream=ENDED,
    ),
    _row(
        "bytes", "an answer with status 200", "bytes that are no text", "`ReplyDecodeError` with the bytes on it.",
        Answer(body=bytes(range(256))), UNREADABLE, stream=ENDED,
    ),
    _row(
        "another JSON", "an answer with status 200", "JSON that is no documented reply",
        "`ReplyDecodeError` with the JSON on it.",
        Answer(json={"hello": "world"}), UNREADABLE,
    ),
    _row(
        "a JSON list", "an answer with status 200", "JSON that is no object", "`ReplyDecodeError`.",
        Answer(json=[{"object": "response"}]), UNREADABLE,
    ),
    _row(
        "JSON too deep", "an answer with status 200", "JSON nested without end", "`ReplyDecodeError`.",
        Answer(body='{"output":' * 100_000), UNREADABLE,
    ),
    _row(
        "success: false", "an answer with status 200", "`success: false` without any error",
        "`APIStatusError` with status 200.",
        Answer(json={"success": False}), Outcome("APIStatusError", 1, {"status_code": 200, "code": None}),
    ),
    _row(
        "an unknown code", "an answer with status 200", "an error body with a code that is not documented",
        "`APIStatusError` with status 200 and that code.",
        Answer(json={"error": {"code": "brand_new", "message": "New."}, "trace_id": "t-1"}),
        Outcome("APIStatusError", 1, {"status_code": 200, "code": "brand_new", "trace_id": "t-1", "message": "New."}),
    ),
]  # fmt: skip
"""Answers with success whose body is not what the document describes."""

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
    **dict.fromkeys(
        [402, 405, 406, 408, 409, 410, 415, 418, 422, 425, 431, 451, 499, 600, 799, 999], "APIStatusError"
    ),
    **dict.fromkeys([500, 501, 502, 503, 505, 507, 520, 522, 524, 529, 599], "ServerError"),
    504: "GatewayTimeoutError",
}
"""Statuses, documented and not, and the class of each where the body has no code that is known."""


def _by_code(code: str) -> Row:
    cls, status = CODES[code]
    resend = cls in NOT_BILLED
    facts = {"status_code": status, "code": code, "message": f"About {code}."}
    return _row(
        f"{code} under {status}", "an error of the service", f"`{code}`, usually with status {status}",
        AGAIN if resend else "You get the error; sending it again would not help.",
        error(code, facts["message"]), Outcome(cls, TRIES if resend else 1, facts),
    )  # fmt: skip


def _by_status(status: int) -> Row:
    resend = STATUSES[status] in NOT_BILLED
    return _row(
        f"status {status}", "an error of the service", f"status {status} without a code that is known",
        AGAIN if resend else "You get the error; it is not sent again.",
        Answer(status, json={"detail": "no code"}),
        Outcome(STATUSES[status], TRIES if resend else 1, {"status_code": status, "code": None}),
    )  # fmt: skip


def _under_200(code: str) -> Row:
    return _row(
        f"{code} under 200", "an error of the service under status 200", f"`{code}` under status 200",
        "The same error as with its own status, but never sent again: an answer had begun.",
        error(code, "No.", status=200),
        Outcome(CODES[code][0], 1, {"status_code": 200, "code": code, "message": "No."}),
    )  # fmt: skip


def _under_another(code: str, status: int) -> Row:
    cls = CODES[code][0]
    return _row(
        f"{code} under {status}", "an error of the service", f"`{code}` under another status than usual",
        "The code decides, not the status.",
        error(code, "No.", status=status),
        Outcome(cls, TRIES if cls in NOT_BILLED else 1, {"status_code": status, "code": code}),
    )  # fmt: skip


ERRORS = [
    *map(_by_code, CODES),
    *map(_by_status, STATUSES),
    *map(_under_200, CODES),
    *(
        _under_another(code, status)
        for code, status in {
            "no_token": 401, "token_mismatched": 400, "used_up": 402, "forbidden": 400, "too_many_requests": 403,
            "bad_request": 500, "invalid_token": 502, "timeout": 500, "api_error": 503,
        }.items()
    ),
]  # fmt: skip
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
        Answer(400, body='{"error": {"code": "api_er', headers={"content-length": "99"}).but(
            Fault("cut", "tail")
        ),
        '{"error": {"code": "api_er',
    ),
    "reset by the network": (Answer(400, body="x" * 50).but(Fault("reset", "body", after=9)), "xxxxxxxxx"),
}
"""Bodies of errors that are not the documented one, and the message that each gives."""

ROWS = [*TRANSPORT, *BODIES, *ERRORS]
