"""What a new user tries first: base URLs as other clients have them, arguments that are None, a clock for tests."""

from __future__ import annotations

import pytest

import acedata_responses
from acedata_responses import ConfigurationError, RetryPolicy, testing
from tests.contract.document import DOCUMENT

(BASE_URL_VARIABLE,) = DOCUMENT["servers"][0]["x-environment"]


def test_an_argument_that_is_not_given_is_not_sent(service, connect):
    connect(service).create(temperature=acedata_responses.NOT_GIVEN, timeout=acedata_responses.NOT_GIVEN)
    assert "temperature" not in service.requests[0].json


def test_none_for_an_argument_that_cannot_be_null_is_refused_with_the_advice_to_leave_it_out(driver):
    with pytest.raises(ValueError, match=r"/tools: .* found None[^\n]*\nNone is sent as null. Pass NOT_GIVEN"):
        driver.create(tools=None)
    with pytest.raises(ValueError, match="/n: ") as refused:
        driver.create(n=0)
    assert "NOT_GIVEN" not in str(refused.value)


@pytest.mark.parametrize("is_passed", [False, True])
def test_the_base_url_is_read_from_the_environment_unless_one_is_passed(is_passed, service, connect, monkeypatch):
    monkeypatch.setenv(BASE_URL_VARIABLE, "http://127.0.0.1:9" if is_passed else service.url)
    connect(service if is_passed else None).create()
    assert len(service.requests) == 1


def test_an_invalid_base_url_of_the_environment_is_refused(connect, monkeypatch):
    monkeypatch.setenv(BASE_URL_VARIABLE, "nonsense")
    with pytest.raises(ConfigurationError, match="base URL"):
        connect()


@pytest.mark.parametrize("end", ["", "/", "/openai", "/openai/"])
def test_a_base_url_may_include_the_folder_of_the_operations(end, service, connect):
    driver = connect(token=service.token, base_url=service.url + end)
    driver.create()
    driver.list_models()
    assert [request.path for request in service.requests] == ["/openai/responses", "/openai/models"]


def test_a_gateway_may_have_a_folder_of_the_same_name(service, connect):
    service.reply_with("Hello", "Hello")
    driver = connect(token=service.token, base_url=f"{service.url}/openai/openai", max_retries=0)
    with pytest.raises(acedata_responses.APIStatusError):
        driver.client.models.list()
    assert service.requests[0].path == "/openai/openai/models"


def test_a_manual_clock_skips_the_waits_of_retries(service, connect):
    clock = testing.ManualClock(random=0)
    service.reply_with(testing.error("api_error"), testing.error("api_error"))
    connect(service, clock=clock, retry=RetryPolicy(), max_retries=2).create()
    assert clock.sleeps == [1, 2]
    assert isinstance(clock, acedata_responses.Clock)
