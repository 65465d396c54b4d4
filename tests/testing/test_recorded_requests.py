"""The requests that the test server records, and the clients that disconnect."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from acedata_responses import testing
from tests.testing.clients import EVENTS, REQUEST, RawConnection, client_of, post


def test_requests_are_recorded(service, http):
    before = time.monotonic()
    post(http, metadata={"é": 1})
    http.get("/openai/models", params={"a": ["1", "2"]})
    service.wait_until_idle()
    first, second = service.requests
    assert (first.number, first.method, first.path, first.connection) == (1, "POST", "/openai/responses", 1)
    assert first.json == {**REQUEST, "metadata": {"é": 1}}
    assert json.loads(first.body) == first.json
    assert first.headers["Content-Type"] == "application/json"
    assert second.query.get_list("a") == ["1", "2"]
    assert second.json is None
    assert before <= first.arrived <= first.answered <= second.arrived <= time.monotonic()
    assert (first.status, first.hung_up) == (200, None)
    assert repr(second) == "<Request 2: GET /openai/models>"


def test_a_wait_ends_when_its_condition_is_true_or_with_a_timeout(service):
    with ThreadPoolExecutor() as pool, client_of(service) as http:
        waiting = pool.submit(service.wait_for_requests, 2)
        post(http)
        post(http)
        assert [request.number for request in waiting.result(timeout=10)] == [1, 2]
    with pytest.raises(TimeoutError, match=r"the service has received \[<Request 1: POST"):
        service.wait_for_requests(3, timeout=0.01)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_disconnect_during_a_stall_is_recorded(service, how):
    service.reply_with(testing.Fault("stall", "body", after=3))
    with RawConnection(service).post(stream=True) as connection:
        service.wait_until_stalled()
        (request,) = service.requests
        assert request.hung_up is None
        if how == "reset":
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert service.wait_until_disconnected(request) >= request.arrived
    assert service.in_flight == 0
    service.wait_until(lambda: service.stalled == service.open_connections == 0)


def test_a_disconnect_while_the_answer_is_sent_is_recorded(service):
    service.reply_with(testing.Answer(events=({"n": n} for n in range(10**9))))
    with RawConnection(service).post(stream=True) as connection:
        connection.read_until(b'"n": 99')
    service.wait_until_disconnected(service.requests[0])


def test_a_disconnect_after_the_whole_answer_is_not_recorded(service):
    service.reply_with(always=EVENTS)
    for _ in range(50):
        with RawConnection(service).post(stream=True) as connection:
            connection.read_until(b"0\r\n\r\n")
    service.wait_until(lambda: service.open_connections == 0)
    assert [request for request in service.requests if request.hung_up] == []


def test_an_incomplete_request_is_recorded(service):
    with RawConnection(service) as connection:
        connection.socket.sendall(RawConnection.request()[:-5])
    (request,) = service.wait_for_requests(1)
    assert not request.is_whole
    assert request.json is None
    assert service.most_in_flight == 0
