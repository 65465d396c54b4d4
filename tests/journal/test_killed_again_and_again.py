"""A program that is killed at any moment and started again on the same journal; `make soak KILLS=50` goes on longer."""

from __future__ import annotations

import pytest

from scripts.soaking.kills import kills


@pytest.mark.timeout(300)
@pytest.mark.parametrize("via_stream", [False, True])
def test_nothing_is_paid_twice_by_a_program_that_is_killed_again_and_again(via_stream, tmp_path):
    found = kills(tmp_path, count=3, requests=100, via_stream=via_stream, seed=7)
    assert found.violations == []
    assert found.kills > 0
    assert found.answered + found.unknown == 100
    assert found.unknown == 0 or not via_stream
