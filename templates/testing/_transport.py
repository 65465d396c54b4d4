"""The service within the process: a transport for `Client(transport=...)` and `AsyncClient(transport=...)`.

The bytes that the server would send go through the parser of a real HTTP client, so that every fault gives
the exception that it gives on a socket.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import time
from collections.abc import AsyncIterator, Iterator
from typing import Literal, TypeAlias

import h11
import httpx

from .._event_loop import runs_in_trio, sleep
from ..limits import Limits
from ._record import Request
from ._script import HangUp, Pause, Send, Stall, Step, script
from ._scripted import Text
from ._service import MAX_BODY, TOKEN, Service

Part: TypeAlias = "Pause | Stall | h11.Response | bytes"


def transport(
    *,
    token: str = TOKEN,
    shape: str | None = None,
    text: Text | None = None,
    max_body: int = MAX_BODY,
    limits: Limits | None = None,
) -> Transport:
    """The service as an httpx transport, for the sync and the async client.

    Args:
        token: The token that it accepts.
        shape: The shape of its replies, by the value of the document's discriminator.
        text: The text of its answers, or a function of the request that gives it.
        max_body: The size of a body, in bytes, beyond which it refuses a request.
        limits: What one token may do, `Limits()` for what the document says; more is refused with 429. By default
            nothing is refused.
    """
    return Transport(token=token, shape=shape, text=text, max_body=max_body, limits=limits)


class Transport(Service, httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The service as an httpx transport. Made by `transport()`."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _Exchange(self, request, request.read()).head()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await _Exchange(self, request, await request.aread()).head_async()

    def close(self) -> None:
        self.release()

    async def aclose(self) -> None:
        self.release()


class _Exchange(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request with its answer, and the body of that answer."""

    def __init__(self, service: Service, request: httpx.Request, body: bytes) -> None:
        self._service = service
        self._http = request
        self._record = Request(
            method=request.method,
            path=request.url.raw_path.decode("ascii").partition("?")[0],
            query=request.url.params,
            headers=request.headers.copy(),
            body=body[: service.max_body + 1],
        )
        self._has_ended = False
        self._parts = self._played(script(service._begin(self._record), request.method))

    def head(self) -> httpx.Response:
        try:
            for part in self._parts:
                if isinstance(part, h11.Response):
                    return self._response(part)
                self._wait(part)
        except BaseException:
            self._end("hung_up")
            raise
        raise httpx.RemoteProtocolError("The answer has no head.", request=self._http)

    async def head_async(self) -> httpx.Response:
        try:
            for part in self._parts:
                if isinstance(part, h11.Response):
                    return self._response(part)
                await self._wait_async(part)
        except BaseException:
            self._end("hung_up")
            raise
        raise httpx.RemoteProtocolError("The answer has no head.", request=self._http)

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
            else:
                self._wait(part)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
            else:
                await self._wait_async(part)

    def close(self) -> None:
        self._end("hung_up")

    async def aclose(self) -> None:
        self._end("hung_up")

    def _response(self, head: h11.Response) -> httpx.Response:
        extensions = {"http_version": b"HTTP/1.1", "reason_phrase": head.reason}
        return httpx.Response(
            head.status_code, headers=head.headers.raw_items(), stream=self, extensions=extensions
        )

    def _end(self, outcome: Literal["answered", "hung_up"]) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._service._leave(self._record, outcome)

    # The answer as a client reads it

    def _played(self, steps: Iterator[Step]) -> Iterator[Part]:
        """The head of the answer, the pieces of its body, and the waits before and between them."""
        parser = h11.Connection(h11.CLIENT)
        target = self._http.url.raw_path
        parser.send(h11.Request(method=self._http.method, target=target, headers=[("host", "service.test")]))
        parser.send(h11.EndOfMessage())
        for step in steps:
            if isinstance(step, (Pause, Stall)):
                yield step
                continue
            if isinstance(step, HangUp):
                self._end("answered")
                if step.reset:
                    raise httpx.ReadError("Connection reset by peer", request=self._http)
            yield from self._received(parser, step.data if isinstance(step, Send) else b"")
            if parser.their_state is h11.DONE or parser.their_state is h11.CLOSED:
                break
        self._end("answered")

    def _received(self, parser: h11.Connection, data: bytes) -> Iterator[Part]:
        """What some bytes bring; none mean that the connection has ended."""
        if not data and parser.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError(
                "Server disconnected without sending a response.", request=self._http
            )
        try:
            parser.receive_data(data)
            while True:
                event = parser.next_event()
                if isinstance(event, h11.Response):
                    yield event
                elif isinstance(event, h11.Data):
                    yield bytes(event.data)
                elif not isinstance(event, h11.InformationalResponse):
                    return
        except h11.RemoteProtocolError as failure:
            self._end("answered")
            raise httpx.RemoteProtocolError(str(failure), request=self._http) from failure

    # Waits, as long as the client has patience

    def _wait(self, part: Part) -> None:
        patience = self._http.extensions.get("timeout", {}).get("read")
        if isinstance(part, Pause):
            time.sleep(part.seconds if patience is None else min(part.seconds, patience))
            self._check(part.seconds, patience)
        elif isinstance(part, Stall):
            stall = self._service._stall()
            try:
                stall.result(patience)
            except concurrent.futures.TimeoutError:
                self._check(math.inf, patience)
            finally:
                stall.cancel()

    async def _wait_async(self, part: Part) -> None:
        patience = self._http.extensions.get("timeout", {}).get("read")
        if isinstance(part, Pause):
            await sleep(part.seconds if patience is None else min(part.seconds, patience))
            self._check(part.seconds, patience)
        elif isinstance(part, Stall) and runs_in_trio():
            import trio

            with trio.move_on_after(math.inf if patience is None else patience) as waiting:
                await trio.to_thread.run_sync(self._service._stall().result, abandon_on_cancel=True)
            if waiting.cancelled_caught:
                self._check(math.inf, patience)
        elif isinstance(part, Stall):
            stall = asyncio.wrap_future(self._service._stall())
            try:
                await asyncio.wait_for(stall, patience)
            except asyncio.TimeoutError:
                self._check(math.inf, patience)

    def _check(self, waited: float, patience: float | None) -> None:
        if patience is not None and waited > patience:
            raise httpx.ReadTimeout("The read operation timed out", request=self._http)
