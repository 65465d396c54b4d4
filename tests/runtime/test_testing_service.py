"""The embedded service, seen by clients that are not ours: sockets, httpx, and the packages of others."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import trustme
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from acedata_responses import testing

DOCUMENT = YAML(typ="safe").load(
    Path(__file__).parents[2].joinpath("openapi.yaml").read_text(encoding="utf-8")
)
MODELS = DOCUMENT["components"]["schemas"]["ModelName"]["anyOf"][0]["enum"]
CODES = {
    code: facts["statuses"][0]
    for kind in DOCUMENT["x-error-kinds"].values()
    for code, facts in kind["codes"].items()
}
SHAPES = ["response", "chat.completion"]
HEADERS = {"authorization": f"Bearer {testing.TOKEN}"}
ASK = {"model": "gpt-4o-mini", "input": "Say hello"}
TEXT = "Hello,  wide\nworld! 🌊"


NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares each httpx client the loading of certificates."""


def options_for(service, options):
    through = {"transport": service} if isinstance(service, testing.Transport) else {"verify": NO_TLS}
    return {"base_url": service.url, "headers": HEADERS, "timeout": 10, **through, **options}


def client_of(service, **options):
    return httpx.Client(**options_for(service, options))


def async_client_of(service, **options):
    return httpx.AsyncClient(**options_for(service, options))


@pytest.fixture
def http(service):
    with client_of(service) as client:
        yield client


def ask(http, **fields):
    return http.post("/openai/responses", json={**ASK, **fields})


def events_of(reply):
    """The data of each event, decoded; a text that is no JSON stays as it is."""
    texts = [block.removeprefix("data: ") for block in reply.text.split("\n\n") if block]
    return [json.loads(text) if text.startswith("{") else text for text in texts]


def assert_documented(data, schema):
    """Hold data against a schema of the document, by a validator that is not ours."""
    rule = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    Draft202012Validator(rule).validate(data)


def text_of(reply):
    """The text of a reply in either shape."""
    if reply["object"] == "response":
        return reply["output"][0]["content"][0]["text"]
    return reply["choices"][0]["message"]["content"]


def streamed_text(events):
    """The text of a stream in either shape, put together from its pieces."""
    pieces = [event for event in events if isinstance(event, dict)]
    return "".join(
        event.get("delta", "") if "type" in event else event["choices"][0]["delta"].get("content", "")
        for event in pieces
    )


class Wire:
    """A bare connection to the service."""

    def __init__(self, service):
        self.socket = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, **fields):
        self.socket.sendall(self.request(**fields))
        return self

    @staticmethod
    def request(**fields):
        body = json.dumps({**ASK, **fields}).encode()
        head = f"POST /openai/responses HTTP/1.1\r\nHost: x\r\nAuthorization: {HEADERS['authorization']}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def until(self, mark):
        """All bytes up to a mark."""
        got = b""
        while mark not in got:
            piece = self.socket.recv(1)
            assert piece, got
            got += piece
        return got

    def rest(self, patience=10.0):
        """All bytes that still come, and how it ends: closed, reset, or open when nothing more comes in time."""
        self.socket.settimeout(patience)
        got = b""
        try:
            while piece := self.socket.recv(65536):
                got += piece
        except ConnectionResetError:
            return got, "reset"
        except TimeoutError:
            return got, "open"
        return got, "closed"


# ---- The usual answers


