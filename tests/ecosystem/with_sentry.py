"""Sentry's integration with httpx traces calls and sends trace headers."""

from __future__ import annotations

import pytest
import sentry_sdk


@pytest.fixture
def sent():
    """The transactions that Sentry would receive."""
    events = []
    sentry_sdk.init(
        dsn="http://public@127.0.0.1:9/1",
        traces_sample_rate=1.0,
        before_send_transaction=lambda event, _hint: events.append(event),
    )
    yield events
    sentry_sdk.init()


def test_sentry_traces_a_call_and_sends_trace_headers(sent, driver, ask, service):
    with sentry_sdk.start_transaction(name="test", op="test") as transaction:
        assert ask(driver)
    assert transaction.trace_id in service.requests[0].headers["sentry-trace"]
    (event,) = sent
    assert [span["op"] for span in event["spans"]] == ["http.client"]
