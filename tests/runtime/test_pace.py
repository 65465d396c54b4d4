"""The pace: no second sees more starts than the limit, a refusal halves it, and successes restore it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acedata_responses.limits import Pace
from tests.runtime.waiting import most_in_a_second


def as_early_as_allowed(pace: Pace, calls: int, now: float = 0.0) -> list[float]:
    starts = []
    for _ in range(calls):
        while (moment := pace.next_start(now)) > now:
            now = moment
        pace.started(now)
        starts.append(now)
    return starts


@given(per_second=st.integers(1, 100), begin=st.floats(0, 1e9))
def test_however_eager_no_second_sees_more_starts_than_the_limit(per_second, begin):
    starts = as_early_as_allowed(Pace(per_second), 3 * per_second, now=begin)
    assert most_in_a_second(starts) <= per_second


@given(
    per_second=st.floats(0.1, 20),
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=100),
)
def test_however_the_calls_come_no_second_sees_more_starts_than_the_limit(per_second, gaps):
    pace = Pace(per_second)
    now, starts = 0.0, []
    for gap in gaps:
        now += gap
        if pace.next_start(now) <= now:
            pace.started(now)
            starts.append(now)
    assert most_in_a_second(starts) <= max(per_second, 1)


@pytest.mark.parametrize("per_second", [1, 2, 3, 7, 60, 500])
def test_the_limit_is_used_up_to_a_twentieth(per_second):
    starts = as_early_as_allowed(Pace(per_second), 10 * per_second + 1)
    assert starts[-1] <= 10 * 1.05 + 1e-6


def test_calls_that_start_a_second_apart_may_arrive_fifty_milliseconds_closer():
    starts = as_early_as_allowed(Pace(60), 600)
    assert min(later - earlier for earlier, later in zip(starts, starts[60:], strict=False)) >= 1.05 - 1e-6


def test_the_first_half_of_a_second_starts_at_once_and_the_rest_evenly():
    starts = as_early_as_allowed(Pace(60), 240)
    assert starts[:30] == [0.0] * 30
    assert starts[30:60] == pytest.approx([number * 1.05 / 60 for number in range(1, 31)])
    assert starts[60:] == pytest.approx([number * 1.05 / 60 for number in range(60, 240)])


def test_half_of_an_odd_number_is_rounded_up():
    assert as_early_as_allowed(Pace(3), 4) == pytest.approx([0, 0, 0.35, 1.05])


def test_a_full_second_later_a_burst_is_allowed_again():
    pace = Pace(60)
    as_early_as_allowed(pace, 60)
    assert as_early_as_allowed(pace, 31, now=10.0) == [10.0] * 30 + [10.0 + 1.05 / 60]


def test_the_end_of_the_window_is_exact():
    pace = Pace(1)
    pace.started(100.0)
    assert pace.next_start(100.0) == 101.05
    assert pace.next_start(101.04) == 101.05
    assert pace.next_start(101.05) == 101.05


def test_less_than_a_call_a_second_is_a_call_in_many_seconds():
    assert as_early_as_allowed(Pace(0.2), 3) == pytest.approx([0, 5.25, 10.5])


def test_above_one_a_fraction_of_a_call_counts_for_nothing():
    assert as_early_as_allowed(Pace(2.9), 3) == as_early_as_allowed(Pace(2), 3)


def test_a_refusal_halves_the_pace_and_bounds_the_next_second():
    pace = Pace(60)
    pace.slowed(0.0)
    assert pace.per_second == 30
    assert most_in_a_second(as_early_as_allowed(pace, 200)) == 30


def test_starts_from_before_a_refusal_count_after_it():
    pace = Pace(60)
    as_early_as_allowed(pace, 30)
    assert pace.next_start(0.0) == pytest.approx(1.05 / 60)
    pace.slowed(0.0)
    assert pace.next_start(0.0) == 1.05


def test_calls_that_are_refused_together_halve_the_pace_once():
    pace = Pace(60)
    for moment in (5.0, 5.0, 5.5, 5.999):
        pace.slowed(moment)
    assert pace.per_second == 30
    pace.slowed(6.0)
    assert pace.per_second == 15


@pytest.mark.parametrize(("limit", "slowest"), [(60, 1), (1.5, 1), (1, 1), (0.5, 0.5)])
def test_a_call_a_second_is_left_however_often_calls_are_refused(limit, slowest):
    pace = Pace(limit)
    for second in range(20):
        pace.slowed(float(second))
    assert pace.per_second == slowest
    assert pace.is_slowed is (slowest < limit)


def test_successes_restore_the_pace_by_a_tenth_of_the_limit_each_second():
    pace = Pace(60)
    pace.slowed(100.0)
    paces = []
    for moment in (100.0, 100.5, 101.0, 104.0, 105.0, 106.0):
        pace.succeeded(moment)
        paces.append(pace.per_second)
    assert paces == pytest.approx([30, 33, 36, 54, 60, 60])
    assert not pace.is_slowed


def test_how_many_calls_succeed_does_not_matter_only_how_long():
    pace = Pace(60)
    pace.slowed(0.0)
    for moment in range(1, 2001):
        pace.succeeded(moment / 1000)
    assert pace.per_second == pytest.approx(30 + 12)


def test_without_a_success_the_pace_stays_slow():
    pace = Pace(60)
    pace.slowed(0.0)
    pace.next_start(1000.0)
    assert pace.per_second == 30
    pace.succeeded(1000.0)
    assert pace.per_second == 60


def test_a_recovered_pace_allows_more_starts_again():
    pace = Pace(10)
    pace.slowed(0.0)
    pace.succeeded(1000.0)
    assert most_in_a_second(as_early_as_allowed(pace, 50, now=1000.0)) == 10
