"""Traces and metrics of calls, by OpenTelemetry's semantic conventions for generative AI.

    from acedata_responses import Client
    from acedata_responses.otel import OpenTelemetry

    client = Client(hooks=[OpenTelemetry()])

It needs `pip install "acedata-responses[otel]"`. Nothing is recorded until the program configures an OpenTelemetry SDK.
Each call is a span of kind CLIENT that covers all of its tries, and for a stream the time until the last event. It is
the current span while the request is sent, so that spans of an instrumented httpx become its children, and the
configured propagator adds its context to the headers (`traceparent`). Spans do not contain inputs or outputs.

The conventions are still in development. This module follows version 1.37 and later, with `gen_ai.provider.name`:
https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import Token
from typing import Any

from opentelemetry import context, metrics, propagate, trace
from opentelemetry.context import Context

from ._version import VERSION
from .errors import StreamInterruptedError
from .hooks import CallInfo, EndInfo, Hook, TryInfo
from .types._summary import Summary

__all__ = ["OpenTelemetry"]

_SCOPE = __name__.partition(".")[0]
_Attributes = dict[str, Any]

_OF_SUMMARY = {
    "id": "gen_ai.response.id",
    "model": "gen_ai.response.model",
    "finish_reasons": "gen_ai.response.finish_reasons",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cached_tokens": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_tokens": "gen_ai.usage.reasoning.output_tokens",
    "cost": "gen_ai.usage.cost",  # not in the conventions, which have no name for the cost
}

# The bucket boundaries that the conventions recommend.
_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_TOKENS = [4.0**power for power in range(14)]


class OpenTelemetry(Hook):
    """Records a span for each call, and metrics for calls of a model.

    Spans have the attributes `gen_ai.operation.name`, `gen_ai.provider.name`, `gen_ai.request.*`, `gen_ai.response.*`,
    `gen_ai.usage.*` (including `gen_ai.usage.cost`), `server.address` and `server.port`, `error.type` (the class of the
    error), `http.request.resend_count`, and `acedata_responses.from_journal` if the response was read from a journal. A
    retry is recorded as the event `acedata_responses.resent`. The metrics are `gen_ai.client.operation.duration` and
    `gen_ai.client.token.usage`; they do not include responses from a journal.

    Args:
        tracer_provider: The tracer provider; by default the global one.
        meter_provider: The meter provider; by default the global one.
    """

    def __init__(
        self, tracer_provider: trace.TracerProvider | None = None, meter_provider: metrics.MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer(_SCOPE, VERSION, tracer_provider)
        meter = metrics.get_meter(_SCOPE, VERSION, meter_provider)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )  # fmt: skip
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage", "{token}", "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )  # fmt: skip

    def before_send(self, call: CallInfo) -> dict[str, str]:
        """Make the span of the call the current one, and return the headers that propagate it."""
        within = trace.set_span_in_context(self._span(call))
        call.state[self, "attached"] = context.attach(within)
        headers: dict[str, str] = {}
        propagate.inject(headers, within)
        return headers

    def after_try(self, attempt: TryInfo) -> None:
        """Detach the context of the span, and add an event if the request is sent again."""
        _leave(attempt.call.state.pop((self, "attached"), None))
        if attempt.resent_in is not None and attempt.error is not None:
            self._span(attempt.call).add_event(
                f"{_SCOPE}.resent",
                {"error.type": type(attempt.error).__qualname__, f"{_SCOPE}.wait": attempt.resent_in},
            )

    def at_end(self, end: EndInfo) -> None:
        """End the span, and record the metrics."""
        call, error = end.call, end.error
        _leave(call.state.pop((self, "attached"), None))
        span = self._span(call)
        failure = {"error.type": type(error).__qualname__} if error is not None else {}
        span.set_attributes({**dict(_of_reply(end.summary)), **failure})
        if end.tries > 1:
            span.set_attribute("http.request.resend_count", end.tries - 1)
        if end.from_journal:
            span.set_attribute(f"{_SCOPE}.from_journal", True)
        if error is not None:
            span.set_status(trace.StatusCode.ERROR, _outcome(error))
        span.end(_nanoseconds(call.started + end.seconds))
        if call.telemetry is not None and not end.from_journal:
            self._measure(end, failure, trace.set_span_in_context(span))

    def _span(self, call: CallInfo) -> trace.Span:
        """The span of a call, which is started when it is first needed."""
        span: trace.Span | None = call.state.get(self)
        if span is None:
            identity = _identity(call)
            span = call.state[self] = self._tracer.start_span(
                f"{identity.get('gen_ai.operation.name', call.operation)} {call.model or ''}".rstrip(),
                kind=trace.SpanKind.CLIENT,
                attributes={**identity, **dict(_of_request(call))},
                start_time=_nanoseconds(call.started),
            )
        return span

    def _measure(self, end: EndInfo, failure: _Attributes, within: Context) -> None:
        attributes = _identity(end.call)
        if end.summary.model is not None:
            attributes["gen_ai.response.model"] = end.summary.model
        self._duration.record(end.seconds, {**attributes, **failure}, within)
        for kind, tokens in (("input", end.summary.input_tokens), ("output", end.summary.output_tokens)):
            if tokens is not None:
                self._tokens.record(tokens, {**attributes, "gen_ai.token.type": kind}, within)


def _leave(attached: Token[Context] | None) -> None:
    if attached is not None:
        context.detach(attached)


def _outcome(error: BaseException) -> str | None:
    """How a stream ended before its last event, such as `closed`. Other errors may quote what was asked or answered."""
    return error.reason if isinstance(error, StreamInterruptedError) else None


def _identity(call: CallInfo) -> _Attributes:
    """The attributes that spans and metrics have in common."""
    found: _Attributes = {"server.address": call.host, "server.port": call.port}
    if call.telemetry is not None:
        found["gen_ai.operation.name"] = call.telemetry["operation"]
        found["gen_ai.provider.name"] = call.telemetry["provider"]
    if call.model is not None:
        found["gen_ai.request.model"] = call.model
    return found


def _of_request(call: CallInfo) -> Iterator[tuple[str, Any]]:
    """The attributes for the fields of the request that the document names (`x-telemetry`)."""
    for key, name in call.telemetry["attributes"].items() if call.telemetry is not None else ():
        if isinstance(value := call.body.get(key), (str, int, float)):
            yield name, value


def _of_reply(summary: Summary) -> Iterator[tuple[str, Any]]:
    """The attributes for the reply."""
    for field, name in _OF_SUMMARY.items():
        value = getattr(summary, field)
        if value not in (None, ()):
            yield name, value


def _nanoseconds(moment: float) -> int:
    return round(moment * 1e9)
