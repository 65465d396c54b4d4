"""Many calls at once, for long, with faults of every kind: each must end in its own answer or in the right error.

The embedded service runs in a process of its own and disturbs one request in twenty. It notes what it did to each;
what the client made of it must agree with that, try by try. In the end connections, memory, threads and open files
must be where they were after the first rounds.

Exit status: 0 all is well, 1 something is not.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from acedata_responses import AceDataError, AsyncClient, Client, Limiter, Limits, RetryPolicy, testing

ROUNDS = 10
TRIES = 3
SILENCE = 1.0  # seconds that a call waits for the next bytes
USUAL_DELAY = (0.15, 0.35)  # seconds until the service answers, so that many calls are under way at once
NOTICED_WITHIN = 0.1  # seconds after which the service notices that a client has left
HURRY = 0.1  # seconds after which an impatient caller leaves
SETTINGS: dict[str, Any] = {
    "token": testing.TOKEN,
    "timeout": SILENCE,
    "max_retries": TRIES - 1,
    "retry": RetryPolicy(waits=(0.05, 0.1, 0.2), jitter=0.05),
}


class Kind(NamedTuple):
    """A fault: what the service does, and what comes of it.

    Attributes:
        weight: How often it is chosen, compared to others.
        disturb: Gives what the service answers; None for the usual answer.
        reply: The error of a plain call; empty when it is answered all the same.
        stream: The same for a stream.
        again: Whether the call is sent again.
    """

    weight: float
    disturb: Callable[[], Any]
    reply: str
    stream: str
    again: bool = False


def _failed() -> testing.Answer:
    error = {"code": "api_error", "message": "The model failed."}
    return testing.Answer(
        json={"id": "r", "object": "response", "status": "failed", "output": [], "error": error}
    )


def _lost(fault: testing.Fault) -> Kind:
    return Kind(1, lambda: fault, "ConnectionLostError", "ConnectionLostError")


def _broken(fault: testing.Fault, reply: str = "ConnectionLostError") -> Kind:
    return Kind(1, lambda: fault, reply, "StreamInterruptedError")


def _said(answer: testing.Answer, error: str, *, weight: float = 1, again: bool = False) -> Kind:
    return Kind(weight, lambda: answer, error, error, again)


def _in_stream(error: str, *events: Any) -> Kind:
    """A fault that only streams can have; to a plain call the service answers as usual."""
    return Kind(1, lambda: testing.Answer(events=events), "", error)


DELTA = {
    "type": "response.output_text.delta",
    "delta": "…",
    "item_id": "m",
    "output_index": 0,
    "content_index": 0,
}
KINDS = {
    "nothing": Kind(0, lambda: None, "", ""),
    "slow": Kind(1, lambda: testing.Fault("drip", "body", size=200, seconds=0.01), "", ""),
    "closed afterwards": Kind(1, lambda: testing.Fault("cut", "end"), "", ""),
    "reset": _lost(testing.Fault("reset")),
    "closed": _lost(testing.Fault("cut")),
    "cut in the headers": _lost(testing.Fault("cut", "head")),
    "garbage": _said(testing.Answer(raw=b"\x00\xff no HTTP\r\n\r\n"), "ConnectionLostError"),
    "silence": Kind(1, lambda: testing.Fault("stall"), "RequestTimeoutError", "RequestTimeoutError"),
    "reset in the body": _broken(testing.Fault("reset", "body", after=30)),
    "cut in the body": _broken(testing.Fault("cut", "body", after=30)),
    "silence in the body": _broken(testing.Fault("stall", "body", after=30), "RequestTimeoutError"),
    "too many requests": _said(testing.error("too_many_requests"), "RateLimitError", weight=0.2, again=True),
    "server error": _said(testing.error("api_error"), "ServerError", again=True),
    "gateway time-out": _said(testing.error("timeout"), "GatewayTimeoutError", again=True),
    "gateway's page": _said(testing.page(502), "ServerError", again=True),
    "no balance": _said(testing.error("used_up"), "InsufficientBalanceError"),
    "bad request": _said(testing.error("bad_request"), "BadRequestError"),
    "error under 200": _said(testing.error("api_error", status=200), "ServerError"),
    "page under 200": _said(testing.page(200), "ReplyDecodeError"),
    "failed": _said(_failed(), "ReplyFailedError"),
    "stream without end": _in_stream("StreamInterruptedError", DELTA),
    "stream of no JSON": _in_stream("StreamInterruptedError", DELTA, "?"),
    "error in the stream": _in_stream("StreamFailedError", DELTA, {"type": "error", "code": "api_error"}),
}
"""What the service does to a request."""

NOBODY_THERE = 0.002  # of the calls go to a port where nobody listens
IMPATIENT = 0.01  # of the calls are left by their caller
PRESSED = 0.005  # of the calls have a deadline that they cannot keep


# --- the service's side


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


# --- the client's side


class Task(NamedTuple):
    """One call to be made."""

    number: int
    is_stream: bool
    manner: str = "usual"

    @property
    def fields(self) -> dict[str, Any]:
        """What is passed to `create()`."""
        deadline = {"deadline": HURRY} if self.manner == "pressed" else {}
        stream = {"stream": True} if self.is_stream else {}
        return {"model": "gpt-4o-mini", "input": f"call {self.number}", **stream, **deadline}


@dataclass
class Outcome:
    """How a call ended: with a text, with an error, or left by its caller."""

    task: Task
    text: str | None = None
    error: AceDataError | None = None
    seconds: float = 0.0


@dataclass
class Clients:
    """The clients of both flavours, with one limiter for all, and two for a port where nobody listens."""

    url: str
    nowhere: str
    limiter: Limiter

    def __post_init__(self) -> None:
        """Make them."""
        self.sync = Client(base_url=self.url, limits=self.limiter, **SETTINGS)
        self.sync_nowhere = Client(base_url=self.nowhere, limits=self.limiter, **SETTINGS)
        self.tasks = AsyncClient(base_url=self.url, limits=self.limiter, **SETTINGS)
        self.tasks_nowhere = AsyncClient(base_url=self.nowhere, limits=self.limiter, **SETTINGS)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        """Close them all, and the event loop."""
        for client in (self.sync, self.sync_nowhere):
            client.close()
        for tasks in (self.tasks, self.tasks_nowhere):
            asyncio.run_coroutine_threadsafe(tasks.close(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


def in_thread(clients: Clients, task: Task) -> Outcome:
    """Make a call with the sync client. An impatient caller leaves a stream after its first text."""
    client = clients.sync_nowhere if task.manner == "nobody there" else clients.sync
    began = time.monotonic()
    outcome = Outcome(task)
    try:
        if not task.is_stream:
            outcome.text = client.responses.create(**task.fields).output_text
        else:
            with client.responses.create(**task.fields) as stream:
                texts = []
                for text in stream.text_deltas():
                    texts.append(text)
                    if task.manner == "impatient":
                        return outcome
                outcome.text = "".join(texts)
                _must_agree(outcome.text, stream.final().output_text)
    except AceDataError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - began
    return outcome


async def in_task(clients: Clients, task: Task) -> Outcome:
    """Make a call with the async client. An impatient caller cancels it."""
    client = clients.tasks_nowhere if task.manner == "nobody there" else clients.tasks
    began = time.monotonic()
    outcome = Outcome(task)

    async def call() -> None:
        if not task.is_stream:
            outcome.text = (await client.responses.create(**task.fields)).output_text
            return
        async with await client.responses.create(**task.fields) as stream:
            outcome.text = "".join([text async for text in stream.text_deltas()])
            _must_agree(outcome.text, (await stream.final()).output_text)

    try:
        await asyncio.wait_for(call(), HURRY if task.manner == "impatient" else None)
    except (asyncio.TimeoutError, TimeoutError) as error:
        outcome.error = error if isinstance(error, AceDataError) else None
    except AceDataError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - began
    return outcome


def _must_agree(texts: str, final: str) -> None:
    if texts != final:
        raise RuntimeError(f"the texts of a stream are {texts!r}, its reply has {final!r}")


def run_threads(clients: Clients, tasks: Iterator[Task], workers: int) -> list[Outcome]:
    """Make calls in threads until there are no more."""

    def work(_worker: int) -> list[Outcome]:
        return [in_thread(clients, task) for task in tasks]

    with ThreadPoolExecutor(workers) as pool:
        return [outcome for outcomes in pool.map(work, range(workers)) for outcome in outcomes]


async def run_tasks(clients: Clients, tasks: Iterator[Task], workers: int) -> list[Outcome]:
    """Make calls in tasks until there are no more."""

    async def work() -> list[Outcome]:
        return [await in_task(clients, task) for task in tasks]

    return [outcome for group in await asyncio.gather(*(work() for _ in range(workers))) for outcome in group]


class Shared:
    """An iterator that threads and tasks draw from."""

    def __init__(self, tasks: list[Task]) -> None:
        self._count = len(tasks)
        self._tasks = iter(tasks)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Shared:
        return self

    def __next__(self) -> Task:
        with self._lock:
            return next(self._tasks)


# --- what must hold


@dataclass
class Tally:
    """What was seen, and what was wrong."""

    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    sent: int = 0
    most_in_flight: int = 0
    most_per_second: int = 0
    levels: list[Level] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def check(self, outcome: Outcome, kinds: list[str]) -> None:
        """Hold an outcome against what the service did to each try."""
        task = outcome.task
        name = type(outcome.error).__name__ if outcome.error else ""
        self.calls["stream" if task.is_stream else "reply"] += 1
        self.errors[name or ("answered" if outcome.text is not None else "left by the caller")] += 1
        self.sent += len(kinds)
        self.kinds.update(kinds)
        self.seconds.append(outcome.seconds)
        complaint = _complaint(outcome, name, kinds)
        if complaint:
            self.violations.append(
                f"call {task.number} ({task.manner}): {complaint}; the service did {kinds}"
            )

    def check_round(self, report: Report, limits: Limits) -> None:
        """Hold what the service saw against the limits."""
        in_flight = _most_at_once([(arrival.began, arrival.ended) for arrival in report.arrivals])
        per_second = _most_at_once([(arrival.began, arrival.began + 1) for arrival in report.arrivals])
        self.most_in_flight = max(self.most_in_flight, in_flight)
        self.most_per_second = max(self.most_per_second, per_second)
        for name, seen, limit in (
            ("calls in flight", in_flight, limits.in_flight),
            ("calls in a second", per_second, limits.per_second),
        ):
            if limit is not None and seen > limit:
                self.violations.append(f"the service saw {seen} {name}, {limit} are allowed")


def _most_at_once(spans: list[tuple[float, float]]) -> int:
    """How many spans of time there are at the busiest moment."""
    changes = sorted([*((begin, 1) for begin, _end in spans), *((end, -1) for _begin, end in spans)])
    return max(itertools.accumulate(change for _moment, change in changes), default=0)


def _complaint(outcome: Outcome, name: str, kinds: list[str]) -> str | None:
    task, expected = outcome.task, f"the answer to call {outcome.task.number}"
    if outcome.text not in (None, expected):
        return f"got {outcome.text!r}, which is not its answer"
    if any(not KINDS[kind].again for kind in kinds[:-1]):
        return "was sent again, but must not be"
    if len(kinds) > TRIES:
        return f"was sent {len(kinds)} times"
    if task.manner == "nobody there":
        return None if name == "ConnectionFailedError" and not kinds else f"ended with {name or 'an answer'}"
    if (task.manner == "impatient" and outcome.text is None and not name) or (
        task.manner == "pressed" and name in ("RequestTimeoutError", "StreamInterruptedError")
    ):
        return None
    last = KINDS[kinds[-1]] if kinds else KINDS["nothing"]
    wanted = last.stream if task.is_stream else last.reply
    if name != wanted:
        return f"ended with {name or 'an answer'}, not with {wanted or 'its answer'}"
    in_haste = task.manner != "usual"
    if last.again and len(kinds) < TRIES and not in_haste:
        return f"was not sent again after try {len(kinds)}"
    if outcome.error is not None and outcome.error.tries != len(kinds):
        return f"says that it was tried {outcome.error.tries} times"
    return None


# --- what must not grow


class Level(NamedTuple):
    """What the process holds."""

    megabytes: float
    objects: int
    threads: int
    files: int


def level() -> Level:
    """What this process holds now, once everything that nobody holds is gone."""
    gc.collect()
    gc.collect()
    files = Path("/proc/self/fd")
    return Level(
        megabytes=_resident() / 1e6,
        objects=len(gc.get_objects()),
        threads=threading.active_count(),
        files=len(list(files.iterdir())) if files.is_dir() else 0,
    )


def _resident() -> int:
    """The bytes of memory that this process has."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


