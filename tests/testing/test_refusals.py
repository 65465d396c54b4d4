"""What the embedded service refuses: requests without the token, that are none, or that depart from the document."""

from __future__ import annotations

import httpx
import pytest

from acedata_responses import testing
from tests.testing.answers import CODES, refusal
from tests.testing.plain_clients import ASK, NO_TLS, Wire, ask, client_of


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
    reply = httpx.post(f"{service.url}/openai/responses", headers=headers, json=ASK, verify=NO_TLS)
    assert reply.status_code == 200


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
    assert all(f"{pointer}: " in message for pointer in ("/model", "/input", "/n", "/temperature"))


def test_what_the_document_does_not_know_passes(http):
    reply = http.post("/openai/responses", json={**ASK, "new_field": 1}, params={"trace": "1"}, headers={"x-mine": "1"})
    assert reply.status_code == 200


def test_a_body_that_is_too_large_is_refused_and_not_kept():
    with testing.serve(max_body=1000) as service, client_of(service) as http:
        reply = ask(http, input="x" * 5_000_000)
        assert refusal(reply) == (CODES["request_too_large"], "request_too_large")
        assert len(service.requests[0].body) < 1_000_000
        assert ask(http).status_code == 200
        assert service.connections_opened == 1


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n"])
def test_what_is_no_http_is_refused_and_the_connection_ended(service, garbage):
    with Wire(service) as wire:
        wire.socket.sendall(garbage)
        got, end = wire.rest()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert end == "closed"
    assert service.requests == []
