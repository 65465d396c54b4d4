"""Kills a program repeatedly and restarts it with the same journal, to check that no reply is billed twice.

The service records each request; those with a complete response are billed. It must never receive a call without
`via_stream` twice: calls that a kill interrupted stay in the journal with an unknown outcome. No call with `via_stream`
may stay unknown, and is billed twice only if the kill happened after the service sent the last event and before the
journal recorded it, which the journal after the kill shows.

The program is this module, run with the arguments of `program`: it makes calls until it has all replies.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from acedata_responses import AsyncClient, Client, Limiter, UnknownOutcomeError, testing
from acedata_responses.journal import Journal

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 8  # calls of the program


@dataclass
class Kills:
    """The results.

    Attributes:
        requests: How many replies were requested.
        kills: How many times the program was killed while running.
        sent: How many requests the service received.
        paid: How many of them had a complete response.
        answered: How many replies the journal has at the end.
        unknown: How many unknown outcomes the journal has at the end.
        paid_twice: How many replies were lost between the last event of the service and the journal.
        violations: The violations.
    """

    requests: int
    kills: int = 0
    sent: int = 0
    paid: int = 0
    answered: int = 0
    unknown: int = 0
    paid_twice: int = 0
    violations: list[str] = field(default_factory=list)


def kills(folder: Path, *, count: int, requests: int, via_stream: bool, seed: int) -> Kills:
    """Kill the program `count` times, unless it ends earlier, then let it finish."""
    result, chance = Kills(requests), Random(seed)  # noqa: S311 - nothing depends on its secrecy
    path = folder / f"via-stream-{via_stream}.db"
    recorded_at: dict[str, float] = {}
    with Journal(path) as journal, testing.serve(text=_answer_to) as service:
        between_events = [testing.Fault("delay", "event", after=event, seconds=0.05) for event in range(5)]
        service.reply_with(always=between_events if via_stream else testing.Fault("delay", seconds=0.25))
        for run in range(count + 1):
            arguments = [("sync", "async")[run % 2], service.url, str(path), str(requests), str(via_stream)]
            command = [sys.executable, "-m", "scripts.soaking.kills", *arguments]
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            if run < count and _was_killed(process, service, chance):
                result.kills += 1
                now = time.monotonic()
                for record in journal.records("answered"):
                    recorded_at.setdefault(json.loads(record.body)["input"], now)
                continue
            output = process.communicate(timeout=600)[0]
            if process.returncode != 0:
                result.violations.append(f"the last run ended with {process.returncode}: {output}")
            break
        service.wait_until(lambda: not service.in_flight)
        states = Counter(record.state for record in journal.records())
        result.unknown, result.answered = len(journal.unknown()), states["answered"]
        _check(result, service.requests, recorded_at, via_stream=via_stream)
    return result


def _was_killed(process: subprocess.Popen[str], service: testing.Server, chance: Random) -> bool:
    """Kill the program within 0.3 seconds of its next 1 to 16 requests. Return whether it was still running."""
    calls = len(service.requests) + chance.randint(1, 16)
    with suppress(TimeoutError):
        service.wait_until(lambda: len(service.requests) >= calls, timeout=60)
    time.sleep(chance.uniform(0, 0.3))
    process.kill()
    process.communicate(timeout=60)
    return process.returncode == -signal.SIGKILL


def _check(result: Kills, received: list[testing.Request], recorded_at: dict[str, float], *, via_stream: bool) -> None:
    by_input: dict[str, list[testing.Request]] = defaultdict(list)
    for request in received:
        if request.is_whole:
            by_input[request.json["input"]].append(request)
    paid = [sum(request.answered is not None for request in requests) for requests in by_input.values()]
    result.sent, result.paid = sum(map(len, by_input.values())), sum(paid)
    result.paid_twice = sum(max(times - 1, 0) for times in paid)
    for name, requests in by_input.items():
        if len(requests) > 1 and not via_stream:
            result.violations.append(f"{name} was sent {len(requests)} times")
        if requests[-1].arrived > recorded_at.get(name, requests[-1].arrived):
            result.violations.append(f"{name} was sent again although the journal had its reply")
    if result.answered + result.unknown != result.requests:
        result.violations.append(
            f"{result.answered} replies and {result.unknown} unknown outcomes for {result.requests}"
        )
    if via_stream and result.unknown:
        result.violations.append(f"{result.unknown} are unknown, although a stream without its end is not billed")
    if via_stream and result.paid - result.paid_twice != result.requests:
        result.violations.append(f"{result.paid} were paid for, {result.requests} were requested")
    if result.paid_twice > result.kills * AT_ONCE:
        result.violations.append(f"{result.paid_twice} were paid for twice in {result.kills} kills")


def _answer_to(request: testing.Request) -> str:
    return f"the answer to {request.json['input']}"


def program(flavour: str, url: str, journal: str, count: str, via_stream: str) -> int:
    """Make the calls. Return 1, and print the results, if some are neither a reply nor unknown."""
    options: dict[str, Any] = {
        "token": testing.TOKEN,
        "base_url": url,
        "journal": journal,
        "via_stream": via_stream == "True",
        "limits": Limiter(shared=journal),
    }
    requests = ({"model": "gpt-4o-mini", "input": f"call {number}"} for number in range(int(count)))
    if flavour == "sync":
        with Client(**options) as client:
            results = list(client.responses.map(requests, at_once=AT_ONCE))
    else:
        results = asyncio.run(_map_in_tasks(options, requests))
    wrong = [
        result
        for result in results
        if (result.reply is None and not isinstance(result.error, UnknownOutcomeError))
        or (result.reply is not None and result.reply.output_text != f"the answer to {result.request['input']}")
    ]
    print(*wrong, sep="\n")
    return 1 if wrong else 0


async def _map_in_tasks(options: dict[str, Any], requests: Iterator[dict[str, Any]]) -> list[Any]:
    async with AsyncClient(**options) as client:
        return [result async for result in client.responses.map(requests, at_once=AT_ONCE)]


if __name__ == "__main__":
    sys.exit(program(*sys.argv[1:]))
