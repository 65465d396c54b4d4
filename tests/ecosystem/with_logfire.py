"""logfire's instrumentation of httpx traces calls and sends trace headers."""

from __future__ import annotations

import logfire
import pytest
from logfire.testing import TestExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


@pytest.fixture
def exporter():
    exporter = TestExporter()
    logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[SimpleSpanProcessor(exporter)])
    logfire.instrument_httpx()
    yield exporter
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    HTTPXClientInstrumentor().uninstrument()


def test_logfire_traces_a_call_and_sends_trace_headers(exporter, driver, ask, service):
    assert ask(driver)
    (span,) = exporter.exported_spans_as_dict()
    assert span["attributes"]["http.method"] == "POST"
    assert f"{span['context']['trace_id']:032x}" in service.requests[0].headers["traceparent"]
