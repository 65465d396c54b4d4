"""The test server: HTTP/1.1 on the loopback interface, in a separate thread."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, cast

import h11
import httpx

from ..limits import Limits
from ._record import Request
from ._script import Pause, Send, Stall, Step, answer_steps
from ._service import MAX_BODY, TOKEN, Service, Text, refused

_log = logging.getLogger(__package__)

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with a time of 0: closing the socket sends a reset."""


@contextmanager
def serve(
    *,
    token: str = TOKEN,
    shape: str | None = None,
    text: Text | None = None,
    max_body: int = MAX_BODY,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Generator[Server, None, None]:
    """Run a test server inside a `with` statement.

    Args:
        token: The token that the service accepts.
        shape: The shape of the replies, by the value of their discriminator in the OpenAPI document.
        text: The text of the answers, or a function of the request that returns it.
        max_body: The maximum size of a request body in bytes. Larger requests are refused.
        limits: The limits of the token; `Limits()` for those of the OpenAPI document. Calls above them are refused
            with 429. No limits by default.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        tls: An SSL context, to serve HTTPS.

    Raises:
        OSError: The server cannot listen on the port, for example because it is in use.
        TypeError: `tls` is not an SSL context.
    """
    server = Server(token=token, shape=shape, text=text, max_body=max_body, limits=limits)
    server.start(host, port, tls)
    try:
        yield server
    finally:
        server.stop()


class Server(Service):
    """A test server. Created by `serve()`."""

    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread

    def __init__(self, **options: Any) -> None:
        """Accept the options of a `Service`."""
        super().__init__(**options)
        self.connections: set[_Connection] = set()
        self._stopping = asyncio.Event()

    def start(self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        """Start to listen on `url`.

        Raises:
            OSError: The port is in use.
            Exception: Any other reason why the server cannot start, such as a pytest plugin that blocks sockets.
        """
        if tls is not None and not isinstance(tls, ssl.SSLContext):
            raise TypeError(f"tls must be an ssl.SSLContext or None, not {tls!r}")
        if not 0 <= port <= 65535:
            raise OSError(f"port must be from 0 to 65535, not {port}")
        socket.socket().close()  # if sockets are blocked, raises here instead of in the thread
        started: Future[int] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started, host, port, tls), name=__package__, daemon=True
        )
        self._thread.start()
        self.url = f"{'https' if tls else 'http'}://{host}:{started.result()}"

    def stop(self) -> None:
        """Close all connections, including those with stalled answers, and stop the thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self, started: Future[int], *address: Any) -> None:
        main = self._main(started, *address)
        try:
            asyncio.run(main)
        except BaseException as failure:  # re-raised by the thread that waits for `started`
            main.close()
            if started.done():
                raise
            started.set_exception(failure)

    async def _main(self, started: Future[int], host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._loop = asyncio.get_running_loop()
        listener = await self._loop.create_server(lambda: _Connection(self), host, port, ssl=tls, backlog=1024)
        started.set_result(listener.sockets[0].getsockname()[1])
        await self._stopping.wait()
        listener.close()
        await asyncio.gather(*(connection.end() for connection in list(self.connections)))


class _Connection(asyncio.Protocol):
    """A connection of a client: reads a request, sends the answer, reads the next request.

    Data that arrives during an answer is kept for the next request, so that requests can be pipelined. A client that
    disconnects is noticed immediately.
    """

    _transport: asyncio.Transport
    _number: int

    def __init__(self, server: Server) -> None:
        self._server = server
        self._parser = h11.Connection(h11.SERVER)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._answered: Request | None = None
        self._sending: asyncio.Task[None] | None = None
        self._flushed = asyncio.Event()
        self._closed = asyncio.Event()
        self._is_ending = False

    async def end(self) -> None:
        """Abort the connection because the service stops."""
        self._is_ending = True
        self._transport.abort()
        await self._closed.wait()

    # Callbacks of asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Record the new connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=1, low=0)  # so that writing is paused until everything is sent
        self._flushed.set()
        self._number = self._server._connect()
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Parse data from the client, unless a request is still being answered."""
        self._parser.receive_data(data)
        if self._answered is None:
            self._read()

    def pause_writing(self) -> None:
        """Called when some of the written data could not be sent yet."""
        self._flushed.clear()

    def resume_writing(self) -> None:
        """Called when all written data was sent."""
        self._flushed.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 the name is asyncio's
        """Record that either side closed the connection."""
        self._transport.abort()  # otherwise Python 3.10 reports a TLS transport as unclosed
        if self._sending is not None:
            self._sending.cancel()
        if self._answered is not None:
            self._server._leave(self._answered, "stopped" if self._is_ending else "hung_up")
        elif self._head is not None:
            self._server._arrive(self._recorded(self._head, hung_up=time.monotonic()))
        self._server.connections.discard(self)
        self._server._disconnect()
        self._closed.set()

    # Requests

    def _read(self) -> None:
        """Parse the data received so far; answer the request once it is complete."""
        try:
            event = self._parser.next_event()
            while isinstance(event, (h11.Request, h11.Data)):
                if isinstance(event, h11.Request):
                    self._head = event
                elif len(self._body) <= self._server.max_body:
                    self._body += event.data
                event = self._parser.next_event()
        except h11.RemoteProtocolError as failure:
            self._refuse(failure)
            return
        if isinstance(event, h11.EndOfMessage) and self._head is not None:
            self._answer(self._recorded(self._head))
        elif self._parser.they_are_waiting_for_100_continue:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _recorded(self, head: h11.Request, hung_up: float | None = None) -> Request:
        path, _, query = head.target.decode("latin-1").partition("?")
        return Request(
            method=head.method.decode("latin-1"),
            path=path,
            query=httpx.QueryParams(query),
            headers=httpx.Headers(head.headers.raw_items()),
            body=bytes(self._body),
            connection=self._number,
            is_whole=hung_up is None,
            hung_up=hung_up,
        )

    def _refuse(self, failure: h11.RemoteProtocolError) -> None:
        """Refuse data that is not HTTP, and close the connection."""
        self._head = None
        for step in answer_steps(refused("bad_request", str(failure)), keep_alive=False):
            if isinstance(step, Send):
                self._transport.write(step.data)
        self._transport.close()

    # Answers

    def _answer(self, request: Request) -> None:
        self._head, self._body = None, bytearray()
        self._answered = request
        keep_alive = self._parser.their_state is h11.DONE
        steps = answer_steps(self._server._begin(request), request.method, keep_alive=keep_alive)
        self._sending = asyncio.get_running_loop().create_task(self._send_answer(request, steps))

    async def _send_answer(self, request: Request, steps: Iterator[Step]) -> None:
        try:
            for step in steps:
                await self._perform(step)
        except Exception:  # noqa: BLE001 the answer may be anything; the client must not wait for it
            _log.exception("The answer to %r cannot be sent.", request)
            self._transport.abort()
            return
        self._answered = self._sending = None
        self._server._leave(request, "answered")
        if not self._transport.is_closing():
            self._next()

    async def _perform(self, step: Step) -> None:
        if isinstance(step, Send):
            await asyncio.sleep(0)  # lets the event loop notice a disconnected client
            self._transport.write(step.data)
            await self._flushed.wait()
        elif isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
        elif isinstance(step, Stall):
            await asyncio.wrap_future(self._server._stall())
        elif step.reset:
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()
        else:
            self._transport.close()

    def _next(self) -> None:
        """Parse the data that arrived after the request."""
        arrived, _ = self._parser.trailing_data
        self._parser = h11.Connection(h11.SERVER)
        if arrived:
            self.data_received(arrived)


@contextmanager
def unreachable(how: Literal["refused", "stalled"] = "refused") -> Generator[str, None, None]:
    """Return the URL of a port that refuses connections, or that never accepts them (`stalled`).

    The port stays bound meanwhile, so that no other program can listen on it.
    """
    with ExitStack() as stack:
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        if how == "stalled":
            # Linux drops new connections while the queue of unaccepted ones is full.
            taken.listen(0)
            for _ in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(taken.getsockname())
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
