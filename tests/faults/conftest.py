"""The client of the tests of streams; other tests here have one of their own."""

from __future__ import annotations

import pytest

from tests.faults.streams import ONE_PLACE


@pytest.fixture
def client(connect, service):
    """A client with one place in flight: a stream that keeps it after its end is found out by the next call."""
    return connect(service, limits=ONE_PLACE)
