"""Streams without a good end: what had come is kept, the error says what happened, and nothing is sent twice."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from acedata_responses import AsyncClient, Limits, errors, testing
from acedata_responses.types import ChatCompletion, ResponseObject
from tests.faults.sockets import bare, read_request
from tests.faults.table import PATIENT, SHORT

ONE_PLACE = Limits(in_flight=1, per_second=None)


@pytest.fixture
def client(connect, service):
    """A client with one place in flight: a stream that keeps it after its end is found out by the next call."""
    return connect(service, limits=ONE_PLACE)


def created(**fields):
    return {
        "type": "response.created",
        "sequence_number": 0,
        "response": response(status="in_progress", **fields),
    }


def response(text: str = "", **fields):
    part = {"type": "output_text", "text": text, "annotations": []}
    message = {"type": "message", "id": "m-1", "role": "assistant", "status": "completed", "content": [part]}
    return {
        "id": "r-1", "object": "response", "created_at": 1, "model": "gpt-4o-mini", "status": "completed",
        "output": [message] if text else [], "error": None, "incomplete_details": None, "usage": None, **fields,
    }  # fmt: skip


def delta(text: str):
    return {
        "type": "response.output_text.delta", "sequence_number": 1, "item_id": "m-1", "output_index": 0,
        "content_index": 0, "delta": text,
    }  # fmt: skip


def ending(kind: str, **fields):
    return {"type": f"response.{kind}", "sequence_number": 9, "response": response(status=kind, **fields)}


def chunk(*choices, **fields):
    return {
        "id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini", "choices": list(choices),
        **fields,
    }  # fmt: skip


def choice(index: int = 0, finish_reason: str | None = None, **delta):
    return {"index": index, "delta": delta, "finish_reason": finish_reason}


def events_of(stream) -> tuple[list, errors.AceDataError | None]:
    """The events until the end or until an error, and the error."""
    events = []
    try:
        for event in stream:
            events.append(event)  # noqa: PERF402 - what came before an error counts
    except errors.AceDataError as error:
        return events, error
    return events, None


def text_of(stream) -> tuple[str, errors.AceDataError | None]:
    texts = []
    try:
        for text in stream.text_deltas():
            texts.append(text)  # noqa: PERF402 - what came before an error counts
    except errors.AceDataError as error:
        return "".join(texts), error
    return "".join(texts), None


def assert_usable(client, service):
    """The next call of a client with one place in flight gets its answer."""
    assert client.create(deadline=5).output_text
    assert service.unused == 0


BAD_ENDS = {
    "no last event": ([created(), delta("Hel"), delta("lo")], "StreamInterruptedError", "ended", 3, "Hello"),
    "nothing but the end": (["[DONE]"], "StreamInterruptedError", "ended", 0, ""),
    "nothing at all": ([], "StreamInterruptedError", "ended", 0, ""),
    "comments alone": ([b": ping\n\n: ping\n\n"], "StreamInterruptedError", "ended", 0, ""),
    "no JSON": ([created(), delta("Hel"), "lo"], "StreamInterruptedError", "unreadable", 2, "Hel"),
    "half an event": (
        [created(), delta("Hel"), b'data: {"type": "respo'], "StreamInterruptedError", "unreadable", 2, "Hel",
    ),
    "a number": ([delta("Hel"), "5"], "StreamInterruptedError", "unreadable", 1, "Hel"),
    "null": ([delta("Hel"), "null"], "StreamInterruptedError", "unreadable", 1, "Hel"),
    "a list": ([delta("Hel"), "[1]"], "StreamInterruptedError", "unreadable", 1, "Hel"),
    "no event": ([delta("Hel"), {"hello": "world"}], "StreamInterruptedError", "unreadable", 1, "Hel"),
    "nested too deeply": ([delta("Hel"), '{"a":' * 200_000], "StreamInterruptedError", "unreadable", 1, "Hel"),
    "an end without a reply": (
        [delta("Hel"), {"type": "response.completed", "sequence_number": 2}],
        "StreamInterruptedError", "ended", 2, "Hel",
    ),
    "an end with half a reply": (
        [delta("Hel"), {"type": "response.completed", "sequence_number": 2, "response": "r"}],
        "StreamInterruptedError", "ended", 2, "Hel",
    ),
    "an error event": (
        [delta("Hel"), {"type": "error", "sequence_number": 2, "code": "api_error", "message": "No.", "param": None}],
        "StreamFailedError", ("api_error", "No."), 2, "Hel",
    ),
    "an error event with its error within": (
        [delta("Hel"), {"type": "error", "error": {"code": "api_error", "message": "No."}}],
        "StreamFailedError", ("api_error", "No."), 2, "Hel",
    ),
    "an error body": (
        [delta("Hel"), {"error": {"code": "used_up", "message": "No."}, "trace_id": "t-1"}],
        "StreamFailedError", ("used_up", "No."), 1, "Hel",
    ),
    "an error body in an event": (
        [chunk(choice(content="Hel")), chunk(error={"code": "api_error", "message": "No."})],
        "StreamFailedError", ("api_error", "No."), 1, "Hel",
    ),
    "success: false": ([delta("Hel"), {"success": False}], "StreamFailedError", (None, ""), 1, "Hel"),
    "response.failed": (
        [delta("Hel"), ending("failed", error={"code": "api_error", "message": "No."})],
        "StreamFailedError", ("api_error", "No."), 2, "Hel",
    ),
    "response.failed without a reply": (
        [delta("Hel"), {"type": "response.failed", "sequence_number": 2}], "StreamFailedError", (None, ""), 2, "Hel",
    ),
    "chunks without an end": ([chunk(choice(content="Hel"))], "StreamInterruptedError", "ended", 1, "Hel"),
}  # fmt: skip
"""What the service sends, and of the error: its class, its reason or its code and message, the events and the text
that had come. An event that reports the failure is given out, and counts."""


@pytest.mark.parametrize("name", BAD_ENDS)
def test_a_stream_with_a_bad_end_raises_and_keeps_what_had_come(name, client, service):
    sent, cls, why, count, text = BAD_ENDS[name]
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (type(error).__name__, len(events)) == (cls, count)
        assert why == (error.reason if cls == "StreamInterruptedError" else (error.code, error.message))
        assert (error.partial_text, stream.partial_text, error.events) == (text, text, count)
        assert (error.tries, error.method, error.http.status_code) == (1, "POST", 200)
        for _ in range(2):
            with pytest.raises(type(error)) as again:
                stream.final()
            assert again.value is error
        assert text_of(stream) == ("", error)
    assert len(service.requests) == 1
    assert_usable(client, service)


@pytest.mark.parametrize("name", BAD_ENDS)
def test_the_texts_of_a_stream_with_a_bad_end_come_before_its_error(name, client, service):
    sent, cls, _why, _count, text = BAD_ENDS[name]
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        found, error = text_of(stream)
    assert (found, type(error).__name__) == (text, cls)
    assert_usable(client, service)


@pytest.mark.parametrize("name", BAD_ENDS)
def test_the_reply_of_a_stream_with_a_bad_end_is_its_error(name, client, service):
    sent, cls, _why, _count, text = BAD_ENDS[name]
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream, pytest.raises(getattr(errors, cls)) as caught:
        stream.final()
    assert caught.value.partial_text == text
    assert_usable(client, service)


@pytest.mark.parametrize("name", ["no last event", "no JSON", "an error body", "response.failed"])
def test_how_a_stream_with_a_bad_end_is_cut_makes_no_difference(name, client, service):
    sent, cls, _why, count, text = BAD_ENDS[name]
    service.reply_with(testing.Answer(events=sent).but(testing.Fault("drip", "body", size=7, seconds=0)))
    events, error = events_of(client.open())
    assert (len(events), type(error).__name__, error.partial_text) == (count, cls, text)


def test_a_failed_response_is_given_out_and_is_on_the_error(client, service):
    service.reply_with(testing.Answer(events=BAD_ENDS["response.failed"][0]))
    with client.open() as stream:
        events, error = events_of(stream)
    assert events[-1].type == "response.failed"
    assert error.reply.status == "failed"
    assert error.event["type"] == "response.failed"
    assert "api_error, No." in str(error)


def test_an_incomplete_response_is_a_normal_end(client, service):
    details = {"reason": "max_output_tokens"}
    sent = [created(), delta("Hel"), ending("incomplete", text="Hel", incomplete_details=details)]
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (len(events), error) == (3, None)
        final = stream.final()
    assert (final.status, final.output_text) == ("incomplete", "Hel")
    assert final.incomplete_details.reason == "max_output_tokens"
    assert_usable(client, service)


def test_a_last_event_without_its_blank_line_counts(client, service):
    last = b"data: " + json.dumps(ending("completed", text="Hello")).encode()
    service.reply_with(testing.Answer(events=[delta("Hello"), last]))
    assert client.open().final().output_text == "Hello"


def test_after_a_broken_connection_half_an_event_does_not_count(client, service):
    last = b"data: " + json.dumps(ending("completed", text="Hello")).encode()
    service.reply_with(testing.Answer(events=[delta("Hello"), last]).but(testing.Fault("cut", "tail")))
    with pytest.raises(errors.StreamInterruptedError) as caught:
        client.open().final()
    assert (caught.value.reason, caught.value.partial_text) == ("broken", "Hello")


@pytest.mark.parametrize(
    "fault", [testing.Fault("cut", "tail"), testing.Fault("reset", "tail"), testing.Fault("stall", "tail")]
)
def test_what_happens_after_the_last_event_does_not_matter(fault, client, service):
    service.reply_with(fault)
    began = time.monotonic()
    assert client.open().final().status == "completed"
    assert time.monotonic() - began < 2
    assert_usable(client, service)


@pytest.mark.parametrize(
    ("fault", "reason"), [
        (testing.Fault("cut", "event", after=5), "broken"),
        (testing.Fault("reset", "event", after=5), "broken"),
        (testing.Fault("stall", "event", after=5), "timed out"),
        (testing.Fault("write", "event", after=5, data=b"data: \xff\xfe\n\n"), "unreadable"),
    ],
)  # fmt: skip
def test_a_fault_in_mid_stream_leaves_the_text_so_far(fault, reason, client, service):
    service.answers(text="one two three four")
    service.reply_with(fault)
    with client.open(timeout=PATIENT) as stream:
        text, error = text_of(stream)
    assert (text, error.partial_text, error.reason) == ("one", "one", reason)
    assert len(service.requests) == 1
    assert_usable(client, service)


# --- what is no stream


def test_a_reply_instead_of_a_stream_gives_its_text_and_itself(client, service):
    service.reply_with(always=testing.Answer(json=response(text="Hello")))
    with client.open() as stream:
        assert text_of(stream) == ("Hello", None)
        assert isinstance(stream.final(), ResponseObject)
        assert stream.final().http.content
    assert client.open().final().output_text == "Hello"


def test_a_reply_instead_of_a_stream_has_no_events_and_says_so(client, service):
    service.reply_with(testing.Answer(json=response(text="Hello")))
    with client.open() as stream:
        events, error = events_of(stream)
        assert events == []
        assert isinstance(error, errors.ReplyDecodeError)
        assert error.reply.output_text == stream.final().output_text == "Hello"
        assert json.loads(error.body) == response(text="Hello")
    assert_usable(client, service)


def test_a_reply_instead_of_a_stream_that_breaks_off_is_kept_as_far_as_it_came(client, service):
    service.reply_with(
        testing.Answer(json=response(text="Hello")).but(testing.Fault("cut", "body", after=60))
    )
    with pytest.raises(errors.StreamInterruptedError) as caught:
        client.stream()
    assert len(caught.value.http.content) == 60


def test_a_stream_left_before_a_whole_reply_has_come_is_no_reply(client, service):
    service.reply_with(
        testing.Answer(json=response(text="Hello")).but(testing.Fault("stall", "body", after=60))
    )
    stream = client.open()
    stream.close()
    with pytest.raises(errors.StreamInterruptedError) as caught:
        stream.final()
    assert caught.value.reason == "closed"
    assert_usable(client, service)


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf", b"\r\n \t", b"\n" * 9])
def test_a_reply_instead_of_a_stream_is_known_whatever_comes_before_it(start, client, service):
    body = start + json.dumps(response(text="Hello")).encode()
    service.reply_with(testing.Answer(body=body).but(testing.Fault("drip", "body", seconds=0)))
    assert client.open().final().output_text == "Hello"


@pytest.mark.parametrize(
    "start", [b"\xef\xbb\xbf", b"\r\n\r\n", b": hello\n\n", b"event: x\nid: 1\nretry: 5\n"]
)
def test_a_stream_is_known_whatever_comes_before_it(start, client, service):
    first = b"data: " + json.dumps(created()).encode() + b"\n\n"
    sent = [start + first, delta("Hello"), ending("completed", text="Hello")]
    service.reply_with(testing.Answer(events=sent).but(testing.Fault("drip", "body", size=3, seconds=0)))
    with client.open() as stream:
        assert next(iter(stream)).type == "response.created"
        assert stream.final().output_text == "Hello"


def test_text_instead_of_a_stream_is_shown_in_the_error(client, service):
    service.reply_with(testing.Answer(body="upstream connect error", headers={"content-type": "text/plain"}))
    with pytest.raises(errors.StreamInterruptedError, match="upstream connect error"):
        client.stream()


# --- chat completion chunks


def test_chunks_are_put_together(client, service):
    call = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "look", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ": 1}"}}
    other = {"index": 1, "id": "call-2", "type": "function", "function": {"name": "wait", "arguments": "{}"}}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    sent = [
        chunk(choice(0, role="assistant", content="")), chunk(choice(1, role="assistant", content="")),
        chunk(choice(0, content="Hel")), chunk(choice(1, content="Bon")), chunk(choice(0, content="lo")),
        chunk(choice(1, content="jour")), chunk(choice(0, tool_calls=[call])),
        chunk(choice(0, tool_calls=[more, other])), chunk(choice(1, "stop")), chunk(choice(0, "tool_calls")),
        chunk(usage=usage), "[DONE]",
    ]  # fmt: skip
    service.reply_with(testing.Answer(events=sent))
    with client.open() as stream:
        events, error = events_of(stream)
        assert (len(events), error) == (11, None)
        assert stream.partial_text == "Hello"
        final = stream.final()
    assert isinstance(final, ChatCompletion)
    assert final.output_text == "Hello"
    data = final.to_dict()
    assert (data["object"], data["id"], data["usage"]) == ("chat.completion", "c-1", usage)
    first, second = data["choices"]
    assert (second["message"]["content"], second["finish_reason"]) == ("Bonjour", "stop")
    assert first["finish_reason"] == "tool_calls"
    assert [one["function"] for one in first["message"]["tool_calls"]] == [
        {"name": "look", "arguments": '{"a": 1}'}, {"name": "wait", "arguments": "{}"},
    ]  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after", "in the middle"])
@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_the_reply_can_be_asked_for_at_any_time(when, shape, client, service):
    service.answers(shape=shape, text="one two three")
    with client.open() as stream:
        if when == "after":
            assert len(list(stream)) > 3
        if when == "in the middle":
            next(iter(stream))
        final = stream.final()
        assert list(stream) == []
        assert final is stream.final()
    assert final.output_text == "one two three"
    assert stream.final() is final


# --- leaving early


def left_by_closing(stream):
    stream.close()
    stream.close()


def left_by_the_with(stream):
    with stream:
        pass


def left_in_the_middle(stream):
    with stream:
        next(iter(stream))


def left_in_the_texts(stream):
    with stream:
        for _text in stream.text_deltas():
            break


def left_by_an_exception(stream):
    with suppress(ZeroDivisionError), stream:
        next(iter(stream))
        raise ZeroDivisionError


LEAVING = [left_by_closing, left_by_the_with, left_in_the_middle, left_in_the_texts, left_by_an_exception]


@pytest.mark.parametrize("leave", LEAVING)
def test_leaving_a_stream_closes_its_connection_at_once(leave, client, service):
    service.reply_with(testing.Fault("stall", "event", after=5))
    stream = client.open()
    began = time.monotonic()
    leave(stream)
    left = service.wait_until_disconnected(service.requests[0], timeout=5)
    assert left - began < 2
    with pytest.raises(errors.StreamInterruptedError) as caught:
        stream.final()
    assert caught.value.reason == "closed"
    assert list(stream) == []
    assert_usable(client, service)
    assert len(service.requests) == 2


def test_a_closed_stream_gives_out_nothing_more_of_what_was_received(client, service):
    service.reply_with(
        testing.Answer(events=[b"".join(b"data: %s\n\n" % json.dumps(delta("a")).encode() for _ in "123")])
    )
    stream = client.open()
    next(iter(stream))
    stream.close()
    assert list(stream) == []
    assert stream.partial_text == "a"


def dropped_at_once(_stream):
    pass


def dropped_in_the_middle(stream):
    next(iter(stream))


def dropped_in_the_texts(stream):
    next(iter(stream.text_deltas()))


@pytest.mark.parametrize("drop", [dropped_at_once, dropped_in_the_middle, dropped_in_the_texts])
def test_a_stream_that_nobody_holds_any_more_is_left_too(drop, client, service):
    service.reply_with(testing.Fault("stall", "event", after=5))
    drop(client.open())
    gc.collect()
    service.wait_until_disconnected(service.requests[0], timeout=5)
    assert_usable(client, service)


def test_a_stream_read_to_its_end_keeps_the_connection_and_gives_its_place_back_at_once(client, service):
    stream = client.open()
    list(stream)
    assert_usable(client, service)
    assert {request.connection for request in service.requests} == {1}
    stream.close()


@pytest.mark.parametrize("stage", ["head", "stream", "reply"])
def test_a_cancelled_task_closes_its_connection_at_once(stage, service):
    async def main():
        async with AsyncClient(testing.TOKEN, base_url=service.url, limits=ONE_PLACE) as client:
            where = {"head": testing.Fault("stall"), "stream": testing.Fault("stall", "event", after=5)}
            service.reply_with(where.get(stage, testing.Fault("stall", "body", after=9)))
            task = asyncio.create_task(read(client, stream=stage == "stream"))
            await asyncio.to_thread(service.wait_until_stalled)
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.to_thread(service.wait_until_disconnected, service.requests[0], 5)
            assert (await client.responses.create(model="gpt-4o-mini", input="Hi", deadline=5)).output_text

    async def read(client, **fields):
        answer = await client.responses.create(model="gpt-4o-mini", input="Hi", **fields)
        async for _event in answer:
            pass

    asyncio.run(main())
    assert len(service.requests) == 2


@pytest.mark.parametrize("stage", ["head", "stream", "reply"])
def test_a_wait_for_cut_short_by_asyncio_leaves_the_client_usable(stage, service):
    async def main():
        async with AsyncClient(testing.TOKEN, base_url=service.url, limits=ONE_PLACE) as client:
            where = {"head": testing.Fault("stall"), "stream": testing.Fault("stall", "event", after=5)}
            service.reply_with(where.get(stage, testing.Fault("stall", "body", after=9)))
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(read(client, stream=stage == "stream"), SHORT)
            assert (await client.responses.create(model="gpt-4o-mini", input="Hi", deadline=5)).output_text

    async def read(client, **fields):
        answer = await client.responses.create(model="gpt-4o-mini", input="Hi", **fields)
        return [text async for text in answer.text_deltas()]

    asyncio.run(main())


def test_a_service_that_keeps_the_connection_open_after_the_end_does_not_hold_the_reader(connect):
    lines = b"".join(
        b"data: %s\n\n" % json.dumps(event).encode()
        for event in [delta("Hi"), ending("completed", text="Hi")]
    )

    def talk(connection, received):
        read_request(connection, received)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        connection.sendall(head + lines)
        connection.recv(1)

    with bare(talk) as server:
        began = time.monotonic()
        assert connect(base_url=server.url).open().final().output_text == "Hi"
        assert time.monotonic() - began < 2


# --- sent again only before the first event


def test_a_stream_is_sent_again_until_its_head_has_come(client, service, connect):
    from tests.faults.clock import SkippingClock

    driver = connect(service, clock=SkippingClock())
    service.reply_with(testing.error("api_error"), testing.error("rate_limited"))
    assert driver.open().final().http.tries == 3
    assert len(service.requests) == 3


def test_a_stream_that_ends_before_its_first_event_is_not_sent_again(client, service):
    """An answer had begun. By the vendor's word it is not billed, but that is the caller's to decide."""
    service.reply_with(testing.Answer(events=[]))
    with pytest.raises(
        errors.StreamInterruptedError, match="not billed, and may be asked for again"
    ) as caught:
        client.stream()
    assert caught.value.events == 0
    assert len(service.requests) == 1


def test_strict_streams_end_at_the_first_event_that_departs_from_the_document(connect, service):
    bad = replace(testing.Answer(), events=[created(), {**delta("a"), "output_index": "none"}, delta("b")])
    service.reply_with(bad)
    driver = connect(service, strict=True, limits=ONE_PLACE)
    with driver.open() as stream:
        events, error = events_of(stream)
        assert isinstance(error, errors.ReplyDecodeError)
        assert [problem.pointer for problem in error.problems] == ["/output_index"]
        assert len(events) == 1
        with pytest.raises(errors.ReplyDecodeError) as caught:
            stream.final()
        assert caught.value is error
    assert_usable(driver, service)
