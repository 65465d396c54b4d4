"""What a new user tries first: names after a plain import, variables of the environment, base URLs of other clients."""

from __future__ import annotations

import sys

import pytest

import acedata_responses
from acedata_responses import AsyncClient, Client, ConfigurationError, RetryPolicy, testing
from tests.contract.document import DOCUMENT

(BASE_URL_VARIABLE,) = DOCUMENT["servers"][0]["x-environment"]
(LOG_VARIABLE,) = DOCUMENT["x-log-environment"]


def test_an_argument_may_be_left_out_by_name(service, connect):
    driver = connect(service)
    driver.create(temperature=acedata_responses.NOT_GIVEN, timeout=acedata_responses.NOT_GIVEN)
    assert "temperature" not in service.requests[0].json


def test_none_where_the_document_allows_no_null_is_refused_with_what_leaves_it_out(driver):
    with pytest.raises(ValueError, match=r"/tools: .* found None[^\n]*\nNone is sent as null. Pass NOT_GIVEN"):
        driver.create(tools=None)
    with pytest.raises(ValueError, match="/n: ") as refused:
        driver.create(n=0)
    assert "NOT_GIVEN" not in str(refused.value)


def test_a_base_url_of_the_environment_is_used(service, connect, monkeypatch):
    monkeypatch.setenv(BASE_URL_VARIABLE, service.url)
    connect(token=service.token).create()
    assert len(service.requests) == 1


def test_a_base_url_that_is_passed_wins_over_the_environment(service, connect, monkeypatch):
    monkeypatch.setenv(BASE_URL_VARIABLE, "http://127.0.0.1:9")
    connect(token=service.token, base_url=service.url).create()
    assert len(service.requests) == 1


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_a_base_url_of_the_environment_that_is_none_is_refused(client, monkeypatch):
    monkeypatch.setenv(BASE_URL_VARIABLE, "nonsense")
    with pytest.raises(ConfigurationError, match="base URL"):
        client("x")


@pytest.mark.parametrize("end", ["", "/", "/openai", "/openai/"])
def test_a_base_url_may_end_in_the_folder_of_the_operations(end, service, connect):
    driver = connect(token=service.token, base_url=service.url + end)
    driver.create()
    driver.list_models()
    assert [request.path for request in service.requests] == ["/openai/responses", "/openai/models"]


def test_a_gateway_may_have_a_folder_of_that_name(service, connect):
    service.reply_with("Hello", "Hello")
    driver = connect(token=service.token, base_url=f"{service.url}/openai/openai", max_retries=0)
    with pytest.raises(acedata_responses.APIStatusError):
        driver.client.models.list()
    assert service.requests[0].path == "/openai/openai/models"


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("seconds", [sys.maxsize, 1e10, 2_147_484, float("inf"), 0, -1, True])
@pytest.mark.parametrize("name", ["timeout", "deadline"])
def test_a_time_that_no_socket_can_wait_is_refused_when_the_client_is_made(name, seconds, client):
    with pytest.raises(ConfigurationError, match=f"{name} must be .*None for no limit"):
        client("x", **{name: seconds})


@pytest.mark.parametrize("seconds", [2_147_483, None])
def test_the_longest_time_is_taken(seconds, service, connect):
    assert connect(service, timeout=seconds, deadline=seconds).create().output_text


# A clock for tests


def test_a_test_of_retries_does_not_wait(service, connect):
    clock = testing.ManualClock(random=0)
    service.reply_with(testing.error("api_error"), testing.error("api_error"))
    connect(service, clock=clock, retry=RetryPolicy(), max_retries=2).create()
    assert clock.sleeps == [1, 2]
    assert isinstance(clock, acedata_responses.Clock)