@pytest.mark.parametrize("path", ["/openai/responses", "/v1/responses"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_is_as_documented_in_the_shape_that_is_asked_for(service, http, shape, path):
    service.answers(shape=shape, text=TEXT)
    reply = http.post(path, json={**ASK, "model": "gpt-next"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    data = reply.json()
    assert_documented(data, "Reply")
    assert data["object"] == shape
    assert data["model"] == "gpt-next"
    assert text_of(data) == TEXT


def test_a_responses_stream_is_sent_event_by_event(service, http):
    service.answers(shape="response", text=TEXT)
    reply = ask(http, stream=True, model="gpt-next")
    assert reply.headers["content-type"] == "text/event-stream"
    events = events_of(reply)
    for number, event in enumerate(events):
        assert_documented(event, "ResponseEvent")
        assert event["sequence_number"] == number
        assert event["model"] == "gpt-next"
    kinds = [event["type"].removeprefix("response.") for event in events]
    before = ["created", "in_progress", "output_item.added", "content_part.added"]
    after = ["output_text.done", "content_part.done", "output_item.done", "completed"]
    assert kinds == [*before, *["output_text.delta"] * 4, *after]
    assert streamed_text(events) == TEXT
    whole = events[-1]["response"]
    assert text_of(whole) == TEXT
    assert whole["model"] == "gpt-next"
    assert whole["id"] == events[0]["response"]["id"]


def test_a_chat_completion_stream_ends_with_its_marker(service, http):
    service.answers(shape="chat.completion", text=TEXT)
    *chunks, marker = events_of(ask(http, stream=True))
    assert marker == "[DONE]"
    for chunk in chunks:
        assert_documented(chunk, "ChatCompletionChunk")
    assert streamed_text(chunks) == TEXT
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_without_a_text_of_ones_own_the_documents_example_is_told(service, http, shape, stream):
    service.answers(shape=shape)
    told, again = (ask(http, stream=stream) for _ in range(2))
    content = DOCUMENT["paths"]["/openai/responses"]["post"]["responses"]["200"]["content"]
    if stream:
        examples = content["text/event-stream"]["x-example-events"].values()
        assert streamed_text(events_of(told)) in [streamed_text(events) for events in examples]
    else:
        examples = [example["value"] for example in content["application/json"]["examples"].values()]
        assert text_of(told.json()) in [
            text_of(example) for example in examples if example["object"] == shape
        ]
    assert told.text != again.text, "each reply has an id of its own"


@pytest.mark.parametrize("text", ["", " ", "\n", "one", " one  two ", "ü" * 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_any_text_comes_through_whole_and_in_pieces(service, http, shape, text):
    service.answers(shape=shape, text=lambda request: text if request.json["input"] == "Say hello" else "")
    assert text_of(ask(http).json()) == text
    assert streamed_text(events_of(ask(http, stream=True))) == text


def test_a_reply_repeats_what_the_request_said_where_it_has_a_field_for_it(service, http):
    said = {
        "temperature": 0.25,
        "instructions": "Be brief.",
        "metadata": {"a": 1},
        "max_output_tokens": 9,
        "store": False,
    }
    reply = ask(http, **said).json()
    assert {key: reply[key] for key in said} == said
    assert_documented(reply, "ResponseObject")


def test_the_documents_models_are_listed(http):
    reply = http.get("/openai/models").json()
    assert_documented(reply, "ModelList")
    names = [model["id"] for model in reply["data"]]
    assert names[: len(MODELS)] == MODELS
    assert len(set(names)) == len(names)


def test_a_shape_that_the_document_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r"no reply of the shape 'xml', but: chat\.completion, response"):
        testing.transport(shape="xml")


# ---- Refusals


def refusal(reply):
    assert_documented(reply.json(), "ErrorReply")
    return reply.status_code, reply.json()["error"]["code"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "no_token"),
        ("", "no_token"),
        ("Bearer", "no_token"),
        ("Basic test-token", "no_token"),
        ("Bearer other", "invalid_token"),
        ("Bearer test-tokens", "invalid_token"),
    ],
)
def test_a_request_without_the_token_is_refused(service, header, code):
    headers = {} if header is None else {"authorization": header}
    reply = httpx.post(f"{service.url}/openai/responses", headers=headers, json=ASK, verify=NO_TLS)
    assert refusal(reply) == (CODES[code], code)


def test_the_word_bearer_may_be_in_any_case_and_the_token_another(service):
    service.token = "mine"
    headers = {"authorization": "bearer mine"}
    assert (
        httpx.post(f"{service.url}/openai/responses", headers=headers, json=ASK, verify=NO_TLS).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/openai/responses"),
        ("POST", "/openai/models"),
        ("POST", "/openai/responses/"),
        ("PUT", "/x"),
    ],
)
def test_what_is_no_operation_is_not_found(http, method, path):
    assert refusal(http.request(method, path, json=ASK)) == (CODES["no_api"], "no_api")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"model": "m", "input": "x"}', "text/plain"),
        (b'{"model": "m", "input": "x"}', ""),
        (b"", "application/json"),
        (b'{"model": "m", "input": "x"', "application/json"),
        (b'{"model": "m", "input": "\xff"}', "application/json"),
        (b'{"model": "m", "input": "x", "temperature": NaN}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
    ],
)
def test_what_is_no_json_object_is_a_bad_request(service, http, content, media_type):
    reply = http.post("/openai/responses", content=content, headers={"content-type": media_type})
    assert refusal(reply) == (CODES["bad_request"], "bad_request")
    assert ask(http).status_code == 200, "the service goes on"


