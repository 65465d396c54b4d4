"""OpenTelemetry: the spans and metrics of calls, as the SDK of OpenTelemetry receives them.

The expected names are those of https://opentelemetry.io/docs/specs/semconv/gen-ai/.
"""

from __future__ import annotations

import asyncio
import json

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from acedata_responses import AsyncClient, Hook, InsufficientBalanceError, StreamInterruptedError, testing
from acedata_responses.otel import OpenTelemetry
from tests.clock import SkippingClock
from tests.drivers import MINIMAL
from tests.replies.recorded import sample
from tests.waiting import in_loop


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def finished(exporter):
    """Returns the only finished span."""

    def only():
        (span,) = exporter.get_finished_spans()
        return span

    return only


@pytest.fixture
def tracers(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider
    provider.shutdown()


@pytest.fixture
def reader():
    return InMemoryMetricReader()


@pytest.fixture
def hook(tracers, reader):
    meters = MeterProvider([reader])
    yield OpenTelemetry(tracers, meters)
    meters.shutdown()


@pytest.fixture
def traced(connect, service, hook):
    return connect(service, hooks=[hook], clock=SkippingClock())


def metrics_of(reader):
    """Return the points of each metric."""
    data = reader.get_metrics_data()
    metrics = data.resource_metrics[0].scope_metrics[0].metrics if data else ()
    return {metric.name: list(metric.data.data_points) for metric in metrics}


def is_recording():
    return trace.get_current_span().get_span_context().is_valid


def test_the_span_of_a_call_has_the_attributes_of_the_conventions(traced, finished, service):
    data = json.loads(sample("response.json"))
    data["usage"]["cost"] = 0.5
    service.reply_with(data)
    traced.create(model="gpt-4o", temperature=0.5, max_output_tokens=200, stream=False)
    span = finished()
    host, port = service.url.removeprefix("http://").split(":")
    assert (span.name, span.kind, span.status.status_code) == (
        "chat gpt-4o", trace.SpanKind.CLIENT, trace.StatusCode.UNSET,
    )  # fmt: skip
    usage = data["usage"]
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "acedata",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.max_tokens": 200,
        "gen_ai.request.stream": False,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.response.finish_reasons": (data["status"],),
        "gen_ai.response.id": data["id"],
        "gen_ai.response.model": data["model"],
        "gen_ai.usage.cache_read.input_tokens": usage["input_tokens_details"]["cached_tokens"],
        "gen_ai.usage.cost": 0.5,
        "gen_ai.usage.input_tokens": usage["input_tokens"],
        "gen_ai.usage.output_tokens": usage["output_tokens"],
        "gen_ai.usage.reasoning.output_tokens": usage["output_tokens_details"]["reasoning_tokens"],
        "server.address": host,
        "server.port": int(port),
    }


def test_the_span_has_no_text_of_the_request_or_the_reply(traced, finished):
    reply = traced.create(input="a secret question", instructions="a secret order")
    span = finished()
    assert "secret" not in span.to_json()
    assert reply.output_text not in span.to_json()


def test_the_span_of_a_chat_completion_has_the_finish_reason_of_each_choice(traced, finished, service):
    data = json.loads(sample("chat_completion.json"))
    choice = data["choices"][0]
    data["choices"] = [choice, {**choice, "index": 1, "finish_reason": "length"}]
    service.reply_with(data)
    traced.create(n=2)
    span = finished()
    assert span.attributes["gen_ai.response.finish_reasons"] == (choice["finish_reason"], "length")
    assert span.attributes["gen_ai.request.choice.count"] == 2


def test_the_trace_continues_in_the_service(traced, exporter, service, tracers):
    with tracers.get_tracer("test").start_as_current_span("outer") as outer:
        traced.client.responses.create(**MINIMAL)
    inner, _outer = exporter.get_finished_spans()
    version, trace_id, span_id, _flags = service.requests[0].headers["traceparent"].split("-")
    sent = (version, int(trace_id, 16), int(span_id, 16))
    assert sent == ("00", inner.context.trace_id, inner.context.span_id)
    if traced.flavour == "sync":  # the driver runs the async client in a thread of its own
        assert inner.parent.span_id == outer.get_span_context().span_id


def test_the_span_is_current_while_the_request_is_sent_and_no_longer(connect, service, hook):
    seen = []

    class Later(Hook):
        def before_send(self, call):
            seen.append(is_recording())

    driver = connect(service, hooks=[hook, Later()])
    driver.create()
    with driver.open() as stream:
        seen.append(is_recording())
        stream.final()
    assert seen == [True, True, False]
    assert not is_recording()


@in_loop
async def test_each_task_has_its_own_span(exporter, tracers, hook, service):
    tracer = tracers.get_tracer("test")

    async def ask(client, number):
        with tracer.start_as_current_span(f"outer {number}"):
            await client.responses.create(**{**MINIMAL, "input": str(number)})

    async with AsyncClient(testing.TOKEN, base_url=service.url, hooks=[hook]) as client:
        await asyncio.gather(*(ask(client, number) for number in range(5)))
    spans = exporter.get_finished_spans()
    outer = {span.context.span_id for span in spans if span.name.startswith("outer")}
    assert {span.parent.span_id for span in spans if span.name.startswith("chat")} == outer
    assert len(outer) == 5


