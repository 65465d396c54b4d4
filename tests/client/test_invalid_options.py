"""Options that are refused: when the client is made, or before a call opens a connection."""

from __future__ import annotations

import math
import sys

import httpx
import pytest

from acedata_responses import errors

HEADERS = [
    {"x-a": "1\r\nx-b: 2"}, {"x-a": "1\rx-b: 2"}, {"x-a": "1\nx-b: 2"}, {"x-a": "1\x00"}, {"x-a": "1\r\n 2"},
    {"x-a": "\u20ac"}, {"x-a": 1}, {"x-a": b"1"}, {"x-a": None}, {"x-a\r\nx-b": "1"}, {"x-a: 1": "1"}, {"x a": "1"},
    {"x-\u00e4": "1"}, {"x-\u212a": "1"}, {"": "1"}, {"Content-Length": "5"}, {"transfer-encoding": "chunked"},
]  # fmt: skip


@pytest.mark.parametrize("headers", HEADERS, ids=repr)
def test_a_header_that_http_does_not_allow_is_not_sent(headers, driver, service):
    with pytest.raises(errors.RequestValidationError, match="header"):
        driver.create(extra_headers=headers)
    assert service.connections_opened == 0


def test_headers_that_http_allows_are_received_unchanged(driver, service):
    driver.create(extra_headers={"X-Latin": "caf\u00e9", "x-tab": "a\tb", "x-empty": "", "User-Agent": "mine/1"})
    headers = service.requests[0].headers
    assert dict(headers.raw)[b"x-latin"] == "caf\u00e9".encode("latin-1")
    assert (headers["x-tab"], headers["x-empty"], headers.get_list("user-agent")) == ("a\tb", "", ["mine/1"])


BASE_URLS = [
    "api.acedata.cloud", "//api.acedata.cloud", "ftp://api.acedata.cloud", "file:///etc/passwd", "javascript:1",
    "https://", "https:///path", "https://?x=1", "https://:443", "https://a:0", "https://a:65536", "https://a:b",
    "https://a:-1", "https://a b", "https://a/b c", "https://a\r\nb", "https://a/\r\nx: y", "https://a\x00", "https://[::1",
    "https://[nonsense]", "https://a?token=1", "https://a/#b", "https://user@a", "https://user:word@a", "https://@a",
    "https://api.acedata.cloud\\.evil.example", "https://a%2eb", "https://a/\u00e4", "https://\u2100.example", 5, b"https://a",
]  # fmt: skip


LENGTHS = [sys.maxsize, 1e10, 2_147_484, float("inf"), 0, -1, True]
OPTIONS = [
    *(({"headers": headers}, "header") for headers in HEADERS),
    *(({"base_url": url}, "base URL") for url in BASE_URLS),
    *(({name: value}, f"{name} must be .*None for no limit") for name in ("timeout", "deadline") for value in LENGTHS),
]


@pytest.mark.parametrize(("options", "message"), OPTIONS, ids=repr)
def test_a_client_is_not_made_with_an_invalid_option(options, message, connect):
    with pytest.raises(errors.ConfigurationError, match=message):
        connect(**options)


@pytest.mark.parametrize("seconds", [2_147_483, None])
def test_the_longest_time_that_a_socket_can_wait_is_accepted(seconds, service, connect):
    assert connect(service, timeout=seconds, deadline=seconds).create().output_text


TOKENS = ["", " ", "a b", "a\n", "\na", "a\r\nx-b: 2", "a\x00", "t\u00f6k", "\u200ba", "Bearer a", 5, b"a"]


@pytest.mark.parametrize("token", TOKENS, ids=repr)
def test_a_client_is_not_made_with_an_invalid_token_and_the_error_does_not_show_it(token, connect):
    with pytest.raises(errors.ConfigurationError, match="token") as caught:
        connect(token=token)
    assert repr(token)[1:-1] not in str(caught.value) or str(token).strip() in ("", "a", "5")


def test_a_custom_client_that_was_closed_sends_nothing(connect, make_custom, service):
    custom = make_custom(httpx, "http_client")
    driver = connect(service, http_client=custom)
    driver._loop.run(custom.aclose()) if driver._loop else custom.close()
    with pytest.raises(errors.ConfigurationError, match="closed"):
        driver.create()
    assert service.connections_opened == 0


@pytest.mark.parametrize(
    "options", [{"timeout": -1}, {"timeout": "5"}, {"timeout": math.nan}, {"deadline": 0}, {"deadline": True}]
)
def test_a_call_with_an_invalid_timeout_is_not_sent(options, driver, service):
    with pytest.raises(errors.ConfigurationError, match="must be"):
        driver.create(**options)
    assert service.connections_opened == 0


@pytest.mark.parametrize(
    ("options", "pointer"), [
        ({"extra_body": [1]}, "/extra_body"), ({"extra_query": "a=1"}, "/extra_query"),
        ({"extra_headers": [("a", "b")]}, "/extra_headers"), ({"extra_query": {"q": "\ud800"}}, "/q"),
    ],
)  # fmt: skip
def test_extra_data_that_cannot_be_sent_is_refused_by_name(options, pointer, driver, service):
    with pytest.raises(errors.RequestValidationError) as refused:
        driver.create(**options)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert service.connections_opened == 0