MAY_GROW = Level(megabytes=12, objects=3000, threads=0, files=64)
"""By how much. How many connections are kept differs from round to round; in the end they must all be gone."""


def growth(levels: list[Level]) -> list[str]:
    """What is not where it was after the first rounds."""
    settled, last = levels[min(2, len(levels) - 1)], levels[-1]
    return [
        f"{name} grew from {before:.0f} to {after:.0f}"
        for name, before, after, allowed in zip(Level._fields, settled, last, MAY_GROW, strict=True)
        if after - before > allowed
    ]


def long_stream(events: int) -> tuple[float, float, float]:
    """Read one long stream: its seconds, the megabytes of its text, and by how many the process grew meanwhile."""
    delta = {**DELTA, "delta": "word " * 4}
    reply = {"id": "r", "object": "response", "status": "completed", "output": []}
    end = {"type": "response.completed", "response": reply}

    def sent() -> Iterator[Any]:
        for _ in range(events):
            yield delta
        yield end

    with testing.serve() as service, Client(testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.Answer(events=sent()))
        before, began, count = level().megabytes, time.monotonic(), 0
        with client.responses.create(model="gpt-4o-mini", input="Go on", stream=True) as stream:
            count = sum(1 for _event in stream)
            grown = level().megabytes - before
        if count != events + 1 or len(stream.partial_text) != events * 20:
            raise RuntimeError(f"{count} events of {events + 1} came")
    return time.monotonic() - began, events * 20 / 1e6, grown


