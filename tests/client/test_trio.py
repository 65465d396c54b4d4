"""The asynchronous client under trio, and under an event loop that it does not know."""

from __future__ import annotations

import gc
import threading

import httpx
import httpx2
import pytest
import trio

from acedata_responses import AsyncClient, ConfigurationError, Limiter, Limits, RequestTimeoutError, testing
from tests.drivers import MINIMAL, ONE_PLACE

# httpx leaves generators behind where a body is not read to its end, and trio warns of each.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'http:ResourceWarning")


@pytest.fixture(autouse=True)
def _warnings_come_in_time():
    yield
    gc.collect()


def client_of(service, **options):
    return AsyncClient(**{"token": testing.TOKEN, "base_url": service.url, **options})


@pytest.fixture(
    params=["none", "httpx.AsyncClient", "httpx2.AsyncClient", "httpx.AsyncHTTPTransport", "in process"]
)
def plugged_in(request):
    """Makes what is plugged in."""
    return {
        "none": dict,
        "httpx.AsyncClient": lambda: {"http_client": httpx.AsyncClient()},
        "httpx2.AsyncClient": lambda: {"http_client": httpx2.AsyncClient()},
        "httpx.AsyncHTTPTransport": lambda: {"transport": httpx.AsyncHTTPTransport()},
        "in process": lambda: {"transport": testing.transport()},
    }[request.param]


def test_plain_and_streamed_calls(service, plugged_in):
    async def main():
        options = plugged_in()
        async with client_of(service, **options) as client:
            reply = await client.responses.create(**MINIMAL)
            async with await client.responses.create(**MINIMAL, stream=True) as stream:
                text = "".join([piece async for piece in stream.text_deltas()])
                final = await stream.final()
            models = await client.models.list()
        if "http_client" in options:
            await options["http_client"].aclose()
        assert text == final.output_text
        return reply.output_text and text and models.data

    assert trio.run(main)


def test_calls_wait_for_their_turn(service):
    async def main():
        service.answers(text=lambda request: request.json["input"])
        async with client_of(service, limits=Limits(in_flight=2, per_second=None)) as client:
            replies = []

            async def call(number):
                reply = await client.responses.create(model="gpt-4o-mini", input=f"{number}")
                replies.append(reply.output_text)

            async with trio.open_nursery() as nursery:
                for number in range(10):
                    nursery.start_soon(call, number)
        return sorted(replies)

    assert trio.run(main) == [str(number) for number in range(10)]
    assert service.most_in_flight <= 2


def test_a_turn_that_a_thread_gives_back_is_taken(service):
    limiter = Limiter(ONE_PLACE)
    place = limiter.acquire()

    def release_when_somebody_waits():
        while not limiter.waiting:
            pass
        place.release()

    async def main():
        async with client_of(service, limits=limiter) as client:
            return await client.responses.create(**MINIMAL)

    thread = threading.Thread(target=release_when_somebody_waits)
    thread.start()
    assert trio.run(main).output_text
    thread.join()


def test_a_turn_that_does_not_come_is_waited_for_until_the_deadline(service):
    limiter = Limiter(ONE_PLACE)
    limiter.acquire()

    async def main():
        async with client_of(service, limits=limiter, deadline=0.05) as client:
            await client.responses.create(**MINIMAL)

    with pytest.raises(RequestTimeoutError) as caught:
        trio.run(main)
    assert (caught.value.phase, caught.value.sent, service.requests) == ("turn", False, [])


def test_it_waits_before_it_sends_again(service):
    service.reply_with(testing.Answer(500, headers={"retry-after-ms": "20"}))

    async def main():
        async with client_of(service) as client:
            await client.responses.create(**MINIMAL)

    trio.run(main)
    first, second = service.requests
    assert second.arrived - first.arrived >= 0.02


def test_a_call_that_is_cancelled_leaves_at_once(service):
    service.reply_with(testing.Fault("stall"))

    async def main():
        async with client_of(service, limits=ONE_PLACE) as client:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(lambda: client.responses.create(**MINIMAL))
                await trio.to_thread.run_sync(service.wait_until_stalled)
                nursery.cancel_scope.cancel()
            await trio.to_thread.run_sync(service.wait_until_disconnected, service.requests[0])
            return await client.responses.create(**MINIMAL)

    assert trio.run(main).output_text


def test_a_stream_that_is_dropped_is_closed(service):
    service.reply_with(testing.Fault("stall", "event", after=2))

    async def main():
        async with client_of(service) as client:
            stream = await client.responses.create(**MINIMAL, stream=True)
            await anext(stream)
            del stream
            gc.collect()
            await trio.to_thread.run_sync(service.wait_until_disconnected, service.requests[0])

    trio.run(main)


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
def test_where_the_event_loop_is_not_known_nothing_is_sent(service, plugged_in, limits):
    options = plugged_in()
    coroutine = client_of(service, limits=limits, **options).responses.create(**MINIMAL)
    with pytest.raises(ConfigurationError, match=r"asyncio and trio.*nothing was sent"):
        coroutine.send(None)
    assert service.requests == []


@pytest.mark.parametrize("fault", [testing.Fault("stall"), testing.Fault("delay", seconds=60)])
def test_the_service_in_process_waits_too(fault):
    transport = testing.transport()
    transport.reply_with(fault)

    async def main():
        async with AsyncClient(testing.TOKEN, transport=transport, timeout=0.05, max_retries=0) as client:
            await client.responses.create(**MINIMAL)

    with pytest.raises(RequestTimeoutError):
        trio.run(main)
