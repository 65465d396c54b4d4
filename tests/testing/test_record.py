"""What the embedded service keeps of requests, and of clients that leave."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from acedata_responses import testing
from tests.testing.answers import EVENTS
from tests.testing.plain_clients import ASK, Wire, ask, client_of


def test_requests_are_recorded(service, http):
    before = time.monotonic()
    ask(http, metadata={"é": 1})
    http.get("/openai/models", params={"a": ["1", "2"]})
    service.wait_until_idle()
    first, second = service.requests
    assert (first.number, first.method, first.path, first.connection) == (1, "POST", "/openai/responses", 1)
    assert first.json == {**ASK, "metadata": {"é": 1}}
    assert json.loads(first.body) == first.json
    assert first.headers["Content-Type"] == "application/json"
    assert second.query.get_list("a") == ["1", "2"]
    assert second.json is None
    assert before <= first.arrived <= first.answered <= second.arrived <= time.monotonic()
    assert (first.status, first.hung_up) == (200, None)
    assert repr(second) == "<Request 2: GET /openai/models>"


def test_waiting_ends_when_it_has_come_true_or_in_time(service):
    with ThreadPoolExecutor() as pool, client_of(service) as http:
        waiting = pool.submit(service.wait_for_requests, 2)
        ask(http)
        ask(http)
        assert [request.number for request in waiting.result(timeout=10)] == [1, 2]
    with pytest.raises(TimeoutError, match=r"the service has seen \[<Request 1: POST"):
        service.wait_for_requests(3, timeout=0.01)


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("at", ["start", "head", "body", "event", "tail"])
def test_a_client_that_leaves_is_noticed(service, at, how):
    service.reply_with(testing.Fault("stall", at, after=3))
    with Wire(service).ask(stream=True) as wire:
        service.wait_until_stalled()
        (request,) = service.requests
        assert request.hung_up is None
        if how == "reset":
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert service.wait_until_disconnected(request) >= request.arrived
    assert service.in_flight == 0
    service.wait_until(lambda: service.stalled == service.open_connections == 0)


def test_a_client_that_leaves_while_it_is_sent_to_is_noticed(service):
    service.reply_with(testing.Answer(events=({"n": n} for n in range(10**9))))
    with Wire(service).ask(stream=True) as wire:
        wire.until(b'"n": 99')
    service.wait_until_disconnected(service.requests[0])


def test_a_request_that_breaks_off_is_recorded_as_such(service):
    with Wire(service) as wire:
        wire.socket.sendall(Wire.request()[:-5])
    (request,) = service.wait_for_requests(1)
    assert not request.is_whole
    assert request.json is None
    assert service.most_in_flight == 0


def test_leaving_after_the_whole_answer_is_not_leaving_early(service):
    service.reply_with(always=EVENTS)
    for _ in range(50):
        with Wire(service).ask(stream=True) as wire:
            wire.until(b"0\r\n\r\n")
    service.wait_until(lambda: service.open_connections == 0)
    assert [request for request in service.requests if request.hung_up] == []