def test_a_stream_is_a_span_until_its_end(traced, exporter, finished):
    with traced.open() as stream:
        next(iter(stream))
        assert exporter.get_finished_spans() == ()
        reply = stream.final()
    span = finished()
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.usage.output_tokens"] == reply.usage.output_tokens


@pytest.mark.parametrize("how", ["closed", "broken"])
def test_the_span_of_an_unfinished_stream_says_how_it_ended_and_has_no_finish_reason(traced, finished, service, how):
    if how == "broken":
        service.reply_with(testing.Fault("reset", "event", after=2))
    with traced.open() as stream:
        next(iter(stream))
        if how == "broken":
            with pytest.raises(StreamInterruptedError):
                stream.final()
    span = finished()
    assert span.attributes["error.type"] == "StreamInterruptedError"
    assert (span.status.status_code, span.status.description) == (trace.StatusCode.ERROR, how)
    assert span.attributes["gen_ai.response.model"]
    assert "gen_ai.response.finish_reasons" not in span.attributes
    assert "gen_ai.usage.output_tokens" not in span.attributes


@pytest.mark.parametrize(
    ("status", "reasons"),
    [("incomplete", ("incomplete",)), ("cancelled", ("cancelled",)), ("queued", None), ("in_progress", None)],
)
def test_a_status_is_a_finish_reason_only_if_the_model_has_stopped(traced, finished, service, status, reasons):
    service.reply_with({**json.loads(sample("response.json")), "status": status})
    traced.create()
    span = finished()
    assert span.attributes.get("gen_ai.response.finish_reasons") == reasons


def test_an_error_is_recorded_by_its_class_alone(traced, finished, reader, service):
    service.reply_with(testing.error("used_up", "you asked: my secret"))
    with pytest.raises(InsufficientBalanceError):
        traced.create()
    span = finished()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.attributes["error.type"] == "InsufficientBalanceError"
    assert not span.events
    assert "secret" not in span.to_json()
    (point,) = metrics_of(reader)["gen_ai.client.operation.duration"]
    assert point.attributes["error.type"] == "InsufficientBalanceError"
    assert "gen_ai.client.token.usage" not in metrics_of(reader)


def test_further_tries_are_events_of_one_span(traced, finished, reader, service):
    service.reply_with(testing.error("rate_limited"), testing.error("api_error"))
    traced.create()
    span = finished()
    assert span.attributes["http.request.resend_count"] == 2
    assert [event.name for event in span.events] == ["acedata_responses.resent"] * 2
    assert [event.attributes["error.type"] for event in span.events] == ["RateLimitError", "ServerError"]
    first, second = (event.attributes["acedata_responses.wait"] for event in span.events)
    assert span.end_time - span.start_time >= (first + second) * 1e9
    (duration,) = metrics_of(reader)["gen_ai.client.operation.duration"]
    assert (span.end_time - span.start_time) / 1e9 == pytest.approx(duration.sum, abs=1e-5)
    headers = {request.headers["traceparent"] for request in service.requests}
    assert len(headers) == 1


def test_metrics_have_the_conventions_units_and_attributes(traced, reader, service):
    reply = traced.create()
    metrics = metrics_of(reader)
    (duration,) = metrics["gen_ai.client.operation.duration"]
    tokens = {point.attributes["gen_ai.token.type"]: point for point in metrics["gen_ai.client.token.usage"]}
    assert {kind: point.sum for kind, point in tokens.items()} == {
        "input": reply.usage.input_tokens,
        "output": reply.usage.output_tokens,
    }
    host, port = service.url.removeprefix("http://").split(":")
    assert dict(duration.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "acedata",
        "gen_ai.request.model": MINIMAL["model"],
        "gen_ai.response.model": reply.model,
        "server.address": host,
        "server.port": int(port),
    }
    assert list(duration.explicit_bounds) == pytest.approx([0.01 * 2**n for n in range(14)])
    assert list(tokens["input"].explicit_bounds) == [
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ]  # fmt: skip


def test_an_answer_from_the_journal_is_a_span_and_in_no_metric(connect, service, hook, finished, reader, path):
    connect(service, journal=path).create()
    connect(service, journal=path, hooks=[hook]).create()
    span = finished()
    assert span.attributes["acedata_responses.from_journal"] is True
    assert metrics_of(reader) == {}


def test_an_operation_without_a_model_has_none_of_the_attributes_for_models(traced, finished, reader):
    traced.list_models()
    span = finished()
    assert span.name == "models.list"
    assert set(span.attributes) == {"server.address", "server.port"}
    assert metrics_of(reader) == {}


def test_a_request_that_another_hook_refuses_leaves_no_span_behind(connect, service, hook, finished):
    class Refusing(Hook):
        def before_send(self, call):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        connect(service, hooks=[hook, Refusing()]).create()
    assert not is_recording()
    span = finished()
    assert span.attributes["error.type"] == "ZeroDivisionError"


def test_without_an_sdk_no_trace_header_is_sent(connect, service):
    connect(service, hooks=[OpenTelemetry()]).create()
    assert "traceparent" not in service.requests[0].headers
