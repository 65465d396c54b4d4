"""What the client sends, byte by byte, as a server sees it that knows nothing of the package."""

from __future__ import annotations

import json
import re
import warnings
from functools import cache

import pytest
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
from tests.contract.document import CREATE, DOCUMENT, MODELS, REQUEST, SCHEMAS, bounds, examples, resolved
from tests.contract.plain_server import PlainServer
from tests.replies.recorded import sample

SERVER = DOCUMENT["servers"][0]["url"]
LEAST = {"model": "gpt-4o-mini", "input": "Hello"}
CONVERSATION = [
    {"role": "developer", "content": "Be brief."},
    {"role": "user", "content": [{"type": "input_text", "text": "Which lake?"}]},
    {"role": "assistant", "content": [{"type": "output_text", "text": "Baikal"}]},
    {"type": "message", "role": "user", "content": "How deep?"},
]
VALUES = {
    "model": MODELS,
    "input": ["Hello", "😀 \u2028 \\u0000 \x00 \"'", [{"role": "user", "content": "Hello"}], CONVERSATION],
    "n": [1, 2.0, 128],
    "background": [True, False],
    "stream": [True, False],
    "tools": [[{"type": "function", "name": "depth", "parameters": {}, "strict": None}], [{"type": "web_search"}]],
    "max_tokens": [1, 0, 10**9, 12.5],
    "temperature": [0, 0.3, 1, 2],
    "response_format": [{}, {"type": "json_object"}, {"type": "json_object", "further": {"name": "x"}}],
    "tool_choice": ["none", "auto", "required", {"type": "function", "name": "depth"}],
    "parallel_tool_calls": [True, False],
    "include": [[], ["reasoning.encrypted_content"]],
    "reasoning": [{}, {"effort": "low", "summary": None}],
    "text": [{}, {"format": {"type": "text"}, "verbosity": "low"}],
    "max_output_tokens": [1, 16.0, 10**9],
    "store": [True, False],
    "stream_options": [{}, {"include_usage": True}],
    "instructions": ["", "Answer in Norwegian."],
    "previous_response_id": ["resp_1"],
    "top_p": [0, 0.1, 1],
    "metadata": [{}, {"nested": {"deep": [1, None, {"x": True}]}}],
}
"""For each field of the request values that it may have."""

EACH_FIELD = [(field, value) for field, values in VALUES.items() for value in values]
NULLABLE = [name for name, schema in REQUEST["properties"].items() if "null" in resolved(schema).get("type", "")]
BOUNDS = list(bounds())


@pytest.fixture
def server():
    with PlainServer() as server:
        yield server


@pytest.fixture
def ask(connect, server):
    """Makes a call and returns the request that came of it."""
    driver = connect(base_url=server.url, token="t0ken")

    def ask(method="create", **fields):
        answers_with_stream = fields.get("stream") is True
        (server.streams(sample("stream.sse")) if answers_with_stream else server.answers_with(sample("response.json")))
        if method == "create":
            answer = driver.client.responses.create(**fields)
            if answers_with_stream:
                answer.final()
        else:
            server.answers.clear()
            server.answers_with(sample("models.json"))
            driver.client.models.list(**fields)
        return server.received[-1]

    return ask


def assert_accepted(received):
    """Hold a request against the document, by a validator that is not ours."""
    method, target, _version = received.line.split(" ")
    body = received.body or None
    request = MockRequest(SERVER, method.lower(), target, headers=dict(received.headers), data=body)
    openapi().validate_request(request)


@cache
def openapi() -> OpenAPI:
    return OpenAPI.from_dict(DOCUMENT, config=Config(spec_validator_cls=None))  # `make lint` validates the document


def test_a_call_is_one_request_with_these_headers_and_no_others(server, ask):
    received = ask(**LEAST)
    assert received.line == "POST /openai/responses HTTP/1.1"
    assert sorted(received.headers) == [
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("authorization", "Bearer t0ken"),
        ("content-length", str(len(received.body))),
        ("content-type", "application/json"),
        ("host", server.url.removeprefix("http://")),
        ("user-agent", f"acedata_responses/{VERSION}"),
    ]
    assert received.body.decode() == '{"model":"gpt-4o-mini","input":"Hello"}'
    assert len(server.received) == 1
    assert_accepted(received)


def test_a_call_that_reads_has_no_body(server, ask):
    received = ask("list")
    assert received.line == "GET /openai/models HTTP/1.1"
    assert sorted(received.headers) == [
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("authorization", "Bearer t0ken"),
        ("host", server.url.removeprefix("http://")),
        ("user-agent", f"acedata_responses/{VERSION}"),
    ]
    assert received.body == b""
    assert_accepted(received)


