"""`may_be_billed` of errors: True, False, or None if no source of the document says so."""

from __future__ import annotations

import pickle
import sqlite3
from contextlib import closing

import httpx
import pytest

from acedata_responses import Client, RetryPolicy, errors, testing
from tests.clock import SkippingClock
from tests.drivers import ONE_SLOT
from tests.faults.fault_table import CODES, NO_REPLY, PATIENT, SHORT
from tests.streams.events import delta, response

BILLED_BY_OUTCOME = {
    "a plain reply that says it failed": (testing.Answer(json=response(status="failed")), False, True),
    "a lost connection": (testing.Fault("reset"), False, None),
    "a lost reply": (testing.Fault("cut", "body", after=40), False, None),
    "no reply in time": (testing.Fault("stall"), False, None),
    "a reply that halts": (testing.Fault("stall", "body", after=40), False, None),
    "a page under 200": (testing.page(200, "Welcome"), False, None),
    "a redirect": (testing.Answer(302, headers={"location": "/elsewhere"}), False, None),
    "an error under 200": (testing.error("used_up", status=200), False, False),
    "an unknown error under 200": (testing.Answer(json={"error": {"code": "brand_new"}}), False, None),
    "a teapot": (testing.Answer(418), False, False),
    "an unknown status": (testing.Answer(600), False, None),
    "a stream whose head does not come": (testing.Fault("reset"), True, False),
    "a stream whose head does not come in time": (testing.Fault("stall"), True, False),
    "a stream that ends without a reply": (
        testing.Answer(events=[delta("a"), NO_REPLY]), True, True,
    ),
    "a page in place of a stream, broken off": (
        testing.page(200, "Welcome").but(testing.Fault("reset", "body", after=9)), True, None,
    ),
    "a whole reply in place of a stream, broken off": (
        testing.Answer(json=response()).but(testing.Fault("reset", "body", after=9)), True, None,
    ),
    "text in place of a stream": (testing.Answer(body="upstream connect error"), True, None),
    "a stream that ends without a last event": (testing.Answer(events=[delta("a")]), True, False),
    "a stream that breaks off": (testing.Fault("reset", "event", after=2), True, False),
    "a stream that halts": (testing.Fault("stall", "event", after=2), True, False),
    "a stream with what is no event": (testing.Answer(events=[delta("a"), "oh"]), True, False),
    "a documented error in a stream": (
        testing.Answer(events=[delta("a"), {"error": {"code": "api_error", "message": "No."}}]), True, False,
    ),
    "an unknown error in a stream": (testing.Answer(events=[delta("a"), {"error": {"message": "No."}}]), True, None),
    "a whole reply in place of a stream": (testing.Answer(json=response()), True, True),
    **{code: (testing.error(code), False, False) for code in CODES},
}  # fmt: skip
"""How the service responds, whether a stream is requested, and whether the call is billed."""


BILLED_BY_CLASS = {
    errors.AceDataError: None,
    errors.ConfigurationError: False,
    errors.RequestValidationError: False,
    errors.TransportError: None,
    errors.ConnectionFailedError: False,
    errors.ConnectionLostError: None,
    errors.RequestTimeoutError: False,  # unless it was sent
    errors.ReplyDecodeError: None,
    errors.ReplyFailedError: True,
    errors.AnswerError: True,
    errors.RunError: True,
    errors.StreamError: None,
    errors.StreamInterruptedError: False,
    errors.StreamFailedError: None,
    errors.JournalError: False,
    errors.UnknownOutcomeError: None,
    errors.BudgetExhaustedError: False,
    errors.BulkStoppedError: False,
}
"""`may_be_billed` of errors without other facts. Those of the service have a status and a code."""


@pytest.mark.parametrize("cls", BILLED_BY_CLASS)
def test_every_class_has_a_default(cls):
    assert cls("message").may_be_billed is BILLED_BY_CLASS[cls]


def test_no_class_is_missing():
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    own = {cls for cls in classes if issubclass(cls, errors.AceDataError)}
    assert {cls for cls in own if not issubclass(cls, errors.APIStatusError)} == BILLED_BY_CLASS.keys()


def error_of(call) -> errors.AceDataError:
    with pytest.raises(errors.AceDataError) as caught:
        call()
    twin = pickle.loads(pickle.dumps(caught.value))
    assert twin.may_be_billed is caught.value.may_be_billed
    return caught.value


