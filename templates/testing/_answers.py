"""The answers that a test can give the test server, and the faults that disturb them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from .._document.facts import ERROR_BODY, ERROR_KINDS
from .._paths import put

How = Literal["delay", "stall", "cut", "reset", "write", "drip"]
Stage = Literal["start", "head", "body", "event", "tail", "end"]


@dataclass(frozen=True)
class Fault:
    """A fault that disturbs an answer.

    Attributes:
        how: What happens. `delay` waits for `seconds`; `stall` waits until the client disconnects or the test
            calls `service.release()`; `cut` closes the connection normally, `reset` with a TCP reset; `write`
            inserts `data` into the answer; `drip` sends the rest `size` bytes at a time, `seconds` apart.
        at: Where it happens. `start` is before the first byte, `head` within the status line and headers, `body`
            after `after` bytes of the body, `event` after `after` events, `tail` after the body but before the
            terminating chunk, `end` after the whole answer.
        after: The number of bytes or events. Defaults to half of the head, and to 0 in the body. If the body is
            shorter, the fault happens at its tail.
        seconds: The duration of `delay`, and the interval of `drip`.
        size: How many bytes `drip` sends at a time.
        data: The bytes for `write`. In a body also JSON data, which is sent as an event.
    """

    how: How
    at: Stage = "start"
    after: int | None = None
    seconds: float = 0.05
    size: int = 1
    data: Any = b""

    def __post_init__(self) -> None:
        """Reject invalid faults, so that a typo in a test does not look like a client that handles the fault."""
        if self.how not in get_args(How) or self.at not in get_args(Stage):
            known = f"{', '.join(get_args(How))} at {', '.join(get_args(Stage))}"
            raise ValueError(f"There is no fault {self.how!r} at {self.at!r}. Known faults: {known}.")
        if self.size < 1:
            raise ValueError(f"size must be at least 1, not {self.size}")


@dataclass(frozen=True)
class Answer:
    """An answer of the service.

    Attributes:
        status: The HTTP status.
        headers: Additional headers. They override those that the service sets, and None removes one: a wrong
            `content-length`, for example, or a body without a length that ends with the connection.
        json: The body as JSON data.
        body: The body as text or bytes.
        events: The body as a stream of events, sent one by one: JSON data, strings (the data of an event) or
            bytes (sent unchanged).
        raw: Bytes to send instead of an HTTP response; the connection is closed after them.
        faults: The faults that disturb the answer.
    """

    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    json: Any = ...
    body: bytes | str = b""
    events: Iterable[Any] | None = None
    raw: bytes | None = None
    faults: tuple[Fault, ...] = ()

    def but(self, *faults: Fault) -> Answer:
        """Return the same answer with additional faults."""
        return replace(self, faults=(*self.faults, *faults))


def error(code: str, message: str | None = None, *, status: int | None = None) -> Answer:
    """Return an error in the format of the service.

    Args:
        code: A documented error code, or any other together with `status`.
        message: The error message. Defaults to the documented meaning of the code.
        status: The HTTP status. Defaults to the documented status of the code.
    """
    documented = documented_codes()
    if code not in documented and status is None:
        known = ", ".join(documented)
        raise ValueError(
            f"The error code {code!r} is not documented, so pass a status with it. Documented codes: {known}."
        )
    usual_status, meaning = documented.get(code, (500, code))
    status = usual_status if status is None else status
    message = meaning if message is None else message
    if not ERROR_BODY["code"]:
        return Answer(status, headers={"content-type": "text/plain; charset=utf-8"}, body=message)
    body: dict[str, Any] = {}
    for word, value in {"code": code, "message": message, "trace-id": str(uuid.uuid4())}.items():
        if ERROR_BODY[word]:
            put(body, ERROR_BODY[word], value)
    return Answer(status, json=body)


def page(status: int = 502, title: str = "Bad Gateway") -> Answer:
    """Return an HTML error page, as a gateway in front of the service sends it."""
    text = f"<html><head><title>{title}</title></head><body><h1>{status} {title}</h1></body></html>"
    return Answer(status, headers={"content-type": "text/html; charset=utf-8"}, body=text)


def documented_codes() -> dict[str, tuple[int, str]]:
    """Return the documented error codes, each with its usual status and its meaning."""
    found: dict[str, tuple[int, str]] = {}
    for kind in ERROR_KINDS.values():
        for code, facts in kind.get("codes", {}).items():
            statuses = facts.get("statuses") or kind.get("statuses") or ["5XX"]
            found[code] = int(str(statuses[0]).replace("XX", "00")), facts.get("meaning", code)
    return found
