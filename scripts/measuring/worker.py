"""A process that measures one client: it reads commands as lines of JSON, and answers with the time that each took.

Run as `python -m scripts.measuring.worker NAME URL` in the environment of the client. A command is the name of a method
of `Worker` and its arguments. The answer has the total seconds (`cpu` and `wall`), or says what is missing.
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
from pathlib import Path
from typing import Any

from .subjects import SUBJECTS, Subject

Taken = dict[str, Any]


class Stopwatch:
    """Adds up the CPU time of this process and the wall time of all measured sections."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def __enter__(self) -> None:
        self._began = time.process_time(), time.perf_counter()

    def __exit__(self, *exception: object) -> None:
        self.cpu += time.process_time() - self._began[0]
        self.wall += time.perf_counter() - self._began[1]

    def taken(self) -> Taken:
        """The seconds so far."""
        return {"cpu": self.cpu, "wall": self.wall}


class Worker:
    """The measurements. Each method repeats what its docstring says `times` times."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._loop = asyncio.new_event_loop()

    def call(self, times: int) -> Taken:
        """Plain calls, one after another."""
        return _repeated(self._subject.call, times)

    def call_async(self, times: int, at_once: int) -> Taken:
        """Plain calls, several at the same time."""
        return self._loop.run_until_complete(self._calls(times, at_once))

    def stream(self, times: int, events: int, a_chunk: int) -> Taken:
        """Whole streams, event by event."""
        wanted = _wanted(events, a_chunk)

        def read() -> None:
            for _event in self._subject.stream(wanted):
                pass

        return _repeated(read, times)

    def stream_async(self, times: int, events: int, a_chunk: int) -> Taken:
        """The same, asynchronously."""
        return self._loop.run_until_complete(self._streams(times, _wanted(events, a_chunk)))

    def first_event(self, times: int) -> Taken:
        """From the call to the first event; the rest of the stream is read, and not counted."""
        watch = Stopwatch()
        for _ in range(times):
            with watch:
                events = iter(self._subject.stream(_wanted(4, 1)))
                next(events)
            for _event in events:
                pass
        return watch.taken()

    def decode_reply(self, times: int, content: str) -> Taken:
        """Decode the body of a reply."""
        encoded = content.encode()
        return _repeated(lambda: self._subject.decode_reply(encoded), times)

    def decode_event(self, times: int, content: str) -> Taken:
        """Decode the data of an event."""
        encoded = content.encode()
        return _repeated(lambda: self._subject.decode_event(encoded), times)

    def growth_over_events(self, events: int) -> Taken:
        """Return how many bytes the process grows from a tenth of a long stream to its end, without the kept text."""
        resident = text = 0
        for count, event in enumerate(self._subject.stream(_wanted(events, 16))):
            text += len(getattr(event, "delta", ""))
            if count == events // 10:
                resident, text = memory_in_use(), 0
            elif count == events:
                return {"bytes": max(memory_in_use() - resident - text, 0)}
        raise LookupError("so many events")

    def growth_over_calls(self, times: int) -> Taken:
        """Return how many bytes the process grows from a tenth of many calls to the last one."""
        _repeated(self._subject.call, times // 10)
        resident = memory_in_use()
        _repeated(self._subject.call, times - times // 10)
        return {"bytes": memory_in_use() - resident}

    def journal(self, times: int) -> Taken:
        """Plain calls, then the same calls with a journal, then again from the journal."""
        with tempfile.TemporaryDirectory() as folder:
            call = self._subject.with_journal(Path(folder) / "answers.db")
            call(-1)
            plain = _repeated(self._subject.call, times)
            sent, kept = (_repeated(map(call, range(times)).__next__, times) for _ in range(2))
            return {"plain": plain, "sent": sent, "kept": kept}

    async def _calls(self, times: int, at_once: int) -> Taken:
        watch = Stopwatch()
        with watch:
            for _ in range(times // at_once):
                await asyncio.gather(*(self._subject.call_async() for _ in range(at_once)))
        return watch.taken()

    async def _streams(self, times: int, wanted: str) -> Taken:
        watch = Stopwatch()
        with watch:
            for _ in range(times):
                async for _event in self._subject.stream_async(wanted):
                    pass
        return watch.taken()


def _wanted(events: int, a_chunk: int) -> str:
    """Return the input that tells the server what to send."""
    return f"{events} events, {a_chunk} a chunk"


def _repeated(do: Callable[[], object], times: int) -> Taken:
    watch = Stopwatch()
    with watch:
        for _ in range(times):
            do()
    return watch.taken()


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
    for line in sys.stdin:
        method, arguments = json.loads(line)
        try:
            answer = getattr(worker, method)(**arguments)
        except LookupError as error:
            answer = {"missing": str(error.args[0])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
