"""Datadog's integration with httpx traces calls and sends trace headers."""

from __future__ import annotations

import os
import subprocess
import sys

import ddtrace
import pytest
from ddtrace.trace import tracer

from acedata_responses import testing


@pytest.fixture
def spans(monkeypatch):
    """The finished spans."""
    finished = []

    class Keep(ddtrace.trace.TraceFilter):
        def process_trace(self, trace):
            finished.extend(trace)

    tracer.configure(trace_processors=[Keep()])
    ddtrace.patch(httpx=True)
    return finished


def test_datadog_traces_a_call_and_sends_trace_headers(spans, driver, ask, service):
    assert ask(driver)
    (span,) = [span for span in spans if span.name == "http.request"]
    assert span.get_tag("http.status_code") == "200"
    assert str(span.span_id) == service.requests[0].headers["x-datadog-parent-id"]


def test_datadog_traces_calls_though_httpx_is_imported_after_it(service):
    program = (
        "import ddtrace.auto, sys; from acedata_responses import Client\n"
        "assert 'httpx' not in sys.modules\n"
        f"with Client({testing.TOKEN!r}, base_url={service.url!r}) as client:\n"
        "    client.responses.create(model='gpt-4o-mini', input='Hello')\n"
    )
    environment = {**os.environ, "DD_TRACE_ENABLED": "true", "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)
    assert "x-datadog-trace-id" in service.requests[0].headers
