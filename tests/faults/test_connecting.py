"""Faults before a request is sent: the call is retried, and nothing is received by the service."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import httpx
import pytest
import trustme

from acedata_responses import RetryPolicy, errors, testing
from tests.bare_sockets import bare, silent
from tests.certificates import tls_of
from tests.clock import SkippingClock
from tests.drivers import Driver
from tests.faults.fault_table import SHORT, TRIES
from tests.waiting import until

CONNECTING = httpx.Timeout(30, connect=SHORT)


@pytest.fixture(params=[Driver.create, Driver.list_models, Driver.stream], ids=["post", "get", "stream"])
def call(request):
    return request.param


@pytest.fixture
def clock():
    return SkippingClock()


def test_a_refused_connection_is_retried(connect, call, clock):
    with testing.unreachable("refused") as url:
        driver = connect(base_url=url, clock=clock)
        with pytest.raises(errors.ConnectionFailedError, match="nothing was sent") as caught:
            call(driver)
    assert caught.value.tries == TRIES
    assert clock.sleeps == [1.5, 2.5]


def test_a_service_that_restarts_between_tries_is_reached(connect, call):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    services = []

    class StartingClock(SkippingClock):
        def sleep(self, seconds):
            super().sleep(seconds)
            services.append(testing.serve(port=port))
            services[0].__enter__()

    clock = StartingClock()
    driver = connect(base_url=f"http://127.0.0.1:{port}", clock=clock)
    try:
        assert call(driver)
        assert len(clock.sleeps) == 1
    finally:
        services[0].__exit__(None, None, None)


def test_a_connection_that_is_not_made_times_out_and_is_retried(connect, call, clock):
    with testing.unreachable("stalled") as url:
        driver = connect(base_url=url, clock=clock)
        with pytest.raises(
            errors.RequestTimeoutError, match=rf"no connection to .* was made within {CONNECTING.connect} s; nothing"
        ) as caught:
            call(driver, timeout=CONNECTING)
    error = caught.value
    assert (error.phase, error.after, error.sent) == ("connect", SHORT, False)
    assert (error.http, error.tries) == (None, TRIES)
    assert isinstance(error, TimeoutError)


def test_a_stalled_tls_handshake_times_out_and_is_retried(connect, call, clock):
    with bare(silent) as server:
        driver = connect(base_url=f"https://127.0.0.1:{server.port}", clock=clock)
        with pytest.raises(errors.RequestTimeoutError) as caught:
            call(driver, timeout=CONNECTING)
        assert (caught.value.phase, caught.value.sent, caught.value.tries) == ("connect", False, TRIES)
        until(lambda: len(server.received) == TRIES)
        assert server.requests == 0


def test_a_stalled_tls_handshake_ends_with_the_deadline(connect, call):
    with bare(silent) as server:
        driver = connect(base_url=f"https://127.0.0.1:{server.port}")
        with pytest.raises(errors.RequestTimeoutError) as caught:
            call(driver, deadline=SHORT)
        assert (caught.value.phase, caught.value.after, caught.value.sent) == ("deadline", SHORT, False)


def test_tls_to_a_plain_port_sends_nothing(connect, call, clock, service):
    driver = connect(base_url=service.url.replace("http:", "https:"), clock=clock)
    with pytest.raises(errors.ConnectionFailedError) as caught:
        call(driver)
    assert caught.value.tries == TRIES
    assert service.connections_opened == TRIES
    assert service.requests == []


def test_plain_http_to_a_tls_port_is_an_error_and_no_request_arrives(connect, tls, clock):
    with testing.serve(tls=tls) as service:
        driver = connect(base_url=service.url.replace("https:", "http:"), clock=clock)
        with pytest.raises(errors.ConnectionLostError) as caught:
            driver.create()
        assert caught.value.tries == 1
        assert service.requests == []


@pytest.mark.parametrize("whose", ["of another host", "of an unknown authority"])
def test_nothing_is_sent_to_a_service_with_a_certificate(whose, connect, call, trusted_authority, clock):
    of_another = tls_of(trusted_authority, "elsewhere.example")
    tls = of_another if whose == "of another host" else tls_of(trustme.CA())
    with testing.serve(tls=tls) as service:
        driver = connect(base_url=service.url, clock=clock)
        with pytest.raises(errors.ConnectionFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            call(driver)
        assert service.requests == []


def test_an_unknown_host_is_a_failed_connection(connect, call, clock):
    driver = connect(base_url="http://nowhere.invalid", clock=clock)
    with pytest.raises(errors.ConnectionFailedError) as caught:
        call(driver)
    assert caught.value.tries == TRIES


def test_an_earlier_try_with_an_unknown_outcome_counts(connect):
    """If a read timeout is retried, the last error still says that the service may have processed the request."""
    stack = ExitStack()

    class StoppingClock(SkippingClock):
        def sleep(self, seconds):
            super().sleep(seconds)
            stack.close()

    with stack:
        server = stack.enter_context(bare(silent))
        retry = RetryPolicy(on_read_timeout=True)
        driver = connect(base_url=server.url, clock=StoppingClock(), retry=retry, max_retries=1)
        with pytest.raises(errors.ConnectionLostError, match="may have processed the request") as caught:
            driver.create(timeout=httpx.Timeout(30, read=SHORT))
    assert caught.value.tries == 2
    until(lambda: server.requests == 1)