def test_every_departure_from_the_document_is_named(http):
    reply = ask(http, model="", input=[], n=0, temperature=2.1)
    assert refusal(reply) == (CODES["bad_request"], "bad_request")
    message = reply.json()["error"]["message"]
    assert [
        pointer for pointer in ("/model", "/input", "/n", "/temperature") if f"{pointer}: " not in message
    ] == []


def test_what_the_document_does_not_know_passes(http):
    reply = http.post(
        "/openai/responses", json={**ASK, "new_field": 1}, params={"trace": "1"}, headers={"x-mine": "1"}
    )
    assert reply.status_code == 200


def test_a_body_that_is_too_large_is_refused_and_not_kept():
    with testing.serve(max_body=1000) as service, client_of(service) as http:
        reply = ask(http, input="x" * 5_000_000)
        assert refusal(reply) == (CODES["request_too_large"], "request_too_large")
        assert len(service.requests[0].body) < 1_000_000
        assert ask(http).status_code == 200
        assert service.connections_opened == 1


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n"]
)
def test_what_is_no_http_is_refused_and_the_connection_ended(service, garbage):
    with Wire(service) as wire:
        wire.socket.sendall(garbage)
        got, end = wire.rest()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert end == "closed"
    assert service.requests == []


# ---- Told to answer otherwise


@pytest.mark.parametrize("code", CODES)
def test_each_documented_error_can_be_asked_for(service, http, code):
    service.reply_with(
        testing.error(code), testing.error(code, "No.", status=418), testing.error(code, status=200)
    )
    first, second, third = (ask(http) for _ in range(3))
    assert refusal(first) == (CODES[code], code)
    assert refusal(second) == (418, code)
    assert second.json()["error"]["message"] == "No."
    assert refusal(third) == (200, code)


def test_an_error_that_is_not_documented_needs_a_status():
    with pytest.raises(ValueError, match="'odd' is not documented"):
        testing.error("odd")
    assert testing.error("odd", status=599).status == 599


def test_answers_are_given_in_their_order_and_then_the_usual_one(service, http):
    seen = []

    def by_function(request):
        seen.append(request)
        return testing.Answer(202, json=request.json["input"])

    service.reply_with(testing.page(503), by_function, lambda _: None)
    service.reply_with(testing.Answer(204), testing.Answer(301, headers={"location": "https://example.com/"}))
    assert service.unused == 5
    page, function, usual, empty, redirect, after = (ask(http) for _ in range(6))
    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/html")
    assert "<html>" in page.text
    assert (function.status_code, function.json()) == (202, "Say hello")
    assert (empty.status_code, empty.content) == (204, b"")
    assert (redirect.status_code, redirect.headers["location"]) == (301, "https://example.com/")
    assert usual.json()["object"] == after.json()["object"] == "response"
    assert seen == [service.requests[1]]
    assert service.unused == 0
    assert service.connections_opened == 1


def test_an_answer_can_hold_until_it_is_cleared(service, http):
    service.reply_with(always=testing.error("used_up"))
    service.reply_with(testing.Answer(json=1))
    assert [ask(http).status_code for _ in range(3)] == [200, 403, 403]
    service.clear()
    assert service.requests == []
    assert ask(http).status_code == 200


def test_the_usual_answer_can_be_changed(service, http):
    def failing_after_three(request):
        answer = service.usual_answer(request)
        return testing.Answer(events=[*answer.events[:3], {"type": "error", "code": "api_error"}])

    service.reply_with(failing_after_three)
    assert [event["type"] for event in events_of(ask(http, stream=True))][2:] == [
        "response.output_item.added",
        "error",
    ]


def test_a_function_that_fails_is_seen_in_the_answer(service, http):
    service.reply_with(lambda _: 1 / 0, testing.Answer(json=object()))
    reply = ask(http)
    assert reply.status_code == 500
    assert "ZeroDivisionError" in reply.text
    with pytest.raises(httpx.RemoteProtocolError):
        ask(http)
    assert ask(http).status_code == 200


# ---- Faults on the wire

EVENTS = testing.Answer(events=[{"n": 1}, {"n": 2}, "[DONE]"])
BODY = testing.Answer(body=b"0123456789")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


E1, E2, E3 = chunk(b'data: {"n": 1}\n\n'), chunk(b'data: {"n": 2}\n\n'), chunk(b"data: [DONE]\n\n")


