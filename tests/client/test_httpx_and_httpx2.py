"""Clients, transports and timeouts of httpx and httpx2 are accepted; tools that patch httpx see the calls."""

from __future__ import annotations

from pkgutil import resolve_name
from unittest import mock

import httpx
import httpx2
import pytest

from acedata_responses import Client, ConfigurationError, RequestTimeoutError, testing
from tests.drivers import MINIMAL, Driver

CLIENTS = {"sync": "Client", "async": "AsyncClient"}
ENTRY_POINTS = {
    "sync": ["httpx.Client.__init__", "httpx.Client.send", "httpx.Client._send_single_request",
        "httpx.Client._transport_for_url", "httpx.HTTPTransport.handle_request",
        "httpcore.ConnectionPool.handle_request", "httpcore.HTTPConnection.handle_request",
        "httpcore.HTTP11Connection.handle_request"],
    "async": ["httpx.AsyncClient.__init__", "httpx.AsyncClient.send",
        "httpx.AsyncClient._send_single_request", "httpx.AsyncClient._transport_for_url",
        "httpx.AsyncHTTPTransport.handle_async_request", "httpcore.AsyncConnectionPool.handle_async_request",
        "httpcore.AsyncHTTPConnection.handle_async_request",
        "httpcore.AsyncHTTP11Connection.handle_async_request"],
}  # fmt: skip


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request):
    return request.param


def watched(monkeypatch, path):
    """Patch a method as tools do, and return a mock that counts its calls."""
    spy, original = mock.Mock(), resolve_name(path.replace(".", ":", 1))

    def watch(*args, **kwargs):
        spy()
        return original(*args, **kwargs)

    monkeypatch.setattr(path, watch)
    return spy


@pytest.mark.parametrize("number", range(len(ENTRY_POINTS["sync"])))
def test_a_tool_that_patches_httpx_sees_the_call(driver, flavour, make_call, monkeypatch, number):
    with monkeypatch.context() as patches:
        spy = watched(patches, ENTRY_POINTS[flavour][number])
        assert make_call(driver)
        assert spy.called
    spy.reset_mock()
    assert make_call(driver)
    assert not spy.called


def test_a_class_that_replaces_the_client_of_httpx_is_used(driver, flavour, make_call, monkeypatch):
    seen = []

    class Watching(getattr(httpx, CLIENTS[flavour])):
        def __init__(self, *args, **kwargs):
            seen.append(kwargs)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(httpx, CLIENTS[flavour], Watching)
    assert make_call(driver)
    assert seen


def test_calls_through_httpx_share_a_connection(driver, flavour, service, monkeypatch):
    watched(monkeypatch, ENTRY_POINTS[flavour][1])
    for _ in range(5):
        driver.create()
    assert service.connections_opened == 1
    driver.client.close()
    service.wait_until(lambda: service.open_connections == 0)


def test_an_abandoned_stream_through_httpx_is_closed(driver, flavour, service, monkeypatch):
    watched(monkeypatch, ENTRY_POINTS[flavour][1])
    service.reply_with(testing.Fault("stall", "event", after=2))
    with driver.open() as stream:
        next(iter(stream))
    service.wait_until_disconnected(service.requests[0])
    assert driver.create().output_text


def test_clients_are_accepted(connect_custom, service, library, make_call):
    assert make_call(connect_custom(service, library))


def test_transports_are_accepted(connect, service, make_custom, library, make_call):
    assert make_call(connect(service, transport=make_custom(library, "transport")))


def test_timeouts_are_accepted(connect, service, library):
    service.reply_with(testing.Fault("stall"))
    driver = connect(service, timeout=library.Timeout(60, read=0.05), max_retries=0)
    with pytest.raises(RequestTimeoutError, match=r"within 0\.05 s") as caught:
        driver.create()
    assert caught.value.phase == "read"


def test_the_timeout_of_a_custom_client_is_used_unless_one_is_given(connect_custom, service, library):
    service.reply_with(always=testing.Fault("stall"))
    of_library = {"timeout": library.Timeout(60, read=0.05)}
    for client, call, seconds in (({}, {}, "0.05"), ({"timeout": 0.06}, {}, "0.06"), ({}, {"timeout": 0.07}, "0.07")):
        driver = connect_custom(service, library, of_library=of_library, max_retries=0, **client)
        with pytest.raises(RequestTimeoutError, match=f"within {seconds} s"):
            driver.create(**call)


def test_the_default_timeout_of_a_custom_client_is_not_used(connect, connect_custom, library):
    assert connect_custom(library=library).actual._settings.timeout == connect().actual._settings.timeout


EXPECTED = {
    "transport": {"sync": "BaseTransport", "async": "AsyncBaseTransport"},
    "http_client": {"sync": "Client", "async": "AsyncClient"},
}


@pytest.mark.parametrize("argument", EXPECTED)
def test_a_client_or_transport_of_the_other_flavour_is_refused(flavour, library, make_custom, argument):
    other, expected = ("sync" if flavour == "async" else "async"), EXPECTED[argument]
    text = rf"{argument} must be an httpx\.{expected[other]} \(or httpx2\.{expected[other]}\), not {library.__name__}\."
    with pytest.raises(ConfigurationError, match=text):
        Driver(other, token=testing.TOKEN, **{argument: make_custom(library, argument)})


@pytest.mark.parametrize("value", [object(), "http://127.0.0.1", httpx.Client, mock.Mock()])
@pytest.mark.parametrize("argument", ["transport", "http_client"])
def test_another_object_is_refused(connect, argument, value):
    with pytest.raises(ConfigurationError, match=f"{argument} must be an httpx"):
        connect(**{argument: value})


def test_a_mock_of_a_client_is_accepted():
    http_client = mock.Mock(spec=httpx.Client, timeout=httpx.Timeout(5), is_closed=False)
    http_client.build_request = httpx.Client().build_request
    http_client.send.return_value = httpx.Response(401, request=httpx.Request("POST", "https://api.test"))
    client = Client("a-token", http_client=http_client)
    with pytest.raises(Exception, match="401"):
        client.responses.create(**MINIMAL)
    assert http_client.send.called
