"""A client with a journal: each request is paid once, whoever asks for it again, and whatever came between."""

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
from tests.drivers import MINIMAL, ONE_PLACE
from tests.faults.table import response
from tests.processes import python
from tests.waiting import in_loop


@pytest.fixture
def ask(connect, service, path):
    """Makes a client with the journal, new each time."""
    return lambda **options: connect(
        service, **{"journal": path, "max_retries": 0, "clock": SkippingClock(), **options}
    )


def other_process(service: testing.Server, path: Path, code: str) -> subprocess.Popen[str]:
    head = f"""
        from acedata_responses import Client
        client = Client({testing.TOKEN!r}, base_url={service.url!r}, journal={str(path)!r}, max_retries=0)
        create, asked = client.responses.create, {MINIMAL!r}
    """
    return python(head, code)


def states(path: Path) -> list[str]:
    return [record.state for record in Journal(path).records()]


def test_the_same_request_is_sent_once_and_answered_byte_for_byte(ask, service):
    first = ask().create()
    again = ask().create()
    assert len(service.requests) == 1
    assert (first.http.from_journal, again.http.from_journal) == (False, True)
    assert again.http.content == first.http.content
    assert again.http.raw_headers == first.http.raw_headers
    assert again == first


def test_another_process_gets_the_answer_from_the_journal(ask, service, path):
    text = ask().create().output_text
    process = other_process(service, path, "print(create(**asked).output_text)")
    assert process.communicate(timeout=60)[0].strip() == text
    assert len(service.requests) == 1


def test_a_stream_comes_back_as_a_stream(ask, service):
    first, again = ask().stream(), ask().stream()
    assert [event.to_dict() for event in again] == [event.to_dict() for event in first]
    assert len(service.requests) == 1
    with ask().open() as stream:
        assert stream.http.from_journal
        assert stream.final().http.from_journal
    assert len(service.requests) == 1


def test_the_answer_of_a_stream_is_written_before_its_last_event_is_given_out(ask, path):
    with ask().open() as stream:
        seen = [states(path) for _event in stream]
    assert seen[0] == ["sent"]
    assert seen[-1] == ["answered"]


def test_a_key_asks_for_another_answer(ask, service):
    for key in ("", "sample 1", "sample 2", "sample 1"):
        ask().create(key=key)
    assert len(service.requests) == 3
    assert all("key" not in request.json for request in service.requests)


@pytest.mark.parametrize("key", [None, 3, "\ud800"])
def test_a_key_that_is_no_text_is_refused_before_anything_is_sent(ask, service, path, key):
    with pytest.raises(ConfigurationError, match=r"responses\.create: key must be text, not "):
        ask().create(key=key)
    assert service.requests == []
    assert states(path) == []


def test_what_costs_nothing_is_not_kept(ask, service, path):
    for _ in range(2):
        ask().list_models()
    assert len(service.requests) == 2
    assert states(path) == []


def test_a_copy_with_other_options_has_the_same_journal(ask, service):
    driver = ask()
    driver.create()
    copy = driver.actual.with_options(max_retries=1)
    assert copy._journal is driver.actual._journal


@pytest.mark.parametrize("answer", [testing.error("too_many_requests"), testing.error("bad_request")])
def test_what_the_service_did_not_bill_is_sent_again(ask, service, path, answer):
    service.reply_with(answer)
    with pytest.raises(errors.APIStatusError):
        ask().create()
    assert states(path) == ["refused"]
    assert not ask().create().http.from_journal
    assert (len(service.requests), states(path)) == (2, ["answered"])


@pytest.mark.parametrize(
    "fault", [testing.Fault("reset"), testing.Fault("cut", "body", after=40), testing.Fault("stall")]
)
def test_what_may_be_billed_is_not_sent_again(ask, service, path, fault):
    service.reply_with(fault)
    with pytest.raises(errors.TransportError):
        ask().create(timeout=0.3)
    assert states(path) == ["unknown"]
    with pytest.raises(UnknownOutcomeError, match="not known whether it is billed"):
        ask().create()
    assert len(service.requests) == 1
    ask(journal=Journal(path, on_unknown="resend")).create()
    assert len(service.requests) == 2