def test_the_accept_header_has_the_value_of_the_document(ask):
    (parameter,) = CREATE["parameters"]
    received = ask(**LEAST)
    assert parameter["name"] == "accept"
    assert dict(received.headers)["accept"] in parameter["schema"]["enum"]


def test_every_field_of_the_document_is_tried_here():
    assert VALUES.keys() == REQUEST["properties"].keys()


@pytest.mark.parametrize(
    ("field", "value"),
    EACH_FIELD,
    ids=[f"{field}={str(value)[:20]!a}-{n}" for n, (field, value) in enumerate(EACH_FIELD)],
)
def test_a_field_is_sent_as_given_and_nothing_that_was_not_given(ask, field, value):
    fields = {**LEAST, field: value}
    received = ask(**fields)
    assert json.loads(received.body) == fields
    assert list(json.loads(received.body)) == [name for name in REQUEST["properties"] if name in fields]
    assert_accepted(received)


@pytest.mark.parametrize("field", NULLABLE)
def test_none_is_sent_as_null(ask, field):
    received = ask(**LEAST, **{field: None})
    assert json.loads(received.body) == {**LEAST, field: None}
    assert_accepted(received)


def test_all_fields_can_be_sent_at_once(ask):
    fields = {field: values[-1] for field, values in VALUES.items()}
    received = ask(**fields)
    assert json.loads(received.body) == fields
    assert_accepted(received)


@pytest.mark.parametrize("number", range(len(examples(CREATE["requestBody"]["content"]["application/json"]))))
def test_the_examples_of_the_document_can_be_sent(ask, number):
    fields = examples(CREATE["requestBody"]["content"]["application/json"])[number]
    received = ask(**fields)
    assert json.loads(received.body) == fields
    assert_accepted(received)


def test_text_goes_out_as_utf_8_and_is_not_escaped(ask):
    assert '"input":"Grüße 😀 \u2028"'.encode() in ask(model="gpt-4o", input="Grüße 😀 \u2028").body


# Messages and parts


PARTS = [
    (InputTextPart(type="input_text", text="What is this?"), {"type": "input_text", "text": "What is this?"}),
    (InputImagePart(type="input_image", image_url="https://example.com/a.png"),
        {"type": "input_image", "image_url": "https://example.com/a.png"}),
    (InputFilePart(type="input_file", file_url="https://example.com/a.pdf"),
        {"type": "input_file", "file_url": "https://example.com/a.pdf"}),
    (OutputTextPart(type="output_text", text="A lake."), {"type": "output_text", "text": "A lake."}),
    (RefusalPart(type="refusal", refusal="No."), {"type": "refusal", "refusal": "No."}),
    (OtherInputPart(type="input_audio"), {"type": "input_audio"}),
]  # fmt: skip


@pytest.mark.parametrize("role", SCHEMAS["MessageRole"]["enum"])
def test_messages_are_dicts_or_objects_and_give_the_same_request(ask, role):
    parts = [part for part, _data in PARTS]
    data = [data for _part, data in PARTS]
    as_objects = ask(
        model="gpt-4o", input=[InputMessage(role=role, content="Hi"), InputMessage(role=role, content=parts)]
    )
    as_dicts = ask(model="gpt-4o", input=[{"role": role, "content": "Hi"}, {"role": role, "content": data}])
    mixed = ask(model="gpt-4o", input=(InputMessage(role=role, content="Hi"), {"role": role, "content": tuple(parts)}))
    assert as_objects.body == as_dicts.body == mixed.body
    assert_accepted(as_objects)


def test_every_documented_field_takes_the_generated_class_for_a_dict(ask):
    call = ToolItem(type="function_call", call_id="c1", name="depth", arguments="{}")
    objects = ask(
        model="gpt-4o",
        input=[call, ToolItem(type="function_call_output", call_id="c1", output="1642")],
        tools=[Tool(type="function", name="depth", parameters={"type": "object"})],
        response_format=ResponseFormat(type="text"),
        reasoning=ReasoningOptions(effort="low"),
        text=TextOptions(format=TextFormat(type="text")),
    )
    assert json.loads(objects.body) == {
        "model": "gpt-4o",
        "input": [
            {"type": "function_call", "call_id": "c1", "name": "depth", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "1642"},
        ],
        "tools": [{"type": "function", "name": "depth", "parameters": {"type": "object"}}],
        "response_format": {"type": "text"},
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "text"}},
    }
    assert_accepted(objects)


