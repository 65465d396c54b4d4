"""The record of what happened at the service, and the means to wait for it. Every thread may use it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from threading import Condition
from typing import Any, Literal

import httpx

_log = logging.getLogger(__package__)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@dataclass(eq=False, repr=False)
class Request:
    """A request that arrived.

    Attributes:
        number: Its place among the requests, from 1.
        method: GET, POST …
        path: The path as it came, without the query.
        query: The query's parameters.
        headers: The headers; names are matched in any case.
        body: The body, up to the size that the service takes.
        connection: The number of the connection that it came on, from 1; 0 in process.
        arrived: When it had arrived, on the clock of `time.monotonic()`.
        is_whole: Whether it came to its end; if not, the client left before.
        status: The status of the answer, once there is one.
        answered: When the answer was sent to its end.
        hung_up: When the client left before that.
    """

    method: str
    path: str
    query: httpx.QueryParams
    headers: httpx.Headers
    body: bytes = b""
    connection: int = 0
    is_whole: bool = True
    number: int = 0
    arrived: float = field(default_factory=time.monotonic)
    status: int | None = None
    answered: float | None = None
    hung_up: float | None = None

    @cached_property
    def json(self) -> Any:
        """The body as JSON data, None when it is not JSON."""
        try:
            return self.decoded()
        except ValueError:
            return None

    def decoded(self) -> Any:
        """The body as JSON data.

        Raises:
            ValueError: It is not JSON (RFC 8259: in UTF-8, without NaN and infinities) or nested beyond reading.
        """
        try:
            return json.loads(self.body.decode(), parse_constant=_refuse)
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def __repr__(self) -> str:
        return f"<Request {self.number}: {self.method} {self.path}>"


class Record:
    """What happened at the service.

    Attributes:
        connections_opened: How many connections were made to it.
        open_connections: How many of them are open.
        in_flight: How many requests are being answered.
        most_in_flight: The most that there were at the same time.
    """

    def __init__(self) -> None:
        self.connections_opened = 0
        self.open_connections = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self._changed = Condition()
        self._requests: list[Request] = []
        self._arrived = 0
        self._stalls: set[Future[None]] = set()

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in the order of their arrival."""
        with self._changed:
            return list(self._requests)

    @property
    def stalled(self) -> int:
        """How many answers stand still at a `stall`."""
        return len(self._stalls)

    def clear(self) -> None:
        """Forget the requests and the peak of `most_in_flight`."""
        with self._changed:
            self._requests.clear()
            self.most_in_flight = self.in_flight

    def release(self) -> None:
        """Let all stalled answers go on."""
        with self._changed:
            stalls = list(self._stalls)
        for stall in stalls:
            if stall.set_running_or_notify_cancel():
                stall.set_result(None)

    # Waiting for it

    def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Block until a condition on the service holds; it is looked at whenever something happens.

        Raises:
            TimeoutError: It did not come to hold in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: bool(condition()), timeout):
                raise TimeoutError(f"Not within {timeout} s; the service has seen {self._requests}.")

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> list[Request]:
        """Block until so many requests have arrived, and return them."""
        self.wait_until(lambda: len(self._requests) >= count, timeout)
        return self.requests

    def wait_until_stalled(self, count: int = 1, timeout: float = 10.0) -> None:
        """Block until so many answers stand still at a `stall`."""
        self.wait_until(lambda: self.stalled >= count, timeout)

    def wait_until_disconnected(self, request: Request, timeout: float = 10.0) -> float:
        """Block until the client has left before the answer's end, and return when that was."""
        self.wait_until(lambda: request.hung_up is not None, timeout)
        return request.hung_up or 0.0

    def wait_until_idle(self, timeout: float = 10.0) -> None:
        """Block until no request is being answered."""
        self.wait_until(lambda: self.in_flight == 0, timeout)

    # For what carries the bytes

    def _connect(self) -> int:
        """Note a new connection and return its number, from 1."""
        with self._changed:
            self.connections_opened += 1
            self.open_connections += 1
            self._changed.notify_all()
            return self.connections_opened

    def _disconnect(self) -> None:
        """Note that a connection has ended."""
        with self._changed:
            self.open_connections -= 1
            self._changed.notify_all()

    def _arrive(self, request: Request) -> None:
        """Note a request. One that is whole is in flight from now on, until `leave`."""
        with self._changed:
            self._arrived += 1
            request.number = self._arrived
            self._requests.append(request)
            if request.is_whole:
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self._changed.notify_all()

    def _leave(self, request: Request, outcome: Literal["answered", "hung_up", "stopped"]) -> None:
        """Note that an answer has come to its end, that the client left before, or that the service stops."""
        now = time.monotonic()
        with self._changed:
            self.in_flight -= 1
            if outcome == "answered":
                request.answered = now
            elif outcome == "hung_up":
                request.hung_up = now
            self._changed.notify_all()
        took = 1000 * (now - request.arrived)
        _log.info("%s %s: %s, %s after %.0f ms", request.method, request.path, request.status, outcome, took)

    def _stall(self) -> Future[None]:
        """What a stalled answer waits for."""
        stall: Future[None] = Future()
        with self._changed:
            self._stalls.add(stall)
            self._changed.notify_all()
        stall.add_done_callback(self._go_on)
        return stall

    def _go_on(self, stall: Future[None]) -> None:
        with self._changed:
            self._stalls.discard(stall)
            self._changed.notify_all()
