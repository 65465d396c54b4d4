"""Ctrl-C during many calls: a second run only sends the requests that were not sent."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from pathlib import Path

from acedata_responses import testing
from acedata_responses.testing import Fault
from tests.processes import python
from tests.waiting import until

SETUP = """
    import asyncio, signal, sys
    from acedata_responses import AsyncClient, Client

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores SIGINT
    token, url, journal = sys.argv[1:]
    options = {"token": token, "base_url": url, "journal": journal, "limits": None}
    requests = ({"model": "gpt-4o-mini", "input": f"question {number}"} for number in range(10))

    def show(result):
        print(result.reply.output_text if result.reply else type(result.error).__name__, flush=True)
"""
IN_THREADS = """
    with Client(**options) as client:
        for result in client.responses.map(requests, at_once=3):
            show(result)
"""
IN_TASKS = """
    async def main():
        async with AsyncClient(**options) as client:
            async for result in client.responses.map(requests, at_once=3):
                show(result)

    asyncio.run(main())
"""


def start(program: str, service: testing.Server, journal: Path) -> subprocess.Popen[str]:
    return python(SETUP, program, arguments=(testing.TOKEN, service.url, journal), stderr=subprocess.PIPE)


def run_twice(program: str, service: testing.Server, journal: Path, *, release: bool) -> tuple[list[str], list[str]]:
    """Interrupt a run after four answers and during three calls, and run it again. Returns the output of both."""
    service.reply_with(*[lambda _: None] * 4, always=Fault("stall"))
    process = start(program, service, journal)
    until(lambda: len(service.requests) == 7)
    process.send_signal(signal.SIGINT)
    if release:
        until(lambda: service.release() or process.poll() is not None)
    first, errors = process.communicate(timeout=60)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode == -signal.SIGINT
    assert len(service.requests) == 7
    service.reply_with(always=lambda _: None)
    second, errors = start(program, service, journal).communicate(timeout=60)
    assert errors == ""
    sent = Counter(request.json["input"] for request in service.requests)
    assert sent == {f"question {number}": 1 for number in range(10)}
    return first.splitlines(), second.splitlines()


def test_threads_finish_the_calls_in_flight(echoing, path):
    first, second = run_twice(IN_THREADS, echoing, path, release=True)
    assert len(first) == 4
    assert set(second) == {f"answer to question {number}" for number in range(10)}


def test_tasks_are_cancelled_and_their_requests_are_not_sent_again(echoing, path):
    first, second = run_twice(IN_TASKS, echoing, path, release=False)
    assert len(first) == 4
    assert second.count("UnknownOutcomeError") == 3
    assert set(first) < set(second)
