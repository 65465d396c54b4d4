"""Retries: never where the call could be billed twice, never later or sooner than the service asks."""

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
STAGE_OF_FIELD = {
    "on_write_timeout": "write_timeout",
    "on_read_timeout": "read_timeout",
    "on_connection_lost": "send",
    "on_reply_lost": "reply_lost",
}
"""The fields of a policy that allow a retry of what may be billed, and the stage that each is for."""

DEFAULT = RetryPolicy()
NOW = FakeClock().wall  # 2026-11-23 00:00:00 UTC
DEFAULT_WAIT = 1.5  # the first of the vendor's waits, and half of its second of jitter


def refused(**headers: str) -> Failure:
    """Return a response that the document allows to retry, with headers such as `retry_after`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Failure("status", status=429, resend=True, headers=named)


def wait(tries: int = 1, random: float = 0, wall: float = NOW, policy: RetryPolicy = DEFAULT, **headers: str) -> float:
    return policy.wait(refused(**headers), tries, FakeClock(random=random, wall=wall))


# --- whether


@pytest.mark.parametrize("free_streams", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_a_call_is_retried_only_if_it_is_not_billed_or_the_policy_allows_it(stage, free_streams, monkeypatch):
    monkeypatch.setattr("acedata_responses.retry.UNFINISHED_STREAMS_ARE_FREE", free_streams)
    flags = itertools.product([False, True], repeat=3)
    cases = itertools.product([None, 101, 200, 302, 399, 400, 404, 429, 502], flags, [None, *STAGE_OF_FIELD])
    for status, (resend, safe_method, is_stream), field in cases:
        has_no_response = stage == "connect" or safe_method or (is_stream and free_streams)
        is_allowed = has_no_response or (field is not None and stage == STAGE_OF_FIELD[field])
        is_not_billed = resend and status in (400, 404, 429, 502)
        policy = RetryPolicy(**{field: True} if field else {})
        failure = Failure(stage, status=status, resend=resend, safe_method=safe_method, is_stream=is_stream)
        assert policy.should_resend(failure) is (is_not_billed or (stage != "status" and is_allowed)), (failure, field)


# --- how long


def test_waits_double_up_to_sixteen_seconds_and_stay_there():
    assert [wait(tries) for tries in range(1, 9)] == [1, 2, 4, 8, 16, 16, 16, 16]


@given(random=st.floats(0, 1, exclude_max=True), tries=st.integers(1, 100))
def test_up_to_a_second_is_added_at_random(random, tries):
    assert wait(tries, random) == wait(tries) + random


def test_waits_and_jitter_can_be_chosen():
    policy = RetryPolicy(waits=[0, 0.25], jitter=0.1)
    assert [wait(tries, random=0.5, policy=policy) for tries in (1, 2, 3)] == [0.05, 0.3, 0.3]


@pytest.mark.parametrize(
    ("headers", "seconds"), [
        *[({"retry_after": value}, seconds) for value, seconds in [
            ("0", 0), ("3", 3), ("007", 7), ("2.5", 2.5), ("0.25", 0.25), (" 5\t", 5), ("120.0", 120),
        ]],
        *[({"retry_after_ms": value}, seconds) for value, seconds in [
            ("0", 0), ("1500", 1.5), ("12.5", 0.0125), ("120000", 120),
        ]],
        *[({"retry_after_ms": value, "retry_after": "9"}, seconds) for value, seconds in [
            ("250", 0.25), ("0", 0), ("", 9), ("-1", 9), ("soon", 9), ("9" * 400, 9), ("inf", 9),
        ]],
        *[({"retry_after": value}, 30) for value in [
            "Mon, 23 Nov 2026 00:00:30 GMT", "Monday, 23-Nov-26 00:00:30 GMT", "Mon Nov 23 00:00:30 2026",
            " Mon, 23 Nov 2026 00:00:30 GMT ",
        ]],
    ],
)  # fmt: skip
def test_a_wait_that_the_response_requests_is_obeyed(headers, seconds):
    assert wait(**headers) == seconds


@pytest.mark.parametrize(
    ("headers", "random", "seconds"), [
        ({"retry_after": "30"}, 0.5, 30.5), ({"retry_after": "30"}, 0.75, 30.75), ({"retry_after": "0"}, 0.5, 0),
        ({"retry_after_ms": "20"}, 0.5, 0.03),
    ],
)  # fmt: skip
def test_the_jitter_of_a_requested_wait_only_lengthens_it_and_is_no_longer_than_it(headers, random, seconds):
    assert wait(random=random, **headers) == seconds


NOT_NUMBERS = [
    *"-1 -0 +5 1e1 inf nan 0x10 1_0 5; 5s 5. .5 5.5.5 soon 2026-11-23T00:00:30Z 00:00:30 Mon ٣ ５ ²".split(),
    "", " ", "1 2", "5, 5", "5\n", "\n5", "5\x00", "\N{NO-BREAK SPACE}5", "12 monkeys", "today at noon", "X5",
    "1000000000", "9" * 400, "9" * 5000, "0." + "9" * 400 + "e9",
]  # fmt: skip
NOT_DATES_AHEAD = [
    # not ahead, or too far ahead
    "Mon, 23 Nov 2026 00:00:00 GMT", "Sun, 22 Nov 2026 23:59:59 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994", "Fri, 31 Dec 9999 23:59:59 GMT",
    # no days or times
    "Mon, 00 Nov 2026 00:00:30 GMT", "Mon, 31 Feb 2027 00:00:30 GMT", "Mon, 23 Nov 0000 00:00:30 GMT",
    "Mon, 23 Nov 2026 24:00:30 GMT", "Mon, 23 Nov 2026 00:00:61 GMT",
    # other forms
    "Mon, 23 Nov 2026 00:00:30", "Mon, 23 Nov 2026 00:00:30 UTC", "Mon, 23 Nov 2026 00:00:30 +0000",
    "mon, 23 nov 2026 00:00:30 gmt", "Lun, 23 Nov 2026 00:00:30 GMT", "Mon, 3 Nov 2026 00:00:30 GMT",
    "Mon, 23 Nov 26 00:00:30 GMT", "Monday, 23-Nov-2026 00:00:30 GMT", "Mon, 23-Nov-26 00:00:30 GMT",
    "Mon Nov 23 00:00:30 2026 GMT", "Mon, 23 Nov 2026 00:00:30 GMT\n", "Mon, ٢٣ Nov 2026 00:00:30 GMT",
    "Mon, 23 Nov 2026 00:00:30 GMT, Mon, 23 Nov 2026 00:00:40 GMT", "XMon, 23 Nov 2026 00:00:30 GMT",
    "23 Nov 2026 00:00:30 GMT",
]  # fmt: skip


@pytest.mark.parametrize("value", [*NOT_NUMBERS, *NOT_DATES_AHEAD])
def test_a_value_that_is_neither_a_number_nor_a_date_ahead_is_ignored(value):
    assert wait(random=0.5, retry_after=value) == DEFAULT_WAIT
    assert wait(random=0.5, retry_after_ms=value) == DEFAULT_WAIT


def test_the_day_of_an_asctime_date_may_have_one_digit():
    december = datetime(2026, 12, 1, tzinfo=timezone.utc).timestamp()
    assert wait(wall=december, retry_after="Tue Dec  1 00:00:07 2026") == 7


@pytest.mark.parametrize(("second", "seconds"), [("30", 29.25), ("01", 0.25)])
def test_a_date_counts_from_the_clocks_fraction_of_a_second(second, seconds):
    assert wait(wall=NOW + 0.75, retry_after=f"Mon, 23 Nov 2026 00:00:{second} GMT") == seconds


TIMES = st.integers(946_684_800, 2_840_140_800).map(lambda t: datetime.fromtimestamp(t, timezone.utc))
FORMATS = [lambda date: format_datetime(date, usegmt=True), lambda date: date.strftime("%a %b %d %H:%M:%S %Y")]


@given(ahead=st.integers(1, 120), now=TIMES, write=st.sampled_from(FORMATS))
def test_a_date_is_read_as_the_standard_library_writes_it(ahead, now, write):
    assert wait(wall=now.timestamp(), retry_after=write(now + timedelta(seconds=ahead))) == ahead


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of the process can't be set here")
@pytest.mark.parametrize("zone", ["GMT0BST,M3.5.0/1,M10.5.0", "Asia/Kathmandu"])
@pytest.mark.parametrize("value", ["Wed, 01 Jul 2026 12:00:30 GMT", "Wed Jul  1 12:00:30 2026"])
def test_dates_are_in_universal_time_wherever_the_client_runs(zone, value, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        try:
            assert wait(wall=datetime(2026, 7, 1, 12, tzinfo=timezone.utc).timestamp(), retry_after=value) == 30
        finally:
            patch.undo()
            time.tzset()


header_values = st.one_of(
    st.text(),
    st.text("0123456789.,+-eE \tinfa", max_size=12),
    st.floats().map(str),
    st.integers().map(str),
    st.datetimes().map(lambda date: date.strftime("%a, %d %b %Y %H:%M:%S GMT")),
    st.from_regex(r"\A[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT\Z"),
    st.sampled_from(["Mon, 23 Nov 2026 00:00:30 GMT", "Mon Nov 23 00:00:30 2026", "12"]).flatmap(
        lambda text: st.tuples(st.integers(0, len(text)), st.characters()).map(
            lambda cut: text[: cut[0]] + cut[1] + text[cut[0] :]
        )
    ),
)


@given(seconds=header_values, milliseconds=header_values, tries=st.integers(1, 9))
@example(seconds="Mon, 23 Nov 0000 00:00:30 GMT", milliseconds="9" * 5000, tries=1)
def test_no_header_value_raises_or_causes_an_endless_wait(seconds, milliseconds, tries):
    failure = refused(retry_after=seconds, retry_after_ms=milliseconds)
    assert 0 <= DEFAULT.wait(failure, tries, FakeClock(random=0.0)) < 1e9
    plan = DEFAULT.plan(failure, tries=tries, max_retries=9, clock=FakeClock())
    assert plan is None or 0 <= plan <= 601


# --- the plan: whether, and how long


@pytest.mark.parametrize(
    ("policy", "headers", "deadline", "planned"), [
        *[(DEFAULT, {}, deadline, planned) for deadline, planned in [
            (-1.0, None), (0.0, None), (1.0, None), (1.001, 1), (100.0, 1), (None, 1),
        ]],
        *[(DEFAULT, headers, deadline, planned) for headers, seconds in [
            ({"retry_after": "3600"}, 3600), ({"retry_after_ms": "601000"}, 601),
            ({"retry_after": "Mon, 23 Nov 2026 02:00:00 GMT"}, 7200),
            ({"retry_after_ms": "700000", "retry_after": "1"}, 700),
        ] for deadline, planned in [(None, None), (seconds, None), (seconds + 0.1, seconds)]],
        (DEFAULT, {"retry_after": "600"}, None, 600),
        *[(RetryPolicy(longest_retry_after=longest), {"retry_after": header}, None, planned)
          for longest, header, planned in [(5, "5", 5), (5, "5.001", None), (0, "0.001", None), (0, "0", 0)]],
    ],
)  # fmt: skip
def test_a_wait_that_is_too_long_for_the_deadline_or_without_one_is_not_begun(policy, headers, deadline, planned):
    clock = FakeClock(now=1000.0, random=0.0)
    give_up_at = None if deadline is None else 1000.0 + deadline
    assert policy.plan(refused(**headers), tries=1, max_retries=1, clock=clock, give_up_at=give_up_at) == planned


def test_the_jitter_does_not_make_a_requested_wait_too_long():
    assert DEFAULT.plan(refused(retry_after="600"), tries=1, max_retries=1, clock=FakeClock()) == 600.5


def test_the_plan_is_the_wait_until_the_retries_are_used_up():
    clock = FakeClock(random=0.0)
    assert [DEFAULT.plan(refused(), tries=tries, max_retries=2, clock=clock) for tries in (1, 2, 3)] == [1, 2, None]


@pytest.mark.parametrize(
    "failure",
    [Failure("read_timeout"), *(Failure("connect", phase=phase) for phase in ("turn", "journal", "deadline"))],
)
def test_a_failure_that_must_not_be_retried_or_used_up_the_time_of_the_call_has_no_plan(failure):
    assert DEFAULT.plan(failure, tries=1, max_retries=5, clock=FakeClock()) is None


def test_a_subclass_can_decide_otherwise():
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


def test_a_policy_shows_its_fields_and_is_compared_copied_and_pickled_by_them():
    policy = RetryPolicy(waits=[1.0], jitter=0.5, on_reply_lost=True)
    assert repr(policy) == (
        "RetryPolicy(waits=(1.0,), jitter=0.5, longest_retry_after=600.0, on_write_timeout=False, "
        "on_read_timeout=False, on_connection_lost=False, on_reply_lost=True)"
    )
    assert policy == pickle.loads(pickle.dumps(policy)) == copy.deepcopy(policy) != RetryPolicy()
    assert hash(policy) == hash(copy.copy(policy))
    with pytest.raises(AttributeError):
        policy.jitter = 0
    failure = refused(retry_after="3")
    assert failure == pickle.loads(pickle.dumps(failure)) != refused()


SECONDS = "seconds from 0 to 86400"


@pytest.mark.parametrize(
    ("name", "value", "expected", "actual"), [
        *[("waits", value, "a sequence of seconds", value) for value in (None, 5)],
        ("waits", [], "a sequence of seconds with at least one item", ()),
        ("waits", "12", SECONDS, "1"),
        *[("waits", [1, value], SECONDS, value) for value in (-2, "2", None, float("nan"), True)],
        *[(name, value, SECONDS, value) for name in ("jitter", "longest_retry_after")
          for value in (-1, -0.001, float("inf"), float("nan"), 86_400.1, 10**400, "1", None, True, 1j)],
        *[(name, value, "True or False", value) for name in STAGE_OF_FIELD for value in (None, 0, 1, "no")],
    ],
)  # fmt: skip
def test_an_invalid_setting_is_refused_by_name(name, value, expected, actual):
    with pytest.raises(ConfigurationError) as caught:
        RetryPolicy(**{name: value})
    assert str(caught.value) == f"RetryPolicy: {name} must be {expected}, not {actual!r}"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("value", [0, 0.0, 1, 86_400])
def test_the_ends_of_a_settings_range_are_accepted(value):
    assert RetryPolicy(waits=[value], jitter=value, longest_retry_after=value).waits == (value,)


def test_a_retry_imports_neither_httpx_nor_asyncio_nor_dateutil():
    code = (
        "import sys, acedata_responses.retry as r, acedata_responses._clock as c\n"
        "failure = r.Failure('status', status=429, resend=True, headers={'retry-after': '3'})\n"
        "assert r.RetryPolicy().plan(failure, tries=1, max_retries=1, clock=c.SYSTEM_CLOCK) >= 3\n"
        "print([name for name in ('httpx', 'asyncio', 'dateutil') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
