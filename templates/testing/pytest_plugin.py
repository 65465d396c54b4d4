"""Fixtures for pytest, which finds them by itself where the package is installed.

Loading this imports neither httpx nor the client; only a test that uses a fixture does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .. import Client
    from . import Server


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
