"""The service's side: a process that disturbs some of the requests, and reports what it did to each."""

from __future__ import annotations

from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random
from typing import Any, NamedTuple

from acedata_responses import testing

from .faults import KINDS

USUAL_DELAY = (0.15, 0.35)  # seconds until the service answers, so that many calls are under way at once
NOTICED_WITHIN = 0.1  # seconds after which the service notices that a client has left


class Arrival(NamedTuple):
    """A request as the service saw it.

    Attributes:
        call: The number of the call.
        kind: What the service did to it.
        began: When it had arrived.
        ended: When its answer was sent, or the client had left.
    """

    call: int
    kind: str
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
    chance = Random(seed)  # noqa: S311 - draws lots, keeps no secret
    kinds: dict[int, str] = {}

    def answer(request: testing.Request) -> Any:
        kind = kinds[request.number] = _chosen(chance) if chance.random() < share else "nothing"
        delay = testing.Fault("delay", seconds=chance.uniform(*USUAL_DELAY))
        disturbed = KINDS[kind].disturb()
        if isinstance(disturbed, testing.Answer) and (disturbed.events is None or request.json.get("stream")):
            return disturbed if disturbed.raw is not None else disturbed.but(delay)
        return (delay, disturbed) if isinstance(disturbed, testing.Fault) else delay

    with testing.serve(text=lambda request: f"the answer to {request.json['input']}") as service:
        service.reply_with(always=answer)
        pipe.send(service.url)
        while (word := pipe.recv()) is not None:
            with suppress(TimeoutError):
                service.wait_until(
                    lambda: not (service.open_connections if word == "closed" else service.in_flight)
                )
            arrivals = [
                _arrival(request, kinds[request.number]) for request in service.requests if request.is_whole
            ]
            pipe.send(Report(arrivals, service.open_connections))
            kinds.clear()
            service.clear()
            service.reply_with(always=answer)


def _arrival(request: testing.Request, kind: str) -> Arrival:
    # A client that leaves has given up its place a little before the service gets to know.
    ended = request.answered or (request.hung_up or 0.0) - NOTICED_WITHIN
    return Arrival(int(request.json["input"].split()[1]), kind, request.arrived, max(ended, request.arrived))


def _chosen(chance: Random) -> str:
    return chance.choices([*KINDS], [kind.weight for kind in KINDS.values()])[0]
