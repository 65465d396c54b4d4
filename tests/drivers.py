"""One interface for both clients, so that each case is written once for the sync and the async client.

    with Driver("async", token=TOKEN, base_url=service.url) as driver:
        reply = driver.create(temperature=0.5)           # with a default model and input
        events = driver.stream(input="Count")            # all events of a stream
        with driver.open(input="Count") as stream:       # the stream itself
            for text in stream.text_deltas(): ...
        driver.list_models()
        driver.client.responses.create(...)              # the client; the async one is used like the sync one

A driver can be used from several threads.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from acedata_responses import AsyncClient, Client, Limits

Flavour = Literal["sync", "async"]
FLAVOURS: tuple[Flavour, ...] = ("sync", "async")
MINIMAL: dict[str, Any] = {"model": "gpt-4o-mini", "input": "Hello"}
"""The required fields of a request."""
ONE_SLOT = Limits(in_flight=1, per_second=None)
"""With these limits, a call that does not release its slot blocks the next one."""


class Driver:
    """A client with shortcuts for the most frequent calls.

    Attributes:
        flavour: `sync` or `async`.
        client: The client; the async one is used like the sync one.
        actual: The client itself.
    """

    client: Any

    def __init__(self, flavour: Flavour, *, actual: Client | AsyncClient | None = None, **options: Any) -> None:
        """Create the client from its options, unless it is given."""
        self.flavour = flavour
        self.actual = actual or (Client if flavour == "sync" else AsyncClient)(**options)
        self._loop = None if flavour == "sync" else LoopThread()
        self.client = self.actual if self._loop is None else Blocking(self.actual, self._loop.run)

    def create(self, **fields: Any) -> Any:
        """Call `responses.create` and return the reply."""
        return self.client.responses.create(**{**MINIMAL, **fields})

    def open(self, **fields: Any) -> Any:
        """Open a stream, for use in a `with` block."""
        return self.client.responses.create(**{**MINIMAL, "stream": True, **fields})

    def stream(self, **fields: Any) -> list[Any]:
        """Read a stream and return its events."""
        with self.open(**fields) as stream:
            return list(stream)

    def list_models(self, **options: Any) -> Any:
        """Call `models.list`."""
        return self.client.models.list(**options)

    def close(self) -> None:
        """Close the client and its event loop."""
        try:
            self.client.close()
        finally:
            if self._loop is not None:
                self._loop.close()

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Driver {self.flavour}>"


class LoopThread:
    """An event loop in a separate thread, in which other threads run coroutines."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="driver", daemon=True)
        self._thread.start()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), self._loop).result()

    def close(self) -> None:
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Blocking:
    """A sync wrapper of an async object: it awaits what the methods return."""

    def __init__(self, inner: Any, run: Callable[[Awaitable[Any]], Any]) -> None:
        self._inner = inner
        self._run = run

    def __getattr__(self, name: str) -> Any:
        return self._waited_for(getattr(self._inner, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._waited_for(self._inner(*args, **kwargs))

    def __enter__(self) -> Blocking:
        self._run(self._inner.__aenter__())
        return self

    def __exit__(self, *exception: object) -> Any:
        return self._run(self._inner.__aexit__(*exception))

    def __iter__(self) -> Blocking:
        return self

    def __next__(self) -> Any:
        value = self._run(anext(self._inner, _END))
        if value is _END:
            raise StopIteration
        return value

    def __repr__(self) -> str:
        return repr(self._inner)

    def _waited_for(self, value: Any) -> Any:
        if inspect.isawaitable(value):
            value = self._run(value)
        is_async = inspect.ismethod(value) or inspect.isasyncgen(value) or type(value).__name__.startswith("Async")
        return Blocking(value, self._run) if is_async else value


_END = object()


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
