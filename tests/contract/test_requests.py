"""What the client sends, byte for byte, to a server that shares no code with the package."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
from hypothesis import given
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest

from acedata_responses import VERSION, RequestValidationError
from acedata_responses.types import (
    InputFilePart,
    InputImagePart,
    InputMessage,
    InputTextPart,
    OtherInputPart,
    OutputTextPart,
    ReasoningOptions,
    RefusalPart,
    ResponseFormat,
    TextFormat,
    TextOptions,
    Tool,
    ToolItem,
)
from tests.contract.document import CREATE, DOCUMENT, REQUEST, bounds, examples, validator
from tests.contract.plain_server import PlainServer
from tests.contract.strategies import disturbed_requests, requests
from tests.drivers import MINIMAL
from tests.replies.recorded import sample

SERVER = DOCUMENT["servers"][0]["url"]
BOUNDS = list(bounds())

pytestmark = pytest.mark.filterwarnings("ignore::acedata_responses.UnknownValueWarning")


@pytest.fixture
def server():
    with PlainServer() as server:
        yield server


@pytest.fixture
def driver(connect, server):
    return connect(base_url=server.url, token="t0ken")


@pytest.fixture
def send(driver, server):
    """Makes a call and returns the request that the server received."""

    def send(**fields):
        is_stream = fields.get("stream") is True
        server.stream(sample("stream.sse")) if is_stream else server.respond_with(sample("response.json"))
        reply = driver.client.responses.create(**fields)
        if is_stream:
            reply.final()
        return server.received[-1]

    return send


def assert_accepted(received):
    """Validate a request against the document with openapi-core."""
    method, target, _version = received.line.split(" ")
    body = received.body or None
    request = MockRequest(SERVER, method.lower(), target.partition("?")[0], headers=dict(received.headers), data=body)
    openapi().validate_request(request)


@cache
def openapi() -> OpenAPI:
    return OpenAPI.from_dict(DOCUMENT, config=Config(spec_validator_cls=None))  # `make lint` validates the document


def headers_of_the_client(server):
    (accept,) = CREATE["parameters"]
    return {
        "accept": accept["schema"]["enum"][0],
        "accept-encoding": "identity",
        "authorization": "Bearer t0ken",
        "host": server.url.removeprefix("http://"),
        "user-agent": f"acedata_responses/{VERSION}",
    }


def test_a_post_request_has_these_headers_and_no_others(server, send):
    received = send(**MINIMAL)
    assert received.line == "POST /openai/responses HTTP/1.1"
    content = {"content-length": str(len(received.body)), "content-type": "application/json"}
    assert dict(received.headers) == headers_of_the_client(server) | content
    assert len(received.headers) == len(dict(received.headers))
    assert received.body.decode() == '{"model":"gpt-4o-mini","input":"Hello"}'
    assert len(server.received) == 1


def test_a_get_request_has_no_body(server, driver):
    for extra, added, query in (
        ({}, {}, ""),
        ({"extra_headers": {"x-a": "b"}, "extra_query": {"page": 2}}, {"x-a": "b"}, "?page=2"),
    ):
        server.respond_with(sample("models.json"))
        driver.list_models(**extra)
        received = server.received[-1]
        assert received.line == f"GET /openai/models{query} HTTP/1.1"
        assert dict(received.headers) == headers_of_the_client(server) | added
        assert received.body == b""
        assert_accepted(received)


@pytest.mark.parametrize("fields", examples(CREATE["requestBody"]["content"]["application/json"]))
def test_openapi_core_accepts_the_request_for_each_example_of_the_document(send, fields):
    received = send(**fields)
    assert json.loads(received.body) == fields
    assert_accepted(received)


@given(fields=requests())
def test_a_valid_request_is_sent_exactly_as_given(wires, fields):
    validator("CreateResponseRequest").validate(fields)
    for wire in wires:
        sent = json.loads(wire.sent_by(**fields).content)
        assert sent == fields, wire
        assert list(sent) == [name for name in REQUEST["properties"] if name in fields], wire


@given(fields=disturbed_requests())
def test_the_client_refuses_the_fields_that_jsonschema_refuses(wires, fields):
    refused = {_field(error) for error in validator("CreateResponseRequest").iter_errors(fields)}
    for wire in wires:
        if not refused:
            assert json.loads(wire.sent_by(**fields).content) == fields, wire
            continue
        with pytest.raises(RequestValidationError) as caught:
            wire.sent_by(**fields)
        assert {problem.pointer.split("/")[1] for problem in caught.value.problems} == refused, wire


def _field(error):
    """Return the field of an error of jsonschema; a missing field is only named in the message."""
    return error.absolute_path[0] if error.absolute_path else error.message.split("'")[1]


def test_text_is_sent_as_utf_8_and_not_escaped(send):
    assert '"input":"Grüße 😀 \u2028"'.encode() in send(model="gpt-4o", input="Grüße 😀 \u2028").body


OBJECTS = {
    "tools": [Tool(type="function", name="depth", parameters={"type": "object"})],
    "response_format": ResponseFormat(type="text"),
    "reasoning": ReasoningOptions(effort="low"),
    "text": TextOptions(format=TextFormat(type="text")),
    "input": (
        InputMessage(role="user", content="Hi"),
        InputMessage(
            role="user",
            content=(
                InputTextPart(type="input_text", text="What is this?"),
                InputImagePart(type="input_image", image_url="https://example.com/a.png"),
                InputFilePart(type="input_file", file_url="https://example.com/a.pdf"),
                OutputTextPart(type="output_text", text="A lake."),
                RefusalPart(type="refusal", refusal="No."),
                OtherInputPart(type="input_audio"),
                {"type": "input_text", "text": "A dict."},
            ),
        ),
        ToolItem(type="function_call", call_id="c1", name="depth", arguments="{}"),
        {"type": "function_call_output", "call_id": "c1", "output": "1642"},
    ),
}


def test_objects_are_sent_as_the_dicts_that_they_hold(send):
    received = send(model="gpt-4o", **OBJECTS)
    assert json.loads(received.body) == {
        "model": "gpt-4o",
        "input": [
            {"role": "user", "content": "Hi"},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is this?"},
                    {"type": "input_image", "image_url": "https://example.com/a.png"},
                    {"type": "input_file", "file_url": "https://example.com/a.pdf"},
                    {"type": "output_text", "text": "A lake."},
                    {"type": "refusal", "refusal": "No."},
                    {"type": "input_audio"},
                    {"type": "input_text", "text": "A dict."},
                ],
            },
            {"type": "function_call", "call_id": "c1", "name": "depth", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "1642"},
        ],
        "tools": [{"type": "function", "name": "depth", "parameters": {"type": "object"}}],
        "response_format": {"type": "text"},
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "text"}},
    }
    assert_accepted(received)


def test_the_output_of_a_reply_can_be_sent_as_the_next_input(driver, server, send):
    server.respond_with(sample("response_with_tools.json"))
    reply = driver.create()
    received = send(model="gpt-4o", input=[*reply.output, {"role": "user", "content": "Go on"}])
    assert json.loads(received.body)["input"][:-1] == json.loads(sample("response_with_tools.json"))["output"]
    assert_accepted(received)


# Invalid requests


@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_a_value_at_a_bound_is_sent_and_one_beyond_it_is_refused(server, send, bound):
    for value in bound.allowed:
        received = send(**{**MINIMAL, bound.field: value})
        assert json.loads(received.body)[bound.field] == value
        assert_accepted(received)
    sent = len(server.received)
    for value in bound.forbidden:
        with pytest.raises(RequestValidationError) as refused:
            send(**{**MINIMAL, bound.field: value})
        (problem,) = refused.value.problems
        assert (problem.pointer, problem.rule, problem.source) == (f"/{bound.field}", bound.keyword, bound.source)
        assert str(bound.limit) in problem.expected
        assert problem.found in repr(value)
        assert str(problem) in str(refused.value)
    assert len(server.received) == sent


def test_the_document_has_these_bounds():
    bounds = {(bound.field, bound.keyword, bound.limit) for bound in BOUNDS}
    assert bounds >= {
        ("n", "minimum", 1),
        ("n", "maximum", 128),
        ("temperature", "maximum", 2),
        ("input", "minItems", 1),
    }


INVALID = {
    "no fields": ({}, {"/model": "required", "/input": "required"}),
    "null": ({**MINIMAL, "model": None}, {"/model": "type"}),
    "values of another type": (
        {**MINIMAL, "temperature": True, "n": True, "background": 1, "max_output_tokens": 1.5},
        dict.fromkeys(["/temperature", "/n", "/background", "/max_output_tokens"], "type"),
    ),
    "an input of texts": ({**MINIMAL, "input": ["Hello"]}, {"/input/0": "type"}),
    "a message instead of a list": ({**MINIMAL, "input": MINIMAL}, {"/input": "type"}),
    "a message without a role": ({**MINIMAL, "input": [{"content": "x"}]}, {"/input/0/role": "required"}),
    "a message without content": ({**MINIMAL, "input": [{"role": "user"}]}, {"/input/0/content": "required"}),
    "an unknown role": ({**MINIMAL, "input": [{"role": "tool", "content": "x"}]}, {"/input/0/role": "enum"}),
    "content that is a number": ({**MINIMAL, "input": [{"role": "user", "content": 3}]}, {"/input/0/content": "type"}),
    "a part without its text": (
        {**MINIMAL, "input": [{"role": "user", "content": [{"type": "input_text"}]}]},
        {"/input/0/content/0/text": "required"},
    ),
    "NaN": ({**MINIMAL, "temperature": float("nan")}, {"/temperature": "type"}),
    "infinity in a field without a bound": ({**MINIMAL, "top_p": float("inf")}, {"/top_p": "type"}),
    "infinity in an open object": ({**MINIMAL, "metadata": {"x": [float("-inf")]}}, {"/metadata/x/0": "type"}),
    "a lone surrogate": ({**MINIMAL, "input": "\ud800"}, {"/input": "type"}),
    "a lone surrogate in an open object": ({**MINIMAL, "metadata": {"x": "\udfff"}}, {"/metadata/x": "type"}),
    "a key that is a number": ({**MINIMAL, "metadata": {1: 2}}, {"/metadata": "type"}),
    "bytes": ({**MINIMAL, "instructions": b"x"}, {"/instructions": "type"}),
    "an object that is not JSON": ({**MINIMAL, "metadata": {"x": object()}}, {"/metadata/x": "type"}),
    "several problems": (
        {"model": "", "n": 0, "temperature": 2.1, "tools": [], "max_token": 1},
        {
            "/model": "minLength", "/input": "required", "/n": "minimum", "/temperature": "maximum",
            "/tools": "minItems", "/max_token": "unknown",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_request_is_refused_with_every_problem_and_not_sent(server, send, case):
    fields, expected = INVALID[case]
    with pytest.raises(RequestValidationError) as refused:
        send(**fields)
    assert {problem.pointer: problem.rule for problem in refused.value.problems} == expected
    assert len(refused.value.problems) == len(expected)
    assert server.received == []
    assert isinstance(refused.value, ValueError)
    assert all(re.search(rf"(?m)^  {re.escape(pointer)}: ", str(refused.value)) for pointer in expected)


def test_a_long_value_is_shortened_in_the_message(send):
    with pytest.raises(RequestValidationError) as refused:
        send(model="gpt-4o", input=["x" * 100_000])
    assert len(str(refused.value)) < 600


def test_a_client_that_does_not_validate_sends_any_json_and_nothing_else(connect, server):
    client = connect(base_url=server.url, validate=False)
    for value in (float("nan"), object(), "\ud800", {"x": b"1"}, memoryview(b"1"), dict):
        for fields in ({"metadata": value}, {"extra_body": {"a": value}}):
            with pytest.raises(RequestValidationError):
                client.create(**fields)
    server.respond_with(sample("response.json"))
    client.create(n=0, temperature="hot")
    assert [json.loads(received.body) for received in server.received] == [{**MINIMAL, "n": 0, "temperature": "hot"}]


# What a call can add


def test_extra_body_fields_override_the_others_and_are_not_validated(send):
    received = send(**MINIMAL, n=2, extra_body={"seed": 7, "n": 0, "input": InputMessage(role="user", content="x")})
    message = {"role": "user", "content": "x"}
    assert json.loads(received.body) == {"model": "gpt-4o-mini", "input": message, "n": 0, "seed": 7}


def test_extra_query_parameters_are_encoded(send):
    query = {"a": 1, "b": [True, "x y", None], "c&": "ü/", "d": "1 HTTP/1.1\r\nx-b: 2#e"}
    received = send(**MINIMAL, extra_query=query)
    encoded = "a=1&b=true&b=x+y&b=&c%26=%C3%BC%2F&d=1+HTTP%2F1.1%0D%0Ax-b%3A+2%23e"
    assert received.line == f"POST /openai/responses?{encoded} HTTP/1.1"


def test_extra_headers_override_all_others_whatever_their_case(send):
    received = send(**MINIMAL, extra_headers={"X-Trace": " a\tb ", "ACCEPT": "text/plain", "authorization": "Basic x"})
    headers = dict(received.headers)
    assert (headers["x-trace"], headers["accept"], headers["authorization"]) == ("a\tb", "text/plain", "Basic x")
    assert len(headers) == len(received.headers)
