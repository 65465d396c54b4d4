"""Records the requests and connections of the service, and lets tests wait for them. Thread-safe."""

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
    """A request that the service received.

    Attributes:
        number: Its number in the order of arrival, from 1.
        method: The HTTP method.
        path: The path as received, without the query.
        query: The query parameters.
        headers: The headers; names are case-insensitive.
        body: The body, cut off above the size that the service accepts.
        connection: The number of its connection, from 1; 0 in process.
        arrived: When it arrived, as `time.monotonic()`.
        is_whole: Whether it was complete; otherwise the client disconnected before.
        status: The status of the answer, None until there is one.
        answered: When the answer had been sent completely, as `time.monotonic()`; None until then.
        hung_up: When the client disconnected before that, as `time.monotonic()`; None if it did not.
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
        """The body as JSON data, None if it is not JSON."""
        try:
            return self.decoded()
        except ValueError:
            return None

    def decoded(self) -> Any:
        """Return the body as JSON data.

        Raises:
            ValueError: It is not JSON (RFC 8259: in UTF-8, without NaN and infinities) or is nested too deeply.
        """
        try:
            return json.loads(self.body.decode(), parse_constant=_refuse)
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def __repr__(self) -> str:
        return f"<Request {self.number}: {self.method} {self.path}>"


class Record:
    """The requests and connections of the service.

    Attributes:
        connections_opened: How many connections were opened in total.
        open_connections: How many connections are open.
        in_flight: How many requests are being answered.
        most_in_flight: The maximum of `in_flight` so far.
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
        """How many answers are paused at a `stall`."""
        return len(self._stalls)

    def clear(self) -> None:
        """Forget the requests, and reset `most_in_flight`."""
        with self._changed:
            self._requests.clear()
            self.most_in_flight = self.in_flight

    def release(self) -> None:
        """Let all stalled answers continue."""
        with self._changed:
            stalls = list(self._stalls)
        for stall in stalls:
            if stall.set_running_or_notify_cancel():
                stall.set_result(None)

    # For tests that wait

    def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Block until a condition is true. It is checked whenever the record changes.

        Raises:
            TimeoutError: The condition was not true in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: bool(condition()), timeout):
                raise TimeoutError(f"Timed out after {timeout} s; the service has received {self._requests}.")

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> list[Request]:
        """Block until `count` requests have arrived, and return all requests so far."""
        self.wait_until(lambda: len(self._requests) >= count, timeout)
        return self.requests

    def wait_until_stalled(self, count: int = 1, timeout: float = 10.0) -> None:
        """Block until `count` answers are paused at a `stall`."""
        self.wait_until(lambda: self.stalled >= count, timeout)

    def wait_until_disconnected(self, request: Request, timeout: float = 10.0) -> float:
        """Block until the client disconnects before the end of the answer, and return the time of that."""
        self.wait_until(lambda: request.hung_up is not None, timeout)
        return request.hung_up or 0.0

    def wait_until_idle(self, timeout: float = 10.0) -> None:
        """Block until no request is being answered."""
        self.wait_until(lambda: self.in_flight == 0, timeout)

    # For the server and the transport

    def _connect(self) -> int:
        """Record a new connection and return its number, from 1."""
        with self._changed:
            self.connections_opened += 1
            self.open_connections += 1
            self._changed.notify_all()
            return self.connections_opened

    def _disconnect(self) -> None:
        """Record that a connection was closed."""
        with self._changed:
            self.open_connections -= 1
            self._changed.notify_all()

    def _arrive(self, request: Request) -> None:
        """Record a request. A complete request is in flight until `_leave`."""
        with self._changed:
            self._arrived += 1
            request.number = self._arrived
            self._requests.append(request)
            if request.is_whole:
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self._changed.notify_all()

    def _leave(self, request: Request, outcome: Literal["answered", "hung_up", "stopped"]) -> None:
        """Record that an answer is complete, or that the client or the service ended the connection before."""
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
        """Return a future that a stalled answer waits for."""
        stall: Future[None] = Future()
        with self._changed:
            self._stalls.add(stall)
            self._changed.notify_all()
        stall.add_done_callback(self._forget_stall)
        return stall

    def _forget_stall(self, stall: Future[None]) -> None:
        with self._changed:
            self._stalls.discard(stall)
            self._changed.notify_all()
