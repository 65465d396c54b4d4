"""The progress of many requests, shown by tqdm and by rich."""

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
    """Makes seven calls with a `progress`, and counts the results."""
    client = connect(service).client
    return lambda progress: len(list(client.responses.map([MINIMAL] * 7, progress=progress)))


def test_tqdm(answers):
    with tqdm(total=7, file=io.StringIO()) as bar:
        assert answers(bar.update) == bar.n == 7


def test_rich(answers):
    with Progress(console=Console(file=io.StringIO())) as bar:
        task = bar.add_task("answers", total=7)
        assert answers(partial(bar.advance, task)) == bar.tasks[0].completed == 7