def test_an_answer_can_be_sent_back_as_the_next_input(connect, server, ask):
    server.answers_with(sample("response_with_tools.json"))
    reply = connect(base_url=server.url).create()
    received = ask(model="gpt-4o", input=[*reply.output, {"role": "user", "content": "Go on"}])
    assert json.loads(received.body)["input"][:-1] == json.loads(sample("response_with_tools.json"))["output"]
    assert_accepted(received)


# What the document forbids


def at(rule):
    """Values at a bound, and values beyond it."""
    field, keyword, bound, schema, _source = rule
    if keyword.endswith("imum"):
        beyond = 1 if keyword == "maximum" else -1
        is_whole = "integer" in schema["type"]
        fine = [] if is_whole else [bound + beyond * 0.001, bound + beyond * 1e-9]
        return [bound, float(bound)], [bound + beyond, *fine, beyond * 10**30]
    few = keyword.startswith("min")
    one = {"tools": {"type": "function"}, "input": {"role": "user", "content": "x"}}.get(field, {})
    filled = (lambda length: "x" * length) if "Length" in keyword else (lambda length: [one] * length)
    return [filled(bound)], [filled(bound - 1 if few else bound + 1)]


def test_the_document_has_bounds_to_be_tried():
    found = {(rule.field, rule.keyword, rule.bound) for rule in BOUNDS}
    assert found >= {
        ("n", "minimum", 1),
        ("n", "maximum", 128),
        ("temperature", "maximum", 2),
        ("input", "minItems", 1),
    }


@pytest.mark.parametrize("rule", BOUNDS, ids=lambda rule: f"{rule.field}-{rule.keyword}")
def test_a_value_at_a_bound_is_sent(ask, rule):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model of one letter
        for value in at(rule)[0]:
            received = ask(**{**LEAST, rule.field: value})
            assert json.loads(received.body)[rule.field] == value
            assert_accepted(received)


@pytest.mark.parametrize("rule", BOUNDS, ids=lambda rule: f"{rule.field}-{rule.keyword}")
def test_a_value_beyond_a_bound_is_refused_with_its_rule_and_nothing_is_sent(server, ask, rule):
    for value in at(rule)[1]:
        with pytest.raises(RequestValidationError) as refused:
            ask(**{**LEAST, rule.field: value})
        (problem,) = refused.value.problems
        assert (problem.pointer, problem.rule, problem.source) == (f"/{rule.field}", rule.keyword, rule.source)
        assert str(rule.bound) in problem.expected
        assert problem.found in repr(value)
        assert str(problem) in str(refused.value)
    assert server.received == []


