"""Each fault of the table, over a socket: the error of the call, and how often the service received the request."""

from __future__ import annotations

import pickle
from functools import partial

import pytest

from acedata_responses import errors, testing
from tests.clock import SkippingClock
from tests.contract.document import DOCUMENT
from tests.drivers import ONE_SLOT, Driver
from tests.faults.fault_table import (
    BODIES,
    CODES,
    ERROR_BODIES,
    ERRORS,
    HARMLESS,
    IN_THE_BODY,
    NOT_BILLED,
    PATIENT,
    ROWS,
    TRANSPORT,
    TRIES,
    Row,
)
from tests.streams import shapes

_EXAMPLES = {"bad_request under 400", "timeout under 504", "status 503", "rate_limited under 200"}
BY_ALL_CALLS = [row for row in ERRORS if row.name in _EXAMPLES]
"""Errors that each type of call meets: one that is not retried, and some that are."""

ALIKE = {row.name for row in ERRORS} - _EXAMPLES
"""The other errors, which only `post` meets: statuses and codes decide the same for all calls."""

KEPT = [*TRANSPORT, *HARMLESS, *BODIES, *BY_ALL_CALLS]

CALLS = {
    "post": Driver.create,
    "get": Driver.list_models,
    "stream": Driver.stream,
    "via": partial(Driver.create, via_stream=True),
}


def each(rows, is_selected=lambda outcome: True):
    """Parametrize a test by each fault and each type of call that can have it."""
    return pytest.mark.parametrize(
        ("row", "call"),
        [
            pytest.param(row, call, id=f"{row.name}-{call}")
            for row in rows
            for call, outcome in row.outcomes.items()
            if is_selected(outcome) and (call == "post" or row.name not in ALIKE)
        ],
    )


@pytest.fixture
def client(connect, service):
    """A client whose waits between tries take no time."""
    return connect(service, clock=SkippingClock())


def check(row: Row, call, client, service, known: int = 0):
    """Make a call that meets a fault, and check its error and the requests."""
    service.reply_with(always=row.answer)
    expected = row.outcomes[call]
    error = None
    try:
        CALLS[call](client, **row.options(call))
    except errors.AceDataError as caught:
        error = caught

    # A call with a short timeout may end before the service has received its request.
    service.wait_until(lambda: len(service.requests) >= known + expected.sent)
    requests = service.requests[known:]
    assert (type(error).__name__ if error else "") == expected.error
    assert [request.is_whole for request in requests] == [True] * expected.sent
    if error:
        actual = {name: getattr(error, name) for name in expected.facts}
        assert actual == expected.facts
        assert error.tries == expected.sent
        assert error.method == requests[0].method
        assert error.url == service.url + requests[0].path
    return requests


@each([*TRANSPORT, *ERRORS, *shapes.ROWS])
def test_a_fault_raises_its_error_and_the_request_is_sent_as_often_as_the_table_says(row, call, client, service):
    check(row, call, client, service)


@each(KEPT)
def test_a_fault_on_a_kept_connection_has_the_same_outcome_and_leaves_the_client_usable(row, call, connect, service):
    """Only one call may be in flight: a slot that was not released would block the next call."""
    client = connect(service, clock=SkippingClock(), limits=ONE_SLOT)
    client.list_models()
    requests = check(row, call, client, service, known=1)
    assert requests[0].connection == 1
    if row.outcomes[call].error:  # else the service may be about to end the connection
        service.clear()
        service.answers(text="still usable")
        assert client.create(deadline=30).output_text == "still usable"
        assert len(service.requests) == 1


@each(ROWS, lambda outcome: outcome.sent > 1)
def test_a_fault_that_may_be_retried_is_followed_by_a_successful_try(row, call, client, service):
    service.reply_with(row.answer, row.answer)
    result = CALLS[call](client, **row.options(call))
    assert result if call == "stream" else result.http.tries == TRIES
    service.wait_until(lambda: len(service.requests) == TRIES)


@pytest.mark.parametrize("row", IN_THE_BODY, ids=lambda row: row.name)
def test_the_error_has_the_received_part_of_the_response(row, client, service):
    service.reply_with(row.answer)
    with pytest.raises(errors.TransportError) as caught:
        client.create(**row.options("stream"))
    assert caught.value.http.status_code == 200
    assert caught.value.http.headers["content-type"] == "application/json"
    lengths = {0} if row.answer.after is None else {0, 40} if row.answer.how == "reset" else {40}
    assert len(caught.value.http.content) in lengths


@pytest.mark.parametrize("body", ERROR_BODIES)
def test_an_error_has_the_class_of_its_status_whatever_its_body_is(body, client, service):
    answer, message = ERROR_BODIES[body]
    service.reply_with(answer)
    with pytest.raises(errors.BadRequestError) as caught:
        client.create()
    assert message in caught.value.message
    assert (caught.value.status_code, caught.value.code, caught.value.trace_id) == (400, None, None)
    assert len(str(caught.value)) < 600
    assert len(service.requests) == 1


def test_an_error_whose_body_stalls_has_the_class_of_its_status(connect, service):
    client = connect(service, clock=SkippingClock(), max_retries=1)
    service.reply_with(always=testing.Answer(503, body="sorry" * 9).but(testing.Fault("stall", "body", after=5)))
    with pytest.raises(errors.ServerError) as caught:
        client.create(timeout=PATIENT)
    assert caught.value.message == "sorry"
    assert len(service.requests) == 2


def test_a_long_error_body_is_cut(client, service):
    service.reply_with(testing.Answer(400, body=b"x" * 3_000_000))
    with pytest.raises(errors.BadRequestError) as caught:
        client.create()
    assert len(caught.value.http.content) == 1_000_000


@pytest.mark.parametrize("call", CALLS)
def test_a_redirect_is_not_followed(call, client, service):
    with testing.serve() as elsewhere:
        for status in (301, 302, 303, 307, 308):
            where = {"location": f"{elsewhere.url}/openai/responses?token={service.token}"}
            service.clear()
            service.reply_with(testing.Answer(status, headers=where))
            with pytest.raises(errors.APIStatusError, match=r"redirect to http.*check base_url") as caught:
                CALLS[call](client)
            assert caught.value.status_code == status
            assert service.token not in str(caught.value)
            assert len(service.requests) == 1
        assert elsewhere.connections_opened == 0


def test_the_table_has_every_documented_code_and_class():
    kinds = {f"{name}Error": kind for name, kind in DOCUMENT["x-error-kinds"].items()}
    codes = [(code, name, facts["statuses"]) for name, kind in kinds.items() for code, facts in kind["codes"].items()]
    assert {code: (name, statuses[0]) for code, name, statuses in codes} == CODES
    assert {name for name, kind in kinds.items() if kind["resend"]} == NOT_BILLED


@pytest.mark.parametrize("depth", [90, 150, 600, 900])
def test_an_error_with_a_deeply_nested_body_keeps_its_code_and_can_be_pickled(depth, client, service):
    body = '{"error": {"code": "used_up", "message": "No."}, "more": %s}'
    service.reply_with(testing.Answer(403, body=body % ("[" * depth + "]" * depth)))
    with pytest.raises(errors.InsufficientBalanceError) as caught:
        client.create()
    twin = pickle.loads(pickle.dumps(caught.value))
    assert (twin.code, twin.message, twin.body) == ("used_up", "No.", caught.value.body)
