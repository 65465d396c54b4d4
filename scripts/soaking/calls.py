"""The calls to make, and the threads and tasks that make them at the same time.

Some calls are unusual: abandoned, cancelled, with a short deadline, or to a port where nothing listens.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from acedata_responses import AceDataError, AsyncClient, AsyncStream, Client, Limiter, RetryPolicy, Stream, testing
from tests.drivers import LoopThread

TRIES = 3
WORKERS = 48  # threads, and as many tasks, so that some have to wait
SHORT = 0.1  # seconds: a short deadline, and the time after which a caller abandons a call
SOON = 0.001  # seconds after which a stream is closed elsewhere
SHARES = {
    "no listener": 0.002,  # calls to a port where nothing listens
    "abandoned": 0.01,  # calls that the caller abandons
    "short deadline": 0.005,  # calls with a deadline that they cannot keep
    "cancelled twice": 0.005,  # calls that are cancelled, and again while they unwind; ordinary calls in threads
}
SHARES_OF_STREAMS = {
    **SHARES,
    "unread": 0.05,  # streams that are dropped without being read
    "closed elsewhere": 0.05,  # streams that another thread or task closes while they are read
}


@dataclass
class Call:
    """A call, and its result once it has ended: a text or an error, or neither if the caller abandoned it."""

    number: int
    is_stream: bool
    kind: str
    text: str | None = None
    error: AceDataError | None = None
    seconds: float | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The arguments of `create()`."""
        deadline = {"deadline": SHORT} if self.kind == "short deadline" else {}
        stream = {"stream": True} if self.is_stream else {}
        return {"model": "gpt-4o-mini", "input": f"call {self.number}", **stream, **deadline}

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Record how long the block takes, and the error that it raises."""
        began = time.monotonic()
        try:
            yield
        except AceDataError as error:
            self.error = error
        self.seconds = time.monotonic() - began

    def finish(self, texts: list[str], final: str) -> None:
        """Record the text of a stream."""
        if "".join(texts) != final:
            raise RuntimeError(f"the texts of a stream are {texts!r}, its reply has {final!r}")
        self.text = final


def all_calls(calls: int, streams: int, seed: int) -> Iterator[Call]:
    """Yield all calls in random order, including unusual ones."""
    chance = Random(seed)  # noqa: S311 - nothing depends on its secrecy
    streamed = set(chance.sample(range(calls + streams), streams))
    for number in range(calls + streams):
        shares = SHARES_OF_STREAMS if number in streamed else SHARES
        kinds = {**shares, "ordinary": 1 - sum(shares.values())}
        (kind,) = chance.choices(list(kinds), list(kinds.values()))
        yield Call(number, number in streamed, kind)


class Clients:
    """A sync and an async client of the service and of a port where nothing listens. All share a limiter."""

    def __init__(self, url: str, unreachable: str, limiter: Limiter) -> None:
        self.limiter = limiter
        options: dict[str, Any] = {
            "token": testing.TOKEN,
            "timeout": 10.0,  # long enough for a busy machine
            "max_retries": TRIES - 1,
            "retry": RetryPolicy(waits=(0.05, 0.1, 0.2), jitter=0.05),
            "limits": limiter,
        }
        self._sync, self._sync_unreachable = (Client(base_url=base, **options) for base in (url, unreachable))
        self._async, self._async_unreachable = (AsyncClient(base_url=base, **options) for base in (url, unreachable))
        self._loop = LoopThread()

    def close(self) -> None:
        """Close all clients and the event loop."""
        for client in (self._sync, self._sync_unreachable):
            client.close()
        for async_client in (self._async, self._async_unreachable):
            self._loop.run(async_client.close())
        self._loop.close()

    def make(self, calls: list[Call]) -> None:
        """Make calls in threads and in tasks until there are no more."""
        shared = iter(calls)  # next() of a list's iterator is atomic under the GIL

        def in_thread() -> None:
            for call in shared:
                with call.measured():
                    self._in_thread(call)

        async def in_task() -> None:
            for call in shared:
                with call.measured():
                    await self._in_task(call)

        async def in_tasks() -> None:
            await asyncio.gather(*(in_task() for _ in range(WORKERS)))

        with ThreadPoolExecutor(WORKERS + 1) as pool:
            futures = [pool.submit(self._loop.run, in_tasks()), *(pool.submit(in_thread) for _ in range(WORKERS))]
        for future in futures:
            future.result()

    def _in_thread(self, call: Call) -> None:
        client = self._sync_unreachable if call.kind == "no listener" else self._sync
        if not call.is_stream:
            call.text = client.responses.create(**call.fields).output_text
        elif call.kind == "unread":
            client.responses.create(**call.fields)
        else:
            with client.responses.create(**call.fields) as stream, _closed_elsewhere(stream, call):
                texts = []
                for text in stream.text_deltas():
                    texts.append(text)
                    if call.kind == "abandoned":
                        return
                call.finish(texts, stream.final().output_text)

    async def _in_task(self, call: Call) -> None:
        if call.kind == "cancelled twice":
            await _cancel_twice(asyncio.create_task(self._await(call)))
        elif call.kind == "abandoned":
            try:
                await asyncio.wait_for(self._await(call), SHORT)
            except (asyncio.TimeoutError, TimeoutError) as error:
                if isinstance(error, AceDataError):
                    raise
        else:
            await self._await(call)

    async def _await(self, call: Call) -> None:
        client = self._async_unreachable if call.kind == "no listener" else self._async
        if not call.is_stream:
            call.text = (await client.responses.create(**call.fields)).output_text
        elif call.kind == "unread":
            await client.responses.create(**call.fields)
        else:
            async with await client.responses.create(**call.fields) as stream:
                closing = asyncio.create_task(_close_soon(stream)) if call.kind == "closed elsewhere" else None
                try:
                    texts = [text async for text in stream.text_deltas()]
                    call.finish(texts, (await stream.final()).output_text)
                finally:
                    if closing is not None:
                        await closing


@contextmanager
def _closed_elsewhere(stream: Stream[Any, Any], call: Call) -> Iterator[None]:
    """Close the stream from another thread while it is read, if the call requires it."""
    timer = threading.Timer(SOON, stream.close)
    if call.kind == "closed elsewhere":
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if timer.is_alive():
            timer.join()


async def _close_soon(stream: AsyncStream[Any, Any]) -> None:
    await asyncio.sleep(SOON)
    await stream.close()


async def _cancel_twice(call: asyncio.Task[None]) -> None:
    """Cancel a call, and cancel it again while it handles the cancellation, as anyio does."""
    await asyncio.wait({call}, timeout=SHORT)
    call.cancel()
    await asyncio.sleep(0)
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call
