"""pytest-httpx, respx (with both of its mockers) and pook mock calls of the client."""

from __future__ import annotations

import pook
import pytest
import respx

from acedata_responses import ConfigurationError, testing


def test_pytest_httpx_mocks_a_call(client, ask, text, url, content, content_type, httpx_mock):
    httpx_mock.add_response(method="POST", url=url, content=content, headers={"content-type": content_type})
    assert ask(client) == text
    (request,) = httpx_mock.get_requests()
    assert request.headers["authorization"] == f"Bearer {testing.TOKEN}"


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_mocks_a_call(client, ask, text, url, content, content_type, using):
    with respx.mock(using=using) as mock:
        route = mock.post(url).respond(content=content, content_type=content_type)
        assert ask(client) == text
    assert route.calls.last.request.headers["authorization"] == f"Bearer {testing.TOKEN}"


def test_pook_mocks_a_call(client, ask, text, url, content, content_type):
    with pook.use():
        mock = pook.post(url, reply=200, response_headers={"content-type": content_type}, response_body=content)
        assert ask(client) == text
        assert mock.calls == 1


def test_before_and_after_a_mock_the_client_uses_its_own_connections(connect, ask, service, content, content_type):
    client = connect(service)
    usual = ask(client)
    with respx.mock() as mock:
        mock.post(f"{service.url}/openai/responses").respond(content=content, content_type=content_type)
        assert ask(client) != usual
    assert ask(client) == usual
    assert len(service.requests) == 2
    assert service.connections_opened == 1


def test_a_request_that_a_mock_passes_through_is_refused(client, ask, url):
    with respx.mock() as mock:
        mock.post(url).pass_through()
        with pytest.raises(ConfigurationError, match="nothing was sent"):
            ask(client)
