"""Runs the test server in a process, with faults for some requests, and reports the fault of each."""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random
from typing import Any, NamedTuple

from acedata_responses import testing
from tests.faults.fault_table import ANSWERED, ROWS, Outcome, Row
from tests.streams import shapes

FAULTS = {row.name: row for row in [*ROWS, *shapes.ROWS]}
"""The faults in the tables of the tests, by name. A request without a fault has an empty name."""

SHARE = 0.05  # of the requests get a fault
SHARE_OF_429 = 0.2  # of the randomly chosen responses with status 429: each lowers the client's pace
DELAY = (0.15, 0.35)  # seconds until the service responds, so that many calls are in flight at once


class Arrival(NamedTuple):
    """A request that the service received.

    Attributes:
        call: The number of the call.
        fault: The name of its fault in the table.
        began: When it arrived.
        ended: When its response was sent; the time of arrival if the client disconnected earlier.
    """

    call: int
    fault: str
    began: float
    ended: float


def serve(pipe: Connection, seed: int) -> None:
    """Run the service. It sends the arrivals and the number of open connections for each message on the pipe.

    Before that it waits until all calls have ended or, for the message `closed`, until all connections are closed. The
    message None stops it.
    """
    chance = Random(seed)  # noqa: S311 - nothing depends on its secrecy
    faults: dict[int, str] = {}

    def respond(request: testing.Request) -> Any:
        delay = testing.Fault("delay", seconds=chance.uniform(*DELAY))
        if chance.random() >= SHARE:
            faults[request.number] = ""
            return delay
        row = _choose(chance, "stream" if "stream" in request.json else "post")
        faults[request.number] = row.name
        if isinstance(row.answer, testing.Fault):
            return (delay, row.answer)
        answer = row.answer(request) if callable(row.answer) else row.answer
        return answer if answer.raw is not None else answer.but(delay)

    with testing.serve(text=lambda request: f"the answer to {request.json['input']}") as service:
        pipe.send(service.url)
        service.reply_with(always=respond)
        while (message := pipe.recv()) is not None:
            with suppress(TimeoutError):
                service.wait_until(lambda: not (service.open_connections if message == "closed" else service.in_flight))
            arrivals = [_arrival(request, faults[request.number]) for request in service.requests if request.is_whole]
            pipe.send((arrivals, service.open_connections))
            faults.clear()
            service.clear()
            service.reply_with(always=respond)


def _arrival(request: testing.Request, fault: str) -> Arrival:
    # The service cannot tell when a client disconnected, so only the arrival of such a request counts.
    ended = request.answered or request.arrived
    return Arrival(int(request.json["input"].split()[1]), fault, request.arrived, ended)


def _choose(chance: Random, call: str) -> Row:
    """Choose a fault for this type of call. All rows of the table in the guide are equally likely."""
    rows = [row for row in FAULTS.values() if call in row.outcomes]
    line = chance.choice(list(dict.fromkeys(row.line for row in rows)))
    row = chance.choice([row for row in rows if row.line == line])
    is_429 = row.outcomes[call].error == "RateLimitError"
    return row if not is_429 or chance.random() < SHARE_OF_429 else _choose(chance, call)


def outcome_of(fault: str, *, is_stream: bool) -> Outcome:
    """Return the expected outcome of a request with this fault."""
    return FAULTS[fault].outcomes["stream" if is_stream else "post"] if fault else ANSWERED
