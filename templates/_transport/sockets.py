"""A connection to a host as a stream of bytes with timeouts, over the sockets of the standard library."""

from __future__ import annotations

import os
import select
import selectors
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ssl

_READ_SIZE = 65_536  # bytes
_WRITE_SIZE = 16_384  # bytes: one TLS record, for which a writable socket has room
_LONGEST_WAIT = 86_400.0  # seconds; without a timeout, `send` would block until all bytes are sent


class Address(NamedTuple):
    """An address that a socket can connect to, as `socket.getaddrinfo` gives it."""

    family: int
    type: int
    protocol: int
    canonical_name: str
    address: Any


class SocketStream:
    """A connected socket with timeouts.

    Timeouts are in seconds, None for no limit. Reading and writing raise `TimeoutError` when the timeout has passed,
    and another `OSError` when the connection breaks.

    Any thread may close the stream. If another thread is reading or writing, that thread is woken first and the file
    descriptor is closed after that: the system may reuse the number for the next connection, from which the thread
    would then read.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._timeout = connected.gettimeout()
        self._process = os.getpid()
        self._in_use = threading.Lock()
        self._is_shut_down = False
        self._early: bytes | None = None  # received while a request was written; empty if the connection ended

    def read(self, timeout: float | None) -> bytes:
        """Wait for data and return it; empty at the end of the connection."""
        self._in_use.acquire()
        try:
            if self._early is not None:
                data, self._early = self._early, None
                return data
            self._set_timeout(timeout)
            return self._socket.recv(_READ_SIZE)
        finally:
            self._end_use()

    def write(self, data: bytes, timeout: float | None) -> None:
        self._in_use.acquire()
        try:
            self._set_timeout(timeout)
            self._socket.sendall(data)
        finally:
            self._end_use()

    def write_some(self, data: memoryview, timeout: float | None) -> int:
        """Send a part of the data and return its length; 0 if the host has sent data or closed the connection."""
        self._in_use.acquire()
        try:
            if _wait_for(self._socket, timeout) and self._has_received():
                return 0
            self._set_timeout(_LONGEST_WAIT if timeout is None else timeout)
            return self._socket.send(data[:_WRITE_SIZE])
        finally:
            self._end_use()

    @property
    def has_no_pending_data(self) -> bool:
        """Whether an idle connection can be reused: the host has neither sent data nor closed the connection."""
        return not is_readable(self._socket.fileno())

    def close(self) -> None:
        """Close the connection. A forked process only closes its copy of the file descriptor."""
        if self._process == os.getpid():
            shut_down(self._socket)
            self._is_shut_down = True
            self._close_unless_in_use()
        else:
            self._socket.close()

    def _end_use(self) -> None:
        self._in_use.release()
        if self._is_shut_down:
            self._close_unless_in_use()

    def _close_unless_in_use(self) -> None:
        if self._in_use.acquire(blocking=False):
            try:
                self._socket.close()
            finally:
                self._in_use.release()

    def _set_timeout(self, timeout: float | None) -> None:
        if timeout != self._timeout:  # each change is a system call
            self._socket.settimeout(timeout)
            self._timeout = timeout

    def _has_received(self) -> bool:
        """Whether there is received data, which is read into `_early`. In TLS a readable socket may have none."""
        self._set_timeout(0)
        try:
            self._early = self._socket.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            if not _is_incomplete(error):
                raise
            return False
        return True


def connect(host: str, port: int, tls: ssl.SSLContext | None, timeout: float | None) -> SocketStream:
    """Connect to a host.

    Args:
        host: The name or the address of the host.
        port: The port.
        tls: The context for TLS; None for a plain connection.
        timeout: Seconds for looking up the name, connecting and the TLS handshake together; None for no limit. Several
            addresses share the remaining time equally.

    Raises:
        TimeoutError: It took longer.
        OSError: There is no such host, it refused the connection, or its certificate is not trusted.
    """
    give_up_at = None if timeout is None else time.monotonic() + timeout
    addresses = numeric_addresses(host, port) or look_up(host, port, timeout)
    connected = _connect_to_one(addresses, give_up_at)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            connected.settimeout(_remaining(give_up_at))
            connected = tls.wrap_socket(connected, server_hostname=host)
        return SocketStream(connected)
    except BaseException:
        connected.close()
        raise


def shut_down(connected: socket.SocketType) -> None:
    """Shut down a connection, which wakes waiting threads and informs the host, even if a forked process has a copy.

    A forked process must not call it, as it would shut down the connection of its parent.
    """
    with suppress(OSError):  # the host has closed it
        # SSLSocket overrides the method: after its own, a thread that reads would get encrypted data.
        socket.SocketType.shutdown(connected, socket.SHUT_RDWR)


def is_readable(descriptor: int) -> bool:
    """Whether a socket has unread data, or its connection was closed."""
    if descriptor < 0:  # closed by this process
        return True
    if hasattr(select, "poll"):  # not on Windows; `select` does not support descriptors from 1024
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])


def numeric_addresses(host: str, port: int) -> list[Address]:
    """Return the address if the host is an IP address; an empty list if it is a name, which has to be looked up."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return []
    return [Address(*each) for each in found]


def look_up(host: str, port: int, timeout: float | None) -> list[Address]:
    """Look up the name of a host.

    The system's resolver has no timeout, so it runs in a thread, which is abandoned on a timeout.

    Raises:
        TimeoutError: The lookup took longer than `timeout` seconds.
        OSError: There is no such host.
        UnicodeError: The name is not a valid host name.
    """
    if timeout is None:
        return _look_up(host, port)
    answers: list[list[Address] | Exception] = []
    is_answered = threading.Event()

    def resolve() -> None:
        try:
            answers.append(_look_up(host, port))
        except (OSError, UnicodeError) as error:
            answers.append(error)
        is_answered.set()

    try:
        threading.Thread(target=resolve, name=__name__, daemon=True).start()
    except RuntimeError:  # the interpreter is shutting down
        return _look_up(host, port)
    if not is_answered.wait(timeout):
        raise TimeoutError(f"the address of {host} was not found in time")
    answer = answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer


def _look_up(host: str, port: int) -> list[Address]:
    return [Address(*each) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connect_to_one(addresses: list[Address], give_up_at: float | None) -> socket.socket:
    """Connect to the first address that can be reached."""
    failure: OSError | None = None
    for number, address in enumerate(addresses):
        remaining = _remaining(give_up_at)
        share = None if remaining is None else remaining / (len(addresses) - number)
        connecting = socket.socket(address.family, address.type, address.protocol)
        try:
            connecting.settimeout(share)
            connecting.connect(address.address)
        except OSError as error:
            connecting.close()
            failure = error
        except BaseException:
            connecting.close()
            raise
        else:
            return connecting
    raise failure or OSError("the host has no address")


def _remaining(give_up_at: float | None) -> float | None:
    if give_up_at is None:
        return None
    seconds = give_up_at - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def _wait_for(connected: socket.socket, timeout: float | None) -> bool:
    """Wait until a socket can be written or read; return whether it can be read.

    Raises:
        TimeoutError: Neither came in time.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(connected, selectors.EVENT_READ | selectors.EVENT_WRITE)
        ready = selector.select(timeout)
    if not ready:
        raise TimeoutError("timed out")
    return bool(ready[0][1] & selectors.EVENT_READ)


def _is_incomplete(error: OSError) -> bool:
    import ssl

    return isinstance(error, ssl.SSLWantReadError | ssl.SSLWantWriteError)
