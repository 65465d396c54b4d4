"""The service's side: a process that disturbs some of the requests, and reports what it did to each."""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random
from typing import Any, NamedTuple

from acedata_responses import testing
from tests.faults import bad_ends, other_shapes
from tests.faults.table import ANSWERED, ROWS, Outcome, Row

FAULTS = {row.name: row for row in [*ROWS, *bad_ends.ROWS, *other_shapes.ROWS]}
"""The tests' tables of faults, by name. An empty name stands for a request that was not disturbed."""

SLOWED_DOWN = 0.2  # of the refusals with status 429 that chance would bring: each lowers the client's pace
USUAL_DELAY = (0.15, 0.35)  # seconds until the service answers, so that many calls are under way at once


class Arrival(NamedTuple):
    """A request as the service saw it.

    Attributes:
        call: The number of the call.
        fault: What the service did to it, by its name in the table.
        began: When it had arrived.
        ended: When its answer was sent; when it had arrived, if the client left before that.
    """

    call: int
    fault: str
    began: float
    ended: float


class Report(NamedTuple):
    """What the service saw in a round."""

    arrivals: list[Arrival]
    open_connections: int


def serve(pipe: Connection, seed: int, share: float) -> None:
    """Run the service; a report for each word that comes through the pipe, until None does.

    Before the report it waits: after `closed` until all connections are closed, else until all calls have ended.
    """
    chance = Random(seed)  # noqa: S311 - nothing depends on its secrecy
    faults: dict[int, str] = {}

    def answer(request: testing.Request) -> Any:
        delay = testing.Fault("delay", seconds=chance.uniform(*USUAL_DELAY))
        if chance.random() >= share:
            faults[request.number] = ""
            return delay
        row = _chosen(chance, "stream" if "stream" in request.json else "post")
        faults[request.number] = row.name
        if isinstance(row.answer, testing.Fault):
            return (delay, row.answer)
        if callable(row.answer):
            return row.answer(request).but(delay)
        return row.answer if row.answer.raw is not None else row.answer.but(delay)

    with testing.serve(text=lambda request: f"the answer to {request.json['input']}") as service:
        service.reply_with(always=answer)
        pipe.send(service.url)
        while (word := pipe.recv()) is not None:
            with suppress(TimeoutError):
                service.wait_until(
                    lambda: not (service.open_connections if word == "closed" else service.in_flight)
                )
            arrivals = [
                _arrival(request, faults[request.number]) for request in service.requests if request.is_whole
            ]
            pipe.send(Report(arrivals, service.open_connections))
            faults.clear()
            service.clear()
            service.reply_with(always=answer)


def _arrival(request: testing.Request, fault: str) -> Arrival:
    # When a client has left is more than the service can tell: until then it counts for nothing but its arrival.
    ended = request.answered or request.arrived
    return Arrival(int(request.json["input"].split()[1]), fault, request.arrived, ended)


def _chosen(chance: Random, kind: str) -> Row:
    """A fault that this kind of call can have: each line of the guide's table is as likely as the others."""
    rows = [row for row in FAULTS.values() if kind in row.outcomes]
    line = chance.choice(list(dict.fromkeys(row.line for row in rows)))
    row = chance.choice([row for row in rows if row.line == line])
    is_refusal = row.outcomes[kind].error == "RateLimitError"
    return row if not is_refusal or chance.random() < SLOWED_DOWN else _chosen(chance, kind)


def outcome_of(fault: str, *, is_stream: bool) -> Outcome:
    """What must come of a request to which the service did this."""
    return FAULTS[fault].outcomes["stream" if is_stream else "post"] if fault else ANSWERED
