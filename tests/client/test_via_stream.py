"""Plain calls that are sent as streams: the reply is the same, and a lost one is retried until its last event came."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from contextlib import suppress

import pytest

from acedata_responses import AsyncClient, ConfigurationError, errors, testing
from acedata_responses.journal import Journal
from tests.clock import SkippingClock
from tests.drivers import MINIMAL, ONE_SLOT
from tests.faults.fault_table import PATIENT
from tests.journal.test_journal_in_calls import other_process, states
from tests.streams.events import assert_usable, created, delta, ending, response
from tests.waiting import in_loop


@pytest.fixture
def make_client(connect, service):
    """Makes a client that sends plain calls as streams; its waits take no time."""
    return lambda **options: connect(
        service, **{"via_stream": True, "limits": ONE_SLOT, "clock": SkippingClock(), **options}
    )


def asked_for_streams(service) -> list[bool]:
    return [request.json.get("stream", False) for request in service.requests]


# The reply


@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_the_reply_is_the_one_of_a_plain_call(shape, make_client, service):
    service.answers(shape=shape, text="one two three")
    plain, via = make_client(via_stream=False).create(), make_client().create()
    assert asked_for_streams(service) == [False, True]
    assert type(via) is type(plain)
    assert (via.output_text, via.model) == (plain.output_text, plain.model)
    assert (via.http.status_code, via.http.tries, via.http.method) == (200, 1, "POST")
    assert via.http.url == plain.http.url
    assert via.http.content.startswith(b"data: ")


@pytest.mark.parametrize(
    ("client", "call", "expected"),
    [
        (False, {}, False), (True, {}, True), (True, {"via_stream": False}, False), (False, {"via_stream": True}, True),
        (True, {"stream": False}, True),
    ],
)  # fmt: skip
def test_the_argument_of_the_call_wins_over_that_of_the_client(client, call, expected, make_client, service):
    make_client(via_stream=client).create(**call)
    assert asked_for_streams(service) == [expected]


def test_a_copy_of_the_client_can_have_another_setting(make_client, service):
    driver = make_client()
    copy = driver.actual.with_options(via_stream=False)
    assert copy._settings.via_stream is False
    assert driver.actual._settings.via_stream is True


def test_a_call_that_requests_a_stream_gets_one(make_client, service):
    assert make_client().stream(via_stream=True)[-1].type == "response.completed"


def test_an_operation_without_a_stream_refuses_the_argument_and_ignores_the_setting_of_the_client(make_client, service):
    driver = make_client()
    assert driver.list_models().data
    with pytest.raises(ConfigurationError, match=r"via_stream=True: this operation has no stream"):
        driver.list_models(via_stream=True)
    assert len(service.requests) == 1


def test_a_value_that_is_not_a_boolean_is_refused(make_client, connect, service):
    with pytest.raises(ConfigurationError, match="via_stream must be True or False, not 'yes'"):
        connect(service, via_stream="yes")
    with pytest.raises(ConfigurationError, match="via_stream must be True or False, not 1"):
        make_client().create(via_stream=1)
    assert service.requests == []


def test_a_whole_reply_instead_of_the_stream_is_the_reply(make_client, service):
    service.reply_with(testing.Answer(json=response("Hello")))
    assert make_client().create().output_text == "Hello"


def test_an_incomplete_reply_is_returned(make_client, service):
    service.reply_with(testing.Answer(events=[created(), delta("Hel"), ending("incomplete", text="Hel")]))
    reply = make_client().create()
    assert (reply.status, reply.output_text) == ("incomplete", "Hel")


def test_the_error_of_a_failed_reply_has_the_text_so_far(make_client, service):
    last = ending("failed", error={"code": "api_error", "message": "No."})
    service.reply_with(testing.Answer(events=[created(), delta("Hel"), last]))
    with pytest.raises(errors.StreamFailedError) as caught:
        make_client().create()
    assert (caught.value.code, caught.value.partial_text) == ("api_error", "Hel")
    assert b"response.failed" in caught.value.http.content
    assert len(service.requests) == 1


def test_strict_clients_check_the_reply_and_not_the_events(make_client, service):
    odd = {**delta("Hello"), "output_index": "none"}
    service.reply_with(testing.Answer(events=[created(), odd, ending("completed", text="Hello")]))
    assert make_client(strict=True).create()
    service.reply_with(testing.Answer(events=[created(), ending("completed", model=5)]))
    with pytest.raises(errors.ReplyDecodeError) as caught:
        make_client(strict=True).create()
    assert [problem.pointer for problem in caught.value.problems] == ["/model"]
    assert caught.value.may_be_billed is True


# Lost responses


@pytest.mark.parametrize("how", ["reset", "cut", "stall"])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_stream_that_breaks_before_its_last_event_is_sent_again(how, after, make_client, service):
    service.reply_with(testing.Fault(how, "event", after=after))
    driver = make_client()
    assert driver.create(timeout=PATIENT).http.tries == 2
    assert len(service.requests) == 2
    assert_usable(driver, service)


@pytest.mark.parametrize("how", ["reset", "stall"])
def test_a_fault_after_the_last_event_does_not_matter(how, make_client, service):
    service.reply_with(testing.Fault(how, "tail"))
    driver = make_client()
    assert driver.create().http.tries == 1
    assert_usable(driver, service)


def test_its_errors_are_those_of_a_plain_call_with_the_events_so_far(make_client, service):
    service.reply_with(testing.Fault("cut", "event", after=3))
    with pytest.raises(errors.ConnectionLostError) as caught:
        make_client(max_retries=0).create()
    error = caught.value
    assert (error.is_stream, error.may_be_billed, error.tries) == (True, False, 1)
    assert error.http.content.count(b"data: ") == 3


def test_a_whole_reply_that_breaks_off_may_be_billed_and_is_sent_once(make_client, service):
    service.reply_with(testing.Answer(json=response("Hello")).but(testing.Fault("reset", "body", after=9)))
    with pytest.raises(errors.ConnectionLostError) as caught:
        make_client().create()
    assert (caught.value.may_be_billed, caught.value.is_stream) == (None, False)
    assert len(service.requests) == 1


# With a journal


def test_the_journal_finds_a_reply_however_the_call_was_sent(make_client, service, path):
    for first in (True, False):
        sent = len(service.requests)
        key = f"first via stream: {first}"
        text = make_client(journal=path, via_stream=first).create(key=key).output_text
        again = make_client(journal=path, via_stream=not first).create(key=key)
        assert (again.output_text, again.http.from_journal) == (text, True)
        assert len(service.requests) == sent + 1


def test_a_call_that_was_cut_is_sent_again_by_the_next_run(make_client, service, path):
    service.reply_with(testing.Fault("cut", "event", after=3))
    with pytest.raises(errors.ConnectionLostError):
        make_client(journal=path, max_retries=0).create()
    assert states(path) == ["refused"]
    assert make_client(journal=path).create()
    assert states(path) == ["answered"]
    assert len(service.requests) == 2


@pytest.mark.parametrize("at", ["start", "event"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_call_of_a_process_that_ended_before_the_last_event_is_sent_again(at, how, make_client, service, path):
    service.reply_with(testing.Fault("stall", at, after=3 if at == "event" else None))
    process = other_process(service, path, "create(**asked, via_stream=True)")
    service.wait_for_requests(1, timeout=60)
    # Python drops a Ctrl-C that comes while it runs a destructor: a person presses it again.
    for _ in range(60):
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=2)
            break
    assert process.poll() is not None
    assert Journal(path).unknown() == []
    assert make_client(journal=path).create().output_text
    assert len(service.requests) == 2


@in_loop
async def test_a_cancelled_call_is_sent_again(service, path):
    service.reply_with(testing.Fault("stall", "event", after=3))
    async with AsyncClient(testing.TOKEN, base_url=service.url, journal=path, via_stream=True) as client:
        call = asyncio.ensure_future(client.responses.create(**MINIMAL))
        await asyncio.to_thread(service.wait_for_requests, 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await client.responses.create(**MINIMAL)).output_text
    assert states(path) == ["answered"]


def test_the_unknown_outcome_of_a_plain_call_stays_unknown(make_client, service, path):
    service.reply_with(testing.Fault("reset"))
    with pytest.raises(errors.ConnectionLostError):
        make_client(journal=path, via_stream=False, max_retries=0).create()
    with pytest.raises(errors.UnknownOutcomeError):
        make_client(journal=path).create()
    assert len(service.requests) == 1


def test_an_error_of_which_no_source_says_whether_it_is_billed_is_kept_in_the_journal(make_client, service, path):
    service.reply_with(testing.Answer(events=[delta("a"), {"error": {"message": "No."}}]))
    for _ in range(2):
        with pytest.raises(errors.StreamFailedError, match=r"No\."):
            make_client(journal=path).create()
    assert len(service.requests) == 1
