"""A connection to a host as a stream of bytes with time-outs, over the transports of asyncio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from .sockets import is_readable

if TYPE_CHECKING:
    import ssl

_ENOUGH = 262_144  # bytes that nobody has read yet; from there on the host has to wait
_HAPPY_EYEBALLS = 0.25  # seconds until a host's next address is tried beside the first (RFC 8305, section 5)
_NEVER = 1e9  # seconds


class AsyncSocketStream(asyncio.Protocol):
    """Bytes to and from a host. Each wait may last as long as the caller says, in seconds; None is for ever.

    Reading and writing raise `TimeoutError` when that has passed, and other kinds of `OSError` when the connection
    breaks. One task at a time reads or writes: whatever the event loop tells wakes it, and it looks again.
    """

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._has_ended = False
        self._failure: Exception | None = None
        self._is_holding_back = self._is_held_up = False
        self._waiter: asyncio.Future[None] | None = None

    async def read(self, timeout: float | None) -> bytes:
        """The next bytes, as soon as there are any; empty at the end of the connection."""
        while not (self._received or self._has_ended):
            await self._wait_for_event(timeout)
        if self._failure is not None and not self._received:
            raise self._failure
        data = bytes(self._received)
        self._received.clear()
        if self._is_holding_back:
            self._is_holding_back = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes, timeout: float | None) -> None:
        """Send these bytes, or leave few enough of them to the event loop."""
        self._transport.write(data)
        while self._is_held_up and not self._has_ended:
            await self._wait_for_event(timeout)
        if self._failure is not None:
            raise self._failure

    @property
    def has_no_pending_data(self) -> bool:
        """Whether nothing has come, not even the end: only then can an idle connection be used again.

        The event loop may not have had time to tell, so the socket is asked too.
        """
        if self._received or self._has_ended:
            return False
        return not is_readable(self._transport.get_extra_info("socket").fileno())

    async def aclose(self) -> None:
        """End the connection."""
        self._transport.abort()
        await asyncio.sleep(0)  # in which the event loop closes the socket

    async def _wait_for_event(self, timeout: float | None) -> None:
        """Wait until the event loop has something to tell."""
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

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) >= _ENOUGH and not self._is_holding_back:
            self._is_holding_back = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._has_ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._has_ended = True
        self._failure = exc
        self._wake()

    def pause_writing(self) -> None:
        self._is_held_up = True

    def resume_writing(self) -> None:
        self._is_held_up = False
        self._wake()


async def connect(
    host: str, port: int, tls: ssl.SSLContext | None, timeout: float | None
) -> AsyncSocketStream:
    """Connect to a host.

    Args:
        host: Its name or address.
        port: The port.
        tls: For TLS, what is trusted.
        timeout: The seconds that it may take, with the TLS handshake; None for no limit.

    Raises:
        TimeoutError: It took longer.
        OSError: There is no such host, it does not listen, or its certificate is not trusted.
    """
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {}
    if tls is not None:
        options = {"ssl": tls, "server_hostname": host, "ssl_handshake_timeout": timeout or _NEVER}
    if isinstance(loop, asyncio.BaseEventLoop):  # others, such as uvloop, try one address after the other
        options["happy_eyeballs_delay"] = _HAPPY_EYEBALLS
    connecting = loop.create_task(loop.create_connection(AsyncSocketStream, host, port, **options))
    is_wanted = False
    try:
        await asyncio.wait({connecting}, timeout=timeout)
        is_wanted = connecting.done()
    finally:
        if not is_wanted:
            await _abandon(connecting)
    if not is_wanted:
        raise TimeoutError("timed out")
    _transport, stream = connecting.result()
    return stream


async def _abandon(connecting: asyncio.Task[tuple[asyncio.Transport, AsyncSocketStream]]) -> None:
    """Stop connecting. `asyncio.wait_for` is no help: before Python 3.12 it can lose a connection that is just made."""
    connecting.cancel()
    await asyncio.wait({connecting})
    if not connecting.cancelled() and connecting.exception() is None:
        transport, _stream = connecting.result()
        transport.abort()
