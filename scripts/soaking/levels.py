"""Measures what must not grow: the memory, objects, threads and open files of the process."""

from __future__ import annotations

import gc
import threading
import time
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

from acedata_responses import Client, testing
from scripts.measuring.worker import memory_in_use
from tests.streams.events import delta, ending


class Level(NamedTuple):
    """The memory, objects, threads and open files of the process."""

    megabytes: float
    objects: int
    threads: int
    files: int


def level() -> Level:
    """Measure this process, after garbage collection."""
    gc.collect()
    gc.collect()
    files = Path("/proc/self/fd")
    return Level(
        megabytes=memory_in_use() / 1e6,
        objects=len(gc.get_objects()),
        threads=threading.active_count(),
        files=len(list(files.iterdir())) if files.is_dir() else 0,
    )


MAY_GROW = Level(megabytes=12, objects=3000, threads=0, files=64)
"""The allowed growth. The number of open connections varies between rounds; in the end all must be closed."""


def growth(levels: list[Level]) -> list[str]:
    """Return a message for each level that grew after the first rounds."""
    settled, last = levels[min(2, len(levels) - 1)], levels[-1]
    return [
        f"{name} grew from {before:.0f} to {after:.0f}"
        for name, before, after, allowed in zip(Level._fields, settled, last, MAY_GROW, strict=True)
        if after - before > allowed
    ]


def long_stream(events: int) -> tuple[float, float, float]:
    """Read a long stream. Return its seconds, the megabytes of its text, and the growth of the process in megabytes."""
    word, end = delta("word " * 4), ending("completed")
    with testing.serve() as service, Client(testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.Answer(events=chain(repeat(word, events), [end])))
        before, began, count = level().megabytes, time.monotonic(), 0
        with client.responses.create(model="gpt-4o-mini", input="Go on", stream=True) as stream:
            count = sum(1 for _event in stream)
            grown = level().megabytes - before
        if count != events + 1 or len(stream.partial_text) != events * 20:
            raise RuntimeError(f"{count} events of {events + 1} came")
    return time.monotonic() - began, events * 20 / 1e6, grown
