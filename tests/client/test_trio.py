"""The asynchronous client under trio, and under an event loop that it does not know."""

from __future__ import annotations

import functools
import gc

import httpx
import httpx2
import pytest
import trio

from acedata_responses import AsyncClient, ConfigurationError, Limiter, Limits, RequestTimeoutError, testing
from tests.drivers import MINIMAL, ONE_SLOT
from tests.waiting import thread, until

# httpx leaves generators behind where a body is not read to its end, and trio warns of each.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'http:ResourceWarning")


@pytest.fixture(autouse=True)
def _collect_garbage():
    yield
    gc.collect()


def in_trio(test):
    """Run an asynchronous test in trio."""

    @functools.wraps(test)
    def running(**arguments):
        trio.run(functools.partial(test, **arguments))

    return running


def client_of(service, **options):
    return AsyncClient(**{"token": testing.TOKEN, "base_url": service.url, **options})


@pytest.fixture(params=["none", "httpx.AsyncClient", "httpx2.AsyncClient", "httpx.AsyncHTTPTransport", "in process"])
def custom(request):
    """Makes the options of the client: its own connections, or a custom client or transport."""
    return {
        "none": dict,
        "httpx.AsyncClient": lambda: {"http_client": httpx.AsyncClient()},
        "httpx2.AsyncClient": lambda: {"http_client": httpx2.AsyncClient()},
        "httpx.AsyncHTTPTransport": lambda: {"transport": httpx.AsyncHTTPTransport()},
        "in process": lambda: {"transport": testing.transport()},
    }[request.param]


@in_trio
async def test_plain_and_streamed_calls(service, custom):
    options = custom()
    async with client_of(service, **options) as client:
        assert (await client.responses.create(**MINIMAL)).output_text
        async with await client.responses.create(**MINIMAL, stream=True) as stream:
            text = "".join([piece async for piece in stream.text_deltas()])
            assert text == (await stream.final()).output_text
        assert (await client.models.list()).data
    if "http_client" in options:
        await options["http_client"].aclose()


@in_trio
async def test_calls_wait_for_the_limiter(service):
    service.answers(text=lambda request: request.json["input"])
    replies = []

    async def call(number):
        reply = await client.responses.create(model="gpt-4o-mini", input=f"{number}")
        replies.append(reply.output_text)

    limits = Limits(in_flight=2, per_second=None)
    async with client_of(service, limits=limits) as client, trio.open_nursery() as nursery:
        for number in range(10):
            nursery.start_soon(call, number)
    assert sorted(replies) == [str(number) for number in range(10)]
    assert service.most_in_flight <= 2


@in_trio
async def test_with_a_journal_equal_requests_of_a_nursery_are_sent_once(service, tmp_path):
    replies = []

    async def call(number):
        replies.append(await client.responses.create(model="gpt-4o-mini", input=f"{number % 3}"))

    async with client_of(service, journal=tmp_path / "answers.db") as client, trio.open_nursery() as nursery:
        for number in range(9):
            nursery.start_soon(call, number)
    assert sorted(reply.http.from_journal for reply in replies) == [False] * 3 + [True] * 6
    assert len(service.requests) == 3


@in_trio
async def test_a_slot_that_a_thread_releases_is_taken(service):
    limiter = Limiter(ONE_SLOT)
    slot = limiter.acquire()

    def release_when_somebody_waits():
        until(lambda: limiter.waiting)
        slot.release()

    with thread(release_when_somebody_waits):
        async with client_of(service, limits=limiter) as client:
            assert (await client.responses.create(**MINIMAL)).output_text


@in_trio
async def test_the_wait_for_the_limiter_ends_with_the_deadline(service):
    limiter = Limiter(ONE_SLOT)
    limiter.acquire()
    async with client_of(service, limits=limiter, deadline=0.05) as client:
        with pytest.raises(RequestTimeoutError) as caught:
            await client.responses.create(**MINIMAL)
    assert (caught.value.phase, caught.value.sent, service.requests) == ("turn", False, [])


@in_trio
async def test_a_retry_waits_as_long_as_the_service_asks(service):
    service.reply_with(testing.Answer(500, headers={"retry-after-ms": "20"}))
    async with client_of(service) as client:
        await client.responses.create(**MINIMAL)
    first, second = service.requests
    assert second.arrived - first.arrived >= 0.02


@in_trio
async def test_a_cancelled_call_closes_its_connection_at_once(service):
    service.reply_with(testing.Fault("stall"))
    async with client_of(service, limits=ONE_SLOT) as client:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: client.responses.create(**MINIMAL))
            await trio.to_thread.run_sync(service.wait_until_stalled)
            nursery.cancel_scope.cancel()
        await trio.to_thread.run_sync(service.wait_until_disconnected, service.requests[0])
        assert (await client.responses.create(**MINIMAL)).output_text


@in_trio
async def test_a_stream_that_is_dropped_is_closed(service):
    service.reply_with(testing.Fault("stall", "event", after=2))
    async with client_of(service) as client:
        stream = await client.responses.create(**MINIMAL, stream=True)
        await anext(stream)
        del stream
        gc.collect()
        await trio.to_thread.run_sync(service.wait_until_disconnected, service.requests[0])


def test_connections_are_kept_in_a_run_and_closed_at_its_end(service):
    client = client_of(service)

    async def main():
        await client.responses.create(**MINIMAL)
        await client.responses.create(**MINIMAL)

    trio.run(main)
    service.wait_until(lambda: service.open_connections == 0)
    trio.run(main)
    assert service.connections_opened == 2
    service.wait_until(lambda: service.open_connections == 0)


@pytest.mark.parametrize("limits", [None, Limits()])
def test_in_an_unknown_event_loop_nothing_is_sent(service, custom, limits):
    options = custom()
    coroutine = client_of(service, limits=limits, **options).responses.create(**MINIMAL)
    with pytest.raises(ConfigurationError, match=r"asyncio or trio.*nothing was sent"):
        coroutine.send(None)
    assert service.requests == []


@pytest.mark.parametrize("fault", [testing.Fault("stall"), testing.Fault("delay", seconds=60)])
@in_trio
async def test_the_in_process_transport_waits_in_trio_too(fault):
    transport = testing.transport()
    transport.reply_with(fault)
    async with AsyncClient(testing.TOKEN, transport=transport, timeout=0.05, max_retries=0) as client:
        with pytest.raises(RequestTimeoutError):
            await client.responses.create(**MINIMAL)
