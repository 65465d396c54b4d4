"""Limits and limiters as objects: values that are checked, and what is copied, pickled, shown and forgotten."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import weakref

import pytest

from acedata_responses.errors import ConfigurationError
from acedata_responses.limits import Limiter, Limits
from tests.clock import FakeClock


def test_a_pickled_limiter_starts_anew_with_the_same_limits():
    limiter = Limiter(Limits(in_flight=2, per_second=7))
    limiter.acquire()
    limiter.slowed()
    for twin in (pickle.loads(pickle.dumps(limiter)), copy.copy(limiter), copy.deepcopy(limiter)):
        assert twin is not limiter
        assert (twin.limits, twin.in_flight, twin.pace) == (limiter.limits, 0, 7)
        twin.acquire().release()
    assert limiter.in_flight == 1


def test_a_copied_limiter_keeps_its_clock():
    clock = FakeClock()
    twin = copy.copy(Limiter(Limits(in_flight=None, per_second=1), clock=clock))
    twin.acquire()
    twin.acquire()
    assert clock.now == 1001.05


def test_a_limiter_shows_its_limits_and_its_load():
    limiter = Limiter(Limits(in_flight=2, per_second=8), clock=FakeClock())
    limiter.acquire()
    limiter.slowed()
    expected = "<Limiter Limits(in_flight=2, per_second=8): in_flight=1, waiting=0, pace=4.0>"
    assert repr(limiter) == expected


def test_limits_are_a_value():
    limits = Limits(in_flight=5, per_second=None)
    assert limits == pickle.loads(pickle.dumps(limits)) != Limits()
    assert hash(limits) == hash(copy.copy(limits))
    with pytest.raises(AttributeError):
        limits.in_flight = 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("in_flight", value) for value in (0, -1, 1.0, 2.5, math.nan, math.inf, "20", True, False)],
        *[("per_second", value) for value in (0, -1, 0.0, 1e-9, math.nan, math.inf, 10**400, "60", True, 1j)],
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=rf"^Limits: {name} must be .*, or None for no limit, not "):
        Limits(**{name: value})


@pytest.mark.parametrize("limits", [(1, 1), (1, 1.0), (10**6, 10**6), (1, 0.001), (None, None)])
def test_the_ends_of_a_limits_range_are_taken(limits):
    assert Limiter(Limits(*limits)).limits == Limits(in_flight=limits[0], per_second=limits[1])


def test_a_limiter_that_nobody_holds_is_gone():
    limiter = Limiter()
    limiter.acquire()
    seen = weakref.ref(limiter)
    del limiter
    gc.collect()
    assert seen() is None
