"""Faults of the test server, byte by byte on a raw socket."""

from __future__ import annotations

import time

import pytest

from acedata_responses import testing
from tests.testing.clients import EVENTS, RawConnection, post

BODY = testing.Answer(body=b"0123456789")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


E1, E2, E3 = chunk(b'data: {"n": 1}\n\n'), chunk(b'data: {"n": 2}\n\n'), chunk(b"data: [DONE]\n\n")


@pytest.mark.parametrize(("how", "ending"), [("cut", "closed"), ("reset", "reset"), ("stall", "open")])
@pytest.mark.parametrize(
    ("answer", "at", "after", "body"),
    [
        (BODY, "start", None, None),
        (BODY, "body", None, b""),
        (BODY, "body", 4, b"0123"),
        (BODY, "body", 99, b"0123456789"),
        (BODY, "tail", None, b"0123456789"),
        (BODY, "end", None, b"0123456789"),
        (EVENTS, "body", None, b""),
        (EVENTS, "body", 9, chunk(b'data: {"n')),
        (EVENTS, "event", 1, E1),
        (EVENTS, "event", 2, E1 + E2),
        (EVENTS, "event", 9, E1 + E2 + E3),
        (EVENTS, "tail", None, E1 + E2 + E3),
        (EVENTS, "end", None, E1 + E2 + E3 + b"0\r\n\r\n"),
    ],
)
def test_an_answer_can_end_at_each_stage_in_each_way(service, how, ending, answer, at, after, body):
    service.reply_with(answer.but(testing.Fault(how, at, after=after)))
    with RawConnection(service).post() as connection:
        if ending == "open":
            service.wait_until_stalled()  # everything before has been sent
        got, end = connection.read_to_end(timeout=0.01 if ending == "open" else 30)
    assert end == ending
    assert got.partition(b"\r\n\r\n")[1:] == (b"\r\n\r\n", body) if body is not None else not got
    assert len(service.requests) == 1
    if how == "stall":
        service.wait_until_disconnected(service.requests[0])
    else:
        service.wait_until_idle()
        assert service.requests[0].hung_up is None


@pytest.mark.parametrize("how", ["cut", "reset"])
@pytest.mark.parametrize("after", [None, 1, 30])
def test_an_answer_can_end_within_its_head(service, how, after):
    service.reply_with(BODY, BODY.but(testing.Fault(how, "head", after=after)))
    with RawConnection(service).post() as connection:
        whole = connection.read_until(b"\r\n\r\n")
        connection.read_until(b"9")
        got, end = connection.post().read_to_end()
    assert got == whole[: len(whole) // 2 if after is None else after]
    assert end == ("closed" if how == "cut" else "reset")
    assert [request.connection for request in service.requests] == [1, 1]


def test_a_stalled_answer_continues_when_it_is_released(service):
    service.reply_with([testing.Fault("stall", "head"), testing.Fault("stall", "body", after=5)])
    with RawConnection(service).post() as connection:
        service.wait_until_stalled()
        assert service.stalled == 1
        service.release()
        service.wait_until_stalled()
        service.release()
        got = connection.read_until(b'"metadata": {}}')
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    service.wait_until(lambda: service.requests[0].answered is not None)


def test_a_delay_lasts_the_given_seconds(service, http):
    service.reply_with(testing.Fault("delay", seconds=0.2), [testing.Fault("delay", "body", after=9, seconds=0.2)])
    for _ in range(2):
        begun = time.monotonic()
        assert post(http).json()["object"] == "response"
        assert time.monotonic() - begun >= 0.2


def test_an_answer_can_drip(service):
    service.reply_with(EVENTS.but(testing.Fault("drip", "event", after=1, size=3, seconds=0)))
    with RawConnection(service).post() as connection:
        assert connection.read_until(b"0\r\n\r\n").endswith(E1 + E2 + E3 + b"0\r\n\r\n")
        assert connection.post().read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 OK"), "the connection is kept"


def test_data_can_be_inserted_before_the_head_and_between_events(service):
    mid_stream = testing.Fault("write", "event", after=1, data={"error": {"code": "api_error"}})
    before_head = testing.Fault("write", data=b"\x00\x01")
    service.reply_with(EVENTS.but(mid_stream), BODY.but(before_head))
    with RawConnection(service).post() as connection:
        got = connection.read_until(b"0\r\n\r\n")
        assert got.endswith(E1 + chunk(b'data: {"error": {"code": "api_error"}}\n\n') + E2 + E3 + b"0\r\n\r\n")
        assert connection.post().read_until(b"9").startswith(b"\x00\x01HTTP/1.1 200 OK\r\n")


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
def test_the_connection_is_closed_after_an_answer_with_a_wrong_or_missing_length(service, answer, tail):
    service.reply_with(answer)
    with RawConnection(service).post() as connection:
        got, end = connection.read_to_end()
    assert got.endswith(tail)
    assert end == "closed"


def test_a_body_can_be_chunked(service):
    service.reply_with(testing.Answer(json=[1], headers={"transfer-encoding": "chunked"}))
    with RawConnection(service).post() as connection:
        assert connection.read_until(b"0\r\n\r\n").endswith(b"\r\n\r\n" + chunk(b"[1]") + b"0\r\n\r\n")


def test_an_invalid_fault_is_refused():
    with pytest.raises(ValueError, match=r"no fault 'explode' at 'start'\. Known faults: delay, stall, cut"):
        testing.Fault("explode")
    with pytest.raises(ValueError, match="size must be at least 1"):
        testing.Fault("drip", size=0)
