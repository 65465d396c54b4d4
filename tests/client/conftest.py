"""Servers in front of the test server, and custom clients and transports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from acedata_responses import testing
from tests.certificates import tls_of
from tests.client.relay import Relay, listening
from tests.drivers import Driver, LoopThread


@pytest.fixture
def listen() -> Iterator[Callable[..., int]]:
    """Starts relays: `listen(relay, ssl=...)` returns the port."""
    loop, relays = LoopThread(), AsyncExitStack()
    yield lambda relay, **where: loop.run(relays.enter_async_context(listening(relay, **where)))
    loop.run(relays.aclose())
    loop.close()


@pytest.fixture
def proxy(listen, port) -> tuple[Relay, str]:
    """A proxy, and its address."""
    relay = Relay(port)
    return relay, f"http://127.0.0.1:{listen(relay)}"


@pytest.fixture(params=["plain", "streamed"])
def make_call(request) -> Callable[[Driver], Any]:
    """Makes a plain call, or reads a stream to its end."""
    return lambda driver: driver.create() if request.param == "plain" else driver.stream()


@pytest.fixture
def make_custom(flavour) -> Callable[..., Any]:
    """Makes a custom client or transport of the flavour: `make_custom(httpx2, "transport", verify=False)`."""
    prefix = "Async" if flavour == "async" else ""

    def make(library: ModuleType, argument: str, **options: Any) -> Any:
        return getattr(library, prefix + {"http_client": "Client", "transport": "HTTPTransport"}[argument])(**options)

    return make


@pytest.fixture
def connect_custom(connect, make_custom, flavour) -> Iterator[Callable[..., Driver]]:
    """Makes drivers with a custom client of a library, made with the options `of_library`."""
    made = []

    def connected(
        service: testing.Server | None = None, library: ModuleType = httpx, *, of_library=(), **options: Any
    ) -> Driver:
        http_client = make_custom(library, "http_client", **dict(of_library))
        made.append((connect(service, http_client=http_client, **options), http_client))
        return made[-1][0]

    yield connected
    for driver, http_client in made:
        driver._loop.run(http_client.aclose()) if flavour == "async" else http_client.close()


@pytest.fixture
def trusted(authority, tmp_path) -> Path:
    """A file with the certificate of the authority, which nobody trusts by default."""
    file = tmp_path / "trusted.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture
def tls_url(authority, listen, port) -> str:
    """The URL of a TLS server in front of the service."""
    return f"https://127.0.0.1:{listen(Relay(port), ssl=tls_of(authority, '127.0.0.1', 'service.test'))}"
