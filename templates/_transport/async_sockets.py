"""A connection to a host as a stream of bytes with timeouts, over the transports of asyncio."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, cast

from .async_lifetime import open_in_loop
from .sockets import Address, is_readable, numeric_addresses, shut_down

if TYPE_CHECKING:
    import ssl

_WRITE_SIZE = 65_536  # bytes
_MAX_UNREAD = 262_144  # bytes; reading is paused when more are buffered
_NEXT_ADDRESS_DELAY = 0.25  # seconds until the next address is tried in parallel (RFC 8305, section 5)
_NEVER = 1e9  # seconds


class _Socket(socket.SocketType):
    """A connected socket that reports a failed send only after the received data was read.

    When a send fails, asyncio drops the data that it has not read yet, which may be the response. So the first failure
    is reported as "would block": the event loop then reads the data before it tries to send again.
    """

    _has_failed = False

    def send(self, *args: Any) -> int:
        return self._read_first(super().send, *args)

    def sendmsg(self, *args: Any) -> int:
        return self._read_first(super().sendmsg, *args)

    def _read_first(self, send: Callable[..., int], *args: Any) -> int:
        try:
            return send(*args)
        except (BlockingIOError, InterruptedError):
            raise
        except OSError:
            if self._has_failed or self.fileno() < 0:  # closed here: nothing will come
                raise
            self._has_failed = True
            raise BlockingIOError from None


class AsyncSocketStream(asyncio.Protocol):
    """A connected socket with timeouts.

    Timeouts are in seconds, None for no limit. Reading and writing raise `TimeoutError` when the timeout has passed,
    and another `OSError` when the connection breaks.

    Only one task at a time may read or write. Each event of the transport wakes that task, which then checks the state
    again. Any task may close the stream, which wakes it too.
    """

    def __init__(self, connected: _Socket, opened: set[Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = connected
        self._process = os.getpid()
        self._opened = opened
        self._opened.add(self)
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._has_ended = False
        self._failure: Exception | None = None
        self._is_reading_paused = self._is_writing_paused = False
        self._waiter: asyncio.Future[None] | None = None

    async def read(self, timeout: float | None) -> bytes:
        """Wait for data and return it; empty at the end of the connection."""
        while not (self._received or self._has_ended):
            await self._wait_for_event(timeout)
        if self._failure is not None and not self._received:
            raise self._failure
        data = bytes(self._received)
        self._received.clear()
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._connected.resume_reading()
        return data

    async def write(self, data: bytes | memoryview, timeout: float | None) -> None:
        """Send data. The event loop may still buffer the last part of it when this returns."""
        self._connected.write(data)
        while self._is_writing_paused and not (self._received or self._has_ended):
            await self._wait_for_event(timeout)

    async def write_some(self, data: memoryview, timeout: float | None) -> int:
        """Send a part of the data and return its length; 0 if the host has sent data or closed the connection."""
        # The socket is readable, but over TLS it may have no data for us: let the event loop read it first.
        while not (self._received or self._has_ended) and is_readable(self._socket.fileno()):  # noqa: ASYNC110
            await asyncio.sleep(0)
        if self._received or self._has_ended:
            return 0
        await self.write(data[:_WRITE_SIZE], timeout)
        return min(len(data), _WRITE_SIZE)

    @property
    def has_no_pending_data(self) -> bool:
        """Whether an idle connection can be reused: the host has neither sent data nor closed the connection.

        The event loop may not have read from the socket yet, so the socket is checked too.
        """
        return not (self._received or self._has_ended or is_readable(self._socket.fileno()))

    async def aclose(self) -> None:
        self.abort()
        await asyncio.sleep(0)  # lets the event loop close the socket

    def abort(self) -> None:
        """Close the connection in the next iteration of the event loop; at once if the loop is closed."""
        self._opened.discard(self)
        if self._process == os.getpid():
            shut_down(self._socket)
        if self._transport is None or self._loop.is_closed():
            self._socket.close()
        else:
            self._transport.abort()

    @property
    def _connected(self) -> asyncio.Transport:
        return cast("asyncio.Transport", self._transport)

    async def _wait_for_event(self, timeout: float | None) -> None:
        self._waiter = self._loop.create_future()
        timer = None if timeout is None else self._loop.call_later(timeout, self._time_out)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _time_out(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError("timed out"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) >= _MAX_UNREAD and not self._is_reading_paused:
            self._is_reading_paused = True
            self._connected.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._has_ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._opened.discard(self)
        self._has_ended = True
        self._failure = exc
        self._wake()

    def pause_writing(self) -> None:
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        self._is_writing_paused = False
        self._wake()


async def connect(host: str, port: int, tls: ssl.SSLContext | None, timeout: float | None) -> AsyncSocketStream:
    """Connect to a host. The arguments and the errors are those of `sockets.connect`."""
    connecting = asyncio.get_running_loop().create_task(_connect(host, port, tls, timeout))
    is_done = False
    try:
        await asyncio.wait({connecting}, timeout=timeout)
        is_done = connecting.done()
    finally:
        if not is_done:
            _abandon(connecting)
    if not is_done:
        raise TimeoutError("timed out")
    return connecting.result()


async def _connect(host: str, port: int, tls: ssl.SSLContext | None, timeout: float | None) -> AsyncSocketStream:
    loop = asyncio.get_running_loop()
    addresses = numeric_addresses(host, port)
    if not addresses:
        addresses = [Address(*each) for each in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    opened = await open_in_loop()
    connected = _Socket(fileno=(await _connect_to_one(_interleaved(addresses))).detach())
    stream = AsyncSocketStream(connected, opened)
    options: dict[str, Any] = {}
    if tls is not None:
        options = {"ssl": tls, "server_hostname": host, "ssl_handshake_timeout": timeout or _NEVER}
    try:
        await loop.create_connection(lambda: stream, sock=cast("socket.socket", connected), **options)
    except BaseException:
        stream.abort()
        raise
    return stream


async def _connect_to_one(addresses: list[Address]) -> socket.socket:
    """Connect to the first address that accepts; if one does not accept soon, try the next in parallel (RFC 8305)."""
    if len(addresses) == 1:
        return await _connect_to(addresses[0])
    attempts: list[asyncio.Task[socket.socket]] = []
    first: asyncio.Task[socket.socket] | None = None
    try:
        while first is None:
            if len(attempts) < len(addresses):
                attempts.append(asyncio.create_task(_connect_to(addresses[len(attempts)])))
            pending = [attempt for attempt in attempts if not attempt.done()]
            if not pending:
                break
            delay = _NEXT_ADDRESS_DELAY if len(attempts) < len(addresses) else None
            await asyncio.wait(pending, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
            first = next((each for each in attempts if each.done() and each.exception() is None), None)
    finally:
        for attempt in attempts:
            if attempt is not first:
                _abandon(attempt)
    return (first or attempts[-1]).result()


async def _connect_to(address: Address) -> socket.socket:
    connecting = socket.socket(address.family, address.type, address.protocol)
    try:
        connecting.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connecting, address.address)
    except BaseException:
        connecting.close()
        raise
    return connecting


def _interleaved(addresses: list[Address]) -> list[Address]:
    """Alternate between address families (RFC 8305, section 4), since one of them may be unreachable."""
    families = dict.fromkeys(address.family for address in addresses)
    columns = [[address for address in addresses if address.family == family] for family in families]
    return [address for address in chain.from_iterable(zip_longest(*columns)) if address is not None]


def _abandon(connecting: asyncio.Task[AsyncSocketStream] | asyncio.Task[socket.socket]) -> None:
    """Cancel an attempt to connect without waiting for it, so that the caller can be cancelled at any time."""
    connecting.cancel()
    connecting.add_done_callback(_discard)


def _discard(connecting: asyncio.Task[AsyncSocketStream] | asyncio.Task[socket.socket]) -> None:
    """Close a connection that was opened before the attempt could be cancelled."""
    if not connecting.cancelled() and connecting.exception() is None:
        unwanted = connecting.result()
        unwanted.close() if isinstance(unwanted, socket.socket) else unwanted.abort()
