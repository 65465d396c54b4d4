"""OpenTelemetry's instrumentation of httpx traces the default client and passes the trace on."""

from __future__ import annotations

import pytest
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    yield exporter
    HTTPXClientInstrumentor().uninstrument()


def test_opentelemetry_traces_a_call_and_passes_the_trace_on(spans, driver, ask, service):
    assert ask(driver)
    (span,) = spans.get_finished_spans()
    assert span.attributes["http.status_code"] == 200
    assert f"{span.context.trace_id:032x}" in service.requests[0].headers["traceparent"]


def test_opentelemetry_sees_each_try(spans, driver, service):
    from acedata_responses import testing

    service.reply_with(testing.error("api_error"))
    driver.create()
    assert [span.attributes["http.status_code"] for span in spans.get_finished_spans()] == [500, 200]
