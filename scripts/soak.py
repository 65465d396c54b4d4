"""A soak test: many concurrent calls with all types of faults. Each must end with its reply or the expected error.

The test server runs in a separate process and injects a fault into one request in twenty. It records the fault of each
request, and the result of each attempt of the client must match it. The numbers of connections, threads and open files
and the memory must not grow after the first rounds.

With `--kills N`, a program that makes its calls with a journal is killed N times and restarted instead, and the service
counts the billed replies; see `soaking/kills.py`.

Exit status: 0 no violation, 1 violations, 70 the test crashed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain, islice, repeat
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts import crash

if __name__ == "__main__":
    crash.install()

from acedata_responses import Client, Limiter, Limits, testing
from scripts.soaking.calls import Call, Clients, all_calls
from scripts.soaking.checks import Tally, level
from scripts.soaking.kills import kills
from scripts.soaking.service import serve
from tests.streams.events import delta, ending

ROUNDS = 10
LIMITS = Limits(in_flight=64, per_second=200)


def main(arguments: list[str] | None = None) -> int:
    """Run the soak test and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, help="instead, kill a program with a journal this many times")
    parser.add_argument("--quick", action="store_true", help="make an eighth of the calls, in a minute")
    options = parser.parse_args(arguments)
    violations = _kill(options.kills, options.seed) if options.kills is not None else _soak(options.seed, options.quick)
    for violation in violations[:20]:
        print(f"VIOLATION  {violation}")
    print(f"{len(violations)} violations" if violations else "no violation")
    return 1 if violations else 0


def _soak(seed: int, quick: bool) -> list[str]:
    calls, streams, events = (1_200, 120, 20_000) if quick else (10_000, 1_000, 200_000)
    began = time.monotonic()
    tally = soak(calls, streams, seed)
    print(_summary(tally, f"{time.monotonic() - began:.0f} s (seed {seed})"))
    began = time.monotonic()
    text, grown = read_long_stream(events)
    took = time.monotonic() - began
    print(f"\nA stream of {events} events: {took:.1f} s, {text:.1f} MB of text, {grown:+.1f} MB of memory")
    if grown > 12 + 4 * text:
        tally.violations.append(f"the long stream took {grown:.0f} MB for {text:.0f} MB of text")
    return tally.violations


def soak(calls: int, streams: int, seed: int) -> Tally:
    """Make all calls, round by round."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, seed), daemon=True)
    process.start()
    tally = Tally()
    try:
        url, before = pipe.recv(), level()
        with testing.unreachable() as unreachable:
            clients = Clients(url, unreachable, Limiter(LIMITS))
            remaining = all_calls(calls, streams, seed)
            while batch := list(islice(remaining, -(-(calls + streams) // ROUNDS))):
                _round(clients, batch, pipe, tally)
                batch.clear()
                tally.levels.append(level())
            clients.close()
        pipe.send("closed")
        _, left_open = pipe.recv()
        if left_open:
            tally.violations.append(f"{left_open} connections are open after the clients were closed")
        after = level()
        if after.files > before.files or after.threads > before.threads:
            tally.violations.append(f"in the beginning there were {before}, after the clients were closed {after}")
        pipe.send(None)
        process.join(10)
    finally:
        process.kill()
    tally.check_end()
    return tally


def _round(clients: Clients, calls: list[Call], pipe: Connection, tally: Tally) -> None:
    clients.make(calls)
    pipe.send("report")
    arrivals, _open_connections = pipe.recv()
    faults = defaultdict(list)
    for arrival in arrivals:
        faults[arrival.call].append(arrival.fault)
    for call in calls:
        tally.check(call, faults[call.number])
    if clients.limiter.in_flight or clients.limiter.waiting:
        tally.violations.append(f"after a round: {clients.limiter!r}")
    tally.check_limits(arrivals, LIMITS)


def read_long_stream(events: int) -> tuple[float, float]:
    """Read a long stream. Return the megabytes of its text, and the growth of the process in megabytes."""
    word = "word " * 4
    with testing.serve() as service, Client(testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.Answer(events=chain(repeat(delta(word), events), [ending("completed")])))
        before = level().megabytes
        with client.responses.create(model="gpt-4o-mini", input="Continue", stream=True) as stream:
            count = sum(1 for _event in stream)
            grown = level().megabytes - before
        if count != events + 1 or len(stream.partial_text) != events * len(word):
            raise RuntimeError(f"{count} events of {events + 1} were received")
    return events * len(word) / 1e6, grown


def _kill(count: int, seed: int) -> list[str]:
    """Kill a program without `via_stream`, then one with it, and print what service and journal recorded."""
    violations = []
    for via_stream in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            result = kills(Path(folder), count=count, requests=32 * max(count, 1), via_stream=via_stream, seed=seed)
        print("via_stream" if via_stream else "without via_stream")
        print(table([(name.replace("_", " "), value) for name, value in asdict(result).items()]), end="\n\n")
        violations += result.violations
    return violations


def _summary(tally: Tally, took: str) -> str:
    seconds, sent = sorted(tally.seconds), tally.faults.total()
    totals = [
        ("calls", f"{tally.calls['reply']} and {tally.calls['stream']} streams"),
        ("took", took),
        ("requests", f"{sent}, {sent - tally.faults['nothing']} of them with a fault"),
        ("lost with a kept connection", tally.lost_with_kept_connection),
        ("in flight", f"{tally.most_in_flight} at most, {LIMITS.in_flight} allowed"),
        ("in a second", f"{tally.most_per_second} at most, {LIMITS.per_second:g} allowed"),
        ("a call took", f"{seconds[len(seconds) // 2]:.2f} s (median), {seconds[-1]:.2f} s at most"),
    ]
    levels = [
        (name, f"{before:.0f} after the first rounds, {after:.0f} at the end") for name, before, after in tally.growth()
    ]
    ends = [("ended with", "calls"), *tally.ends.most_common()]
    faults = [("fault", "requests"), *tally.faults.most_common()]
    return "\n\n".join([table(totals), table(levels), table(ends), table(faults)])


def table(rows: Sequence[tuple[str, object]]) -> str:
    """Format pairs of names and values, one on each line."""
    width = max(len(name) for name, _value in rows)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


if __name__ == "__main__":
    sys.exit(main())
