"""What the service can be told to answer: an `Answer` is plain data, and `Fault`s disturb it on its way."""

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
    """One disturbance of an answer.

    Attributes:
        how: What happens. `delay` waits for `seconds`; `stall` waits until the client leaves or the test
            calls `service.release()`; `cut` ends the connection in order, `reset` with a TCP reset; `write`
            puts `data` into the answer; `drip` sends what follows `size` bytes at a time, `seconds` apart.
        at: Where it happens. `start` is before the first byte, `head` within status line and headers, `body`
            after the headers and so many bytes of the body, `event` after so many events, `tail` when the
            body is complete but for the mark that ends it, `end` after the whole answer.
        after: The number of bytes or events. By default half of the head, and nothing of the body. Where
            the body is shorter, the fault is at its tail.
        seconds: How long.
        size: How many bytes.
        data: Bytes for `write`; in a body also JSON data, sent as an event.
    """

    how: How
    at: Stage = "start"
    after: int | None = None
    seconds: float = 0.05
    size: int = 1
    data: Any = b""

    def __post_init__(self) -> None:
        """Refuse what is no fault: a slip in a test should not look like a client that copes."""
        if self.how not in get_args(How) or self.at not in get_args(Stage):
            known = f"{', '.join(get_args(How))} at {', '.join(get_args(Stage))}"
            raise ValueError(f"There is no fault {self.how!r} at {self.at!r}, but: {known}.")
        if self.size < 1:
            raise ValueError(f"Bytes drip at least one at a time, not {self.size}.")


@dataclass(frozen=True)
class Answer:
    """An answer of the service.

    Attributes:
        status: The HTTP status.
        headers: Further headers. One that the service would set by itself is replaced, or with None left out:
            a false `content-length`, a `connection: close`, a body that only the connection's end ends.
        json: The body as JSON data.
        body: The body as it is.
        events: The body as a stream of events, sent one by one: JSON data, a text (the data of an event as it
            is) or bytes (sent as they are).
        raw: Bytes in place of all of HTTP; the connection ends after them.
        faults: What disturbs it.
    """

    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    json: Any = ...
    body: bytes | str = b""
    events: Iterable[Any] | None = None
    raw: bytes | None = None
    faults: tuple[Fault, ...] = ()

    def but(self, *faults: Fault) -> Answer:
        """The same answer with further faults."""
        return replace(self, faults=(*self.faults, *faults))


def error(code: str, message: str | None = None, *, status: int | None = None) -> Answer:
    """An error as the service reports it.

    Args:
        code: One of the documented error codes, or another one together with `status`.
        message: The service's words; by default the documented meaning of the code.
        status: The HTTP status; by default the one under which the code is documented.
    """
    documented = documented_codes()
    if code not in documented and status is None:
        known = ", ".join(documented)
        raise ValueError(
            f"The error code {code!r} is not documented, so it needs a status. Known are: {known}."
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
    """An HTML page, as a gateway in front of the service sends it."""
    text = f"<html><head><title>{title}</title></head><body><h1>{status} {title}</h1></body></html>"
    return Answer(status, headers={"content-type": "text/html; charset=utf-8"}, body=text)


def documented_codes() -> dict[str, tuple[int, str]]:
    """The document's error codes, each with its usual status and its meaning."""
    found: dict[str, tuple[int, str]] = {}
    for kind in ERROR_KINDS.values():
        for code, facts in kind.get("codes", {}).items():
            statuses = facts.get("statuses") or kind.get("statuses") or ["5XX"]
            found[code] = int(str(statuses[0]).replace("XX", "00")), facts.get("meaning", code)
    return found
