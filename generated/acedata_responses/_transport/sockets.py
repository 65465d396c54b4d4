"""A connection to a host as a stream of bytes with time-outs, over the sockets of the standard library."""

from __future__ import annotations

import select
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

READ_AT_ONCE = 65_536  # bytes
_SHORTEST_WAIT = 0.001  # seconds; 0 would mean not to wait at all


class SocketStream:
    """Bytes to and from a host. Each wait may last as long as the caller says, in seconds; None is for ever.

    Reading and writing raise `TimeoutError` when that has passed, and other kinds of `OSError` when the connection
    breaks.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._timeout = connected.gettimeout()

    def read(self, timeout: float | None) -> bytes:
        """The next bytes, as soon as there are any; empty at the end of the connection."""
        self._wait_for(timeout)
        return self._socket.recv(READ_AT_ONCE)

    def write(self, data: bytes, timeout: float | None) -> None:
        """Send these bytes."""
        self._wait_for(timeout)
        self._socket.sendall(data)

    @property
    def has_no_pending_data(self) -> bool:
        """Whether nothing has come, not even the end: only then can an idle connection be used again."""
        return not is_readable(self._socket.fileno())

    def close(self) -> None:
        """End the connection; not by `shutdown`, which would end that of a parent process too."""
        self._socket.close()

    def _wait_for(self, timeout: float | None) -> None:
        if timeout != self._timeout:  # each change is a system call
            self._socket.settimeout(timeout)
            self._timeout = timeout


def connect(host: str, port: int, tls: ssl.SSLContext | None, timeout: float | None) -> SocketStream:
    """Connect to a host.

    Args:
        host: Its name or address.
        port: The port.
        tls: For TLS, what is trusted.
        timeout: The seconds that it may take, with the TLS handshake; None for no limit. A host that has several
            addresses gets them for each.

    Raises:
        TimeoutError: It took longer.
        OSError: There is no such host, it does not listen, or its certificate is not trusted.
    """
    began = time.monotonic()
    connected = socket.create_connection((host, port), timeout)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            if timeout is not None:
                connected.settimeout(max(began + timeout - time.monotonic(), _SHORTEST_WAIT))
            connected = tls.wrap_socket(connected, server_hostname=host)
        return SocketStream(connected)
    except BaseException:
        connected.close()
        raise


def is_readable(descriptor: int) -> bool:
    """Whether something has come over a connection that nobody has read yet, if only its end."""
    if hasattr(select, "poll"):  # not on Windows; `select` cannot do descriptors from 1024
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([descriptor], [], [], 0)[0])
