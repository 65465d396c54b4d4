"""The pace: no second sees more starts than the limit; refusals slow it, for a moment or for longer."""

from __future__ import annotations

import heapq
import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acedata_responses.limits import Pace
from tests.waiting import most_in_a_second


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


@given(per_second=st.floats(0.1, 20), gaps=st.lists(st.floats(0, 2), min_size=1, max_size=100))
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


def restored(pace: Pace, moments: list[float]) -> list[float]:
    paces = []
    for moment in moments:
        pace.succeeded(moment)
        paces.append(pace.per_second)
    return paces


def test_after_one_refusal_successes_restore_the_pace_within_a_quarter_of_a_second():
    pace = Pace(60)
    pace.slowed(100.0)
    assert restored(pace, [100.0, 100.1, 100.2, 100.25]) == pytest.approx([30, 42, 54, 60])
    assert not pace.is_slowed


def test_how_many_calls_succeed_does_not_matter_only_how_long():
    pace = Pace(60)
    pace.slowed(0.0)
    restored(pace, [moment / 1000 for moment in range(1, 101)])
    assert pace.per_second == pytest.approx(42)


@pytest.mark.parametrize(("limit", "many"), [(60, 6), (20, 2), (3, 2)])
def test_when_a_tenth_of_a_seconds_calls_is_refused_the_pace_comes_back_to_half_and_then_slowly(limit, many):
    pace, moment = Pace(limit), 100.0
    for _ in range(many):
        pace.slowed(moment)
    paces = restored(pace, [moment, moment + 1, moment + 11, moment + 25, moment + 26])
    assert paces == pytest.approx([limit * part for part in (0.5, 0.52, 0.72, 1.0, 1.0)])


def test_refusals_just_short_of_a_tenth_are_for_a_moment():
    pace = Pace(60)
    for moment in (0.0, 0.1, 0.2, 0.3, 0.4):
        pace.slowed(moment)
    assert restored(pace, [0.4, 1.0])[-1] == 60


def test_a_level_that_is_refused_again_is_halved_again():
    pace = Pace(60)
    for second in (0.0, 10.0):
        for _ in range(6):
            pace.slowed(second)
        pace.succeeded(second + 1)
    assert pace.per_second == pytest.approx((0.5 + 0.02) * 60 / 2 + 0.02 * 60)


def work_through(pace: Pace, refuses, seconds: float = 100.0) -> tuple[float, float]:
    """Twenty workers that call as fast as the pace allows: successes a second, and the part of calls refused."""
    chance, now, done, refused = random.Random(1), 0.0, 0, 0
    events = [(0.001 * worker, worker, "ask") for worker in range(20)]
    heapq.heapify(events)
    while now < seconds:
        now, worker, kind = heapq.heappop(events)
        if kind == "ask":
            start = pace.next_start(now)
            if start > now:
                event = (start, worker, "ask")
            else:
                pace.started(now)
                is_refused = refuses(now, chance)
                event = (now + (0.05 if is_refused else 0.357), worker, "refused" if is_refused else "done")
        elif kind == "done":
            done += 1
            pace.succeeded(now)
            event = (now, worker, "ask")
        else:
            refused += 1
            pace.slowed(now)
            event = (now + 1 + chance.random(), worker, "ask")
        heapq.heappush(events, event)
    return done / seconds, refused / (done + refused)


def test_one_refusal_in_a_hundred_costs_less_than_a_seventh_of_the_throughput():
    undisturbed, _ = work_through(Pace(60), lambda _now, _chance: False)
    disturbed, refused = work_through(Pace(60), lambda _now, chance: chance.random() < 0.01)
    assert refused == pytest.approx(0.01, abs=0.003)
    assert disturbed > undisturbed * 6 / 7


@pytest.mark.parametrize(("takes", "most_refused"), [(30, 0.06), (10, 0.1)])
def test_a_service_that_takes_fewer_calls_refuses_few_of_them(takes, most_refused):
    taken: deque[float] = deque()

    def refuses(now, _chance):
        while taken and taken[0] <= now - 1:
            taken.popleft()
        if len(taken) == takes:
            return True
        taken.append(now)
        return False

    done, refused = work_through(Pace(60), refuses)
    assert refused < most_refused
    assert done > takes * 0.7


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
