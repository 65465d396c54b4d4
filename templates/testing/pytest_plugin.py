"""For pytest, which finds it by itself where the package is installed: fixtures, and no call that costs by accident.

While tests run, calls of the real service are refused before anything is sent, but for tests that are marked with
`acedata_live` and runs with `--acedata-live`. What answers in its place (the embedded service, recorded replies, a mock
of httpx) is not affected.

Loading this imports neither httpx nor the client; only a test that uses a fixture does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from .._transport import live

if TYPE_CHECKING:
    from .. import Client
    from . import Server

_BEFORE = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--acedata-live`."""
    group = parser.getgroup("acedata-responses")
    group.addoption(
        "--acedata-live", action="store_true", help="allow all tests to call the real service, which bills it"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse calls of the real service from now on."""
    config.addinivalue_line("markers", "acedata_live: the test may call the real service, which bills it")
    config.stash[_BEFORE] = live.refuse(not config.getoption("--acedata-live"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave it as it was: this may be a run within a test."""
    live.refuse(config.stash[_BEFORE])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, None, None]:
    """Allow them for a test that is marked, with its fixtures."""
    if item.get_closest_marker("acedata_live") is None:
        yield
        return
    before = live.refuse(False)
    yield
    live.refuse(before)


@pytest.fixture
def acedata_service() -> Iterator[Server]:
    """The embedded service, a new one for each test."""
    from . import serve

    with serve() as service:
        yield service


@pytest.fixture
def acedata_client(acedata_service: Server) -> Iterator[Client]:
    """A client of the embedded service."""
    from .. import Client

    with Client(token=acedata_service.token, base_url=acedata_service.url) as client:
        yield client