@pytest.mark.parametrize(("how", "ending"), [("cut", "closed"), ("reset", "reset"), ("stall", "open")])
@pytest.mark.parametrize(
    ("answer", "at", "after", "has_head", "body"),
    [
        (BODY, "start", None, False, b""),
        (BODY, "body", None, True, b""),
        (BODY, "body", 4, True, b"0123"),
        (BODY, "body", 99, True, b"0123456789"),
        (BODY, "tail", None, True, b"0123456789"),
        (BODY, "end", None, True, b"0123456789"),
        (EVENTS, "body", None, True, b""),
        (EVENTS, "body", 9, True, chunk(b'data: {"n')),
        (EVENTS, "event", 1, True, E1),
        (EVENTS, "event", 2, True, E1 + E2),
        (EVENTS, "event", 9, True, E1 + E2 + E3),
        (EVENTS, "tail", None, True, E1 + E2 + E3),
        (EVENTS, "end", None, True, E1 + E2 + E3 + b"0\r\n\r\n"),
    ],
)
def test_an_answer_ends_at_each_stage_in_each_way(service, how, ending, answer, at, after, has_head, body):
    service.reply_with(answer.but(testing.Fault(how, at, after=after)))
    with Wire(service).ask() as wire:
        got, end = wire.rest(patience=0.2 if ending == "open" else 10)
    _head, mark, rest = got.partition(b"\r\n\r\n")
    assert end == ending
    assert bool(mark) is has_head
    assert rest == body if has_head else not got
    assert len(service.requests) == 1
    if how == "stall":
        service.wait_until_disconnected(service.requests[0])
    else:
        service.wait_until_idle()
        assert service.requests[0].hung_up is None


