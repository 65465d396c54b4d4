"""Sending again: never where it could be paid twice, never later or sooner than the service asks."""

from __future__ import annotations

import copy
import itertools
import pickle
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acedata_responses.errors import ConfigurationError
from acedata_responses.retry import Failure, RetryPolicy
from tests.clock import FakeClock

STAGES = ["connect", "send", "write_timeout", "read_timeout", "reply_lost", "status"]
ALLOWED_BY = {
    "on_write_timeout": "write_timeout",
    "on_read_timeout": "read_timeout",
    "on_connection_lost": "send",
    "on_reply_lost": "reply_lost",
}
"""The fields that allow to send again what may be billed, with the stage that each is for."""

USUAL = RetryPolicy()
MOMENTS = st.integers(946_684_800, 2_840_140_800).map(lambda t: datetime.fromtimestamp(t, timezone.utc))
USUAL_WAIT = 1.5  # the first of the vendor's waits and half of its second at random


NONSENSE = """
    -1 -0 +5 1e1 1E1 inf -inf nan Infinity 0x10 1_0 5,5 5; 5s 5. .5 5.5.5 -- null True soon tomorrow
    2026-11-23 2026-11-23T00:00:30Z 00:00:30 Mon Nov ٣ ５ ²
"""
MORE_NONSENSE = [
    *["", " ", "1 2", "5, 5", "5\n", "\n5", "5\x00", "\N{NO-BREAK SPACE}5", "12 monkeys", "today at noon"],
    *["X5", "5X", "X5X", "XMon, 23 Nov 2026 00:00:30 GMT", "Mon, 23 Nov 2026 00:00:30 GMTX"],
    *["1000000000", "9" * 400, "9" * 5000, "0." + "9" * 400 + "e9", "23 Nov 2026 00:00:30 GMT"],
]


