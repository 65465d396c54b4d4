"""When a call is tried again, and for how long it may go on. Nothing here waits: the clock skips each sleep."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import httpx
import pytest

from acedata_responses import Failure, Limiter, Limits, RetryPolicy, errors, testing
from tests.bare_sockets import bare, read_request
from tests.clock import SkippingClock
from tests.faults.fault_table import IN_THE_BODY, PATIENT, SHORT, TRANSPORT, TRIES

BUSY = testing.error("too_many_requests")
READING = httpx.Timeout(30, read=SHORT)


@pytest.fixture
def clock():
    return SkippingClock()


@pytest.fixture
def client(connect, service, clock):
    return connect(service, clock=clock)


def busy(**headers):
    """Return a response with status 429 and headers such as `retry_after`."""
    return replace(BUSY, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("max_retries", [0, 1, 5])
def test_different_errors_count_towards_max_retries_and_each_try_sends_the_same_request(
    max_retries, connect, service, clock
):
    errors_in_turn = [testing.error("api_error"), BUSY, testing.page(502)] * 2
    service.reply_with(*errors_in_turn)
    driver = connect(service, clock=clock, max_retries=max_retries, limits=None)
    with pytest.raises(errors.APIStatusError) as caught:
        driver.create(input="the same", extra_headers={"x-mine": "1"}, extra_query={"q": "2"})
    assert caught.value.status_code == errors_in_turn[max_retries].status
    assert clock.sleeps == [1.5, 2.5, 4.5, 8.5, 16.5][:max_retries]
    sent = [(request.body, request.path, request.query, request.headers) for request in service.requests]
    assert sent == [sent[0]] * (1 + max_retries)


@pytest.mark.parametrize(
    ("headers", "wait"), [
        ({"retry_after": "Mon, 23 Nov 2026 00:00:30 GMT"}, 30.5),
        ({"retry_after_ms": "1500", "retry_after": "90"}, 2),
        ({"retry_after": "soon"}, 1.5),
    ],
)  # fmt: skip
def test_a_wait_that_the_response_requests_is_obeyed(headers, wait, client, service, clock):
    service.reply_with(busy(**headers))
    client.create()
    assert clock.sleeps == [pytest.approx(wait)]
    assert len(service.requests) == 2


@pytest.mark.parametrize(("headers", "seconds"), [({"retry_after": "3600"}, 3600), ({"retry_after_ms": "700000"}, 700)])
def test_a_long_wait_that_the_response_requests_is_obeyed_within_the_deadline_or_else_raised(
    headers, seconds, connect, service, clock
):
    service.reply_with(busy(**headers))
    assert connect(service, clock=clock, deadline=seconds + 60).create().http.tries == 2
    assert clock.sleeps == [seconds + 0.5]
    for deadline in (None, seconds - 60):
        service.reply_with(busy(**headers))
        with pytest.raises(errors.RateLimitError) as caught:
            connect(service, clock=clock, deadline=deadline).create()
        assert (caught.value.retry_after, caught.value.tries) == (seconds, 1)
    assert len(clock.sleeps) == 1


def test_an_error_has_the_retry_after_of_its_response(client, service, clock):
    date = "Mon, 23 Nov 2026 00:00:30 GMT"
    for answer, seconds in [
        (testing.error("bad_request"), None),
        (replace(testing.error("bad_request"), headers={"retry-after": "5"}), 5),
        (replace(testing.error("used_up", status=200), headers={"retry-after-ms": "250"}), 0.25),
        (replace(testing.error("no_api"), headers={"retry-after": date}), 30),
        (replace(testing.error("no_api"), headers={"retry-after": "soon"}), None),
        (testing.Answer(body="<h1>Maintenance</h1>", headers={"retry-after": "60"}), 60),
        (testing.Answer(events=[{"type": "new"}], headers={"retry-after": "60"}), 60),
        (testing.Answer(body="{", headers={"retry-after": "60"}).but(testing.Fault("cut", "tail")), 60),
    ]:
        service.reply_with(answer)
        with pytest.raises(errors.AceDataError) as caught:
            client.stream() if answer.events is not None else client.create()
        assert caught.value.retry_after == seconds
    assert clock.sleeps == []
    with pytest.raises(errors.RequestValidationError) as refused:
        client.create(temperature=9)
    assert refused.value.retry_after is None


# --- the deadline


def test_a_wait_beyond_the_deadline_is_not_begun(connect, service, clock):
    driver = connect(service, clock=clock, deadline=4.0, max_retries=9, limits=None)
    service.reply_with(always=BUSY)
    with pytest.raises(errors.RateLimitError) as caught:
        driver.create()
    assert clock.sleeps == [1.5]
    assert caught.value.tries == len(service.requests) == 2


def test_the_deadline_of_a_call_wins_over_that_of_the_client(connect, service, clock):
    driver = connect(service, clock=clock, deadline=0.001, max_retries=3, limits=None)
    service.reply_with(BUSY, BUSY)
    assert driver.create(deadline=None).http.tries == 3


def test_the_deadline_ends_a_stalled_try(connect, service):
    driver = connect(service, deadline=PATIENT)
    service.reply_with(testing.Fault("stall"))
    began = time.monotonic()
    with pytest.raises(errors.RequestTimeoutError, match=rf"not complete within {PATIENT} s") as caught:
        driver.create()
    assert time.monotonic() - began >= PATIENT
    error = caught.value
    assert (error.phase, error.after, error.sent, error.tries) == ("deadline", PATIENT, True, 1)
    assert len(service.requests) == 1


@pytest.mark.parametrize("data", [itertools.repeat(b"x"), ()], ids=["bytes", "nothing"])
@pytest.mark.parametrize("is_stream", [False, True], ids=["reply", "stream"])
def test_the_deadline_ends_a_call_while_its_response_is_read(is_stream, data, connect, clock):
    """The deadline is checked when data is received, and its rest is the timeout of the next read."""

    def talk(connection, received):
        read_request(connection, received)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n ")
        clock.sleep(60)
        connection.sendall(b" ")
        for byte in data:
            connection.sendall(byte)
        connection.recv(1)

    with bare(talk) as server:
        driver = connect(base_url=server.url, clock=clock, deadline=30)
        with pytest.raises(errors.AceDataError, match=r"the call was not complete within 30 s") as caught:
            driver.stream() if is_stream else driver.create()
        assert isinstance(caught.value, (errors.RequestTimeoutError, errors.StreamInterruptedError))
        assert server.requests == 1


def test_an_error_response_is_not_read_for_as_long_as_a_reply(connect, service):
    class FastClock(SkippingClock):
        def monotonic(self):
            return 200 * time.monotonic()

    service.reply_with(testing.Answer(400, body="x" * 9000).but(testing.Fault("drip", "body", seconds=0.01)))
    with pytest.raises(errors.BadRequestError) as caught:
        connect(service, clock=FastClock(), limits=None).create()
    assert len(caught.value.http.content) < 9000
    assert caught.value.message.startswith("xxx")


def test_the_deadline_ends_a_stream_between_its_events(connect, service, clock):
    service.reply_with(testing.Fault("drip", "event", after=4, seconds=0.01))
    with connect(service, clock=clock, deadline=30).open() as stream:
        next(iter(stream))
        clock.sleep(60)
        with pytest.raises(errors.StreamInterruptedError, match=r"not complete within 30 s") as caught:
            stream.final()
    assert caught.value.reason == "timed out"
    assert len(service.requests) == 1


def test_the_deadline_ends_a_call_after_a_wait_that_took_too_long(connect, service):
    class Oversleeping(SkippingClock):
        def sleep(self, seconds):
            super().sleep(seconds + 60)

    driver = connect(service, clock=Oversleeping(), deadline=30)
    service.reply_with(always=BUSY)
    with pytest.raises(errors.RequestTimeoutError) as caught:
        driver.create()
    assert (caught.value.phase, caught.value.after, caught.value.tries) == ("deadline", 30, 1)
    assert len(service.requests) == 1


# --- timeouts


@pytest.mark.parametrize("timeout", [SHORT, httpx.Timeout(5, read=SHORT), httpx.Timeout(SHORT, connect=5)])
def test_a_timeout_can_be_given_in_each_form(timeout, client, service):
    client.create()  # leaves a connection: to make one takes longer on a busy machine
    service.reply_with(testing.Fault("stall"))
    with pytest.raises(errors.RequestTimeoutError, match=rf"nothing was received .* {SHORT} s") as caught:
        client.create(timeout=timeout)
    assert caught.value.after == SHORT
    service.wait_for_requests(2)


def test_a_timeout_is_for_each_read_not_for_the_whole_response(client, service):
    service.reply_with(testing.Fault("drip", "body", size=70, seconds=0.05))
    began = time.monotonic()
    assert client.create(timeout=PATIENT).output_text
    assert time.monotonic() - began > PATIENT


def test_a_timeout_of_none_is_no_limit(connect, service):
    service.reply_with(always=testing.Fault("delay", seconds=0.1))
    assert connect(service, timeout=None).create().output_text
    assert connect(service, timeout=SHORT).create(timeout=None).output_text


# --- the policy


FIELDS = ("on_connection_lost", "on_read_timeout", "on_reply_lost", "on_write_timeout")


def allowed_by(row):
    """Return the field of a policy that allows a retry after this fault."""
    if row in IN_THE_BODY:
        return "on_reply_lost"
    return "on_read_timeout" if row.is_silence else "on_connection_lost"


@pytest.mark.parametrize("row", TRANSPORT, ids=lambda row: row.name)
@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_call_that_may_be_billed_is_retried_only_if_the_policy_allows_its_fault(
    is_allowed, row, connect, service, clock
):
    retry = RetryPolicy(**{field: (field == allowed_by(row)) is is_allowed for field in FIELDS})
    driver = connect(service, clock=clock, retry=retry)
    service.reply_with(always=row.answer)
    with pytest.raises(errors.TransportError) as caught:
        driver.create(timeout=PATIENT if row in IN_THE_BODY else READING)
    assert caught.value.tries == (TRIES if is_allowed else 1)
    service.wait_for_requests(caught.value.tries)


def test_a_subclass_of_the_policy_decides(connect, service, clock):
    seen: list[Failure] = []

    class Own(RetryPolicy):
        def should_resend(self, failure):
            seen.append(failure)
            return failure.status == 400

        def wait(self, failure, tries, clock):
            return 7.0 * tries

    driver = connect(service, clock=clock, retry=Own())
    service.reply_with(always=testing.error("bad_request"))
    with pytest.raises(errors.BadRequestError):
        driver.create()
    assert clock.sleeps == [7, 14]
    assert len(service.requests) == TRIES
    service.reply_with(always=BUSY)
    with pytest.raises(errors.RateLimitError):
        driver.create()
    assert len(service.requests) == TRIES + 1
    assert [(failure.stage, failure.status) for failure in seen] == [("status", n) for n in (400, 400, 429)]


# --- the pace of the limiter


def test_status_429_slows_the_pace_and_success_restores_it(connect, service, clock):
    limiter = Limiter(Limits(in_flight=4, per_second=40), clock=clock)
    driver = connect(service, clock=clock, limits=limiter, max_retries=0)
    service.reply_with(BUSY)
    with pytest.raises(errors.RateLimitError):
        driver.create()
    assert limiter.pace == 20
    clock.sleep(2)
    driver.create()
    assert limiter.pace == 40
    service.reply_with(testing.error("rate_limited", status=200))
    with pytest.raises(errors.RateLimitError):
        driver.create()
    assert limiter.pace == 20
    service.reply_with(testing.error("api_error"))
    clock.sleep(2)
    with pytest.raises(errors.ServerError):
        driver.create()
    assert limiter.pace == 20
