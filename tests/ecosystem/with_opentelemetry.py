"""OpenTelemetry's instrumentation of httpx traces calls and sends trace headers."""

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


def test_opentelemetry_traces_a_call_and_sends_trace_headers(spans, driver, ask, service):
    assert ask(driver)
    (span,) = spans.get_finished_spans()
    assert span.attributes["http.status_code"] == 200
    assert f"{span.context.trace_id:032x}" in service.requests[0].headers["traceparent"]


def test_opentelemetry_traces_each_attempt(spans, driver, service):
    from acedata_responses import testing

    service.reply_with(testing.error("api_error"))
    driver.create()
    assert [span.attributes["http.status_code"] for span in spans.get_finished_spans()] == [500, 200]


def test_the_span_of_the_call_is_the_parent_of_the_span_of_httpx(spans, connect, ask, service):
    from acedata_responses.otel import OpenTelemetry

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    assert ask(connect(service, hooks=[OpenTelemetry(provider)]))
    http, call = spans.get_finished_spans()
    assert (call.name, http.parent.span_id) == ("chat gpt-4o-mini", call.context.span_id)
    assert f"{http.context.span_id:016x}" in service.requests[0].headers["traceparent"]
