"""The addresses of a host: looked up and tried within the time that a call has."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from acedata_responses import errors, testing
from tests.clock import SkippingClock
from tests.faults.table import SHORT


@pytest.fixture
def resolve(monkeypatch):
    """Lets the name of a host, any name, stand for the addresses of these URLs."""

    def to(*urls):
        ports = [urlsplit(url).port for url in urls]
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port)) for port in ports
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: addresses)

    return to


@pytest.mark.parametrize("how", ["stalled", "refused"])
def test_a_host_is_reached_at_its_second_address_where_the_first_does_not_answer(how, connect, service, resolve):
    with testing.unreachable(how) as nowhere:
        resolve(nowhere, service.url)
        driver = connect(base_url="http://service.test", max_retries=0)
        assert driver.create(timeout=httpx.Timeout(30, connect=1)).output_text


@pytest.mark.parametrize("limit", ["deadline", "timeout"])
def test_many_addresses_share_the_time_of_one(limit, connect, resolve):
    with testing.unreachable("stalled") as nowhere:
        resolve(*[nowhere] * 10_000)
        driver = connect(base_url="http://service.test", max_retries=0)
        with pytest.raises(errors.RequestTimeoutError, match="nothing was sent") as caught:
            driver.create(**{limit: SHORT})
    assert (caught.value.after, caught.value.sent) == (SHORT, False)


@pytest.mark.parametrize("limit", ["deadline", "timeout"])
def test_a_name_that_takes_long_to_look_up_does_not_hold_a_call_beyond_its_time(limit, connect, monkeypatch):
    is_over = threading.Event()

    def look_up(*_args, flags=0, **_options):
        if not flags & socket.AI_NUMERICHOST:
            is_over.wait(600)
        raise socket.gaierror("there is no such host")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    driver = connect(base_url="http://service.test", max_retries=0)
    try:
        with pytest.raises(errors.RequestTimeoutError, match="nothing was sent"):
            driver.create(**{limit: SHORT})
    finally:
        is_over.set()


def test_a_connection_that_fails_is_named_with_host_and_port(connect, resolve):
    with testing.unreachable("refused") as nowhere:
        resolve(nowhere, nowhere)
        driver = connect(base_url="http://service.test:8080", max_retries=0)
        with pytest.raises(errors.ConnectionFailedError, match=r"to service\.test:8080 .*ConnectionRefusedError"):
            driver.create()


@pytest.mark.parametrize("timeout", [None, 30])
def test_a_name_is_looked_up(timeout, connect, service):
    driver = connect(base_url=service.url.replace("127.0.0.1", "localhost"))
    assert driver.create(timeout=timeout).output_text


@pytest.mark.parametrize("host", [f"{'x' * 70}.example", "a..b"], ids=["a long label", "an empty label"])
def test_a_host_whose_name_cannot_be_one_is_no_connection(host, connect):
    driver = connect(base_url=f"http://{host}", clock=SkippingClock())
    with pytest.raises(errors.ConnectionFailedError):
        driver.create()
