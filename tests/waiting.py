"""Helpers for threads and tasks that wait: run until a condition is true, with a timeout."""

from __future__ import annotations

import asyncio
import threading
import time
from bisect import bisect_left
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING

from acedata_responses.limits import Limiter
from tests.clock import FakeClock
from tests.drivers import ONE_SLOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.drivers import Flavour


PATIENCE = 20.0  # seconds until a test fails


def one_at_a_time(clock: FakeClock | None = None) -> Limiter:
    return Limiter(ONE_SLOT, clock=clock or FakeClock())


def until(condition: Callable[[], bool]) -> None:
    """Let other threads run until a condition is true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition never became true"
        time.sleep(0)


async def until_async(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition never became true"
        await asyncio.sleep(0)


def run(coroutine, *, debug=False):
    async def bounded():
        return await asyncio.wait_for(coroutine, PATIENCE)

    return asyncio.run(bounded(), debug=debug)


def acquire(limiter: Limiter, flavour: Flavour, **limits):
    return limiter.acquire(**limits) if flavour == "sync" else run(limiter.acquire_async(**limits))


def in_loop(test):
    """Run an async test in a new event loop."""

    @wraps(test)
    def wrapper(*args, **kwargs):
        run(test(*args, **kwargs))

    return wrapper


@contextmanager
def thread(target: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run a thread that ends before the test does."""
    started = threading.Thread(target=target, daemon=True)
    started.start()
    yield started
    started.join(PATIENCE)
    assert not started.is_alive()


def most_in_a_second(starts: list[float]) -> int:
    return max((bisect_left(starts, start + 1.0) - index for index, start in enumerate(starts)), default=0)
