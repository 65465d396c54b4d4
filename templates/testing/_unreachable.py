"""An address at which no connection comes about."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Literal


@contextmanager
def unreachable(how: Literal["refused", "stalled"] = "refused") -> Generator[str, None, None]:
    """The URL of a port that refuses connections, or that lets them wait for ever.

    The port stays taken meanwhile, so that no other program can come to listen there.
    """
    with ExitStack() as stack:
        taken = stack.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))
        if how == "stalled":
            # Linux drops further attempts once the queue of those that nobody accepts is full.
            taken.listen(0)
            for _ in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(taken.getsockname())
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
