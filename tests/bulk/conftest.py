"""A service that answers each request with its input."""

from __future__ import annotations

import pytest

from acedata_responses import testing


@pytest.fixture
def echoing(service: testing.Server) -> testing.Server:
    service.answers(text=lambda request: f"answer to {request.json['input']}")
    return service
