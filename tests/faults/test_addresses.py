"""The addresses of a host: looked up and tried within the timeout and the deadline of a call."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from acedata_responses import errors, testing
from tests.clock import SkippingClock
from tests.faults.fault_table import SHORT


@pytest.fixture
def resolve(monkeypatch):
    """Makes every host name resolve to the addresses of these URLs."""

    def to(*urls):
        tcp = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        addresses = [(*tcp, ("127.0.0.1", urlsplit(url).port)) for url in urls]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: addresses)

    return to


@pytest.mark.parametrize("how", ["stalled", "refused"])
def test_the_second_address_of_a_host_is_tried_if_the_first_cannot_be_reached(how, connect, service, resolve):
    with testing.unreachable(how) as nowhere:
        resolve(nowhere, service.url)
        driver = connect(base_url="http://service.test", max_retries=0)
        assert driver.create(timeout=httpx.Timeout(30, connect=1)).output_text


@pytest.mark.parametrize("limit", ["deadline", "timeout"])
def test_many_addresses_share_one_timeout(limit, connect, resolve):
    with testing.unreachable("stalled") as nowhere:
        resolve(*[nowhere] * 10_000)
        driver = connect(base_url="http://service.test", max_retries=0)
        with pytest.raises(errors.RequestTimeoutError, match="nothing was sent") as caught:
            driver.create(**{limit: SHORT})
    assert (caught.value.after, caught.value.sent) == (SHORT, False)


@pytest.mark.parametrize("limit", ["deadline", "timeout"])
def test_a_slow_lookup_of_a_name_times_out(limit, connect, monkeypatch):
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


def test_the_error_of_a_failed_connection_names_host_and_port(connect, resolve):
    with testing.unreachable("refused") as nowhere:
        resolve(nowhere, nowhere)
        driver = connect(base_url="http://service.test:8080", max_retries=0)
        with pytest.raises(errors.ConnectionFailedError, match=r"to service\.test:8080 .*ConnectionRefusedError"):
            driver.create()


@pytest.mark.parametrize("timeout", [None, 30])
def test_a_host_name_is_looked_up(timeout, connect, service):
    driver = connect(base_url=service.url.replace("127.0.0.1", "localhost"))
    assert driver.create(timeout=timeout).output_text


@pytest.mark.parametrize("host", [f"{'x' * 70}.example", "a..b"], ids=["a long label", "an empty label"])
def test_an_invalid_host_name_is_a_failed_connection(host, connect):
    driver = connect(base_url=f"http://{host}", clock=SkippingClock())
    with pytest.raises(errors.ConnectionFailedError):
        driver.create()