# --- the whole


def tasks_of(options: argparse.Namespace) -> list[Task]:
    """All calls, in a random order; some have an unusual caller."""
    chance = Random(options.seed)  # noqa: S311 - draws lots, keeps no secret
    streams = set(chance.sample(range(options.calls + options.streams), options.streams))
    manners, weights = ["nobody there", "impatient", "pressed"], [NOBODY_THERE, IMPATIENT, PRESSED]
    return [
        Task(number, number in streams, chance.choices([*manners, "usual"], [*weights, 1 - sum(weights)])[0])
        for number in range(options.calls + options.streams)
    ]


def soak(options: argparse.Namespace) -> Tally:
    """Make all calls, round by round."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, options.seed, options.faults), daemon=True)
    process.start()
    limits = Limits(in_flight=options.in_flight, per_second=options.per_second)
    tally = Tally()
    try:
        url, before = pipe.recv(), level()
        with testing.unreachable() as nowhere:
            clients = Clients(url, nowhere, Limiter(limits))
            tasks = tasks_of(options)
            size = -(-len(tasks) // ROUNDS)
            for start in range(0, len(tasks), size):
                _round(clients, Shared(tasks[start : start + size]), pipe, tally)
            clients.close()
        pipe.send("closed")
        left_open = pipe.recv().open_connections
        if left_open:
            tally.violations.append(f"{left_open} connections are open after the clients were closed")
        after = level()
        if after.files > before.files or after.threads > before.threads:
            tally.violations.append(
                f"in the beginning there were {before}, after the clients were closed {after}"
            )
        pipe.send(None)
        process.join(10)
    finally:
        process.kill()
    tally.violations += growth(tally.levels)
    return tally


def _round(clients: Clients, tasks: Shared, pipe: Connection, tally: Tally) -> None:
    workers = (clients.limiter.limits.in_flight or 0) * 3 // 4  # of each flavour: some have to queue
    in_tasks = asyncio.run_coroutine_threadsafe(run_tasks(clients, tasks, workers), clients.loop)
    outcomes = run_threads(clients, tasks, workers) + in_tasks.result()
    pipe.send("report")
    report: Report = pipe.recv()
    kinds = defaultdict(list)
    for arrival in report.arrivals:
        kinds[arrival.call].append(arrival.kind)
    for outcome in outcomes:
        tally.check(outcome, kinds[outcome.task.number])
    if len(outcomes) != len(tasks):
        tally.violations.append(f"{len(tasks)} calls were to be made, {len(outcomes)} ended")
    if clients.limiter.in_flight or clients.limiter.waiting:
        tally.violations.append(f"after a round: {clients.limiter!r}")
    tally.check_round(report, clients.limiter.limits)
    del outcomes, in_tasks
    tally.levels.append(level())


def table(rows: list[tuple[str, object]]) -> str:
    """Names and values, one pair a line."""
    width = max(len(name) for name, _value in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def main(arguments: list[str] | None = None) -> int:
    """Run the soak and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--per-second", type=float, default=200)
    parser.add_argument("--faults", type=float, default=0.05, help="the share of requests that are disturbed")
    parser.add_argument("--long-stream", type=int, default=200_000, help="the events of the long stream")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a twentieth of it, in less than half a minute")
    options = parser.parse_args(arguments)
    if options.quick:
        options.calls, options.streams, options.long_stream = 1_200, 120, 20_000
    began = time.monotonic()
    tally = soak(options)
    took = time.monotonic() - began
    seconds, text, grown = long_stream(options.long_stream)
    if grown > 12 + 4 * text:
        tally.violations.append(f"the long stream took {grown:.0f} MB for {text:.0f} MB of text")
    print(_summary(options, tally, took))
    print(
        f"\nA stream of {options.long_stream} events: {seconds:.1f} s, {text:.1f} MB of text, {grown:+.1f} MB of memory"
    )
    for violation in tally.violations[:20]:
        print(f"VIOLATION  {violation}")
    print(f"{len(tally.violations)} violations" if tally.violations else "no violation")
    return 1 if tally.violations else 0


def _summary(options: argparse.Namespace, tally: Tally, took: float) -> str:
    ordered = sorted(tally.seconds)
    settled, last = tally.levels[min(2, len(tally.levels) - 1)], tally.levels[-1]
    return "\n\n".join(
        [
            table([
                ("calls", f"{tally.calls['reply']} and {tally.calls['stream']} streams"),
                ("took", f"{took:.0f} s (seed {options.seed})"),
                ("requests", f"{tally.sent}, of which {tally.sent - tally.kinds['nothing']} were disturbed"),
                ("in flight", f"{tally.most_in_flight} at most, {options.in_flight} allowed"),
                ("in a second", f"{tally.most_per_second} at most, {options.per_second:g} allowed"),
                ("a call took", f"{ordered[len(ordered) // 2]:.2f} s (median), {ordered[-1]:.2f} s at most"),
                *(
                    (name, f"{before:.0f} after the first rounds, {after:.0f} in the end")
                    for name, before, after in zip(Level._fields, settled, last, strict=True)
                ),
            ]),
            table([("ended with", "calls"), *tally.errors.most_common()]),
            table([("the service did", "requests"), *tally.kinds.most_common()]),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