@pytest.mark.parametrize("fault", ["reset", "cut", "stall"])
def test_the_message_of_an_error_agrees_with_may_be_billed(fault, connect, service):
    driver = connect(service, max_retries=0)
    service.reply_with(testing.Fault(fault, "event", after=2), testing.Fault(fault, "body", after=40))
    for call, is_free in ((driver.stream, True), (driver.create, False)):
        error = error_of(lambda call=call: call(timeout=httpx.Timeout(30, read=PATIENT if fault == "stall" else 30)))
        assert ("both may be billed" in str(error)) is not is_free
        assert ("not billed" in str(error)) is is_free


@pytest.mark.parametrize("name", BILLED_BY_OUTCOME)
def test_the_error_has_what_the_document_says_of_the_outcome(name, connect, service):
    answer, is_stream, billed = BILLED_BY_OUTCOME[name]
    driver = connect(service, max_retries=0, clock=SkippingClock())
    service.reply_with(answer)
    timeout = PATIENT if is_stream or "halts" in name else SHORT if "in time" in name else 5
    error = error_of(lambda: (driver.stream if is_stream else driver.create)(timeout=httpx.Timeout(30, read=timeout)))
    assert error.may_be_billed is billed


def test_a_call_that_was_not_sent_is_not_billed(connect, service):
    driver = connect(service, limits=ONE_SLOT, max_retries=0)
    assert error_of(lambda: driver.create(temperature=9)).may_be_billed is False
    assert error_of(lambda: Client(timeout=-1, token="t")).may_be_billed is False
    with driver.open():
        assert error_of(lambda: driver.create(timeout=SHORT)).may_be_billed is False
    with testing.unreachable() as url:
        error = error_of(lambda: connect(base_url=url, max_retries=0).create())
    assert type(error) is errors.ConnectionFailedError
    assert error.may_be_billed is False


def test_a_stream_that_was_closed_early_is_not_billed(connect, service):
    stream = connect(service).open()
    next(iter(stream))
    stream.close()
    assert error_of(stream.final).may_be_billed is False


def test_a_complete_reply_that_strict_mode_refuses_is_billed(connect, service):
    service.reply_with(testing.Answer(json=response(status=5)))
    error = error_of(connect(service, strict=True).create)
    assert (type(error), error.may_be_billed) == (errors.ReplyDecodeError, True)


@pytest.mark.parametrize("last", [testing.error("bad_request"), testing.error("too_many_requests")])
def test_an_earlier_try_that_may_be_billed_counts(last, connect, service):
    driver = connect(service, clock=SkippingClock(), retry=RetryPolicy(on_connection_lost=True))
    service.reply_with(testing.error("api_error"), testing.Fault("reset"), last)
    error = error_of(driver.create)
    assert (type(error), error.tries) == (errors.class_for(last.status, last.json["error"]["code"]), 3)
    assert error.may_be_billed is None


def test_an_earlier_try_that_may_be_billed_counts_for_a_stream_too(connect, service):
    driver = connect(service, clock=SkippingClock(), retry=RetryPolicy(on_reply_lost=True), max_retries=1)
    broken_page = testing.page(200, "Welcome").but(testing.Fault("reset", "body", after=9))
    service.reply_with(broken_page, testing.Fault("reset", "event", after=2))
    error = error_of(lambda: driver.create(via_stream=True))
    assert (type(error), error.tries, error.is_stream) == (errors.ConnectionLostError, 2, True)
    assert error.may_be_billed is None


@pytest.mark.filterwarnings("ignore:the outcome of a call is not in the journal:RuntimeWarning")
def test_an_earlier_try_that_may_be_billed_counts_where_the_journal_fails_then(connect, service, path):
    class Destroying(SkippingClock):
        def sleep(self, seconds):
            super().sleep(seconds)
            with closing(sqlite3.connect(path)) as file:
                file.execute("DROP TABLE calls")

    policy = RetryPolicy(on_connection_lost=True)
    driver = connect(service, clock=Destroying(), retry=policy, journal=path)
    service.reply_with(testing.Fault("reset"))
    error = error_of(driver.create)
    assert (type(error), error.tries) == (errors.JournalError, 1)
    assert error.may_be_billed is None
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "answer", [testing.error("too_many_requests"), testing.Fault("reset", "event", after=2)], ids=["refused", "broken"]
)
def test_a_call_whose_tries_were_not_billed_is_not_billed(answer, connect, service):
    driver = connect(service, clock=SkippingClock(), via_stream=True)
    service.reply_with(always=answer)
    error = error_of(driver.create)
    assert (error.tries, error.may_be_billed) == (3, False)
    assert type(error) is errors.RateLimitError or "not billed" in str(error)
