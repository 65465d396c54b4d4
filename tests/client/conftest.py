"""Servers in front of the embedded service."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.relay import Relay, listening
from tests.drivers import LoopThread


@pytest.fixture
def listen() -> Iterator[Callable[..., int]]:
    """Starts relays: `listen(relay, ssl=...)` gives the port."""
    loop = LoopThread()
    open_now: list[Any] = []

    def start(relay: Relay, **where: Any) -> int:
        open_now.append(listening(relay, **where))
        port: int = loop.run(open_now[-1].__aenter__())
        return port

    yield start
    for one in reversed(open_now):
        loop.run(one.__aexit__(None, None, None))
    loop.close()


@pytest.fixture
def proxy(listen, port) -> tuple[Relay, str]:
    """A proxy, and its address."""
    relay = Relay(port)
    return relay, f"http://127.0.0.1:{listen(relay)}"


@pytest.fixture
def trusted(authority, tmp_path) -> Path:
    """A file for those who want to trust it."""
    file = tmp_path / "trusted.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture
def tls_url(authority, listen, port) -> str:
    """The service with TLS in front of it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "service.test").configure_cert(context)
    return f"https://127.0.0.1:{listen(Relay(port), ssl=context)}"
