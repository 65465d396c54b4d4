"""The service embedded: a faithful imitation for tests, made from the same document as the client.

    from acedata_responses import Client, testing

    with testing.serve() as service, Client(token=testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.error("too_many_requests"), testing.Fault("cut", "body"))
        ...
        assert len(service.requests) == 3

`serve()` is a real HTTP/1.1 server on the loopback interface, `transport()` the same within the process. Each
takes requests as the document describes them and refuses others, records what it got, and answers as it is
told: with an `Answer`, an `error`, a gateway's `page`, or with a `Fault` on the way of the answer.
`replay()` plays back what the real service once answered.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._answers import Answer, Fault, error, page
    from ._record import Request
    from ._replay import Replay, replay
    from ._server import Server, serve
    from ._service import TOKEN, Service
    from ._transport import Transport, transport
    from ._unreachable import unreachable

_HOMES = {
    "Answer": "_answers",
    "Fault": "_answers",
    "Replay": "_replay",
    "Request": "_record",
    "Server": "_server",
    "Service": "_service",
    "TOKEN": "_service",
    "Transport": "_transport",
    "error": "_answers",
    "page": "_answers",
    "replay": "_replay",
    "serve": "_server",
    "transport": "_transport",
    "unreachable": "_unreachable",
}

__all__ = [
    "TOKEN",
    "Answer",
    "Fault",
    "Replay",
    "Request",
    "Server",
    "Service",
    "Transport",
    "error",
    "page",
    "replay",
    "serve",
    "transport",
    "unreachable",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: httpx is not loaded before."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
