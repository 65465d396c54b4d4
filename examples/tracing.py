"""Traces of calls, on the console. Needs `pip install "acedata-responses[otel]" opentelemetry-sdk`."""

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from acedata_responses import Client
from acedata_responses.otel import OpenTelemetry

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
trace.set_tracer_provider(provider)

with Client(hooks=[OpenTelemetry()]) as client:
    client.responses.create(model="gpt-4o-mini", input="Say hello")