def refused(**headers: str) -> Failure:
    """An error of the kind that may be sent again."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Failure("status", status=429, resend=True, headers=named)


def http_date(moment: datetime, form: str = "%a, %d %b %Y %H:%M:%S GMT") -> str:
    return moment.strftime(form)


# --- whether


@pytest.mark.parametrize("is_free", [True, False])
@pytest.mark.parametrize("stage", ["send", "write_timeout", "read_timeout", "reply_lost"])
def test_a_stream_without_an_event_is_sent_again_only_if_the_document_says_that_it_is_free(stage, is_free, monkeypatch):
    monkeypatch.setattr("acedata_responses.retry.UNFINISHED_STREAMS_ARE_FREE", is_free)
    assert USUAL.should_resend(Failure(stage, is_stream=True)) is is_free


@pytest.mark.parametrize("stage", ["connect", "send", "write_timeout", "read_timeout", "reply_lost"])
def test_a_request_for_no_work_is_sent_again_whatever_its_fate(stage):
    assert USUAL.should_resend(Failure(stage, safe_method=True))
    assert USUAL.should_resend(Failure(stage, status=200, safe_method=True))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 502, 504, 599])
def test_the_document_decides_which_errors_are_sent_again(status):
    assert USUAL.should_resend(Failure("status", status=status, resend=True))
    assert not USUAL.should_resend(Failure("status", status=status, resend=False))


@pytest.mark.parametrize("status", [None, 101, 200, 201, 302, 399])
@pytest.mark.parametrize("safe_method", [False, True])
def test_an_error_body_under_a_status_that_is_no_error_is_never_sent_again(status, safe_method):
    assert not USUAL.should_resend(Failure("status", status=status, resend=True, safe_method=safe_method))


def test_an_error_that_is_not_for_sending_again_is_not_even_with_a_safe_method():
    assert not USUAL.should_resend(Failure("status", status=404, safe_method=True))


@pytest.mark.parametrize("stage", STAGES)
def test_paid_work_is_sent_again_only_for_one_of_three_reasons(stage):
    cases = itertools.product([None, 200, 302, 404, 429, 502], [False, True], [None, *ALLOWED_BY])
    for status, resend, eager in cases:
        reasons = (stage == "connect", resend and status in (404, 429, 502), eager and stage == ALLOWED_BY[eager])
        policy = RetryPolicy(**{eager: True} if eager else {})
        failure = Failure(stage, status=status, resend=resend)
        assert policy.should_resend(failure) is any(reasons), (failure, eager)


# --- how long


def test_waits_double_up_to_sixteen_seconds_and_stay_there():
    clock = FakeClock(lot=0.0)
    waits = [USUAL.wait(refused(), tries, clock) for tries in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 16, 16, 16]


@given(lot=st.floats(0, 1, exclude_max=True), tries=st.integers(1, 100))
def test_up_to_a_second_comes_on_top_at_random(lot, tries):
    base = USUAL.wait(refused(), tries, FakeClock(lot=0.0))
    assert USUAL.wait(refused(), tries, FakeClock(lot=lot)) == base + lot


def test_waits_and_their_random_part_can_be_chosen():
    policy = RetryPolicy(waits=[0, 0.25], jitter=0.1)
    clock = FakeClock(lot=0.5)
    assert [policy.wait(refused(), tries, clock) for tries in (1, 2, 3)] == [0.05, 0.3, 0.3]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("1", 1), ("3", 3), ("007", 7), ("2.5", 2.5), ("0.25", 0.25), (" 5\t", 5), ("120.0", 120)],
)
def test_retry_after_is_obeyed_in_seconds(value, seconds):
    assert USUAL.wait(refused(retry_after=value), 1, FakeClock(lot=0.0)) == seconds


@pytest.mark.parametrize(("value", "seconds"), [("0", 0), ("1500", 1.5), ("12.5", 0.0125), ("120000", 120)])
def test_retry_after_ms_is_obeyed_in_milliseconds(value, seconds):
    assert USUAL.wait(refused(retry_after_ms=value), 1, FakeClock(lot=0.0)) == seconds


def test_retry_after_ms_comes_before_retry_after():
    clock = FakeClock(lot=0.0)
    assert USUAL.wait(refused(retry_after_ms="250", retry_after="9"), 1, clock) == 0.25
    assert USUAL.wait(refused(retry_after_ms="0", retry_after="9"), 1, clock) == 0


@pytest.mark.parametrize("nonsense", ["", "-1", "soon", "9" * 400, "inf"])
def test_retry_after_stands_in_for_a_retry_after_ms_that_makes_no_sense(nonsense):
    assert USUAL.wait(refused(retry_after_ms=nonsense, retry_after="9"), 1, FakeClock(lot=0.0)) == 9


def test_an_asked_wait_is_never_cut_short_and_those_refused_together_do_not_return_together():
    for lot, seconds in [(0.0, 30), (0.5, 30.5), (0.75, 30.75)]:
        assert USUAL.wait(refused(retry_after="30"), 1, FakeClock(lot=lot)) == seconds


def test_the_random_part_of_an_asked_wait_is_no_larger_than_the_wait():
    assert USUAL.wait(refused(retry_after_ms="20"), 1, FakeClock(lot=0.5)) == 0.03
    assert USUAL.wait(refused(retry_after="0"), 1, FakeClock(lot=0.5)) == 0


@pytest.mark.parametrize("value", [*NONSENSE.split(), *MORE_NONSENSE])
def test_nonsense_gets_the_usual_wait(value):
    clock = FakeClock()
    assert USUAL.wait(refused(retry_after=value), 1, clock) == USUAL_WAIT
    assert USUAL.wait(refused(retry_after_ms=value), 1, clock) == USUAL_WAIT


LONG = {
    "seconds": ({"retry_after": "3600"}, 3600),
    "milliseconds": ({"retry_after_ms": "601000"}, 601),
    "a date": ({"retry_after": "Mon, 23 Nov 2026 02:00:00 GMT"}, 7200),
    "both": ({"retry_after_ms": "700000", "retry_after": "1"}, 700),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_wait_is_obeyed_when_the_deadline_allows_it_and_not_begun_otherwise(name):
    headers, seconds = LONG[name]
    clock = FakeClock(now=1000.0, lot=0.0)

    def plan(deadline):
        return USUAL.plan(refused(**headers), tries=1, max_retries=1, clock=clock, give_up_at=1000.0 + deadline)

    assert plan(seconds + 0.1) == seconds
    assert plan(seconds) is None
    assert USUAL.plan(refused(**headers), tries=1, max_retries=1, clock=clock) is None


@pytest.mark.parametrize("seconds", [121, 600])
def test_without_a_deadline_a_wait_of_minutes_is_obeyed(seconds):
    failure = refused(retry_after=str(seconds))
    assert USUAL.plan(failure, tries=1, max_retries=1, clock=FakeClock()) == seconds + 0.5


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 23 Nov 2026 00:00:30 GMT",
        "Monday, 23-Nov-26 00:00:30 GMT",
        "Mon Nov 23 00:00:30 2026",
        " Mon, 23 Nov 2026 00:00:30 GMT ",
    ],
)
def test_retry_after_is_obeyed_as_each_form_of_http_date(value):
    assert USUAL.wait(refused(retry_after=value), 1, FakeClock(lot=0.0)) == 30


def test_the_day_of_an_asctime_date_may_have_one_digit():
    clock = FakeClock(wall=datetime(2026, 12, 1, tzinfo=timezone.utc).timestamp(), lot=0.0)
    assert USUAL.wait(refused(retry_after="Tue Dec  1 00:00:07 2026"), 1, clock) == 7


def test_a_date_counts_from_the_clocks_fraction_of_a_second():
    clock = FakeClock(wall=FakeClock().wall + 0.75, lot=0.0)
    assert USUAL.wait(refused(retry_after="Mon, 23 Nov 2026 00:00:30 GMT"), 1, clock) == 29.25
    assert USUAL.wait(refused(retry_after="Mon, 23 Nov 2026 00:00:01 GMT"), 1, clock) == 0.25


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 23 Nov 2026 00:00:00 GMT",  # now
        "Sun, 22 Nov 2026 23:59:59 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 00 Nov 2026 00:00:30 GMT",
        "Mon, 31 Feb 2027 00:00:30 GMT",
        "Mon, 23 Nov 0000 00:00:30 GMT",
        "Mon, 23 Nov 2026 24:00:30 GMT",
        "Mon, 23 Nov 2026 00:00:61 GMT",
        "Mon, 23 Nov 2026 00:00:30",
        "Mon, 23 Nov 2026 00:00:30 UTC",
        "Mon, 23 Nov 2026 00:00:30 +0000",
        "Mon, 23 Nov 2026 01:00:30 CET",
        "mon, 23 nov 2026 00:00:30 gmt",
        "Lun, 23 Nov 2026 00:00:30 GMT",
        "Mon, 3 Nov 2026 00:00:30 GMT",
        "Mon, 23 Nov 26 00:00:30 GMT",
        "Monday, 23-Nov-2026 00:00:30 GMT",
        "Mon, 23-Nov-26 00:00:30 GMT",
        "Mon Nov 23 00:00:30 2026 GMT",
        "Mon, 23 Nov 2026 00:00:30 GMT, Mon, 23 Nov 2026 00:00:40 GMT",
        "Mon, 23 Nov 2026 00:00:30 GMT\n",
        "Mon, ٢٣ Nov 2026 00:00:30 GMT",
    ],
)
def test_a_date_that_is_past_far_off_or_no_http_date_gets_the_usual_wait(value):
    assert USUAL.wait(refused(retry_after=value), 1, FakeClock()) == USUAL_WAIT


@given(
    ahead=st.integers(1, 120), now=MOMENTS, form=st.sampled_from(["%a, %d %b %Y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"])
)
def test_any_moment_of_the_next_two_minutes_can_be_asked_for(ahead, now, form):
    clock = FakeClock(wall=now.timestamp(), lot=0.0)
    value = http_date(now + timedelta(seconds=ahead), form)
    assert USUAL.wait(refused(retry_after=value), 1, clock) == ahead


@given(ahead=st.integers(1, 120), now=MOMENTS)
def test_the_date_is_read_as_the_standard_library_writes_it(ahead, now):
    value = format_datetime(now + timedelta(seconds=ahead), usegmt=True)
    assert USUAL.wait(refused(retry_after=value), 1, FakeClock(wall=now.timestamp(), lot=0.0)) == ahead


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of the process can't be set here")
@pytest.mark.parametrize("zone", ["Europe/London", "GMT0BST,M3.5.0/1,M10.5.0", "Asia/Kathmandu"])
@pytest.mark.parametrize("value", ["Wed, 01 Jul 2026 12:00:30 GMT", "Wed Jul  1 12:00:30 2026"])
def test_dates_are_in_universal_time_wherever_the_client_runs(zone, value, monkeypatch):
    clock = FakeClock(wall=datetime(2026, 7, 1, 12, tzinfo=timezone.utc).timestamp(), lot=0.0)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        try:
            assert USUAL.wait(refused(retry_after=value), 1, clock) == 30
        finally:
            patch.undo()
            time.tzset()


header_values = st.one_of(
    st.text(),
    st.text("0123456789.,+-eE \tinfa", max_size=12),
    st.floats().map(str),
    st.integers().map(str),
    st.datetimes().map(http_date),
    st.from_regex(r"\A[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT\Z"),
    st.sampled_from(["Mon, 23 Nov 2026 00:00:30 GMT", "Mon Nov 23 00:00:30 2026", "12"]).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.characters()).map(
            lambda cut: text[: cut[0]] + cut[1] + text[cut[0] :]
        )
    ),
)


@given(seconds=header_values, milliseconds=header_values, tries=st.integers(1, 9))
@example(seconds="Mon, 23 Nov 0000 00:00:30 GMT", milliseconds="9" * 5000, tries=1)
def test_no_header_value_raises_or_gives_a_wait_without_end(seconds, milliseconds, tries):
    failure = refused(retry_after=seconds, retry_after_ms=milliseconds)
    assert 0 <= USUAL.wait(failure, tries, FakeClock(lot=0.0)) < 1e9
    plan = USUAL.plan(failure, tries=tries, max_retries=9, clock=FakeClock())
    assert plan is None or 0 <= plan <= 601


def test_the_longest_wait_that_is_obeyed_can_be_chosen():
    def plan(longest, asked):
        policy = RetryPolicy(longest_retry_after=longest, jitter=0)
        return policy.plan(refused(retry_after=asked), tries=1, max_retries=1, clock=FakeClock())

    assert plan(5, "5") == 5
    assert plan(5, "5.001") is None
    assert plan(0, "0.001") is None
    assert plan(0, "0") == 0


# --- whether and how long, in one word


def test_the_plan_is_the_wait_until_the_retries_are_used_up():
    clock = FakeClock(lot=0.0)
    plans = [USUAL.plan(refused(), tries=tries, max_retries=2, clock=clock) for tries in (1, 2, 3)]
    assert plans == [1, 2, None]


def test_without_retries_nothing_is_sent_again():
    assert USUAL.plan(Failure("connect"), tries=1, max_retries=0, clock=FakeClock()) is None


def test_the_plan_is_none_for_what_must_not_be_sent_again():
    assert USUAL.plan(Failure("read_timeout"), tries=1, max_retries=5, clock=FakeClock()) is None


@pytest.mark.parametrize("phase", ["turn", "journal", "deadline"])
def test_a_call_whose_own_time_is_over_is_not_sent_again(phase):
    assert USUAL.plan(Failure("connect", phase=phase), tries=1, max_retries=5, clock=FakeClock()) is None


def test_a_wait_that_would_not_end_before_the_deadline_is_not_begun():
    clock = FakeClock(now=100.0, lot=0.0)
    plans = {
        deadline: USUAL.plan(refused(), tries=1, max_retries=1, clock=clock, give_up_at=deadline)
        for deadline in (99.0, 100.0, 101.0, 101.001, 200.0)
    }
    assert plans == {99.0: None, 100.0: None, 101.0: None, 101.001: 1, 200.0: 1}


def test_a_policy_of_ones_own_can_decide_otherwise():
    class Eager(RetryPolicy):
        def should_resend(self, failure: Failure) -> bool:
            return failure.status == 418 or super().should_resend(failure)

        def wait(self, failure: Failure, tries: int, clock: object) -> float:
            return 0.125

    policy = Eager(on_read_timeout=True)
    for failure in (Failure("status", status=418), Failure("connect"), Failure("read_timeout")):
        assert policy.plan(failure, tries=1, max_retries=1, clock=FakeClock()) == 0.125
    assert policy.plan(Failure("send"), tries=1, max_retries=1, clock=FakeClock()) is None


# --- the policy as an object


def test_the_policy_says_what_it_does():
    text = (
        "RetryPolicy(waits=(1.0,), jitter=0.5, longest_retry_after=600.0, on_write_timeout=False, "
        "on_read_timeout=False, on_connection_lost=False, on_reply_lost=True)"
    )
    assert repr(RetryPolicy(waits=[1.0], jitter=0.5, on_reply_lost=True)) == text


def test_the_policy_is_a_value():
    policy = RetryPolicy(waits=[1, 3], on_read_timeout=True)
    assert policy == pickle.loads(pickle.dumps(policy)) == copy.deepcopy(policy) != RetryPolicy()
    assert hash(policy) == hash(copy.copy(policy))
    with pytest.raises(AttributeError):
        policy.jitter = 0


def test_a_failure_is_a_value():
    failure = refused(retry_after="3")
    assert failure == pickle.loads(pickle.dumps(failure)) != refused()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("waits", value) for value in ([], None, 5, "12", [1, -1], [1, "2"], [1, None], [float("nan")], [True])],
        *[
            (name, value)
            for name in ("jitter", "longest_retry_after")
            for value in (-1, -0.001, float("inf"), float("nan"), 86_400.1, 10**400, "1", None, True, 1j)
        ],
        *[(name, value) for name in ALLOWED_BY for value in (None, 0, 1, "no")],
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=rf"^RetryPolicy: {name} must be .*, not ") as caught:
        RetryPolicy(**{name: value})
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("settings", "text"), [
        ({"jitter": -1}, "jitter must be seconds from 0 to 86400, not -1"),
        ({"longest_retry_after": "2 s"}, "longest_retry_after must be seconds from 0 to 86400, not '2 s'"),
        ({"waits": 5}, "waits must be a sequence of seconds, not 5"),
        ({"waits": ()}, "waits must be a sequence of seconds with at least one item, not ()"),
        ({"waits": (1, -2)}, "waits must be seconds from 0 to 86400, not -2"),
        ({"on_read_timeout": 1}, "on_read_timeout must be True or False, not 1"),
    ],
)  # fmt: skip
def test_a_policy_that_makes_no_sense_is_refused_in_words(settings, text):
    with pytest.raises(ConfigurationError) as caught:
        RetryPolicy(**settings)
    assert str(caught.value) == f"RetryPolicy: {text}"


@pytest.mark.parametrize("value", [0, 0.0, 1, 86_400])
def test_the_ends_of_a_settings_range_are_taken(value):
    assert RetryPolicy(waits=[value], jitter=value, longest_retry_after=value).waits == (value,)


def test_neither_httpx_nor_asyncio_nor_dateutil_is_imported_for_it():
    code = (
        "import sys, acedata_responses.retry as r, acedata_responses._clock as c\n"
        "failure = r.Failure('status', status=429, resend=True, headers={'retry-after': '3'})\n"
        "assert r.RetryPolicy().plan(failure, tries=1, max_retries=1, clock=c.SYSTEM_CLOCK) >= 3\n"
        "print([name for name in ('httpx', 'asyncio', 'dateutil') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
