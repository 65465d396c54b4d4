"""A test server for tests, made from the same OpenAPI document as the client.

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
    from ._server import Server, serve, unreachable
    from ._service import TOKEN, Service
    from ._transport import Transport, transport

_MODULES = {
    "_answers": ("Answer", "Fault", "error", "page"),
    "_clock": ("ManualClock",),
    "_record": ("Request",),
    "_replay": ("Replay", "replay"),
    "_server": ("Server", "serve", "unreachable"),
    "_service": ("TOKEN", "Service"),
    "_transport": ("Transport", "transport"),
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
    for module, names in _MODULES.items():
        if name in names:
            globals()[name] = value = getattr(import_module(f".{module}", __name__), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
