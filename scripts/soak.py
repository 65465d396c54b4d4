"""A soak test: many concurrent calls with faults of all kinds. Each must end with its answer or with the right error.

The embedded service runs in a separate process and disturbs one request in twenty. It records the fault of each
request, and the result of each attempt of the client must match it. The numbers of connections, threads and open files
and the memory must not grow after the first rounds.

With `--kills N`, a program that makes its calls with a journal is killed N times and restarted instead, and the service
counts the billed answers; see `soaking/kills.py`.

Exit status: 0 no violation, 1 violations, 70 the test crashed.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import crash

if __name__ == "__main__":
    crash.install()

from acedata_responses import Limiter, Limits, testing
from scripts.soaking.clients import Clients, run_tasks, run_threads
from scripts.soaking.kills import kills
from scripts.soaking.levels import Level, growth, level, long_stream
from scripts.soaking.service import Report, serve
from scripts.soaking.tally import Tally
from scripts.soaking.tasks import Task, all_tasks

ROUNDS = 10
LIMITS = Limits(in_flight=64, per_second=200)
WORKERS = 48  # threads, and as many tasks, so that some have to wait


def soak(calls: int, streams: int, seed: int) -> Tally:
    """Make all calls, round by round."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, seed), daemon=True)
    process.start()
    tally = Tally()
    try:
        url, before = pipe.recv(), level()
        with testing.unreachable() as nowhere:
            clients = Clients(url, nowhere, Limiter(LIMITS))
            tasks = all_tasks(calls, streams, seed)
            size = -(-len(tasks) // ROUNDS)
            for start in range(0, len(tasks), size):
                _round(clients, tasks[start : start + size], pipe, tally)
            clients.close()
        pipe.send("closed")
        left_open = pipe.recv().open_connections
        if left_open:
            tally.violations.append(f"{left_open} connections are open after the clients were closed")
        after = level()
        if after.files > before.files or after.threads > before.threads:
            tally.violations.append(f"in the beginning there were {before}, after the clients were closed {after}")
        pipe.send(None)
        process.join(10)
    finally:
        process.kill()
    tally.check_connections()
    tally.violations += growth(tally.levels)
    return tally


def _round(clients: Clients, tasks: list[Task], pipe: Connection, tally: Tally) -> None:
    shared = iter(tasks)  # shared by all workers: next() of a list's iterator is atomic under the GIL
    in_tasks = asyncio.run_coroutine_threadsafe(run_tasks(clients, shared, WORKERS), clients.loop)
    outcomes = run_threads(clients, shared, WORKERS) + in_tasks.result()
    pipe.send("report")
    report: Report = pipe.recv()
    faults = defaultdict(list)
    for arrival in report.arrivals:
        faults[arrival.call].append(arrival.fault)
    for outcome in outcomes:
        tally.check(outcome, faults[outcome.task.number])
    if len(outcomes) != len(tasks):
        tally.violations.append(f"{len(tasks)} calls were to be made, {len(outcomes)} ended")
    if clients.limiter.in_flight or clients.limiter.waiting:
        tally.violations.append(f"after a round: {clients.limiter!r}")
    tally.check_round(report, LIMITS)
    del outcomes, in_tasks
    tally.levels.append(level())


def main(arguments: list[str] | None = None) -> int:
    """Run the soak test and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, help="instead, kill a program with a journal this many times")
    parser.add_argument("--quick", action="store_true", help="make an eighth of the calls, in half a minute")
    options = parser.parse_args(arguments)
    if options.kills is not None:
        return _kill(options.kills, options.seed)
    calls, streams, events = (1_200, 120, 20_000) if options.quick else (10_000, 1_000, 200_000)
    began = time.monotonic()
    tally = soak(calls, streams, options.seed)
    took = time.monotonic() - began
    seconds, text, grown = long_stream(events)
    if grown > 12 + 4 * text:
        tally.violations.append(f"the long stream took {grown:.0f} MB for {text:.0f} MB of text")
    print(_summary(tally, f"{took:.0f} s (seed {options.seed})"))
    print(f"\nA stream of {events} events: {seconds:.1f} s, {text:.1f} MB of text, {grown:+.1f} MB of memory")
    return _verdict(tally.violations)


def _kill(count: int, seed: int) -> int:
    """Kill a program with plain calls, then one with `via_stream`, and print what service and journal recorded."""
    violations = []
    for via_stream in (False, True):
        requests = max(32 * count, 32)
        with tempfile.TemporaryDirectory() as folder:
            found = kills(Path(folder), count=count, requests=requests, via_stream=via_stream, seed=seed)
        print("via_stream" if via_stream else "plain calls")
        print(table([(name.replace("_", " "), value) for name, value in asdict(found).items()]), end="\n\n")
        violations += found.violations
    return _verdict(violations)


def _verdict(violations: list[str]) -> int:
    for violation in violations[:20]:
        print(f"VIOLATION  {violation}")
    print(f"{len(violations)} violations" if violations else "no violation")
    return 1 if violations else 0


def _summary(tally: Tally, took: str) -> str:
    ordered = sorted(tally.seconds)
    settled, last = tally.levels[min(2, len(tally.levels) - 1)], tally.levels[-1]
    return "\n\n".join(
        [
            table([
                ("calls", f"{tally.calls['reply']} and {tally.calls['stream']} streams"),
                ("took", took),
                ("requests", f"{tally.sent}, of which {tally.sent - tally.faults['nothing']} were disturbed"),
                ("lost with a kept connection", str(tally.lost_with_kept_connection)),
                ("in flight", f"{tally.most_in_flight} at most, {LIMITS.in_flight} allowed"),
                ("in a second", f"{tally.most_per_second} at most, {LIMITS.per_second:g} allowed"),
                ("a call took", f"{ordered[len(ordered) // 2]:.2f} s (median), {ordered[-1]:.2f} s at most"),
                *(
                    (name, f"{before:.0f} after the first rounds, {after:.0f} in the end")
                    for name, before, after in zip(Level._fields, settled, last, strict=True)
                ),
            ]),
            table([("ended with", "calls"), *tally.errors.most_common()]),
            table([("the service did", "requests"), *tally.faults.most_common()]),
        ]
    )  # fmt: skip


def table(rows: list[tuple[str, object]]) -> str:
    """Format pairs of names and values, one on each line."""
    width = max(len(name) for name, _value in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


if __name__ == "__main__":
    sys.exit(main())
