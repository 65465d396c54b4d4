"""Kills a program repeatedly and restarts it with the same journal, to check that no answer is billed twice.

The service records each request; those that it answered completely are billed. It must never receive a plain call
twice: calls that a kill interrupted stay in the journal with an unknown outcome. No call with `via_stream` may stay
unknown, and it may be billed twice only if the kill came after the service sent the last event and before the journal
recorded it, which the journal after the kill shows.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from acedata_responses import testing
from acedata_responses.journal import Journal

ROOT = Path(__file__).resolve().parents[2]
CALLS_OF_A_LIFE = (1, 16)  # requests after which a program is killed
MOMENT = 0.3  # seconds after the last of them, at most
BETWEEN_EVENTS = 0.05  # seconds


@dataclass
class Kills:
    """The results.

    Attributes:
        requests: How many answers were requested.
        kills: How many times the program was killed while running.
        sent: How many requests the service received.
        paid: How many of them it answered completely.
        answered: How many answers the journal has in the end.
        unknown: How many unknown outcomes the journal has in the end.
        paid_twice: How many answers were lost between the last event of the service and the journal.
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
    """Kill the program `count` times, unless it ends before, then let it finish."""
    found, chance = Kills(requests), Random(seed)  # noqa: S311 - draws lots, keeps no secret
    path = folder / f"via-stream-{via_stream}.db"
    journal = Journal(path)
    answered_at: dict[str, float] = {}
    with testing.serve(text=lambda request: f"the answer to {request.json['input']}") as service:
        slow = [testing.Fault("delay", "event", after=event, seconds=BETWEEN_EVENTS) for event in range(5)]
        service.reply_with(always=slow if via_stream else testing.Fault("delay", seconds=5 * BETWEEN_EVENTS))
        for run in range(count + 1):
            flavour = ("sync", "async")[run % 2]
            program = _started(flavour, service.url, path, requests, via_stream=via_stream)
            if run < count and _killed(program, service, chance):
                found.kills += 1
                moment = time.monotonic()
                for record in journal.records("answered"):
                    answered_at.setdefault(_input_of(record.body), moment)
                continue
            output = program.communicate(timeout=600)[0]
            if program.returncode != 0:
                found.violations.append(f"the last run ended with {program.returncode}: {output}")
            break
        service.wait_until(lambda: not service.in_flight)
        seen = service.requests
    states = Counter(record.state for record in journal.records())
    found.unknown, found.answered = len(journal.unknown()), states["answered"]
    journal.close()
    _judge(found, seen, answered_at, via_stream=via_stream)
    return found


def _judge(found: Kills, seen: list[testing.Request], answered_at: dict[str, float], *, via_stream: bool) -> None:
    by_input: dict[str, list[testing.Request]] = defaultdict(list)
    for request in seen:
        if request.is_whole:
            by_input[request.json["input"]].append(request)
    paid = {name: sum(one.answered is not None for one in all_of) for name, all_of in by_input.items()}
    found.sent, found.paid = sum(map(len, by_input.values())), sum(paid.values())
    found.paid_twice = sum(max(times - 1, 0) for times in paid.values())
    for name, all_of in by_input.items():
        if len(all_of) > 1 and not via_stream:
            found.violations.append(f"{name} was sent {len(all_of)} times")
        if all_of[-1].arrived > answered_at.get(name, all_of[-1].arrived):
            found.violations.append(f"{name} was sent again though the journal had its answer")
    if found.answered + found.unknown != found.requests:
        found.violations.append(f"{found.answered} answers and {found.unknown} unknown of {found.requests}")
    if via_stream and found.unknown:
        found.violations.append(f"{found.unknown} are unknown, though a stream without its end is not billed")
    if via_stream and found.paid - found.paid_twice != found.requests:
        found.violations.append(f"{found.paid} were paid for, {found.requests} are wanted")
    if found.paid_twice > found.kills * 8:  # the calls under way at a time
        found.violations.append(f"{found.paid_twice} were paid for twice in {found.kills} kills")


def _started(flavour: str, url: str, path: Path, requests: int, *, via_stream: bool) -> subprocess.Popen[str]:
    arguments = [flavour, url, str(path), str(requests), str(via_stream)]
    command = [sys.executable, "-m", "scripts.soaking.killed", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _killed(program: subprocess.Popen[str], service: testing.Server, chance: Random) -> bool:
    """Kill a running program. Return whether it was still running."""
    calls = len(service.requests) + chance.randint(*CALLS_OF_A_LIFE)
    with suppress(TimeoutError):
        service.wait_until(lambda: len(service.requests) >= calls, timeout=60)
    time.sleep(chance.uniform(0, MOMENT))
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=60)
    return program.returncode == -signal.SIGKILL


def _input_of(body: bytes) -> str:
    return str(json.loads(body)["input"])
