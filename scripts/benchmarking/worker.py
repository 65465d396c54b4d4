"""A process that measures one client: it reads commands as lines of JSON, and prints the measurements of each.

Run as `python -m scripts.benchmarking.worker NAME URL` in the environment of the client. It first prints the version of
the client. A command is the name of a method of `Worker` and its arguments. Most print the total seconds,
`cpu` and `wall`; a command that the client does not support prints null.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .subjects import SUBJECTS

Seconds = dict[str, float]


class Stopwatch:
    """Adds up the CPU time of this process and the wall time of all measured sections."""

    def __init__(self) -> None:
        self.seconds = {"cpu": 0.0, "wall": 0.0}

    def __enter__(self) -> Stopwatch:
        self._began = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *exception: object) -> None:
        self.seconds["cpu"] += time.process_time() - self._began[0]
        self.seconds["wall"] += time.perf_counter() - self._began[1]


class Worker:
    """The measurements. Each method repeats its operation `times` times."""

    def __init__(self, subject: Any) -> None:
        self._subject = subject
        self._loop = asyncio.new_event_loop()

    def call(self, times: int) -> Seconds:
        """Calls without streaming, one after another."""
        return _repeat(self._subject.call, times)

    def call_async(self, times: int, at_once: int) -> Seconds:
        """Calls without streaming, several at a time."""
        call = self._subject.call_async

        async def calls() -> None:
            await asyncio.gather(*(call() for _ in range(at_once)))

        return _repeat(lambda: self._loop.run_until_complete(calls()), times // at_once)

    def stream(self, times: int, events: str) -> Seconds:
        """Whole streams, event by event."""
        stream = self._subject.stream

        def read() -> None:
            for _event in stream(events):
                pass

        return _repeat(read, times)

    def stream_async(self, times: int, events: str) -> Seconds:
        """Whole streams, asynchronously."""
        stream = self._subject.stream_async

        async def read() -> None:
            async for _event in stream(events):
                pass

        return _repeat(lambda: self._loop.run_until_complete(read()), times)

    def first_event(self, times: int) -> Seconds:
        """From the call to the first event; the rest of the stream is read, and not counted."""
        watch = Stopwatch()
        for _ in range(times):
            with watch:
                events = iter(self._subject.stream("4 events, 1 a chunk"))
                next(events)
            for _event in events:
                pass
        return watch.seconds

    def decode_reply(self, times: int, content: str) -> Seconds:
        """Decode the body of a reply."""
        decode, encoded = self._subject.decode_reply, content.encode()
        return _repeat(lambda: decode(encoded), times)

    def decode_event(self, times: int, content: str) -> Seconds:
        """Decode the data of an event."""
        decode, encoded = self._subject.decode_event, content.encode()
        return _repeat(lambda: decode(encoded), times)

    def growth_over_events(self, events: int) -> int:
        """Return how many bytes the process grows from a tenth of a long stream to its end, without the kept text."""
        begin = end = text = 0
        for count, event in enumerate(self._subject.stream(f"{events} events, 16 a chunk")):
            text += len(getattr(event, "delta", ""))
            if count == events // 10:
                begin, text = memory_in_use(), 0
            elif count == events:
                end = memory_in_use()
        return max(end - begin - text, 0)

    def growth_over_calls(self, times: int) -> int:
        """Return how many bytes the process grows from a tenth of many calls to the last one."""
        self.call(times // 10)
        begin = memory_in_use()
        self.call(times - times // 10)
        return memory_in_use() - begin

    def journal(self, times: int) -> list[Seconds]:
        """Calls without a journal, then the same calls with a journal, then again from the journal."""
        with tempfile.TemporaryDirectory() as folder:
            call = self._subject.with_journal(Path(folder) / "answers.db")
            call(-1)
            return [self.call(times), *(_repeat(map(call, range(times)).__next__, times) for _ in range(2))]


def _repeat(do: Callable[[], object], times: int) -> Seconds:
    with Stopwatch() as watch:
        for _ in range(times):
            do()
    return watch.seconds


def memory_in_use() -> int:
    """Return the memory in use by this process, after garbage collection."""
    gc.collect()
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(name: str, url: str) -> None:
    """Execute commands until standard input is closed."""
    worker = Worker(SUBJECTS[name](url))
    try:
        print(json.dumps(version(SUBJECTS[name].package)), flush=True)
    except PackageNotFoundError:  # built from this checkout
        print("null", flush=True)
    for line in sys.stdin:
        method, arguments = json.loads(line)
        try:
            print(json.dumps(getattr(worker, method)(**arguments)), flush=True)
        except NotImplementedError:
            print("null", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