@pytest.mark.parametrize("answer", [testing.Answer(json=response(status="failed")), testing.page(200, "Welcome")])
def test_an_answer_that_came_whole_raises_the_same_error_again(ask, service, answer):
    service.reply_with(answer)
    raised = []
    for _ in range(2):
        with pytest.raises(errors.AceDataError) as caught:
            ask().create()
        raised.append((type(caught.value), str(caught.value)))
    assert raised[0] == raised[1]
    assert len(service.requests) == 1


def test_nothing_was_sent_where_no_connection_was_made(ask, service, path):
    with testing.unreachable() as url, pytest.raises(errors.ConnectionFailedError):
        ask(base_url=url).create()
    assert states(path) == ["refused"]
    ask().create()
    assert len(service.requests) == 1


def test_a_further_try_after_a_refusal_leaves_no_doubt(ask, service, path):
    service.reply_with(testing.error("too_many_requests"))
    ask(max_retries=1).create()
    (record,) = Journal(path).records()
    assert (record.state, record.tries) == ("answered", 2)


def test_a_further_try_does_not_take_back_the_doubt_of_an_earlier_one(ask, service, path):
    service.reply_with(testing.Fault("reset"), testing.error("bad_request"))
    with pytest.raises(errors.APIStatusError):
        ask(max_retries=1, retry=RetryPolicy(on_connection_lost=True)).create()
    assert states(path) == ["unknown"]


@pytest.mark.parametrize(
    ("answer", "state"), [(testing.error("too_many_requests"), "prepared"), (testing.Fault("reset"), "sent")]
)
def test_a_crash_before_a_further_try_is_in_doubt_only_if_an_earlier_one_is(ask, service, path, answer, state):
    class Watch(SkippingClock):
        def sleep(self, seconds: float) -> None:
            seen.extend(states(path))
            super().sleep(seconds)

    seen: list[str] = []
    service.reply_with(answer)
    ask(clock=Watch(), max_retries=1, retry=RetryPolicy(on_connection_lost=True)).create()
    assert seen == [state]


@pytest.mark.parametrize("how", ["closed", "broken"])
def test_a_stream_that_did_not_reach_its_end_is_sent_again(ask, service, path, how):
    if how == "broken":
        service.reply_with(testing.Fault("reset", "event", after=2))
        with pytest.raises(errors.StreamInterruptedError):
            ask().stream()
    else:
        with ask().open() as stream:
            next(iter(stream))
    assert states(path) == ["refused"]
    assert ask().stream()
    assert (len(service.requests), states(path)) == (2, ["answered"])


def test_a_killed_process_leaves_no_doubt_of_a_stream(ask, service, path):
    service.reply_with(testing.Fault("stall"))
    process = other_process(service, path, "list(create(**asked, stream=True))")
    service.wait_for_requests(1, timeout=60)
    process.kill()
    process.communicate(timeout=60)
    assert ask().stream()
    assert len(service.requests) == 2


def test_ctrl_c_after_sending_leaves_a_doubt(service, path):
    service.reply_with(testing.Fault("stall"))
    process = other_process(service, path, "create(**asked)")
    service.wait_for_requests(1, timeout=60)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    (record,) = Journal(path).records()
    assert (record.state, record.reason) == ("unknown", "interrupted")


@in_loop
async def test_a_cancelled_call_leaves_a_doubt(service, path):
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


class Left(BaseException):
    """What leaves a call from within a hook, as Ctrl-C and a cancellation do."""


@pytest.mark.parametrize("via_stream", [False, True])
@pytest.mark.parametrize(
    "answer", ["Hello", testing.Answer(json={**response(), "status": "failed"})], ids=["reply", "failed"]
)
def test_an_answer_that_has_come_is_kept_though_the_call_is_left_in_a_hook(ask, service, path, answer, via_stream):
    class Leaving(Hook):
        def after_try(self, attempt):
            raise Left

    service.reply_with(answer)
    with pytest.raises(Left):
        ask(hooks=[Leaving()], via_stream=via_stream).create()
    assert states(path) == ["answered"]
    with suppress(errors.ReplyFailedError):
        assert ask().create().http.from_journal
    assert len(service.requests) == 1


