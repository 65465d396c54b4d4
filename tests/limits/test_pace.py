"""The pace: at most so many calls start in any second; refusals slow it down, briefly or for longer."""

from __future__ import annotations

import heapq
import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acedata_responses.limits import Pace
from tests.waiting import most_in_a_second


def start_calls(pace: Pace, calls: int, now: float = 0.0) -> list[float]:
    """Start calls as early as the pace allows, and return the times."""
    starts = []
    for _ in range(calls):
        while (start := pace.next_start(now)) > now:
            now = start
        pace.started(now)
        starts.append(now)
    return starts


@given(per_second=st.integers(1, 100), begin=st.floats(0, 1e9))
def test_calls_that_start_as_early_as_possible_keep_the_limit(per_second, begin):
    assert most_in_a_second(start_calls(Pace(per_second), 3 * per_second, now=begin)) <= per_second


@given(per_second=st.floats(0.1, 20), gaps=st.lists(st.floats(0, 2), min_size=1, max_size=100))
def test_calls_at_any_times_keep_the_limit(per_second, gaps):
    pace = Pace(per_second)
    now, starts = 0.0, []
    for gap in gaps:
        now += gap
        if pace.next_start(now) <= now:
            pace.started(now)
            starts.append(now)
    assert most_in_a_second(starts) <= max(per_second, 1)


@pytest.mark.parametrize(
    ("per_second", "starts"),
    [
        (60, [0.0] * 30 + [number * 1.05 / 60 for number in (*range(1, 31), *range(60, 240))]),
        (3, [0, 0, 0.35, 1.05]),
        (2.9, [0, 0.525, 1.05]),
        (0.2, [0, 5.25, 10.5]),
    ],
)
def test_half_of_the_calls_of_a_second_start_at_once_and_the_others_evenly(per_second, starts):
    assert start_calls(Pace(per_second), len(starts)) == pytest.approx(starts)


def test_a_second_without_starts_allows_another_burst():
    pace = Pace(60)
    start_calls(pace, 60)
    assert start_calls(pace, 31, now=10.0) == [10.0] * 30 + [10.0 + 1.05 / 60]


def test_the_end_of_the_window_is_exact():
    pace = Pace(1)
    pace.started(100.0)
    assert [pace.next_start(now) for now in (100.0, 101.04, 101.05)] == [101.05] * 3


# After refusals


def test_a_refusal_halves_the_pace_until_a_success():
    pace = Pace(60)
    start_calls(pace, 30)
    assert pace.next_start(0.0) == pytest.approx(1.05 / 60)
    pace.slowed(0.0)
    assert pace.next_start(0.0) == 1.05, "earlier starts count"
    assert most_in_a_second(start_calls(pace, 200, now=2.0)) == pace.per_second == 30
    pace.succeeded(1000.0)
    assert most_in_a_second(start_calls(pace, 200, now=1000.0)) == pace.per_second == 60


def test_refusals_within_a_second_halve_the_pace_once():
    pace = Pace(60)
    for now in (5.0, 5.0, 5.5, 5.999):
        pace.slowed(now)
    assert pace.per_second == 30
    pace.slowed(6.0)
    assert pace.per_second == 15


@pytest.mark.parametrize(("limit", "slowest"), [(60, 1), (1, 1), (0.5, 0.5)])
def test_refusals_slow_the_pace_to_one_call_a_second_at_most(limit, slowest):
    pace = Pace(limit)
    for second in range(20):
        pace.slowed(float(second))
    assert pace.per_second == slowest
    assert pace.is_slowed is (slowest < limit)


@pytest.mark.parametrize(
    ("limit", "refusals", "recovery"),
    [
        (60, 1, {0.0: 0.5, 0.1: 0.7, 0.2: 0.9, 0.25: 1.0}),
        (60, 5, {0.0: 0.5, 0.6: 1.0}),
        (60, 6, {0.0: 0.5, 1.0: 0.52, 11.0: 0.72, 25.0: 1.0, 26.0: 1.0}),
        (10, 1, {0.0: 0.5, 0.25: 1.0}),
        (20, 2, {0.0: 0.5, 1.0: 0.52, 11.0: 0.72, 25.0: 1.0}),
        (3, 2, {0.0: 0.5, 1.0: 0.52, 11.0: 0.72, 25.0: 1.0}),
    ],
)
def test_the_pace_recovers_slowly_if_a_tenth_of_the_calls_of_a_second_were_refused(limit, refusals, recovery):
    pace, paces = Pace(limit), []
    for _ in range(refusals):
        pace.slowed(100.0)
    for seconds in recovery:
        pace.succeeded(100.0 + seconds)
        paces.append(pace.per_second)
    assert paces == pytest.approx([limit * part for part in recovery.values()])


def test_the_recovery_depends_on_the_time_and_not_on_the_number_of_successes():
    pace = Pace(60)
    pace.slowed(0.0)
    for milliseconds in range(1, 101):
        pace.succeeded(milliseconds / 1000)
    assert pace.per_second == pytest.approx(42)


def test_a_level_that_is_refused_again_is_halved_again():
    pace = Pace(60)
    for second in (0.0, 10.0):
        for _ in range(6):
            pace.slowed(second)
        pace.succeeded(second + 1)
    assert pace.per_second == pytest.approx((0.5 + 0.02) * 60 / 2 + 0.02 * 60)


def simulate(pace: Pace, refuses, seconds: float = 100.0) -> tuple[float, float]:
    """Twenty workers that call as fast as the pace allows: the successes per second, and the share of refusals."""
    chance, now, done, refused = random.Random(1), 0.0, 0, 0
    events = [(0.001 * worker, worker, "call") for worker in range(20)]
    heapq.heapify(events)
    while now < seconds:
        now, worker, event = heapq.heappop(events)
        if event == "call":
            start = pace.next_start(now)
            if start > now:
                following = (start, worker, "call")
            else:
                pace.started(now)
                is_refused = refuses(now, chance)
                following = (now + (0.05 if is_refused else 0.357), worker, "refused" if is_refused else "done")
        elif event == "done":
            done += 1
            pace.succeeded(now)
            following = (now, worker, "call")
        else:
            refused += 1
            pace.slowed(now)
            following = (now + 1 + chance.random(), worker, "call")
        heapq.heappush(events, following)
    return done / seconds, refused / (done + refused)


def test_one_refusal_in_a_hundred_costs_less_than_a_seventh_of_the_throughput():
    undisturbed, _ = simulate(Pace(60), lambda _now, _chance: False)
    disturbed, refused = simulate(Pace(60), lambda _now, chance: chance.random() < 0.01)
    assert refused == pytest.approx(0.01, abs=0.003)
    assert disturbed > undisturbed * 6 / 7


@pytest.mark.parametrize(("capacity", "most_refused"), [(30, 0.06), (10, 0.1)])
def test_a_service_that_accepts_fewer_calls_refuses_few_of_them(capacity, most_refused):
    accepted: deque[float] = deque()

    def refuses(now, _chance):
        while accepted and accepted[0] <= now - 1:
            accepted.popleft()
        if len(accepted) == capacity:
            return True
        accepted.append(now)
        return False

    done, refused = simulate(Pace(60), refuses)
    assert refused < most_refused
    assert done > capacity * 0.7
