"""Addresses that cannot be connected to."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Literal


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