@pytest.fixture
def cannot_write(path, monkeypatch):
    """Makes a journal that cannot write a state down, until the changes are undone."""

    def make(state):
        def full(row, now, *args, **kwargs):
            if now == state:
                raise JournalError("the disk is full")
            update(row, now, *args, **kwargs)

        journal = Journal(path)
        update = journal._update
        monkeypatch.setattr(journal, "_update", full)
        return journal

    return make


def test_what_could_not_be_written_before_sending_is_sent_by_the_next_call(ask, service, cannot_write, monkeypatch):
    driver = ask(journal=cannot_write("sent"))
    with pytest.raises(JournalError):
        driver.create()
    monkeypatch.undo()
    assert service.requests == []
    assert driver.create().output_text


def test_of_two_threads_that_ask_at_once_one_sends_and_the_other_gets_its_answer(ask, service):
    clients = [ask(timeout=None) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        replies = list(threads.map(lambda driver: driver.create(), clients))
    assert len(service.requests) == 1
    assert sorted(reply.http.from_journal for reply in replies) == [False, True, True, True]


def test_waiting_for_another_ends_at_the_deadline(ask, service, path):
    with ask().open() as stream:
        next(iter(stream))
        with pytest.raises(RequestTimeoutError) as caught:
            ask().open(deadline=2)
    assert (caught.value.phase, caught.value.sent) == ("deadline", False)
    assert len(service.requests) == 1


def test_waiting_for_a_stream_that_the_caller_itself_holds_ends_at_the_time_out(ask, service, path):
    driver = ask(timeout=30)
    with driver.open(**MINIMAL) as held:
        with pytest.raises(RequestTimeoutError, match="another call with the same request") as caught:
            driver.open(**MINIMAL)
        assert (caught.value.phase, caught.value.after, caught.value.may_be_billed) == ("journal", 30, False)
        assert held.final().output_text
    assert len(service.requests) == 1
    assert states(path) == ["answered"]


def test_a_call_under_way_is_not_sent_twice_though_the_journal_is_pruned_meanwhile(ask, service, path):
    with ask().open() as stream:
        next(iter(stream))
        assert Journal(path).prune(datetime.now(timezone.utc), "sent") == 0
        with pytest.raises(RequestTimeoutError, match="another call with the same request"):
            ask(timeout=30).open()
        assert stream.final().output_text
    assert ask().stream()
    assert (len(service.requests), states(path)) == (1, ["answered"])


def test_a_call_that_got_no_turn_is_not_in_doubt(ask, path):
    driver = ask(limits=ONE_PLACE)
    with driver.open():
        with pytest.raises(RequestTimeoutError):
            driver.create(timeout=0.05)
        assert "refused" in states(path)


def test_the_answer_survives_a_journal_that_cannot_be_written(ask, service, cannot_write, monkeypatch):
    driver = ask(journal=cannot_write("answered"))
    with pytest.warns(RuntimeWarning, match="disk is full"):
        text = driver.create().output_text
    monkeypatch.undo()
    again = driver.create()
    assert (again.output_text, again.http.from_journal) == (text, True)
    assert len(service.requests) == 1


def test_nothing_is_sent_that_cannot_be_written_down_first(ask, service, path):
    driver = ask()
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    driver.actual._journal.close()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(JournalError):
        driver.create()
    assert service.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed here")
def test_nothing_is_sent_once_the_file_is_gone_and_an_answer_that_comes_then_is_not_lost(ask, service, path):
    driver = ask()
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


def test_the_token_is_not_in_the_file(ask, service, path):
    service.reply_with(testing.Answer(json=response(), headers={"x-echo": testing.TOKEN}))
    ask().create(input=f"my token is {testing.TOKEN}")
    Journal(path).prune(datetime.now(timezone.utc), "unknown")  # closes the log of writes
    files = [file.read_bytes() for file in path.parent.iterdir()]
    assert not any(testing.TOKEN.encode() in content for content in files)


def test_what_is_no_journal_is_refused_when_the_client_is_made(connect, tmp_path):
    with pytest.raises(JournalError, match="not a file"):
        connect(token="t", journal=tmp_path)
    with pytest.raises(ConfigurationError, match="journal must be a Journal or a path, not int"):
        connect(token="t", journal=3)
