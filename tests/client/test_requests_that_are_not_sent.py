"""What is refused before anything is sent: the service sees not even a connection."""

from __future__ import annotations

import httpx
import pytest

from acedata_responses import AsyncClient, Client, errors, testing

NAN = float("nan")


HEADERS = {
    "a line end": {"x-a": "1\r\nx-b: 2"},
    "a bare CR": {"x-a": "1\rx-b: 2"},
    "a bare LF": {"x-a": "1\nx-b: 2"},
    "NUL": {"x-a": "1\x00"},
    "an obsolete fold": {"x-a": "1\r\n 2"},
    "no Latin-1": {"x-a": "\u20ac"},
    "a line end in the name": {"x-a\r\nx-b": "1"},
    "a colon in the name": {"x-a: 1": "1"},
    "a blank in the name": {"x a": "1"},
    "a name that is not ASCII": {"x-\u00e4": "1"},
    "a name that only looks like ASCII": {"x-\u212a": "1"},
    "no name": {"": "1"},
    "a number": {"x-a": 1},
    "bytes": {"x-a": b"1"},
    "no text": {"x-a": None},
    "a length of the body": {"Content-Length": "5"},
    "another way to tell where the body ends": {"transfer-encoding": "chunked"},
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_http_does_not_allow_is_not_sent(name, driver, service):
    with pytest.raises(errors.RequestValidationError, match="header"):
        driver.create(extra_headers=HEADERS[name])
    assert service.connections_opened == 0


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_a_client_is_not_made_with_such_a_header(name, client):
    with pytest.raises(errors.ConfigurationError, match="header"):
        client(testing.TOKEN, headers=HEADERS[name])


def test_headers_that_http_allows_arrive_as_they_are(driver, service):
    driver.create(extra_headers={"X-Latin": "caf\u00e9", "x-tab": "a\tb", "x-empty": "", "User-Agent": "mine/1"})
    headers = service.requests[0].headers
    assert headers.encoding
    raw = dict(headers.raw)
    assert raw[b"x-latin"] == "caf\u00e9".encode("latin-1")
    assert (headers["x-tab"], headers["x-empty"], headers["user-agent"]) == ("a\tb", "", "mine/1")
    assert len(headers.get_list("user-agent")) == 1


BASE_URLS = [
    "api.acedata.cloud", "//api.acedata.cloud", "ftp://api.acedata.cloud", "file:///etc/passwd", "javascript:1",
    "https://", "https:///path", "https://?x=1", "https://:443", "https://a:0", "https://a:65536", "https://a:b",
    "https://a:-1", "https://a b", "https://a/b c", "https://a\r\nb", "https://a/\r\nx: y", "https://a\x00", "https://[::1",
    "https://[nonsense]", "https://a?token=1", "https://a/#b", "https://user@a", "https://user:word@a", "https://@a",
    "https://api.acedata.cloud\\.evil.example", "https://a%2eb", "https://a/\u00e4", "https://\u2100.example", 5, b"https://a",
]  # fmt: skip


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("base_url", BASE_URLS, ids=repr)
def test_a_base_url_that_is_none_is_refused_when_the_client_is_made(base_url, client):
    with pytest.raises(errors.ConfigurationError, match="base URL"):
        client(testing.TOKEN, base_url=base_url)


TOKENS = ["", " ", "a b", "a\n", "\na", "a\r\nx-b: 2", "a\x00", "t\u00f6k", "\u200ba", "Bearer a", 5, b"a"]


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("token", TOKENS, ids=repr)
def test_a_token_that_is_none_is_refused_when_the_client_is_made(token, client):
    with pytest.raises(errors.ConfigurationError, match="token") as caught:
        client(token)
    assert repr(token)[1:-1] not in str(caught.value) or str(token).strip() in ("", "a", "5")


def test_a_plugged_in_client_that_was_closed_sends_nothing(connect, made_by, service):
    plugged = made_by(httpx, "http_client")
    driver = connect(service, http_client=plugged)
    driver._loop.run(plugged.aclose()) if driver._loop else plugged.close()
    with pytest.raises(errors.ConfigurationError, match="closed"):
        driver.create()
    assert service.connections_opened == 0


@pytest.mark.parametrize(
    "options", [{"timeout": -1}, {"timeout": "5"}, {"timeout": NAN}, {"deadline": 0}, {"deadline": True}]
)
def test_a_time_out_that_is_none_sends_nothing(options, driver, service):
    with pytest.raises(errors.ConfigurationError, match="must be"):
        driver.create(**options)
    assert service.connections_opened == 0


NO_MAPPINGS = [
    {"extra_body": [1]},
    {"extra_query": "a=1"},
    {"extra_headers": [("a", "b")]},
    {"extra_query": {"q": "\ud800"}},
]


@pytest.mark.parametrize("options", NO_MAPPINGS, ids=repr)
def test_what_cannot_be_added_to_a_request_is_refused_with_its_name(options, driver, service):
    with pytest.raises(errors.RequestValidationError) as refused:
        driver.create(**options)
    (problem,) = refused.value.problems
    assert problem.pointer in ("/q", *(f"/{name}" for name in options))
    assert service.connections_opened == 0
