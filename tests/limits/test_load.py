"""Clients with many calls at once: the limits hold, and each call gets its own answer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from acedata_responses import AsyncClient, Limiter, Limits, errors, testing
from acedata_responses.limits import Pace
from tests.clock import SkippingClock
from tests.drivers import MINIMAL, ONE_SLOT
from tests.faults.fault_table import SHORT
from tests.waiting import in_loop, most_in_a_second, until, until_async


@pytest.fixture
def service():
    """A service that answers with the input, after a short delay."""
    with testing.serve(text=lambda request: request.json["input"]) as service:
        service.reply_with(always=testing.Fault("delay", seconds=0.005))
        yield service


def make_calls(client, count):
    """Make calls at the same time, and return the texts of the replies."""
    with ThreadPoolExecutor(count) as pool:
        calls = pool.map(lambda n: client.responses.create(**{**MINIMAL, "input": f"call {n}"}), range(count))
        return [reply.output_text for reply in calls]


def expected(count):
    return [f"call {n}" for n in range(count)]


@pytest.mark.parametrize(
    ("options", "in_flight", "calls"),
    [
        ({}, 20, 75),
        ({"limits": None}, 40, 40),
        ({"limits": Limits(in_flight=1, per_second=None)}, 1, 25),
        ({"limits": Limits(in_flight=7, per_second=None)}, 7, 25),
    ],
    ids=["the vendor's limits by default", "no limits", "one in flight", "seven in flight"],
)
def test_the_limits_are_kept_and_used_up(options, in_flight, calls, connect, service, monkeypatch):
    starts: list[float] = []  # arrivals at the service would depend on the machine
    started = Pace.started

    def record(pace, now):
        starts.append(now)
        started(pace, now)

    monkeypatch.setattr(Pace, "started", record)
    service.reply_with(*[testing.Fault("stall")] * in_flight)
    with ThreadPoolExecutor(1) as pool:
        texts = pool.submit(make_calls, connect(service, **options).client, calls)
        service.wait_until_stalled(in_flight, timeout=30)
        service.release()
        assert texts.result() == expected(calls)
    assert len(starts) == (75 if not options else 0)
    assert most_in_a_second(starts) <= 60
    assert service.most_in_flight == service.connections_opened == in_flight


def test_calls_are_sent_in_order_of_arrival(connect, service):
    service.reply_with(testing.Fault("stall"))
    limiter = Limiter(ONE_SLOT)
    driver = connect(service, limits=limiter)
    threads = [threading.Thread(target=driver.create, kwargs={"input": text}) for text in expected(7)]
    threads[0].start()
    service.wait_until_stalled()
    for number, thread in enumerate(threads[1:], 1):
        thread.start()
        until(lambda number=number: limiter.waiting == number)
    service.release()
    for thread in threads:
        thread.join(30)
    assert [request.json["input"] for request in service.requests] == expected(7)


def test_copies_of_a_client_share_its_limits_and_connections(connect, service):
    client = connect(service, limits=Limits(in_flight=3, per_second=None)).client
    copies = [client, client.with_options(timeout=5), client.with_options(max_retries=0)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda copy: make_calls(copy, 8), copies)) == [expected(8)] * 3
    assert service.most_in_flight == service.connections_opened == 3


@pytest.mark.parametrize("option", ["deadline", "timeout"])
@pytest.mark.parametrize("streams", [1, 3])
def test_a_call_without_a_turn_in_time_raises_an_error_that_says_why(streams, option, connect, service):
    """A call within the loop over a stream waits for itself if the stream has the only slot."""
    limiter = Limiter(Limits(in_flight=streams, per_second=None))
    driver = connect(service, limits=limiter)
    held = [driver.open() for _ in range(streams)]
    for _ in range(2):
        with pytest.raises(errors.RequestTimeoutError, match="did not let this call start") as caught:
            driver.create(**{option: SHORT})
        error = caught.value
        assert (error.phase, error.sent, error.tries) == ("turn", False, 0)
        assert f"{streams} of {streams} calls are in flight, the oldest" in str(error)
        assert "close streams that are left early" in str(error)
        assert limiter.waiting == 0
        if option == "timeout":
            assert error.after == SHORT
            assert f"within {SHORT} s; nothing was sent" in str(error)
    for stream in held:
        stream.close()
    assert driver.create(deadline=30).output_text == MINIMAL["input"]
    assert len(service.requests) == streams + 1
    assert limiter.in_flight == 0


@pytest.mark.parametrize(
    ("options", "seconds"),
    [({}, 600), ({"timeout": 5}, 5), ({"timeout": httpx.Timeout(5, pool=7)}, 7), ({"timeout": None}, None)],
)
def test_a_call_waits_for_its_turn_up_to_its_timeout(options, seconds, connect, service):
    timeouts: list[float | None] = []

    class Recording(Limiter):
        def acquire(self, give_up_at=None, timeout=None):
            timeouts.append(timeout)
            return super().acquire(give_up_at, timeout)

        async def acquire_async(self, give_up_at=None, timeout=None):
            timeouts.append(timeout)
            return await super().acquire_async(give_up_at, timeout)

    connect(service, limits=Recording()).create(**options)
    assert timeouts == [seconds]


@in_loop
async def test_after_waiting_calls_were_cancelled_the_others_get_their_turn(service):
    limiter = Limiter(ONE_SLOT)
    async with AsyncClient(testing.TOKEN, base_url=service.url, limits=limiter) as client:
        async with await client.responses.create(**MINIMAL, stream=True):
            waiting = [asyncio.create_task(client.responses.create(**MINIMAL)) for _ in range(4)]
            await until_async(lambda: limiter.waiting == 4)
            for task in waiting[::2]:
                task.cancel()
            await asyncio.sleep(0)
        done = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result).__name__ for result in done[::2]] == ["CancelledError"] * 2
        assert [result.output_text for result in done[1::2]] == [MINIMAL["input"]] * 2
        assert (limiter.in_flight, limiter.waiting) == (0, 0)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("via_stream", "fault"), [(False, testing.error("rate_limited")), (True, testing.Fault("cut", "event", after=3))]
)
def test_a_call_releases_its_slot_while_it_waits_for_its_next_try(via_stream, fault, connect, service):
    class Watch(SkippingClock):
        def sleep(self, seconds):
            seen.append(limiter.in_flight)
            super().sleep(seconds)

    seen = []
    limiter = Limiter(ONE_SLOT)
    service.reply_with(fault, fault)
    connect(service, limits=limiter, clock=Watch(), via_stream=via_stream).create()
    assert seen == [0, 0]
    assert len(service.requests) == 3


def test_each_call_gets_the_answer_to_its_request_when_other_calls_fail(connect, service):
    failing = {
        3: (testing.Fault("cut"), "ConnectionLostError"),
        5: (testing.error("bad_request"), "BadRequestError"),
        7: (testing.Fault("reset", "body", after=30), "ConnectionLostError"),
    }

    def answer(request):
        number = int(request.json["input"].split()[1])
        fault, _ = failing.get(number % 10, (testing.Fault("delay", seconds=0.001 * (number % 7)), ""))
        return fault

    def call(number):
        try:
            return driver.create(input=f"call {number}").output_text
        except errors.AceDataError as error:
            return type(error).__name__

    service.reply_with(always=answer)
    driver = connect(service, limits=Limits(in_flight=8, per_second=None))
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(call, range(100)))
    assert results == [failing.get(n % 10, (None, f"call {n}"))[1] for n in range(100)]
    assert len(service.requests) == 100
