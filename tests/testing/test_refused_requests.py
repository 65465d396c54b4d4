"""Requests that the test server refuses: without the token, not HTTP or JSON, or against the document."""

from __future__ import annotations

import pytest

from acedata_responses import testing
from tests.testing.clients import CODES, REQUEST, RawConnection, client_of, error_of, post


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "no_token"),
        ("Bearer", "no_token"),
        ("Basic test-token", "no_token"),
        ("Bearer other", "invalid_token"),
        ("Bearer test-tokens", "invalid_token"),
    ],
)
def test_a_request_without_the_token_is_refused(service, header, code):
    with client_of(service, headers={"authorization": header}) as http:
        assert error_of(post(http)) == (CODES[code], code)


def test_a_request_without_an_authorization_header_is_refused(service):
    with client_of(service, headers={}) as http:
        assert error_of(post(http)) == (CODES["no_token"], "no_token")


def test_the_token_can_be_changed_and_bearer_may_be_in_lower_case(service):
    service.token = "mine"
    with client_of(service, headers={"authorization": "bearer mine"}) as http:
        assert post(http).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/openai/responses"), ("POST", "/openai/responses/"), ("PUT", "/x")]
)
def test_an_unknown_operation_is_not_found(http, method, path):
    assert error_of(http.request(method, path, json=REQUEST)) == (CODES["no_api"], "no_api")


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
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(http, content, media_type):
    response = http.post("/openai/responses", content=content, headers={"content-type": media_type})
    assert error_of(response) == (CODES["bad_request"], "bad_request")
    assert post(http).status_code == 200


def test_all_invalid_fields_are_reported(http):
    response = post(http, model="", input=[], n=0, temperature=2.1)
    assert error_of(response) == (CODES["bad_request"], "bad_request")
    message = response.json()["error"]["message"]
    assert all(f"{pointer}: " in message for pointer in ("/model", "/input", "/n", "/temperature"))


def test_undocumented_fields_parameters_and_headers_are_accepted(http):
    body = {**REQUEST, "new_field": 1}
    assert http.post("/openai/responses", json=body, params={"trace": "1"}, headers={"x-mine": "1"}).is_success


def test_a_body_that_is_too_large_is_refused_and_cut_off():
    with testing.serve(max_body=1000) as service, client_of(service) as http:
        assert error_of(post(http, input="x" * 5_000_000)) == (CODES["request_too_large"], "request_too_large")
        assert len(service.requests[0].body) < 1_000_000
        assert post(http).status_code == 200
        assert service.connections_opened == 1


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/9\r\n\r\n"])
def test_data_that_is_not_http_is_refused_and_the_connection_closed(service, data):
    with RawConnection(service) as connection:
        connection.socket.sendall(data)
        got, end = connection.read_to_end()
    assert got.startswith(b"HTTP/1.1 400 ")
    assert end == "closed"
    assert service.requests == []
