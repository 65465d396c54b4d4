"""A client with a journal: each request is paid once, whoever makes it again, whatever happened before."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest

from acedata_responses import (
    AsyncClient,
    ConfigurationError,
    Hook,
    JournalError,
    RequestTimeoutError,
    RetryPolicy,
    UnknownOutcomeError,
    errors,
    testing,
)
from acedata_responses.journal import Journal
from tests.clock import SkippingClock
from tests.drivers import MINIMAL, ONE_SLOT
from tests.faults.fault_table import response
from tests.processes import python
from tests.waiting import in_loop

FAILED = testing.Answer(json=response(status="failed"))


@pytest.fixture
def new_client(connect, service, path):
    """Creates a client with the journal, a new one for each call."""
    return lambda **options: connect(
        service, **{"journal": path, "max_retries": 0, "clock": SkippingClock(), **options}
    )


def other_process(service: testing.Server, path: Path, code: str) -> subprocess.Popen[str]:
    """Run code with a client and the journal in another process."""
    head = f"""
        from acedata_responses import Client
        client = Client({testing.TOKEN!r}, base_url={service.url!r}, journal={str(path)!r}, max_retries=0)
        create, asked = client.responses.create, {MINIMAL!r}
    """
    return python(head, code)


def states(path: Path) -> list[str]:
    return [record.state for record in Journal(path).records()]


# Responses


def test_a_request_is_sent_once_and_its_response_is_returned_unchanged(new_client, service):
    driver = new_client()
    first, again = driver.create(), new_client().create()
    assert (first.http.from_journal, again.http.from_journal) == (False, True)
    assert again.http.content == first.http.content
    assert again.http.raw_headers == first.http.raw_headers
    assert again == first
    assert driver.client.with_options(timeout=5).responses.create(**MINIMAL).http.from_journal
    assert len(service.requests) == 1


def test_a_stream_is_returned_as_a_stream(new_client, service, path):
    with new_client().open() as stream:
        first = [(event.to_dict(), states(path)) for event in stream]
    assert [state for _, state in first] == [["sent"]] * (len(first) - 1) + [["answered"]], "before the last event"
    with new_client().open() as stream:
        assert stream.http.from_journal
        assert [event.to_dict() for event in stream] == [event for event, _ in first]
        assert stream.final().http.from_journal
    assert len(service.requests) == 1


def test_each_key_has_its_own_response(new_client, service):
    for key in ("", "sample 1", "sample 2", "sample 1"):
        new_client().create(key=key)
    assert len(service.requests) == 3
    assert all("key" not in request.json for request in service.requests)


@pytest.mark.parametrize("key", [None, 3, "\ud800"])
def test_a_key_that_is_not_valid_text_is_refused(new_client, service, path, key):
    with pytest.raises(ConfigurationError, match=r"responses\.create: key must be text, not "):
        new_client().create(key=key)
    assert service.requests == []
    assert states(path) == []


def test_requests_that_are_not_billed_are_not_recorded(new_client, service, path):
    for _ in range(2):
        new_client().list_models()
    assert len(service.requests) == 2
    assert states(path) == []


@pytest.mark.parametrize("answer", [FAILED, testing.page(200, "Welcome")])
def test_a_response_that_was_an_error_raises_the_same_error_again(new_client, service, answer):
    service.reply_with(answer)
    raised = []
    for _ in range(2):
        with pytest.raises(errors.AceDataError) as caught:
            new_client().create()
        raised.append((type(caught.value), str(caught.value)))
    assert raised[0] == raised[1]
    assert len(service.requests) == 1


# Failed tries


@pytest.mark.parametrize("answer", [testing.error("too_many_requests"), testing.error("bad_request")])
def test_a_request_that_was_not_billed_is_sent_again(new_client, service, path, answer):
    service.reply_with(answer)
    with pytest.raises(errors.APIStatusError):
        new_client().create()
    assert states(path) == ["refused"]
    assert not new_client().create().http.from_journal
    assert (len(service.requests), states(path)) == (2, ["answered"])


@pytest.mark.parametrize(
    "fault", [testing.Fault("reset"), testing.Fault("cut", "body", after=40), testing.Fault("stall")]
)
def test_a_request_that_may_be_billed_is_not_sent_again(new_client, service, path, fault):
    service.reply_with(fault)
    with pytest.raises(errors.TransportError):
        new_client().create(timeout=0.3)
    assert states(path) == ["unknown"]
    with pytest.raises(UnknownOutcomeError, match="not known whether it is billed"):
        new_client().create()
    assert len(service.requests) == 1
    new_client(journal=Journal(path, on_unknown="resend")).create()
    assert len(service.requests) == 2


def test_a_request_without_a_connection_is_sent_later(new_client, service, path):
    with testing.unreachable() as url, pytest.raises(errors.ConnectionFailedError):
        new_client(base_url=url).create()
    assert states(path) == ["refused"]
    new_client().create()
    assert len(service.requests) == 1


@pytest.mark.parametrize("how", ["closed", "broken"])
def test_an_unfinished_stream_is_sent_again(new_client, service, path, how):
    if how == "broken":
        service.reply_with(testing.Fault("reset", "event", after=2))
        with pytest.raises(errors.StreamInterruptedError):
            new_client().stream()
    else:
        with new_client().open() as stream:
            next(iter(stream))
    assert states(path) == ["refused"]
    assert new_client().stream()
    assert (len(service.requests), states(path)) == (2, ["answered"])


@pytest.mark.parametrize(
    ("fault", "state_during_wait"), [(testing.error("too_many_requests"), "prepared"), (testing.Fault("reset"), "sent")]
)
def test_a_retried_request_may_be_billed_only_if_an_earlier_try_may_be(
    new_client, service, path, fault, state_during_wait
):
    class Watch(SkippingClock):
        def sleep(self, seconds: float) -> None:
            seen.extend(states(path))
            super().sleep(seconds)

    seen: list[str] = []
    service.reply_with(fault, testing.error("bad_request"))
    options = {"clock": Watch(), "max_retries": 1, "retry": RetryPolicy(on_connection_lost=True)}
    with pytest.raises(errors.BadRequestError):
        new_client(**options).create()
    assert seen == [state_during_wait]
    (record,) = Journal(path).records()
    assert (record.state, record.tries) == ("unknown" if state_during_wait == "sent" else "refused", 2)


# Interrupted calls


def test_the_outcome_of_a_call_is_unknown_after_ctrl_c(service, path):
    service.reply_with(testing.Fault("stall"))
    process = other_process(service, path, "create(**asked)")
    service.wait_for_requests(1, timeout=60)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    (record,) = Journal(path).records()
    assert (record.state, record.reason) == ("unknown", "interrupted")


@in_loop
async def test_the_outcome_of_a_cancelled_call_is_unknown(service, path):
    service.reply_with(testing.Fault("stall"))
    async with AsyncClient(testing.TOKEN, base_url=service.url, journal=path) as client:
        call = asyncio.ensure_future(client.responses.create(**MINIMAL))
        await asyncio.to_thread(service.wait_for_requests, 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        with pytest.raises(UnknownOutcomeError, match="interrupted"):
            await client.responses.create(**MINIMAL)
    assert len(service.requests) == 1


class Interruption(BaseException):
    """An exception like KeyboardInterrupt."""


@pytest.mark.parametrize("via_stream", [False, True])
@pytest.mark.parametrize("answer", ["Hello", FAILED], ids=["reply", "failed"])
def test_a_response_is_kept_if_the_call_is_interrupted_in_a_hook(new_client, service, path, answer, via_stream):
    class Interrupting(Hook):
        def after_try(self, attempt):
            raise Interruption

    service.reply_with(answer)
    with pytest.raises(Interruption):
        new_client(hooks=[Interrupting()], via_stream=via_stream).create()
    assert states(path) == ["answered"]
    with suppress(errors.ReplyFailedError):
        assert new_client().create().http.from_journal
    assert len(service.requests) == 1


# Waiting for another call with the same request


def test_concurrent_calls_with_the_same_request_share_one_response(new_client, service):
    clients = [new_client(timeout=None) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        replies = list(threads.map(lambda driver: driver.create(), clients))
    assert len(service.requests) == 1
    assert sorted(reply.http.from_journal for reply in replies) == [False, True, True, True]


@pytest.mark.parametrize(
    ("options", "phase", "after"), [({"deadline": 2}, "deadline", 2), ({"timeout": 30}, "journal", 30)]
)
def test_the_wait_for_a_stream_that_the_caller_itself_has_open_ends(new_client, service, path, options, phase, after):
    driver = new_client()
    with driver.open() as held:
        next(iter(held))
        assert Journal(path).prune(datetime.now(timezone.utc), "sent") == 0
        with pytest.raises(RequestTimeoutError) as caught:
            driver.open(**options)
        error = caught.value
        assert (error.phase, error.after, error.sent, error.may_be_billed) == (phase, after, False, False)
        if phase == "journal":
            assert "another call with the same request" in str(error)
        assert held.final().output_text
    assert driver.open().final().http.from_journal
    assert (len(service.requests), states(path)) == (1, ["answered"])


def test_a_call_that_got_no_turn_was_not_sent(new_client, path):
    driver = new_client(limits=ONE_SLOT)
    with driver.open():
        with pytest.raises(RequestTimeoutError):
            driver.create(timeout=0.05)
        assert "refused" in states(path)


# Files that cannot be written


def test_a_request_that_could_not_be_recorded_is_sent_by_the_next_call(new_client, service, path, monkeypatch):
    def update(row, state, *args, **kwargs):
        if state == "sent":
            raise JournalError("the disk is full")
        original(row, state, *args, **kwargs)

    journal = Journal(path)
    original = journal._update
    monkeypatch.setattr(journal, "_update", update)
    driver = new_client(journal=journal)
    with pytest.raises(JournalError):
        driver.create()
    monkeypatch.undo()
    assert service.requests == []
    assert driver.create().output_text


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed on Windows")
def test_after_the_file_was_deleted_nothing_is_sent_and_no_response_is_lost(new_client, service, path):
    driver = new_client()
    with driver.open() as stream:
        path.rename(path.with_name("away"))
        with pytest.warns(RuntimeWarning, match="not in the journal: .* was deleted or replaced"):
            assert stream.final().output_text
    with pytest.raises(JournalError, match="with a new Client, Journal or Limiter"):
        driver.create()
    assert len(service.requests) == 1
    path.with_name("away").rename(path)
    assert driver.open().final().http.from_journal
    assert len(service.requests) == 1


def test_the_token_is_not_in_the_file(new_client, service, path):
    service.reply_with(testing.Answer(json=response(), headers={"x-echo": testing.TOKEN}))
    new_client().create(input=f"my token is {testing.TOKEN}")
    Journal(path).prune(datetime.now(timezone.utc), "unknown")  # closes the write-ahead log
    files = [file.read_bytes() for file in path.parent.iterdir()]
    assert not any(testing.TOKEN.encode() in content for content in files)


def test_an_unusable_journal_is_refused_when_the_client_is_created(connect, tmp_path):
    with pytest.raises(JournalError, match="not a file"):
        connect(token="t", journal=tmp_path)
    with pytest.raises(ConfigurationError, match="journal must be a Journal or a path, not int"):
        connect(token="t", journal=3)
