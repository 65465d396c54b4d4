"""Streams without a good end: the error says what happened and keeps the events so far, and no call is billed twice."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from acedata_responses import errors, testing
from tests.drivers import ONE_SLOT
from tests.faults.fault_table import BROKEN_STREAMS, PATIENT, TRIES
from tests.streams.events import assert_usable, created, delta, ending, events_of, text_of

broken = pytest.mark.parametrize("row", BROKEN_STREAMS, ids=lambda row: row.name)


@broken
def test_a_broken_stream_yields_its_events_and_then_one_error(row, client, service):
    expected = row.outcomes["stream"]
    service.reply_with(*[row.answer] * expected.sent)
    with client.open() as stream:
        events, error = events_of(stream)
        assert type(error).__name__ == expected.error
        assert {fact: getattr(error, fact) for fact in expected.facts} == expected.facts
        assert (len(events), stream.partial_text) == (error.events, error.partial_text)
        assert (error.tries, error.method, error.http.status_code) == (expected.sent, "POST", 200)
        for _ in range(2):
            with pytest.raises(type(error)) as again:
                stream.final()
            assert again.value is error
        assert text_of(stream) == ("", error)
    assert len(service.requests) == expected.sent
    assert_usable(client, service)


@broken
def test_a_broken_stream_yields_its_texts_and_then_its_error_however_it_is_cut(row, client, service):
    expected = row.outcomes["stream"]
    size = 70_000 if row.name == "data nested too deeply" else 7
    service.reply_with(always=row.answer.but(testing.Fault("drip", "body", size=size, seconds=0)))
    with client.open() as stream:
        text, error = text_of(stream)
    assert (text, type(error).__name__) == (expected.facts["partial_text"], expected.error)
    with client.open() as stream, pytest.raises(getattr(errors, expected.error)) as caught:
        stream.final()
    assert caught.value.partial_text == text


def test_the_error_of_a_failed_response_has_the_event_and_the_reply(client, service):
    service.reply_with(testing.Answer(events=[delta("Hel"), ending("failed", error={"code": "x", "message": "No."})]))
    with client.open() as stream:
        events, error = events_of(stream)
    assert events[-1].type == error.event["type"] == "response.failed"
    assert error.reply.status == "failed"
    assert "x, No." in str(error)


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


def test_a_last_event_without_its_blank_line_is_complete_unless_the_connection_broke(client, service):
    last = b"data: " + json.dumps(ending("completed", text="Hello")).encode()
    sent = testing.Answer(events=[delta("Hello"), last])
    service.reply_with(sent, sent.but(testing.Fault("cut", "tail")))
    assert client.open().final().output_text == "Hello"
    with pytest.raises(errors.StreamInterruptedError) as caught:
        client.open().final()
    assert (caught.value.reason, caught.value.partial_text) == ("broken", "Hello")


@pytest.mark.parametrize("how", ["cut", "reset", "stall"])
def test_a_fault_after_the_last_event_does_not_matter(how, client, service):
    service.reply_with(testing.Fault(how, "tail"))
    assert client.open().final().status == "completed"
    assert_usable(client, service)


@pytest.mark.parametrize(
    ("fault", "reason"), [
        (testing.Fault("cut", "event", after=5), "broken"),
        (testing.Fault("reset", "event", after=5), "broken"),
        (testing.Fault("stall", "event", after=5), "timed out"),
        (testing.Fault("write", "event", after=5, data=b"data: \xff\xfe\n\n"), "unreadable"),
    ],
)  # fmt: skip
def test_a_fault_within_a_stream_keeps_the_text_so_far(fault, reason, client, service):
    service.answers(text="one two three four")
    service.reply_with(fault)
    with client.open(timeout=PATIENT) as stream:
        text, error = text_of(stream)
    assert (text, error.partial_text, error.reason) == ("one", "one", reason)
    assert len(service.requests) == 1
    assert_usable(client, service)


def test_strict_streams_end_at_the_first_event_that_does_not_match_the_document(connect, service):
    bad = replace(testing.Answer(), events=[created(), {**delta("a"), "output_index": "none"}, delta("b")])
    service.reply_with(bad)
    driver = connect(service, strict=True, limits=ONE_SLOT)
    with driver.open() as stream:
        events, error = events_of(stream)
        assert isinstance(error, errors.ReplyDecodeError)
        assert [problem.pointer for problem in error.problems] == ["/output_index"]
        assert len(events) == 1
        with pytest.raises(errors.ReplyDecodeError) as caught:
            stream.final()
        assert caught.value is error
    assert_usable(driver, service)


# --- retried only before the first event


@pytest.mark.parametrize("answer", [testing.Fault("cut", "body"), testing.Answer(events=[])], ids=repr)
def test_a_stream_that_was_retried_is_one_line_of_the_log(answer, client, service, caplog):
    service.reply_with(answer, answer)
    with caplog.at_level("INFO"), client.open() as stream:
        events, error = events_of(stream)
        assert (events[-1].type, error) == ("response.completed", None)
        assert stream.final().http.tries == TRIES
    (line,) = [record.getMessage() for record in caplog.records if record.name == "acedata_responses"]
    assert re.search("whole.* after 3 tries", line)
    assert_usable(client, service)


def test_a_stream_is_not_retried_after_its_first_event(client, service):
    service.reply_with(testing.Fault("reset", "event", after=1))
    with client.open() as stream:
        events, error = events_of(stream)
    assert (len(events), error.tries, error.reason) == (1, 1, "broken")
    assert len(service.requests) == 1


def test_a_stream_is_not_retried_after_its_deadline(connect, service):
    service.reply_with(testing.Fault("stall", "body"))
    with connect(service).open(deadline=PATIENT) as stream:
        events, error = events_of(stream)
    assert (events, error.reason, error.may_be_billed) == ([], "timed out", False)
    assert len(service.requests) == 1


def test_a_page_instead_of_a_stream_is_not_retried_if_it_breaks_off(client, service):
    service.reply_with(testing.page(200, "Welcome").but(testing.Fault("cut", "body", after=9)))
    with client.open() as stream:
        assert events_of(stream)[1] is not None
    assert len(service.requests) == 1
    assert_usable(client, service)
