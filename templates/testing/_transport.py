"""The in-process transport for `Client(transport=...)` and `AsyncClient(transport=...)`.

The bytes that the server would send pass through an HTTP parser, so that each fault raises the same exception as on a
socket.
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
from ._record import Request
from ._script import HangUp, Pause, Send, Stall, Step, answer_steps
from ._service import Service

Part: TypeAlias = "Pause | Stall | h11.Response | bytes"


class Transport(Service, httpx.BaseTransport, httpx.AsyncBaseTransport):
    """The in-process transport, for the sync and the async client.

    Args:
        token: The token that the service accepts.
        shape: The shape of the replies, by the value of their discriminator in the OpenAPI document.
        text: The text of the answers, or a function of the request that returns it.
        max_body: The maximum size of a request body in bytes. Larger requests are refused.
        limits: The limits of the token; `Limits()` for those of the OpenAPI document. Calls above them are refused
            with 429. No limits by default.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _Exchange(self, request, request.read()).head()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await _Exchange(self, request, await request.aread()).head_async()

    def close(self) -> None:
        self.release()

    async def aclose(self) -> None:
        self.release()


transport = Transport
"""Returns an in-process transport. See `Transport` for its arguments."""


class _Exchange(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request and its answer; also the byte stream of the answer's body."""

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
        self._parts = self._parse(answer_steps(service._begin(self._record), request.method))

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
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=self, extensions=extensions)

    def _end(self, outcome: Literal["answered", "hung_up"]) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._service._leave(self._record, outcome)

    # Parsing the answer

    def _parse(self, steps: Iterator[Step]) -> Iterator[Part]:
        """Yield the head of the answer, the pieces of its body, and the waits before and between them."""
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
            yield from self._parse_bytes(parser, step.data if isinstance(step, Send) else b"")
            if parser.their_state is h11.DONE or parser.their_state is h11.CLOSED:
                break
        self._end("answered")

    def _parse_bytes(self, parser: h11.Connection, data: bytes) -> Iterator[Part]:
        """Parse bytes of the answer; no bytes mean that the connection was closed."""
        if not data and parser.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=self._http)
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

    # Waiting, up to the client's read timeout

    def _wait(self, part: Part) -> None:
        timeout = self._http.extensions.get("timeout", {}).get("read")
        if isinstance(part, Pause):
            time.sleep(part.seconds if timeout is None else min(part.seconds, timeout))
            self._check(part.seconds, timeout)
        elif isinstance(part, Stall):
            stall = self._service._stall()
            try:
                stall.result(timeout)
            except concurrent.futures.TimeoutError:
                self._check(math.inf, timeout)
            finally:
                stall.cancel()

    async def _wait_async(self, part: Part) -> None:
        timeout = self._http.extensions.get("timeout", {}).get("read")
        if isinstance(part, Pause):
            await sleep(part.seconds if timeout is None else min(part.seconds, timeout))
            self._check(part.seconds, timeout)
        elif isinstance(part, Stall) and runs_in_trio():
            import trio

            with trio.move_on_after(math.inf if timeout is None else timeout) as waiting:
                await trio.to_thread.run_sync(self._service._stall().result, abandon_on_cancel=True)
            if waiting.cancelled_caught:
                self._check(math.inf, timeout)
        elif isinstance(part, Stall):
            stall = asyncio.wrap_future(self._service._stall())
            try:
                await asyncio.wait_for(stall, timeout)
            except asyncio.TimeoutError:
                self._check(math.inf, timeout)

    def _check(self, waited: float, timeout: float | None) -> None:
        if timeout is not None and waited > timeout:
            raise httpx.ReadTimeout("The read operation timed out", request=self._http)
