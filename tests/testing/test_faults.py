"""Faults of the embedded service, byte by byte as a bare connection sees them."""

from __future__ import annotations

import time

import pytest

from acedata_responses import testing
from tests.testing.answers import EVENTS
from tests.testing.plain_clients import Wire, ask

BODY = testing.Answer(body=b"0123456789")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


E1, E2, E3 = chunk(b'data: {"n": 1}\n\n'), chunk(b'data: {"n": 2}\n\n'), chunk(b"data: [DONE]\n\n")


@pytest.mark.parametrize(("how", "ending"), [("cut", "closed"), ("reset", "reset"), ("stall", "open")])
@pytest.mark.parametrize(
    ("answer", "at", "after", "has_head", "body"),
    [
        (BODY, "start", None, False, b""),
        (BODY, "body", None, True, b""),
        (BODY, "body", 4, True, b"0123"),
        (BODY, "body", 99, True, b"0123456789"),
        (BODY, "tail", None, True, b"0123456789"),
        (BODY, "end", None, True, b"0123456789"),
        (EVENTS, "body", None, True, b""),
        (EVENTS, "body", 9, True, chunk(b'data: {"n')),
        (EVENTS, "event", 1, True, E1),
        (EVENTS, "event", 2, True, E1 + E2),
        (EVENTS, "event", 9, True, E1 + E2 + E3),
        (EVENTS, "tail", None, True, E1 + E2 + E3),
        (EVENTS, "end", None, True, E1 + E2 + E3 + b"0\r\n\r\n"),
    ],
)
def test_an_answer_ends_at_each_stage_in_each_way(service, how, ending, answer, at, after, has_head, body):
    service.reply_with(answer.but(testing.Fault(how, at, after=after)))
    with Wire(service).ask() as wire:
        if ending == "open":
            service.wait_until_stalled()  # what comes before that has come
        got, end = wire.rest(patience=0.01 if ending == "open" else 30)
    _head, mark, rest = got.partition(b"\r\n\r\n")
    assert end == ending
    assert bool(mark) is has_head
    assert rest == body if has_head else not got
    assert len(service.requests) == 1
    if how == "stall":
        service.wait_until_disconnected(service.requests[0])
    else:
        service.wait_until_idle()
        assert service.requests[0].hung_up is None


@pytest.mark.parametrize("how", ["cut", "reset"])
@pytest.mark.parametrize("after", [None, 1, 9, 17, 30])
def test_a_head_can_end_in_its_middle(service, how, after):
    service.reply_with(BODY, BODY.but(testing.Fault(how, "head", after=after)))
    with Wire(service).ask() as wire:
        whole = wire.until(b"\r\n\r\n")
        wire.until(b"9")
        got, end = wire.ask().rest()
    assert got == whole[: len(whole) // 2 if after is None else after]
    assert end == ("closed" if how == "cut" else "reset")
    assert [request.connection for request in service.requests] == [1, 1]


def test_a_stall_goes_on_when_it_is_released(service):
    service.reply_with([testing.Fault("stall", "head"), testing.Fault("stall", "body", after=5)])
    with Wire(service).ask() as wire:
        service.wait_until_stalled()
        assert service.stalled == 1
        service.release()
        service.wait_until_stalled()
        service.release()
        got = wire.until(b'"metadata": {}}')
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    service.wait_until(lambda: service.requests[0].answered is not None)


def test_a_delay_is_as_long_as_it_says(service, http):
    service.reply_with(testing.Fault("delay", seconds=0.2), [testing.Fault("delay", "body", after=9, seconds=0.2)])
    for _ in range(2):
        begun = time.monotonic()
        assert ask(http).json()["object"] == "response"
        assert time.monotonic() - begun >= 0.2


def test_an_answer_can_drip(service):
    service.reply_with(EVENTS.but(testing.Fault("drip", "event", after=1, size=3, seconds=0)))
    with Wire(service).ask() as wire:
        assert wire.until(b"0\r\n\r\n").endswith(E1 + E2 + E3 + b"0\r\n\r\n")
        assert wire.ask().until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK"), "the connection is kept"


def test_something_else_can_stand_in_an_answer(service):
    mid_stream = testing.Fault("write", "event", after=1, data={"error": {"code": "api_error"}})
    before_head = testing.Fault("write", data=b"\x00\x01")
    service.reply_with(EVENTS.but(mid_stream), BODY.but(before_head))
    with Wire(service).ask() as wire:
        got = wire.until(b"0\r\n\r\n")
        assert got.endswith(E1 + chunk(b'data: {"error": {"code": "api_error"}}\n\n') + E2 + E3 + b"0\r\n\r\n")
        assert wire.ask().until(b"9").startswith(b"\x00\x01HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("answer", "tail"),
    [
        (testing.Answer(raw=b"SSH-2.0-server\r\n"), b"SSH-2.0-server\r\n"),
        (testing.Answer(body=b"abc", headers={"Content-Length": "9"}), b"content-length: 9\r\n\r\nabc"),
        (testing.Answer(body=b"abc", headers={"content-length": "2"}), b"content-length: 2\r\n\r\nabc"),
        (testing.Answer(body=b"abc", headers={"content-length": None}), b"HTTP/1.1 200 OK\r\n\r\nabc"),
        (testing.Answer(body=b"abc", headers={"connection": "close"}), b"connection: close\r\n\r\nabc"),
        (
            testing.Answer(events=[b"data: 1"], headers={"transfer-encoding": None, "content-type": None}),
            b"HTTP/1.1 200 OK\r\n\r\ndata: 1",
        ),
    ],
)
def test_an_answer_whose_length_is_wrong_or_missing_ends_with_the_connection(service, answer, tail):
    service.reply_with(answer)
    with Wire(service).ask() as wire:
        got, end = wire.rest()
    assert got.endswith(tail)
    assert end == "closed"


def test_a_body_can_be_chunked(service):
    service.reply_with(testing.Answer(json=[1], headers={"transfer-encoding": "chunked"}))
    with Wire(service).ask() as wire:
        assert wire.until(b"0\r\n\r\n").endswith(b"\r\n\r\n" + chunk(b"[1]") + b"0\r\n\r\n")


def test_a_fault_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"no fault 'explode' at 'start'\. Known faults: delay, stall, cut"):
        testing.Fault("explode")
    with pytest.raises(ValueError, match="size must be at least 1"):
        testing.Fault("drip", size=0)
