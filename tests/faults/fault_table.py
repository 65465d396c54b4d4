"""The table of faults: what the service does, which error the call raises, and how often the request is sent.

`test_fault_table.py` and `test_broken_streams.py` check the client against it, the soak takes its faults from it, and
`test_guide_table.py` checks the table in docs/guides/errors.md against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from acedata_responses.testing import Answer, Fault, error, page
from tests.streams.events import choice, chunk, created, delta, ending, response

TRIES = 3
"""How often a call is tried by default if it may be retried."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call that meets a fault.

    Attributes:
        error: The name of the error's class; empty if the call returns its reply.
        sent: How often the service receives the request.
        facts: Attributes of the error, besides `tries`.
    """

    error: str
    sent: int = 1
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A fault.

    Attributes:
        name: A short name.
        line: The first words of its line in the guide's table; empty if it is not there.
        answer: How the service responds to each request.
        outcomes: The outcomes by type of call: `post` is billed (`responses.create`), `get` only reads
            (`models.list`), `stream` is a stream, `via` is a `post` that is sent as a stream. A missing
            type cannot have the fault.
        is_silence: Whether the service stops sending, so that the call has to time out.
    """

    name: str
    line: str
    answer: Any
    outcomes: dict[str, Outcome]
    is_silence: bool = False

    def options(self, call: str) -> dict[str, Any]:
        """Return the options of a call that meets the fault."""
        if not self.is_silence:
            return {}
        begins_first = self.outcomes[call].error == "StreamInterruptedError"
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
    """Return a row whose outcome is the same for all calls unless another is given."""
    outcomes = {"post": post, "get": get or post, "stream": stream or post, "via": via or post}
    return Row(name, line, answer, outcomes, is_silence)


SHORT = 0.05
"""The read timeout of a call whose response is not received."""

PATIENT = 0.6
"""The same if something has to be received first, even on a busy machine."""

LOST = Outcome("ConnectionLostError", 1)
LOST_OFTEN = Outcome("ConnectionLostError", TRIES)
SILENT = Outcome("RequestTimeoutError", 1, {"phase": "read", "after": SHORT, "sent": True})
SILENT_OFTEN = replace(SILENT, sent=TRIES)
BROKEN = Outcome("StreamInterruptedError", 1, {"reason": "broken"})
BROKEN_OFTEN = replace(BROKEN, sent=TRIES)
STALLED_OFTEN = Outcome("StreamInterruptedError", TRIES, {"reason": "timed out"})
ENDED = Outcome("StreamInterruptedError", 1, {"reason": "ended", "partial_text": "", "events": 0})
UNREADABLE = Outcome("ReplyDecodeError", 1)
ANSWERED = Outcome("")


def _lost(name: str, answer: Any, *, stream: Outcome = LOST_OFTEN, via: Outcome = LOST_OFTEN) -> Row:
    return _row(name, "the connection breaks", answer, LOST, get=LOST_OFTEN, stream=stream, via=via)


def _silent(name: str, answer: Any, *, stream: Outcome = SILENT_OFTEN) -> Row:
    line, often = "no response in time", SILENT_OFTEN
    return _row(name, line, answer, SILENT, get=often, stream=stream, via=often, is_silence=True)


def _unreadable(name: str, answer: Answer, *, stream: Outcome = UNREADABLE) -> Row:
    return _row(name, "status 200, but", answer, UNREADABLE, stream=stream)


IN_THE_BODY = [
    _lost("reset after the headers", Fault("reset", "body"), stream=BROKEN_OFTEN),
    _lost("closed after the headers", Fault("cut", "body"), stream=BROKEN_OFTEN),
    _lost("closed within the body", Fault("cut", "body", after=40), stream=BROKEN_OFTEN),
    _lost("reset within the body", Fault("reset", "body", after=40), stream=BROKEN_OFTEN),
    _silent("silence within the body", Fault("stall", "body", after=40), stream=STALLED_OFTEN),
]
"""For a stream these are faults within its first event."""

