"""With all of these tools installed and none in use, the client uses its own connections."""

from __future__ import annotations

from tests.client.test_custom_transports import modules_after_a_call


def test_httpx_is_not_imported(service):
    assert modules_after_a_call(service.url) == "False"
