"""Turns an answer into steps: bytes to send, pauses, and the end of the connection. No I/O.

The server performs the steps on a socket. The in-process transport passes their bytes to the parser of an HTTP
client, so that faults have the same effect in both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import client as http
from typing import Any, TypeAlias

from ._answers import Answer, Fault


@dataclass(frozen=True)
class Send:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True)
class Pause:
    """Wait for a number of seconds."""

    seconds: float


@dataclass(frozen=True)
class Stall:
    """Wait until the test calls `release()` or the client disconnects."""


@dataclass(frozen=True)
class HangUp:
    """Close the connection, normally or with a reset. Always the last step."""

    reset: bool = False


Step: TypeAlias = "Send | Pause | Stall | HangUp"


def answer_steps(answer: Answer, method: str = "GET", *, keep_alive: bool = True) -> Iterator[Step]:
    """Yield the steps of an answer.

    Args:
        answer: The answer.
        method: The method of the request; the answer to HEAD has no body.
        keep_alive: Whether the client wants to keep the connection open.
    """
    for step in _AnswerSteps(answer, method, keep_alive).steps():
        yield step
        if isinstance(step, HangUp):
            return


def encoded_event(event: Any) -> bytes:
    """Encode an event for a stream: JSON data and strings become its data, bytes are sent unchanged."""
    if isinstance(event, bytes):
        return event
    text = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
    return b"".join(b"data: %s\n" % line for line in text.encode().split(b"\n")) + b"\n"


class _AnswerSteps:
    """The steps of one answer.

    Bytes are held back until the next piece, so that the end of a body is sent together with its last piece. Otherwise
    a client that disconnects after reading the body might seem to disconnect early.
    """

    def __init__(self, answer: Answer, method: str, keep_alive: bool) -> None:
        self._answer = answer
        self._held = b""
        self._drip: Fault | None = None
        if answer.raw is not None:
            self._pieces: Iterable[bytes] = [answer.raw]
            self._head, self._chunked, self._closes = b"", False, True
            return
        headers, self._pieces = _content(answer)
        if method == "HEAD" or answer.status in (204, 304):
            self._pieces = []
        replaced = {name.lower(): value for name, value in answer.headers.items()}
        headers = {name: value for name, value in {**headers, **replaced}.items() if value is not None}
        self._head = _head(answer.status, headers)
        self._chunked = "transfer-encoding" in headers and self._pieces != []
        is_framed = self._chunked or self._pieces == [] or headers.get("content-length") == str(_size(self._pieces))
        self._closes = not (keep_alive and is_framed) or headers.get("connection", "").lower() == "close"

    def steps(self) -> Iterator[Step]:
        yield from self._faults("start")
        yield from self._sent_head()
        yield from self._body()
        if self._chunked:
            yield from self._write(b"0\r\n\r\n", joined=True)
        yield from self._flush()
        yield from self._faults("end")
        if self._closes:
            yield HangUp()

    def _sent_head(self) -> Iterator[Step]:
        """Send the status line and headers, with the faults in them."""
        half = len(self._head) // 2
        sent = 0
        for fault in sorted(self._at("head"), key=lambda fault: _offset(fault, half)):
            yield from self._write(self._head[sent : _offset(fault, half)])
            yield from self._apply(fault)
            sent = max(sent, _offset(fault, half))
        yield from self._write(self._head[sent:])

    def _body(self) -> Iterator[Step]:
        """Send the pieces of the body, with the faults before, in and after them."""
        by_event = sorted(self._at("event"), key=_offset)
        by_byte = sorted(self._at("body"), key=_offset)
        sent = 0
        for number, piece in enumerate(self._pieces):
            while by_event and _offset(by_event[0]) <= number:
                yield from self._apply(by_event.pop(0))
            begin = sent
            while by_byte and _offset(by_byte[0]) < begin + len(piece):
                offset = _offset(by_byte[0])
                yield from self._write(self._framed(piece[sent - begin : offset - begin]))
                yield from self._apply(by_byte.pop(0))
                sent = offset
            yield from self._write(self._framed(piece[sent - begin :]))
            sent = begin + len(piece)
        for fault in (*by_event, *by_byte, *self._at("tail")):
            yield from self._apply(fault)

    def _at(self, stage: str) -> list[Fault]:
        return [fault for fault in self._answer.faults if fault.at == stage]

    def _faults(self, stage: str) -> Iterator[Step]:
        for fault in self._at(stage):
            yield from self._apply(fault)

    def _apply(self, fault: Fault) -> Iterator[Step]:
        if fault.how == "write":
            in_body = fault.at in ("body", "event", "tail")
            data = encoded_event(fault.data) if in_body else fault.data
            yield from self._write(self._framed(data) if in_body else data)
            return
        yield from self._flush()
        if fault.how == "delay":
            yield Pause(fault.seconds)
        elif fault.how == "stall":
            yield Stall()
        elif fault.how == "drip":
            self._drip = fault
        else:
            yield HangUp(reset=fault.how == "reset")

    def _framed(self, data: bytes) -> bytes:
        """Return a piece of the body as a chunk if the body is chunked; an empty chunk would end it."""
        return b"%x\r\n%s\r\n" % (len(data), data) if self._chunked and data else data

    def _write(self, data: bytes, *, joined: bool = False) -> Iterator[Step]:
        if not joined:
            yield from self._flush()
        self._held += data

    def _flush(self) -> Iterator[Step]:
        data, self._held = self._held, b""
        if data and self._drip is None:
            yield Send(data)
        elif self._drip is not None:
            for start in range(0, len(data), self._drip.size):
                yield Pause(self._drip.seconds)
                yield Send(data[start : start + self._drip.size])


def _content(answer: Answer) -> tuple[dict[str, str], Iterable[bytes]]:
    """Return the headers that describe the body, and its pieces."""
    if answer.events is not None:
        headers = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        return headers, (encoded_event(event) for event in answer.events)
    if answer.json is not ...:
        body = json.dumps(answer.json, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
    else:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        headers = {}
    if any(name.lower() == "transfer-encoding" for name in answer.headers):
        return headers, [body]
    if answer.status == 204:  # RFC 9110, section 8.6: no content-length
        return headers, []
    return {**headers, "content-length": str(len(body))}, [body]


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {http.responses.get(status, '')}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _size(pieces: Iterable[bytes]) -> int:
    return sum(len(piece) for piece in pieces) if isinstance(pieces, list) else -1


def _offset(fault: Fault, default: int = 0) -> int:
    return default if fault.after is None else fault.after