TRANSPORT = [
    _lost("reset before the response", Fault("reset")),
    _lost("closed before the response", Fault("cut")),
    _silent("silence before the response", Fault("stall")),
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
"""Faults of the network while a successful response is sent."""

HARMLESS = [
    _row("a response in small pieces", "", Fault("drip", "body", size=100, seconds=0.001), ANSWERED),
    _row("closed after the response", "", Fault("cut", "end"), ANSWERED),
    *(
        Row(
            f"{name} in a stream",
            "",
            Fault("write", "event", after=3, data=data),
            {"stream": ANSWERED, "via": ANSWERED},
        )
        for name, data in {
            "a heartbeat": b"event: ping\ndata: {}\n\n",
            "a heartbeat that is not JSON": b"event: keepalive\ndata: now\n\n",
            "an unknown object": {"hello": "world"},
            "an unknown type": {"type": "response.brand_new", "delta": "x"},
            "text between events": b"upstream is slow\n\n",
        }.items()
    ),
]
"""What does not disturb a call."""

BODIES = [
    _unreadable("an HTML page", page(200, "Welcome")),
    _unreadable("an empty body", Answer(), stream=ENDED),
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
"""Successful responses whose body is not in the document, or is an error, or a reply that failed."""

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
"""The documented codes: the class of each, and its usual status."""

NOT_BILLED = {"RateLimitError", "ServerError", "GatewayTimeoutError"}
"""The errors that are retried: according to the vendor they are not billed."""

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
"""Documented and other statuses, and the class of each if the body has no known code."""


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
"""Codes under an unusual status. The code takes precedence."""

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
"""Error responses of the service, or of a gateway in front of it."""

ERROR_BODIES: dict[str, tuple[Answer, str]] = {
    "HTML": (page(400, "Bad Gateway"), "an HTML page: Bad Gateway"),
    "an empty body": (Answer(400), "no body"),
    "text": (Answer(400, body="upstream\n  connect error"), "upstream connect error"),
    "long text": (Answer(400, body="long " * 1000), "long " * 39 + "long …"),
    "cut JSON": (Answer(400, body='{"error": {"code": "api_er'), '{"error": {"code": "api_er'),
    "bytes": (Answer(400, body=b"\xff\xfe"), "\ufffd\ufffd"),
    "null": (Answer(400, json=None), "null"),
    "a list": (Answer(400, json=["error"]), '["error"]'),
    "a string as the error": (Answer(400, json={"error": "in words"}), '{"error": "in words"}'),
    "error null": (Answer(400, json={"error": None}), '{"error": null}'),
    "cut by the network": (
        Answer(400, body='{"error": {"code": "api_er', headers={"content-length": "99"}).but(Fault("cut", "tail")),
        '{"error": {"code": "api_er',
    ),
    "reset by the network": (Answer(400, body="x" * 50).but(Fault("reset", "body", after=9)), "xxxxxxxxx"),
}
"""Error bodies that are not in the document, and the message of each."""


def _stream(name: str, line: str, events: list[Any], outcome: Outcome, via: Outcome | None = None) -> Row:
    return Row(name, line, Answer(events=events), {"stream": outcome, "via": via or outcome})


def _interrupted(name: str, sent: list[Any], reason: str, events: int, text: str) -> Row:
    facts = {"reason": reason, "events": events, "partial_text": text}
    return _stream(name, "a stream with an invalid event", sent, Outcome("StreamInterruptedError", 1, facts))


def _ended(name: str, sent: list[Any], events: int, text: str) -> Row:
    """Return a body that ends without a last event: the request is sent again if no event has been received."""
    facts = {"reason": "ended", "events": events, "partial_text": text}
    outcome = Outcome("StreamInterruptedError", 1 if events else TRIES, facts)
    return _stream(name, "a stream that ends", sent, outcome, LOST_OFTEN)


def _failed(name: str, sent: list[Any], code: str | None, message: str, events: int, text: str = "Hel") -> Row:
    facts = {"code": code, "message": message, "events": events, "partial_text": text}
    return _stream(name, "an error in a stream", sent, Outcome("StreamFailedError", 1, facts))


NO_REPLY = {"type": "response.completed", "sequence_number": 2}
NO = {"code": "api_error", "message": "No."}
BROKEN_STREAMS = [
    _ended("no last event", [created(), delta("Hel"), delta("lo")], 3, "Hello"),
    _ended("no events", [], 0, ""),
    _ended("only comments", [b": ping\n\n: ping\n\n"], 0, ""),
    _ended("an unknown object at the end", [delta("Hel"), {"hello": "world"}], 2, "Hel"),
    _ended("chunks without an end", [chunk(choice(content="Hel"))], 1, "Hel"),
    _interrupted("only the end mark", ["[DONE]"], "ended", 0, ""),
    _interrupted("an end without a reply", [delta("Hel"), NO_REPLY], "ended", 2, "Hel"),
    _interrupted("an end with half a reply", [delta("Hel"), {**NO_REPLY, "response": "r"}], "ended", 2, "Hel"),
    _interrupted("data that is not JSON", [created(), delta("Hel"), "lo"], "unreadable", 2, "Hel"),
    _interrupted("half an event", [created(), delta("Hel"), b'data: {"type": "respo'], "unreadable", 2, "Hel"),
    _interrupted("a number", [delta("Hel"), "5"], "unreadable", 1, "Hel"),
    _interrupted("null", [delta("Hel"), "null"], "unreadable", 1, "Hel"),
    _interrupted("a string", [delta("Hel"), '"x"'], "unreadable", 1, "Hel"),
    _interrupted("a list", [delta("Hel"), "[1]"], "unreadable", 1, "Hel"),
    _interrupted("data nested too deeply", [delta("Hel"), '{"a":' * 200_000], "unreadable", 1, "Hel"),
    _failed("an error event", [delta("Hel"), {"type": "error", "sequence_number": 2, **NO}], "api_error", "No.", 2),
    _failed("a nested error event", [delta("Hel"), {"type": "error", "error": NO}], "api_error", "No.", 2),
    _failed("an error body", [delta("Hel"), {"error": NO, "trace_id": "t-1"}], "api_error", "No.", 1),
    _failed("an error in a chunk", [chunk(choice(content="Hel")), chunk(error=NO)], "api_error", "No.", 1),
    _failed("success: false in a stream", [delta("Hel"), {"success": False}], None, "", 1),
    _failed("response.failed", [delta("Hel"), ending("failed", error=NO)], "api_error", "No.", 2),
    _failed("response.failed without a reply", [delta("Hel"), {**NO_REPLY, "type": "response.failed"}], None, "", 2),
]
"""Streams without a good end. An event that reports the failure is given to the caller, and counts."""

ROWS = [*TRANSPORT, *HARMLESS, *BODIES, *ERRORS, *BROKEN_STREAMS]
