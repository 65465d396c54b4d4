"""tqdm and rich show the progress of `map`."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress
from tqdm import tqdm

from acedata_responses import testing
from tests.drivers import MINIMAL


@pytest.fixture
def answers(connect: Callable[..., Any], service: testing.Server) -> Callable[[Callable[[int], object]], int]:
    """Makes seven calls with a `progress`, and returns the number of results."""
    client = connect(service).client
    return lambda progress: len(list(client.responses.map([MINIMAL] * 7, progress=progress)))


def test_tqdm_counts_the_results(answers):
    with tqdm(total=7, file=io.StringIO()) as bar:
        assert answers(bar.update) == bar.n == 7


def test_rich_counts_the_results(answers):
    with Progress(console=Console(file=io.StringIO())) as bar:
        task = bar.add_task("answers", total=7)
        assert answers(partial(bar.advance, task)) == bar.tasks[0].completed == 7
