"""A client of the embedded service that is not ours."""

from __future__ import annotations

import pytest

from tests.runtime.plain_clients import client_of


@pytest.fixture
def http(service):
    with client_of(service) as client:
        yield client
