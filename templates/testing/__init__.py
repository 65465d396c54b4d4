"""An embedded service for tests, made from the same OpenAPI document as the client.

    from acedata_responses import Client, testing

    with testing.serve() as service, Client(token=testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.error("too_many_requests"), "Hello", {"object": "response", "output": []})
        ...
        assert len(service.requests) == 4

`serve()` runs an HTTP/1.1 server on the loopback interface; `transport()` is the same service in process. Both validate
each request against the OpenAPI document, record it, and answer with the document's examples, or with what
`reply_with` was given: an `Answer`, an `error`, a gateway's `page`, a reply, a text, or a `Fault` that disturbs the
default answer. With `Limits`, calls above the limits are refused. With a `ManualClock`, tests of retries do not wait.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._answers import Answer, Fault, error, page
    from ._clock import ManualClock
    from ._record import Request
    from ._replay import Replay, replay
    from ._server import Server, serve
    from ._service import TOKEN, Service
    from ._transport import Transport, transport
    from ._unreachable import unreachable

_HOMES = {
    "Answer": "_answers",
    "Fault": "_answers",
    "ManualClock": "_clock",
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
    "ManualClock",
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
    """Import a public name when it is first used, so that httpx is not loaded earlier."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
