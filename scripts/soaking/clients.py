"""Makes calls in threads and in tasks at the same time, and records the outcome of each."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from acedata_responses import AceDataError, AsyncClient, AsyncStream, Client, Limiter, RetryPolicy, testing

from .tasks import HURRY, Task

TRIES = 3
SOON = 0.001  # seconds after which a stream is closed elsewhere
SILENCE = 10.0  # seconds that a call waits for data; long enough for a busy machine
SETTINGS: dict[str, Any] = {
    "token": testing.TOKEN,
    "timeout": SILENCE,
    "max_retries": TRIES - 1,
    "retry": RetryPolicy(waits=(0.05, 0.1, 0.2), jitter=0.05),
}


@dataclass
class Outcome:
    """The outcome of a call: a text, an error, or abandoned by its caller."""

    task: Task
    text: str | None = None
    error: AceDataError | None = None
    seconds: float = 0.0


@dataclass
class Clients:
    """The sync and async clients, which share a limiter, and two clients of a port where nothing listens."""

    url: str
    nowhere: str
    limiter: Limiter

    def __post_init__(self) -> None:
        """Make them."""
        self.sync = Client(base_url=self.url, limits=self.limiter, **SETTINGS)
        self.sync_nowhere = Client(base_url=self.nowhere, limits=self.limiter, **SETTINGS)
        self.tasks = AsyncClient(base_url=self.url, limits=self.limiter, **SETTINGS)
        self.tasks_nowhere = AsyncClient(base_url=self.nowhere, limits=self.limiter, **SETTINGS)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        """Close all clients and the event loop."""
        for client in (self.sync, self.sync_nowhere):
            client.close()
        for tasks in (self.tasks, self.tasks_nowhere):
            asyncio.run_coroutine_threadsafe(tasks.close(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


def in_thread(clients: Clients, task: Task) -> Outcome:
    """Make a call with the sync client. An impatient caller leaves a stream after its first text."""
    client = clients.sync_nowhere if task.manner == "nobody there" else clients.sync
    began = time.monotonic()
    outcome = Outcome(task)
    try:
        if not task.is_stream:
            outcome.text = client.responses.create(**task.fields).output_text
        else:
            if task.manner == "unread":
                client.responses.create(**task.fields)
                return outcome
            with client.responses.create(**task.fields) as stream, _closing(stream.close, task):
                texts = []
                for text in stream.text_deltas():
                    texts.append(text)
                    if task.manner == "impatient":
                        return outcome
                _must_agree("".join(texts), stream.final().output_text)
                outcome.text = "".join(texts)
    except AceDataError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - began
    return outcome


async def in_task(clients: Clients, task: Task) -> Outcome:
    """Make a call with the async client. An impatient caller cancels it."""
    client = clients.tasks_nowhere if task.manner == "nobody there" else clients.tasks
    began = time.monotonic()
    outcome = Outcome(task)

    async def call() -> None:
        if not task.is_stream:
            outcome.text = (await client.responses.create(**task.fields)).output_text
            return
        if task.manner == "unread":
            await client.responses.create(**task.fields)
            return
        async with await client.responses.create(**task.fields) as stream:
            closing = asyncio.create_task(_close_later(stream)) if task.manner == "closed elsewhere" else None
            try:
                texts = "".join([text async for text in stream.text_deltas()])
                _must_agree(texts, (await stream.final()).output_text)
                outcome.text = texts
            finally:
                if closing is not None:
                    await closing

    try:
        if task.manner == "cancelled twice":
            await _cancel_twice(asyncio.create_task(call()))
        else:
            await asyncio.wait_for(call(), HURRY if task.manner == "impatient" else None)
    except (asyncio.TimeoutError, TimeoutError) as error:
        outcome.error = error if isinstance(error, AceDataError) else None
    except AceDataError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - began
    return outcome


@contextmanager
def _closing(close: Callable[[], None], task: Task) -> Iterator[None]:
    """Close the stream from another thread while it is read, if the task says so."""
    timer = threading.Timer(SOON, close)
    if task.manner == "closed elsewhere":
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if timer.is_alive():
            timer.join()


async def _close_later(stream: AsyncStream[Any, Any]) -> None:
    await asyncio.sleep(SOON)
    await stream.close()


async def _cancel_twice(call: asyncio.Task[None]) -> None:
    """Cancel a call, and cancel it again while it handles the cancellation, as anyio does."""
    await asyncio.wait({call}, timeout=HURRY)
    call.cancel()
    await asyncio.sleep(0)
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call


def _must_agree(texts: str, final: str) -> None:
    if texts != final:
        raise RuntimeError(f"the texts of a stream are {texts!r}, its reply has {final!r}")


def run_threads(clients: Clients, tasks: Iterator[Task], workers: int) -> list[Outcome]:
    """Make calls in threads until there are no more."""

    def work(_worker: int) -> list[Outcome]:
        return [in_thread(clients, task) for task in tasks]

    with ThreadPoolExecutor(workers) as pool:
        return [outcome for outcomes in pool.map(work, range(workers)) for outcome in outcomes]


async def run_tasks(clients: Clients, tasks: Iterator[Task], workers: int) -> list[Outcome]:
    """Make calls in tasks until there are no more."""

    async def work() -> list[Outcome]:
        return [await in_task(clients, task) for task in tasks]

    return [outcome for group in await asyncio.gather(*(work() for _ in range(workers))) for outcome in group]
