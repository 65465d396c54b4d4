"""The settings of a client: its token, base URL, headers and timeouts, and httpx clients and transports."""

from __future__ import annotations

import ssl
import sys

import httpx
import pytest

from acedata_responses import AuthenticationError, ConfigurationError, testing
from tests.contract.document import DOCUMENT
from tests.contract.plain_server import PlainServer
from tests.drivers import Driver
from tests.replies.recorded import sample

VARIABLES = DOCUMENT["components"]["securitySchemes"]["bearer"]["x-environment"]


@pytest.fixture(autouse=True)
def _no_token_in_the_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    with PlainServer() as server:
        yield server


def test_the_token_is_an_argument_or_the_first_documented_variable_that_is_set(flavour, service, monkeypatch):
    with pytest.raises(ConfigurationError) as missing:
        Driver(flavour)
    assert all(name in str(missing.value) for name in VARIABLES)

    def token_sent(**options):
        with Driver(flavour, base_url=service.url, **options) as driver, pytest.raises(AuthenticationError):
            driver.create()
        return service.requests[-1].headers["authorization"].removeprefix("Bearer ")

    for name in reversed(VARIABLES):
        monkeypatch.setenv(name, f"token-of-{name}")
        assert token_sent() == f"token-of-{name}"
    assert token_sent(token="argument") == "argument"
    monkeypatch.setenv(VARIABLES[0], "")
    assert token_sent() == f"token-of-{VARIABLES[1]}"


def test_the_default_base_url_is_that_of_the_document(wire):
    request = wire.sent_by(model="gpt-4o", input="Hello")
    assert str(request.url) == f"{DOCUMENT['servers'][0]['url']}/openai/responses"


@pytest.mark.parametrize("path", ["", "/", "/a/b", "/a/b/", "/%C3%BC"])
def test_a_base_url_may_have_a_path(connect, server, path):
    server.respond_with(sample("response.json"))
    connect(base_url=server.url + path).create()
    assert server.received[0].line == f"POST {path.rstrip('/')}/openai/responses HTTP/1.1"


# Copies with other settings


def test_a_copy_with_other_settings_shares_the_connections_and_leaves_the_original_as_it_is(driver, service):
    copies = [
        driver.client.with_options(timeout=5),
        driver.client.with_options(headers={"x-team": "a"}),
        driver.client.with_options(token="another").with_options(max_retries=0, token=testing.TOKEN),
    ]
    for client in (driver.client, *copies):
        assert client.responses.create(model="gpt-4o", input="Hello").output_text
    assert service.connections_opened == 1
    assert [request.headers.get("x-team") for request in service.requests] == [None, None, "a", None]
    with pytest.raises(AuthenticationError):
        driver.client.with_options(token="another").models.list()
    copies[0].close()
    assert driver.list_models().data


def test_copies_are_closed_with_the_original(flavour, service):
    driver = Driver(flavour, token=testing.TOKEN, base_url=service.url)
    copy = driver.client.with_options(max_retries=0)
    copy.models.list()
    driver.client.close()
    for client in (copy, driver.client):
        with pytest.raises(ConfigurationError, match="closed"):
            client.models.list()
    driver.close()
    service.wait_until(lambda: service.open_connections == 0)


def test_headers_of_a_call_override_those_of_the_client_and_both_the_default_ones(connect, server):
    driver = connect(base_url=server.url, headers={"User-Agent": "mine", "X-A": "1", "accept-encoding": "gzip"})
    for extra in ({}, {"x-a": "2"}):
        server.respond_with(sample("response.json"))
        driver.create(extra_headers=extra)
    first, second = (dict(request.headers) for request in server.received)
    assert (first["user-agent"], first["x-a"], first["accept-encoding"]) == ("mine", "1", "gzip")
    assert second == {**first, "x-a": "2"}


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 1e10}, {"timeout": sys.maxsize}, {"deadline": 1e10}, {"timeout": httpx.Timeout(5, read=1e10)},
        {"timeout": 0}, {"timeout": -1}, {"timeout": float("nan")}, {"timeout": "5"}, {"timeout": True},
        {"timeout": {"read": 1}},
        {"deadline": 0}, {"deadline": "soon"}, {"max_retries": -1}, {"max_retries": 1.5}, {"max_retries": True},
        {"headers": {"a b": "c"}}, {"headers": {"a": "b\r\nc: d"}},
        {"transport": httpx.MockTransport(lambda request: httpx.Response(200)), "http_client": object()},
    ],
    ids=lambda options: ", ".join(f"{name}={value!r}"[:30] for name, value in options.items()),
)  # fmt: skip
def test_an_invalid_setting_is_refused_when_the_client_is_created(flavour, options):
    with pytest.raises(ConfigurationError):
        Driver(flavour, token="x", **options)


@pytest.mark.parametrize("timeout", [5, 5.0, None, httpx.Timeout(5), httpx.Timeout(5, read=None)])
def test_a_timeout_is_a_number_or_a_timeout_of_httpx_or_none(driver, service, timeout):
    assert driver.create(timeout=timeout, deadline=30).output_text
    assert driver.client.with_options(timeout=timeout, deadline=None).models.list().data


# Transports and clients of httpx


def test_a_call_goes_through_an_httpx_transport(wire):
    request = wire.sent_by(model="gpt-4o", input="Hello", extra_query={"a": "b"})
    assert str(request.url).endswith("/openai/responses?a=b")
    assert request.headers["authorization"] == f"Bearer {wire.token}"
    assert request.headers["accept-encoding"] == "identity"
    assert len(request.headers.get_list("user-agent")) == 1
    assert request.headers["content-length"] == str(len(request.content))


def test_a_call_goes_through_an_httpx_client_which_stays_open(connect, flavour, service):
    options = {"headers": {"x-client": "httpx"}, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
    http_client = httpx.Client(**options) if flavour == "sync" else httpx.AsyncClient(**options)
    driver = connect(service, http_client=http_client)
    assert driver.create().output_text
    assert driver.stream()
    assert driver.list_models().data
    driver.client.close()
    assert not http_client.is_closed
    driver._loop.run(http_client.aclose()) if driver._loop else http_client.close()


def test_a_transport_is_closed_with_its_client(flavour):
    class Transport(httpx.MockTransport):
        is_closed = False

        def close(self):
            self.is_closed = True

        async def aclose(self):
            self.is_closed = True

    transport = Transport(lambda request: httpx.Response(200, content=sample("response.json")))
    with Driver(flavour, token="x", transport=transport) as driver:
        driver.create()
        assert not transport.is_closed
    assert transport.is_closed
