"""A pytest plugin with fixtures for the test server, which prevents tests from calling the real service.

pytest loads it automatically where the package is installed. While tests run, calls to the real service raise an error
before anything is sent, except in tests marked with `acedata_live` and in runs with `--acedata-live`. The test
service, recorded replies and mocks of httpx are not affected.

Loading the plugin imports neither httpx nor the client; only a test that uses a fixture does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from .._transport import live_calls

if TYPE_CHECKING:
    from .. import Client
    from . import Server

_BEFORE = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--acedata-live`."""
    group = parser.getgroup("acedata-responses")
    group.addoption(
        "--acedata-live", action="store_true", help="allow all tests to call the real service, which bills the calls"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Block calls to the real service."""
    config.addinivalue_line("markers", "acedata_live: the test may call the real service, which bills the calls")
    config.stash[_BEFORE] = live_calls.refuse(not config.getoption("--acedata-live"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Restore the previous state, since this may be a run within a test."""
    live_calls.refuse(config.stash[_BEFORE])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, None, None]:
    """Allow calls to the real service in marked tests and their fixtures."""
    if item.get_closest_marker("acedata_live") is None:
        yield
        return
    before = live_calls.refuse(False)
    yield
    live_calls.refuse(before)


@pytest.fixture
def acedata_service() -> Iterator[Server]:
    """Return a test server, a new one for each test."""
    from . import serve

    with serve() as service:
        yield service


@pytest.fixture
def acedata_client(acedata_service: Server) -> Iterator[Client]:
    """Return a client of the test server."""
    from .. import Client

    with Client(token=acedata_service.token, base_url=acedata_service.url) as client:
        yield client
