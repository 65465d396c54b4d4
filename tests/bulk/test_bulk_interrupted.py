"""Ctrl-C in the midst of many calls, in a process of its own: a second run pays only for what is missing."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from acedata_responses import testing
from acedata_responses.testing import Fault
from tests.processes import python
from tests.waiting import until

TEN_REQUESTS = """
    import asyncio, signal, sys
    from acedata_responses import AsyncClient, Client

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job starts without it
    token, url, journal = sys.argv[1:]
    options = {"token": token, "base_url": url, "journal": journal, "limits": None}
    requests = ({"model": "gpt-4o-mini", "input": f"question {number}"} for number in range(10))
"""
PRINTS = "print(result.reply.output_text if result.reply else type(result.error).__name__, flush=True)"
IN_THREADS = f"""
    with Client(**options) as client:
        for result in client.responses.map(requests, at_once=3):
            {PRINTS}
"""
IN_TASKS = f"""
    async def main():
        async with AsyncClient(**options) as client:
            async for result in client.responses.map(requests, at_once=3):
                {PRINTS}

    asyncio.run(main())
"""
ANSWERS = {f"answer to question {number}" for number in range(10)}


def start(program: str, service: testing.Server, journal: Path) -> subprocess.Popen[str]:
    arguments = (testing.TOKEN, service.url, journal)
    return python(TEN_REQUESTS, program, arguments=arguments, stderr=subprocess.PIPE)


def interrupted(program: str, service: testing.Server, journal: Path, *, release: bool) -> list[str]:
    """Interrupt a run whose first four answers came and whose next three do not come; what it has printed."""
    service.reply_with(*[lambda _: None] * 4, always=Fault("stall"))
    process = start(program, service, journal)
    until(lambda: len(service.requests) == 7)
    process.send_signal(signal.SIGINT)
    if release:
        until(lambda: service.release() or process.poll() is not None)
    printed, errors = process.communicate(timeout=60)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode == -signal.SIGINT
    return printed.splitlines()


def second_run(program: str, service: testing.Server, journal: Path) -> list[str]:
    service.reply_with(always=lambda _: None)
    printed, errors = start(program, service, journal).communicate(timeout=60)
    assert errors == ""
    return printed.splitlines()


def times_sent(service: testing.Server) -> Counter[Any]:
    return Counter(request.json["input"] for request in service.requests)


def test_threads_wait_for_the_calls_under_way(echoing, path):
    first = interrupted(IN_THREADS, echoing, path, release=True)
    assert len(echoing.requests) == 7
    assert len(first) == 4
    second = second_run(IN_THREADS, echoing, path)
    assert set(second) == ANSWERS
    assert times_sent(echoing) == {f"question {number}": 1 for number in range(10)}


def test_tasks_are_cancelled_and_their_calls_are_not_sent_again(echoing, path):
    first = interrupted(IN_TASKS, echoing, path, release=False)
    assert len(first) == 4
    second = second_run(IN_TASKS, echoing, path)
    assert second.count("UnknownOutcomeError") == 3
    assert set(first) < set(second)
    assert times_sent(echoing) == {f"question {number}": 1 for number in range(10)}
