"""A read that is cancelled or interrupted by a signal: the stream does not look complete afterwards."""

from __future__ import annotations

import asyncio
import signal

import pytest

from acedata_responses import AsyncClient, Client, StreamInterruptedError, testing
from tests.drivers import ONE_SLOT
from tests.streams.events import as_bytes, assert_usable, choice, chunk, delta, ending
from tests.waiting import in_loop

HI = {"model": "gpt-4o-mini", "input": "Hi", "stream": True}
STALLED = testing.Fault("stall", "event", after=2)
SENT = testing.Answer(events=[delta("Hel"), delta("lo"), ending("completed", text="Hello")])
READERS = {
    "events": lambda stream: stream,
    "one iterator": lambda stream: stream.__aiter__(),
    "texts": lambda stream: stream.text_deltas(),
}


def closed(error: StreamInterruptedError) -> bool:
    return (error.reason, error.partial_text, error.events) == ("closed", "Hello", 2)


@pytest.mark.parametrize("reader", READERS)
@in_loop
async def test_a_read_after_a_cancelled_one_raises_an_error(reader, service):
    async with AsyncClient(testing.TOKEN, base_url=service.url, limits=ONE_SLOT) as client:
        service.reply_with(SENT.but(STALLED))
        stream = await client.responses.create(**HI)
        reading = READERS[reader](stream)
        for _ in range(2):
            await anext(reading)
        step = asyncio.ensure_future(anext(reading))
        await asyncio.to_thread(service.wait_until_stalled)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        for read in (lambda: anext(reading), lambda: anext(stream), lambda: anext(stream.text_deltas()), stream.final):
            with pytest.raises(StreamInterruptedError) as caught:
                await read()
            assert closed(caught.value)
        await asyncio.to_thread(service.wait_until_disconnected, service.requests[0], 5)
        assert (await client.responses.create(model="gpt-4o-mini", input="Hi", deadline=30)).output_text


@pytest.mark.parametrize("reader", ["events", "texts"])
def test_a_read_after_one_that_a_signal_handler_aborted_raises_an_error(reader, service):
    def stop(*_):
        raise ZeroDivisionError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with Client(testing.TOKEN, base_url=service.url, limits=ONE_SLOT) as client:
            service.reply_with(SENT.but(STALLED))
            stream = client.responses.create(**HI)
            reading = stream if reader == "events" else stream.text_deltas()
            for _ in range(2):
                next(reading)
            service.wait_until_stalled()
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(ZeroDivisionError):
                next(reading)
            for read in (lambda: next(reading), lambda: next(stream), lambda: list(stream.text_deltas()), stream.final):
                with pytest.raises(StreamInterruptedError) as caught:
                    read()
                assert closed(caught.value)
            service.wait_until_disconnected(service.requests[0], 5)
            assert client.responses.create(model="gpt-4o-mini", input="Hi", deadline=30).output_text
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- a call is in flight until its last event was read


def last_events():
    """Streams of both shapes, and the number of events until the reply is complete."""
    later = testing.Fault("stall", "event", after=2)
    chat = [chunk(choice(content="Hel")), chunk(choice(0, "stop", content="lo"))]
    lines = as_bytes(*chat) + b"data: [DONE]\n\n"
    usage = chunk(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
    return {
        "response": (SENT, 3),
        "chat": (testing.Answer(events=[lines]), 2),
        "chat, its end mark later": (testing.Answer(events=[*chat, "[DONE]"]).but(later), 2),
        "chat, its usage later": (testing.Answer(events=[*chat, usage, "[DONE]"]).but(later), 2),
    }


@pytest.mark.parametrize("shape", ["response", "chat", "chat, its end mark later", "chat, its usage later"])
def test_an_open_stream_is_not_in_flight_after_its_last_event(shape, client, service):
    answer, count = last_events()[shape]
    service.reply_with(answer)
    stream = client.open()
    for _ in range(count):
        next(stream)
    assert_usable(client, service)
    service.release()
    assert stream.final().output_text == "Hello"


def test_a_stream_is_in_flight_until_its_last_event(connect, service):
    driver = connect(service, limits=ONE_SLOT)
    service.reply_with(SENT.but(STALLED))
    stream = driver.open(deadline=30)
    next(stream)
    next(stream)
    assert driver.actual._sender.limiter.in_flight == 1
    service.wait_until_stalled()
    service.release()
    next(stream)
    assert driver.actual._sender.limiter.in_flight == 0
    stream.close()
    assert driver.actual._sender.limiter.in_flight == 0
