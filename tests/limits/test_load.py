"""Many calls at once: the service never sees more than the limits allow, and each call gets its own answer."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from acedata_responses import AsyncClient, Limiter, Limits, errors, testing
from acedata_responses.limits import Pace
from tests.clock import SkippingClock
from tests.drivers import MINIMAL, ONE_PLACE, Driver
from tests.faults.table import SHORT
from tests.waiting import in_loop, most_in_a_second, until, until_async


@pytest.fixture
def service():
    """A service that repeats what it was told, after a while."""
    with testing.serve(text=lambda request: request.json["input"]) as service:
        service.reply_with(always=testing.Fault("delay", seconds=0.005))
        yield service


def ask_all(client, count):
    """Make so many calls at the same time; what each was answered."""
    with ThreadPoolExecutor(count) as pool:
        calls = pool.map(lambda n: client.responses.create(**{**MINIMAL, "input": f"call {n}"}), range(count))
        return [reply.output_text for reply in calls]


def asked(count):
    return [f"call {n}" for n in range(count)]


def ask_all_held(driver, service, count, held):
    """Make calls, of which the service answers none until so many are in flight."""
    service.reply_with(*[testing.Fault("stall")] * held)
    with ThreadPoolExecutor(1) as pool:
        calls = pool.submit(ask_all, driver.client, count)
        service.wait_until_stalled(held, timeout=30)
        service.release()
        return calls.result()


def test_by_default_the_limits_of_the_vendor_hold(connect, service, monkeypatch):
    starts: list[float] = []  # when calls start; when they arrive depends on the machine too
    started = Pace.started

    def noted(pace, now):
        starts.append(now)
        started(pace, now)

    monkeypatch.setattr(Pace, "started", noted)
    assert ask_all_held(connect(service), service, 75, 20) == asked(75)
    assert len(starts) == 75
    assert most_in_a_second(starts) <= 60
    assert service.most_in_flight == service.connections_opened == 20


def test_without_limits_all_go_at_once(connect, service):
    assert ask_all_held(connect(service, limits=None), service, 40, 40) == asked(40)


@pytest.mark.parametrize("in_flight", [1, 7])
def test_no_more_calls_are_in_flight_than_asked_for(in_flight, connect, service):
    driver = connect(service, limits=Limits(in_flight=in_flight, per_second=None))
    assert ask_all_held(driver, service, 25, in_flight) == asked(25)
    assert service.most_in_flight == service.connections_opened == in_flight


def test_calls_have_their_turn_in_the_order_in_which_they_came(connect, service):
    service.reply_with(testing.Fault("stall"))
    limiter = Limiter(ONE_PLACE)
    driver = connect(service, limits=limiter)
    first = threading.Thread(target=driver.create)
    first.start()
    service.wait_until_stalled()
    others = []
    for number in range(6):
        others.append(threading.Thread(target=driver.create, kwargs={"input": f"call {number}"}))
        others[-1].start()
        until(lambda: limiter.waiting == number + 1)  # noqa: B023 - called at once
    service.release()
    for thread in [first, *others]:
        thread.join(30)
    assert [request.json["input"] for request in service.requests[1:]] == [f"call {n}" for n in range(6)]


def test_a_sync_and_an_async_client_share_a_limiter(service):
    limiter = Limiter(Limits(in_flight=5, per_second=None))
    options = {"token": testing.TOKEN, "base_url": service.url, "limits": limiter}
    with Driver("sync", **options) as one, Driver("async", **options) as other, ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda driver: ask_all(driver.client, 20), [one, other])
        assert list(found) == [asked(20)] * 2
    assert service.most_in_flight == 5
    assert (limiter.in_flight, limiter.waiting) == (0, 0)


def test_copies_of_a_client_share_its_limits_and_connections(connect, service):
    client = connect(service, limits=Limits(in_flight=3, per_second=None)).client
    copies = [client, client.with_options(timeout=5), client.with_options(max_retries=0)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda copy: ask_all(copy, 8), copies)) == [asked(8)] * 3
    assert service.most_in_flight == service.connections_opened == 3


def test_a_call_that_waits_in_vain_for_its_turn_takes_nothing_from_others(connect, service):
    service.reply_with(testing.Fault("stall", "event", after=2))
    limiter = Limiter(ONE_PLACE)
    driver = connect(service, limits=limiter)
    with driver.open():
        for _ in range(3):
            with pytest.raises(errors.RequestTimeoutError, match="gave this call no turn") as caught:
                driver.create(deadline=SHORT)
            assert (caught.value.phase, caught.value.sent, caught.value.tries) == ("turn", False, 0)
        assert limiter.waiting == 0
    assert driver.create(deadline=30).output_text == MINIMAL["input"]
    assert len(service.requests) == 2
    assert limiter.in_flight == 0


@pytest.mark.parametrize("streams", [1, 3])
def test_a_call_that_gets_no_place_ends_with_its_time_out_and_the_error_says_why(streams, connect, service):
    """A call within the loop over a stream waits for itself where the stream has the only place."""
    driver = connect(service, limits=Limits(in_flight=streams, per_second=None))
    held = [driver.open() for _ in range(streams)]
    with pytest.raises(errors.RequestTimeoutError) as caught:
        driver.create(timeout=SHORT)
    error = caught.value
    assert (error.phase, error.after, error.sent, error.tries) == ("turn", SHORT, False, 0)
    words = f"within {SHORT} s; nothing was sent. {streams} of {streams} calls are in flight, the oldest"
    assert words in str(error)
    assert "close streams that are left early" in str(error)
    assert str(error).endswith("or raise Limits(in_flight=...)")
    for stream in held:
        stream.close()
    assert driver.create().output_text == MINIMAL["input"]
    assert len(service.requests) == streams + 1


@pytest.mark.parametrize(
    ("options", "seconds"),
    [({}, 600), ({"timeout": 5}, 5), ({"timeout": httpx.Timeout(5, pool=7)}, 7), ({"timeout": None}, None)],
)
def test_a_call_waits_for_its_turn_as_long_as_the_time_out_says_ten_minutes_by_default(
    options, seconds, connect, service
):
    given: list[float | None] = []

    class Noting(Limiter):
        def acquire(self, give_up_at=None, timeout=None):
            given.append(timeout)
            return super().acquire(give_up_at, timeout)

        async def acquire_async(self, give_up_at=None, timeout=None):
            given.append(timeout)
            return await super().acquire_async(give_up_at, timeout)

    connect(service, limits=Noting()).create(**options)
    assert given == [seconds]


def test_the_time_out_counts_from_when_another_call_last_finished(connect, service):
    """A long queue is no reason to give up: together the calls take longer than the time-out, each one much less."""
    service.reply_with(always=testing.Fault("delay", seconds=0.3))
    driver = connect(service, limits=ONE_PLACE)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(driver.create, timeout=httpx.Timeout(30, pool=2)) for _ in range(8)]
        assert [call.result().output_text for call in calls] == [MINIMAL["input"]] * 8


@in_loop
async def test_a_cancelled_call_that_waited_for_its_turn_takes_nothing_from_others(service):
    limiter = Limiter(ONE_PLACE)
    async with AsyncClient(testing.TOKEN, base_url=service.url, limits=limiter) as client:
        async with await client.responses.create(**MINIMAL, stream=True):
            waiting = [asyncio.create_task(client.responses.create(**MINIMAL)) for _ in range(4)]
            await until_async(lambda: limiter.waiting == 4)
            for task in waiting[::2]:
                task.cancel()
            await asyncio.sleep(0)
        done = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one).__name__ for one in done[::2]] == ["CancelledError"] * 2
        assert [one.output_text for one in done[1::2]] == [MINIMAL["input"]] * 2
        assert (limiter.in_flight, limiter.waiting) == (0, 0)
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("via_stream", "fault"), [(False, testing.error("rate_limited")), (True, testing.Fault("cut", "event", after=3))]
)  # fmt: skip
def test_a_call_gives_its_place_to_others_while_it_waits_for_its_next_try(via_stream, fault, connect, service):
    """A refused call that held its place while it waits would keep the service from less busy work."""

    class Watch(SkippingClock):
        def sleep(self, seconds):
            seen.append(limiter.in_flight)
            super().sleep(seconds)

    seen = []
    limiter = Limiter(ONE_PLACE)
    service.reply_with(fault, fault)
    connect(service, limits=limiter, clock=Watch(), via_stream=via_stream).create()
    assert seen == [0, 0]
    assert len(service.requests) == 3


def test_answers_match_their_requests_whatever_happens_to_others(connect, service):
    faults = {
        3: testing.Fault("cut"), 5: testing.error("bad_request"), 7: testing.Fault("reset", "body", after=30),
    }  # fmt: skip
    names = {3: "ConnectionLostError", 5: "BadRequestError", 7: "ConnectionLostError"}

    def answer(request):
        number = int(request.json["input"].split()[1])
        return faults.get(number % 10, testing.Fault("delay", seconds=0.001 * (number % 7)))

    def call(number):
        try:
            return driver.create(input=f"call {number}")
        except errors.AceDataError as error:
            return error

    service.reply_with(always=answer)
    driver = connect(service, limits=Limits(in_flight=8, per_second=None))
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(call, range(100)))
    for number, result in enumerate(results):
        name = names.get(number % 10)
        assert type(result).__name__ == name if name else result.output_text == f"call {number}"
    assert len(service.requests) == 100