WRONG = {
    "nothing at all": ({}, {"/model": "required", "/input": "required"}),
    "a model that is no text": ({**LEAST, "model": 4}, {"/model": "type"}),
    "no model": ({**LEAST, "model": None}, {"/model": "type"}),
    "an input that is neither text nor list": ({**LEAST, "input": 1}, {"/input": "type"}),
    "an input of texts": ({**LEAST, "input": ["Hello"]}, {"/input/0": "type"}),
    "a message alone": ({**LEAST, "input": LEAST}, {"/input": "type"}),
    "a message without a role": ({**LEAST, "input": [{"content": "x"}]}, {"/input/0/role": "required"}),
    "a message without content": ({**LEAST, "input": [{"role": "user"}]}, {"/input/0/content": "required"}),
    "a role that is none": ({**LEAST, "input": [{"role": "tool", "content": "x"}]},
        {"/input/0/role": "enum"}),
    "content that is no text": ({**LEAST, "input": [{"role": "user", "content": 3}]},
        {"/input/0/content": "type"}),
    "a part without its text": ({**LEAST, "input": [{"role": "user", "content": [{"type": "input_text"}]}]},
        {"/input/0/content/0/text": "required"}),
    "a number as text": ({**LEAST, "temperature": "1"}, {"/temperature": "type"}),
    "true as a number": ({**LEAST, "n": True}, {"/n": "type"}),
    "a number as true": ({**LEAST, "background": 1}, {"/background": "type"}),
    "half a token": ({**LEAST, "max_output_tokens": 1.5}, {"/max_output_tokens": "type"}),
    "not a number": ({**LEAST, "temperature": float("nan")}, {"/temperature": "type"}),
    "infinity where there is no bound": ({**LEAST, "top_p": float("inf")}, {"/top_p": "type"}),
    "infinity within": ({**LEAST, "metadata": {"x": [float("-inf")]}}, {"/metadata/x/0": "type"}),
    "half a character": ({**LEAST, "input": "\ud800"}, {"/input": "type"}),
    "half a character within": ({**LEAST, "metadata": {"x": "\udfff"}}, {"/metadata/x": "type"}),
    "a key that is no text": ({**LEAST, "metadata": {1: 2}}, {"/metadata": "type"}),
    "bytes": ({**LEAST, "instructions": b"x"}, {"/instructions": "type"}),
    "an object of Python": ({**LEAST, "metadata": {"x": object()}}, {"/metadata/x": "type"}),
    "a tool without a type": ({**LEAST, "tools": [{"name": "x"}]}, {"/tools/0/type": "required"}),
    "null where it may not be": ({**LEAST, "tools": None}, {"/tools": "type"}),
    "a rule that is none": ({**LEAST, "tool_choice": "never"}, {"/tool_choice": "enum"}),
    "an unknown keyword": ({**LEAST, "tempreature": 1}, {"/tempreature": "unknown"}),
    "everything at once": ({"model": "", "n": 0, "temperature": 2.1, "tools": [], "max_token": 1},
        {"/model": "minLength", "/input": "required", "/n": "minimum", "/temperature": "maximum",
        "/tools": "minItems", "/max_token": "unknown"}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_the_document_forbids_is_refused_with_every_problem_and_nothing_is_sent(server, ask, case):
    fields, expected = WRONG[case]
    with pytest.raises(RequestValidationError) as refused:
        ask(**fields)
    assert {problem.pointer: problem.rule for problem in refused.value.problems} == expected
    assert len(refused.value.problems) == len(expected)
    assert server.received == []
    assert isinstance(refused.value, ValueError)
    assert all(re.search(rf"(?m)^  {re.escape(pointer)}: ", str(refused.value)) for pointer in expected)


def test_a_long_value_is_cut_short_in_the_message(ask):
    with pytest.raises(RequestValidationError) as refused:
        ask(model="gpt-4o", input=["x" * 100_000])
    assert len(str(refused.value)) < 600


def test_an_unchecked_client_sends_what_the_document_forbids(connect, server):
    server.answers_with(sample("response.json"))
    connect(base_url=server.url, validate=False).create(n=0, temperature="hot")
    assert json.loads(server.received[0].body) == {**LEAST, "n": 0, "temperature": "hot"}


def test_an_unchecked_client_can_still_not_send_what_is_no_json(connect, server):
    unchecked = connect(base_url=server.url, validate=False)
    for value in (float("nan"), object(), "\ud800", {"x": b"1"}, memoryview(b"1"), dict):
        for fields in ({"metadata": value}, {"extra_body": {"a": value}}):
            with pytest.raises(RequestValidationError):
                unchecked.create(**fields)
    assert server.received == []


# What one call may add


def test_further_fields_of_the_body_win_and_are_not_checked(ask):
    received = ask(**LEAST, n=2, extra_body={"seed": 7, "n": 0, "input": InputMessage(role="user", content="x")})
    assert json.loads(received.body) == {
        "model": "gpt-4o-mini",
        "input": {"role": "user", "content": "x"},
        "n": 0,
        "seed": 7,
    }


def test_further_query_parameters_are_written_as_a_query(ask):
    query = {"a": 1, "b": [True, "x y", None], "c&": "ü/", "d": "1 HTTP/1.1\r\nx-b: 2#e"}
    received = ask(**LEAST, extra_query=query)
    written = "a=1&b=true&b=x+y&b=&c%26=%C3%BC%2F&d=1+HTTP%2F1.1%0D%0Ax-b%3A+2%23e"
    assert received.line == f"POST /openai/responses?{written} HTTP/1.1"


def test_further_headers_win_over_all_others_whatever_their_case(ask):
    received = ask(**LEAST, extra_headers={"X-Trace": " a\tb ", "ACCEPT": "text/plain", "authorization": "Basic x"})
    headers = dict(received.headers)
    assert (headers["x-trace"], headers["accept"], headers["authorization"]) == ("a\tb", "text/plain", "Basic x")
    assert len(headers) == len(received.headers)


@pytest.mark.parametrize("method", ["create", "list"])
def test_a_call_that_reads_takes_further_headers_and_parameters_too(ask, method):
    fields = LEAST if method == "create" else {}
    received = ask(method, **fields, extra_headers={"x-a": "b"}, extra_query={"page": 2})
    assert received.line.split()[1].endswith("?page=2")
    assert ("x-a", "b") in received.headers
