"""A service whose answers tell the requests apart."""

from __future__ import annotations

import pytest

from acedata_responses import testing


@pytest.fixture
def echoing(service: testing.Server) -> testing.Server:
    """The service, which answers each request with its input."""
    service.answers(text=lambda request: f"answer to {request.json['input']}")
    return service