@pytest.mark.parametrize("how", ["cut", "reset"])
@pytest.mark.parametrize("after", [None, 1, 9, 17, 30])
def test_a_head_can_end_in_its_middle(service, how, after):
    service.reply_with(BODY, BODY.but(testing.Fault(how, "head", after=after)))
    with Wire(service).ask() as wire:
        whole = wire.until(b"\r\n\r\n")
        wire.until(b"9")
        got, end = wire.ask().rest()
    assert got == whole[: len(whole) // 2 if after is None else after]
    assert end == ("closed" if how == "cut" else "reset")
    assert [request.connection for request in service.requests] == [1, 1]


def test_a_stall_goes_on_when_it_is_released(service):
    service.reply_with([testing.Fault("stall", "head"), testing.Fault("stall", "body", after=5)])
    with Wire(service).ask() as wire:
        service.wait_until_stalled()
        assert service.stalled == 1
        service.release()
        service.wait_until_stalled()
        service.release()
        got = wire.until(b'"metadata": {}}')
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    service.wait_until(lambda: service.requests[0].answered is not None)


def test_a_delay_is_as_long_as_it_says(service, http):
    service.reply_with(
        testing.Fault("delay", seconds=0.2), [testing.Fault("delay", "body", after=9, seconds=0.2)]
    )
    for _ in range(2):
        begun = time.monotonic()
        assert ask(http).json()["object"] == "response"
        assert time.monotonic() - begun >= 0.2


def test_an_answer_can_drip(service):
    service.reply_with(EVENTS.but(testing.Fault("drip", "event", after=1, size=3, seconds=0)))
    with Wire(service).ask() as wire:
        assert wire.until(b"0\r\n\r\n").endswith(E1 + E2 + E3 + b"0\r\n\r\n")
        assert wire.ask().until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK"), "the connection is kept"


def test_something_else_can_stand_in_an_answer(service):
    mid_stream = testing.Fault("write", "event", after=1, data={"error": {"code": "api_error"}})
    before_head = testing.Fault("write", data=b"\x00\x01")
    service.reply_with(EVENTS.but(mid_stream), BODY.but(before_head))
    with Wire(service).ask() as wire:
        got = wire.until(b"0\r\n\r\n")
        assert got.endswith(
            E1 + chunk(b'data: {"error": {"code": "api_error"}}\n\n') + E2 + E3 + b"0\r\n\r\n"
        )
        assert wire.ask().until(b"9").startswith(b"\x00\x01HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("answer", "tail"),
    [
        (testing.Answer(raw=b"SSH-2.0-server\r\n"), b"SSH-2.0-server\r\n"),
        (testing.Answer(body=b"abc", headers={"Content-Length": "9"}), b"content-length: 9\r\n\r\nabc"),
        (testing.Answer(body=b"abc", headers={"content-length": "2"}), b"content-length: 2\r\n\r\nabc"),
        (testing.Answer(body=b"abc", headers={"content-length": None}), b"HTTP/1.1 200 OK\r\n\r\nabc"),
        (testing.Answer(body=b"abc", headers={"connection": "close"}), b"connection: close\r\n\r\nabc"),
        (
            testing.Answer(events=[b"data: 1"], headers={"transfer-encoding": None, "content-type": None}),
            b"HTTP/1.1 200 OK\r\n\r\ndata: 1",
        ),
    ],
)
def test_an_answer_whose_length_is_not_told_rightly_ends_with_the_connection(service, answer, tail):
    service.reply_with(answer)
    with Wire(service).ask() as wire:
        got, end = wire.rest()
    assert got.endswith(tail)
    assert end == "closed"


def test_a_body_can_be_chunked(service):
    service.reply_with(testing.Answer(json=[1], headers={"transfer-encoding": "chunked"}))
    with Wire(service).ask() as wire:
        assert wire.until(b"0\r\n\r\n").endswith(b"\r\n\r\n" + chunk(b"[1]") + b"0\r\n\r\n")


def test_a_fault_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no fault 'explode' at 'start', but: delay, stall, cut"):
        testing.Fault("explode")
    with pytest.raises(ValueError, match="at least one"):
        testing.Fault("drip", size=0)


# ---- The record


def test_requests_are_recorded(service, http):
    before = time.monotonic()
    ask(http, metadata={"é": 1})
    http.get("/openai/models", params={"a": ["1", "2"]})
    service.wait_until_idle()
    first, second = service.requests
    assert (first.number, first.method, first.path, first.connection) == (1, "POST", "/openai/responses", 1)
    assert first.json == {**ASK, "metadata": {"é": 1}}
    assert json.loads(first.body) == first.json
    assert first.headers["Content-Type"] == "application/json"
    assert second.query.get_list("a") == ["1", "2"]
    assert second.json is None
    assert before <= first.arrived <= first.answered <= second.arrived <= time.monotonic()
    assert (first.status, first.hung_up) == (200, None)
    assert repr(second) == "<Request 2: GET /openai/models>"


def test_waiting_ends_when_it_has_come_true_or_in_time(service):
    waiting = ThreadPoolExecutor().submit(service.wait_for_requests, 2)
    with client_of(service) as http:
        ask(http)
        ask(http)
    assert [request.number for request in waiting.result(timeout=10)] == [1, 2]
    with pytest.raises(TimeoutError, match=r"the service has seen \[<Request 1: POST"):
        service.wait_for_requests(3, timeout=0.01)


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("at", ["start", "head", "body", "event", "tail"])
def test_a_client_that_leaves_is_noticed(service, at, how):
    service.reply_with(testing.Fault("stall", at, after=3))
    with Wire(service).ask(stream=True) as wire:
        service.wait_until_stalled()
        (request,) = service.requests
        assert request.hung_up is None
        if how == "reset":
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert service.wait_until_disconnected(request) >= request.arrived
    assert service.in_flight == 0
    service.wait_until(lambda: service.stalled == service.open_connections == 0)


def test_a_client_that_leaves_while_it_is_sent_to_is_noticed(service):
    service.reply_with(testing.Answer(events=({"n": n} for n in range(10**9))))
    with Wire(service).ask(stream=True) as wire:
        wire.until(b'"n": 99')
    service.wait_until_disconnected(service.requests[0])


def test_a_request_that_breaks_off_is_recorded_as_such(service):
    with Wire(service) as wire:
        wire.socket.sendall(Wire.request()[:-5])
    (request,) = service.wait_for_requests(1)
    assert not request.is_whole
    assert request.json is None
    assert service.most_in_flight == 0


def test_leaving_after_the_whole_answer_is_not_leaving_early(service):
    service.reply_with(always=EVENTS)
    for _ in range(50):
        with Wire(service).ask(stream=True) as wire:
            wire.until(b"0\r\n\r\n")
    service.wait_until(lambda: service.open_connections == 0)
    assert [request for request in service.requests if request.hung_up] == []


# ---- HTTP


def test_requests_can_be_pipelined_and_cut_anywhere(service):
    requests = b"".join(Wire.request(input=str(n)) for n in range(20))
    service.reply_with(always=lambda request: testing.Answer(json=request.json["input"]))
    with Wire(service) as wire:
        for start in range(0, len(requests), 7):
            wire.socket.sendall(requests[start : start + 7])
        got = b"".join(wire.until(b'\r\n\r\n"%d"' % n) for n in range(20))
    assert got.count(b"HTTP/1.1 200 OK") == 20
    assert service.most_in_flight == service.connections_opened == 1


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it(service):
    head, _, body = Wire.request().partition(b"\r\n\r\n")
    with Wire(service) as wire:
        wire.socket.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert wire.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.socket.sendall(body)
        assert wire.until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1\r\nConnection: close"])
def test_a_client_that_wants_no_further_answer_is_left(service, version):
    with Wire(service) as wire:
        wire.socket.sendall(b"GET /openai/models %s\r\nHost: x\r\n\r\n" % version)
        got, end = wire.rest()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert end == "closed"


def test_events_are_sent_as_they_come(service, http):
    service.answers(text="one two")
    service.reply_with(testing.Fault("stall", "event", after=5))
    with http.stream("POST", "/openai/responses", json={**ASK, "stream": True}) as reply:
        lines = (line for line in reply.iter_lines() if line)
        assert json.loads([next(lines) for _ in range(5)][-1][6:])["delta"] == "one"
        service.wait_until_stalled()
        service.release()
        assert json.loads(next(lines)[6:])["delta"] == " two"
        assert json.loads(list(lines)[-1][6:])["type"] == "response.completed"
        assert service.requests[0].hung_up is None


def test_large_answers_and_requests_come_through(service, http):
    text = "x" * 8_000_000
    service.answers(text=lambda request: request.json["input"])
    reply = ask(http, input=text)
    assert text_of(reply.json()) == text


def test_many_connections_are_served_at_once(service):
    service.reply_with(always=testing.Fault("stall"))
    service.answers(text=lambda request: request.json["input"])

    async def call(http, n):
        reply = await http.post("/openai/responses", json={**ASK, "input": f"number {n}"})
        return text_of(reply.json())

    async def everyone():
        limits = httpx.Limits(max_connections=None)
        async with async_client_of(service, limits=limits, timeout=30) as http:
            calls = [asyncio.create_task(call(http, n)) for n in range(100)]
            await asyncio.to_thread(service.wait_until_stalled, 100)
            service.release()
            return await asyncio.gather(*calls)

    assert asyncio.run(everyone()) == [f"number {n}" for n in range(100)]
    assert service.most_in_flight == service.connections_opened == 100
    service.wait_until_idle()


def test_many_threads_are_served_at_once(service, http):
    service.answers(text=lambda request: request.json["input"])

    def call(n):
        stream = bool(n % 2)
        reply = ask(http, input=f"number {n}", stream=stream)
        last = events_of(reply)[-1]["response"] if stream else reply.json()
        return text_of(last)

    with ThreadPoolExecutor(64) as threads:
        assert list(threads.map(call, range(640))) == [f"number {n}" for n in range(640)]
    assert len(service.requests) == 640


def test_it_stops_at_once_and_leaves_nothing_open():
    program = """
import httpx, threading
from acedata_responses import testing

def ask():
    try:
        httpx.post(f"{service.url}/openai/responses", json={}, timeout=30)
    except httpx.TransportError:
        pass

with testing.serve() as service:
    service.reply_with(always=testing.Fault("stall", "body"))
    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    service.wait_until_stalled(20)
for thread in threads:
    thread.join(5)
assert not any(thread.is_alive() for thread in threading.enumerate() if thread is not threading.main_thread())
assert all(request.hung_up is None and request.answered is None for request in service.requests)
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, timeout=60, check=False
    )
    assert (run.returncode, run.stderr.decode()) == (0, "")


def test_a_port_that_is_taken_is_an_error(service):
    with pytest.raises(OSError, match="in use"), testing.serve(port=int(service.url.rpartition(":")[2])):
        pass


def test_it_can_speak_tls():
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with testing.serve(tls=context) as service, httpx.Client(verify=trusting, headers=HEADERS) as http:
        assert service.url.startswith("https://")
        service.reply_with(testing.Answer(json=1), testing.Fault("reset", "body", after=9))
        assert http.post(f"{service.url}/openai/responses", json=ASK).json() == 1
        with pytest.raises(httpx.TransportError):  # which one, OpenSSL's versions do not agree on
            http.post(f"{service.url}/openai/responses", json=ASK)


def test_addresses_at_which_no_connection_comes_about():
    with testing.unreachable() as url, pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with testing.unreachable("stalled") as url, pytest.raises(httpx.ConnectTimeout):
        httpx.get(url, timeout=httpx.Timeout(5, connect=0.2))


# ---- In process


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("scripted", "error"),
    [
        (testing.Fault("cut"), httpx.RemoteProtocolError),
        (testing.Fault("cut", "head"), httpx.RemoteProtocolError),
        (testing.Fault("cut", "body"), httpx.RemoteProtocolError),
        (EVENTS.but(testing.Fault("cut", "event", after=1)), httpx.RemoteProtocolError),
        (testing.Fault("reset"), httpx.ReadError),
        (testing.Fault("reset", "head"), httpx.ReadError),
        (testing.Fault("reset", "body", after=20), httpx.ReadError),
        (testing.Fault("stall"), httpx.ReadTimeout),
        (testing.Fault("stall", "head"), httpx.ReadTimeout),
        (testing.Fault("stall", "body", after=20), httpx.ReadTimeout),
        (testing.Fault("delay", seconds=60), httpx.ReadTimeout),
        (testing.Answer(raw=b"SSH-2.0-server\r\n"), httpx.RemoteProtocolError),
        (testing.Answer(body=b"abc", headers={"content-length": "9"}), httpx.RemoteProtocolError),
    ],
)
def test_a_fault_is_the_same_in_process_and_on_a_socket(service, scripted, error, stream):
    timeout = httpx.Timeout(10, read=0.1 if error is httpx.ReadTimeout else 10)

    def sync(service):
        with client_of(service, timeout=timeout) as http:
            ask(http, stream=stream)

    async def async_(service):
        async with async_client_of(service, timeout=timeout) as http:
            await ask(http, stream=stream)

    messages = []
    for carrier in (service, testing.transport()):
        carrier.reply_with(scripted, scripted)
        with pytest.raises(error) as sync_failure:
            sync(carrier)
        with pytest.raises(error) as async_failure:
            asyncio.run(async_(carrier))
        messages.append((str(sync_failure.value), str(async_failure.value)))
        carrier.wait_until_idle()
        assert [bool(request.hung_up) for request in carrier.requests] == [error is httpx.ReadTimeout] * 2
    if error is httpx.RemoteProtocolError:
        assert messages[0] == messages[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_in_process_the_same_answers_are_given(service, http, shape):
    transport = testing.transport(shape=shape, text=TEXT)
    service.answers(shape=shape, text=TEXT)

    async def call(**fields):
        async with async_client_of(transport) as client:
            return await ask(client, **fields)

    with client_of(transport) as client:
        for fields in ({}, {"stream": True}, {"n": 0}):
            transport.clear()
            here, there = ask(client, **fields), ask(http, **fields)
            later = asyncio.run(call(**fields))
            assert here.status_code == there.status_code == later.status_code
            assert here.headers == there.headers == later.headers
            assert len(transport.requests) == 2
            assert transport.requests[0].json == service.requests[-1].json
    assert transport.connections_opened == transport.in_flight == 0


def test_in_process_events_come_one_by_one_and_leaving_early_is_noticed():
    transport = testing.transport()
    with client_of(transport) as http:
        with http.stream("POST", "/openai/responses", json={**ASK, "stream": True}) as reply:
            pieces = reply.iter_raw()
            assert [json.loads(next(pieces)[6:])["sequence_number"] for _ in range(3)] == [0, 1, 2]
            assert transport.in_flight == 1
        (request,) = transport.requests
        transport.wait_until_disconnected(request)
        assert transport.in_flight == 0


def test_in_process_a_stall_lasts_until_it_is_released_or_the_task_is_cancelled():
    transport = testing.transport()
    transport.reply_with(testing.Fault("stall"), testing.Fault("stall", "body"))

    async def call():
        async with async_client_of(transport, timeout=None) as http:
            waiting = asyncio.create_task(ask(http))
            await asyncio.to_thread(transport.wait_until_stalled)
            transport.release()
            assert (await waiting).status_code == 200
            waiting = asyncio.create_task(ask(http))
            await asyncio.to_thread(transport.wait_until_stalled)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(call())
    assert [bool(request.hung_up) for request in transport.requests] == [False, True]
    transport.reply_with(testing.Fault("stall"))
    with client_of(transport, timeout=None) as http:
        threading.Timer(0.05, lambda: (transport.wait_until_stalled(), transport.release())).start()
        assert ask(http).status_code == 200


# ---- Clients by others


@pytest.mark.parametrize("path", ["/v1", "/openai"])
def test_the_openai_package_calls_and_streams(service, path):
    openai = pytest.importorskip("openai")
    service.answers(text=TEXT)
    with openai.OpenAI(api_key=testing.TOKEN, base_url=service.url + path, max_retries=0) as client:
        reply = client.responses.create(model="gpt-4o-mini", input="Say hello")
        assert (reply.output_text, reply.model, reply.status) == (TEXT, "gpt-4o-mini", "completed")
        with client.responses.create(model="gpt-4o-mini", input="Say hello", stream=True) as stream:
            events = list(stream)
        assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == TEXT
        assert events[-1].response.output_text == TEXT
        with client.responses.stream(model="gpt-4o-mini", input="Say hello") as stream:
            assert stream.get_final_response().output_text == TEXT
        with pytest.raises(openai.BadRequestError, match="/temperature"):
            client.responses.create(model="gpt-4o-mini", input="Say hello", temperature=3)
        service.reply_with(testing.error("used_up"))
        with pytest.raises(openai.PermissionDeniedError) as refused:
            client.responses.create(model="gpt-4o-mini", input="Say hello")
        assert refused.value.code == "used_up"


def test_the_openai_package_calls_and_streams_asynchronously(service):
    openai = pytest.importorskip("openai")
    service.answers(text=TEXT)

    async def call():
        url = f"{service.url}/openai"
        async with openai.AsyncOpenAI(api_key=testing.TOKEN, base_url=url, max_retries=0) as client:
            reply = await client.responses.create(
                model="gpt-4o-mini", input=[{"role": "user", "content": "Hello"}]
            )
            stream = await client.responses.create(model="gpt-4o-mini", input="Hello", stream=True)
            events = [event async for event in stream]
            models = [model.id async for model in client.models.list()]
            return reply.output_text, events[-1].response.output_text, models

    plain, streamed, models = asyncio.run(call())
    assert plain == streamed == TEXT
    assert models[: len(MODELS)] == MODELS


def test_the_acedatacloud_package_calls_and_streams(service):
    acedatacloud = pytest.importorskip("acedatacloud")
    service.answers(text=TEXT)
    client = acedatacloud.AceDataCloud(api_token=testing.TOKEN, base_url=service.url, max_retries=0)
    try:
        reply = client.openai.responses.create(model="gpt-4o-mini", input="Say hello")
        assert text_of(reply) == TEXT
        events = list(client.openai.responses.create(model="gpt-4o-mini", input="Say hello", stream=True))
        assert text_of(events[-1]["response"]) == TEXT
        service.answers(shape="chat.completion")
        chunks = list(client.openai.responses.create(model="gpt-4o-mini", input="Say hello", stream=True))
        assert streamed_text(chunks) == TEXT
    finally:
        client.close()


# ---- Around it


def test_the_pytest_fixture_serves(acedata_service):
    with client_of(acedata_service) as http:
        assert ask(http).status_code == 200
    assert len(acedata_service.requests) == 1


def test_loading_the_pytest_plugin_loads_neither_httpx_nor_the_service():
    program = """
import sys
import pytest, acedata_responses.testing.pytest_plugin
loaded = {name for name in sys.modules if name in ("httpx", "h11", "attrs") or name.startswith("acedata_responses.")}
assert loaded == {"acedata_responses.testing", "acedata_responses.testing.pytest_plugin"}, loaded
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stderr.decode()) == (0, "")


def test_the_public_names_are_there_and_no_others():
    assert sorted(testing.__all__) == dir(testing) == sorted(dir(testing))
    for name in testing.__all__:
        assert getattr(testing, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'server'"):
        testing.server  # noqa: B018


def test_it_runs_by_hand():
    command = [sys.executable, "-u", "-m", "acedata_responses.testing", "--port", "0", "--text", "By hand."]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            said = ""
            while "Client(" not in said:
                said += process.stdout.readline()
            url = said.split("is at ")[1].split()[0]
            curls = [line for line in said.splitlines() if line.startswith("curl")]
            assert f"-H 'Authorization: Bearer {testing.TOKEN}'" in curls[0]
            assert "export ACEDATACLOUD_API_TOKEN=" in said
            body = json.loads(curls[0].split(" -d '")[1].rstrip("'"))
            assert "By hand." in httpx.post(f"{url}/openai/responses", headers=HEADERS, json=body).text
            assert process.stdout.readline() == "\n"
            assert "POST /openai/responses: 200, answered after" in process.stdout.readline()
        finally:
            process.terminate()
