"""Ray Data on a cluster of several nodes: limits, killed workers, and resuming. `make ray` runs it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import ray
from ray import cloudpickle
from ray.data.checkpoint import CheckpointConfig

from acedata_responses import Client, ConfigurationError, Limits, testing
from acedata_responses.journal import Journal
from acedata_responses.ray import Answer, ClusterLimiter
from acedata_responses.testing import Fault
from tests.drivers import MINIMAL
from tests.waiting import until

pytestmark = [
    pytest.mark.usefixtures("cluster"),
    pytest.mark.filterwarnings("default"),  # Ray warns of itself
    pytest.mark.timeout(600),  # workers start slowly
]

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import this file

PATIENCE = 300.0  # seconds
NO_PACE = Limits(in_flight=3, per_second=None)


class Traced(Answer):
    """A worker that records its process, and for each row its node and the time at which it began."""

    def __init__(self, *, folder: Path, **options: Any) -> None:
        super().__init__(**options)
        self._node = ray.get_runtime_context().get_node_id()
        (folder / str(os.getpid())).touch()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        count = len(batch["id"])
        return {"node": [self._node] * count, "began": [time.monotonic()] * count, **super().__call__(batch)}


@pytest.fixture
def limiter() -> Iterator[Callable[..., ClusterLimiter]]:
    """Creates limiters whose actors end with the test."""
    limiters: list[ClusterLimiter] = []

    def make(limits: Limits, **options: Any) -> ClusterLimiter:
        limiters.append(ClusterLimiter(limits, name="test", **options))
        return limiters[-1]

    yield make
    for started in limiters:
        started.shutdown()


@pytest.fixture
def echoing(service: testing.Server) -> testing.Server:
    service.answers(text=lambda request: f"answer to {request.json['input']}")
    return service


def asked(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "request": {**MINIMAL, "input": f"question {number}"}} for number in range(count)]


def dataset(rows: list[dict[str, Any]], blocks: int = 8) -> Any:
    return ray.data.from_items(rows, override_num_blocks=blocks)


def answered(data: Any, worker: type[Answer] = Answer, **options: Any) -> Any:
    """Process the dataset with a worker on each of two nodes."""
    return data.map_batches(
        worker,
        fn_constructor_kwargs=options,
        compute=ray.data.ActorPoolStrategy(size=2),
        batch_size=5,
        num_cpus=0.5,
        resources={"seat": 1},
    )


def times_sent(service: testing.Server) -> Counter[str]:
    return Counter(request.json["input"] for request in service.requests)


def test_each_row_gets_its_reply_or_its_error(echoing, limiter):
    rows = [
        *asked(8),
        {"id": 8, "request": {"model": "gpt-4o-mini"}},
        {"id": 9, "request": {**MINIMAL, "temperature": 0.5}},
    ]
    output = answered(dataset(rows), limits=limiter(NO_PACE), base_url=echoing.url).take_all()
    by_id = {row["id"]: row for row in output}
    assert {number: by_id[number]["output_text"] for number in range(8)} == {
        number: f"answer to question {number}" for number in range(8)
    }
    assert json.loads(by_id[0]["reply"])["output"]
    assert by_id[8]["outcome"] == "failed"
    assert by_id[8]["error"].startswith("RequestValidationError: ")
    assert by_id[9]["outcome"] == "answered"
    sent = [request.json for request in echoing.requests]
    assert {**MINIMAL, "temperature": 0.5} in sent
    assert {**MINIMAL, "input": "question 0"} in sent  # without the null that Arrow gives it


def test_requests_can_be_json_text_with_keys(echoing, limiter, tmp_path):
    rows = [{"question": json.dumps(MINIMAL), "sample": f"{number % 2}"} for number in range(4)]
    options = {"requests": "question", "keys": "sample", "journal": str(tmp_path / "answers.db")}
    output = answered(dataset(rows), limits=limiter(NO_PACE), base_url=echoing.url, **options).take_all()
    assert [row["outcome"] for row in output] == ["answered"] * 4
    assert len(echoing.requests) == 2


def test_all_workers_share_the_limit_of_calls_in_flight(echoing, limiter, tmp_path):
    echoing.reply_with(always=Fault("stall"))
    rows: list[dict[str, Any]] = []
    options = {"limits": limiter(NO_PACE), "base_url": echoing.url, "folder": tmp_path}
    run = _in_a_thread(lambda: rows.extend(answered(dataset(asked(40)), Traced, **options).take_all()))
    echoing.wait_until_stalled(3, PATIENCE)
    while run.is_alive():
        echoing.release()
        run.join(0.1)
    assert len(echoing.requests) == len(rows) == 40
    assert echoing.most_in_flight == 3
    assert len({row["node"] for row in rows}) == 2


def test_all_workers_share_the_limit_per_second(echoing, limiter, tmp_path):
    limits = Limits(in_flight=None, per_second=10)
    options = {"limits": limiter(limits), "base_url": echoing.url, "folder": tmp_path}
    rows = answered(dataset(asked(40)), Traced, **options).take_all()
    began = min(row["began"] for row in rows)
    # Ten start in a second, so the last ten not before three have passed.
    assert max(request.arrived for request in echoing.requests) - began > 3
    assert len({row["node"] for row in rows}) == 2


def test_a_limiter_of_the_same_name_with_other_limits_is_refused(limiter):
    limiter(NO_PACE)
    with pytest.raises(ConfigurationError, match="has a limiter 'test' with Limits"):
        ClusterLimiter(Limits(in_flight=4), name="test")


def test_places_are_counted_in_the_whole_cluster_and_released(service, limiter):
    mine = limiter(NO_PACE)

    @ray.remote
    def call(limiter, url):
        with Client(limits=limiter, base_url=url) as client:
            return client.responses.create(**MINIMAL).output_text

    slot = mine.acquire()
    assert mine.in_flight == 1
    assert ray.get(call.remote(mine, service.url))
    assert mine.in_flight == 1
    slot.release()
    slot.release()
    until(lambda: mine.in_flight == 0)


def _in_a_thread(call: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


# Killed workers


def rows_after_kill(service: testing.Server, limiter: Any, folder: Path, **options: Any) -> list[dict[str, Any]]:
    """Kill all workers after ten replies, with three calls in flight. Return the rows of the dataset."""
    journal = options.get("journal")
    service.reply_with(*[lambda _: None] * 10, always=Fault("stall"))
    workers = folder / "workers"
    workers.mkdir()
    rows: list[dict[str, Any]] = []
    data = answered(dataset(asked(40)), Traced, limits=limiter, base_url=service.url, folder=workers, **options)
    run = _in_a_thread(lambda: rows.extend(data.take_all()))
    service.wait_until(lambda: service.in_flight == 3 and len(service.requests) == 13, PATIENCE)
    service.reply_with(always=lambda _: None)
    assert limiter.in_flight == 3
    # A call releases its slot before its reply is in the journal.
    until(lambda: journal is None or len(list(Journal(journal).records("answered"))) == 10)
    for pid in [int(path.name) for path in workers.iterdir()]:
        os.kill(pid, signal.SIGKILL)
    run.join(PATIENCE)
    assert not run.is_alive()
    until(lambda: limiter.in_flight == 0)  # the slots of the killed workers are released
    return rows


def test_with_a_journal_a_killed_worker_loses_no_reply_and_pays_for_none_twice(echoing, limiter, tmp_path):
    options = {"journal": str(tmp_path / "answers.db")}
    rows = rows_after_kill(echoing, limiter(NO_PACE, lease=2.0), tmp_path, **options)
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes == {"answered": 37, "unknown": 3}
    assert times_sent(echoing) == {f"question {number}": 1 for number in range(40)}
    assert {row["error"].partition(":")[0] for row in rows if row["outcome"] == "unknown"} == {"UnknownOutcomeError"}

    again = answered(dataset(asked(40)), limits=limiter(NO_PACE, lease=2.0), base_url=echoing.url, **options).take_all()
    assert Counter(row["outcome"] for row in again) == outcomes
    assert len(echoing.requests) == 40


def test_without_a_journal_only_the_batches_of_the_killed_workers_are_sent_again(echoing, limiter, tmp_path):
    rows = rows_after_kill(echoing, limiter(NO_PACE, lease=2.0), tmp_path)
    assert [row["outcome"] for row in rows] == ["answered"] * 40
    again = [question for question, times in times_sent(echoing).items() if times == 2]
    assert 3 <= len(again) <= 2 * 5  # two workers, batches of five
    assert max(times_sent(echoing).values()) == 2


# Resuming


def test_the_checkpoint_of_ray_data_skips_the_rows_that_are_written(echoing, limiter, tmp_path, monkeypatch):
    source, target, checkpoint = (str(tmp_path / name) for name in ("questions.jsonl", "answers", "checkpoint"))
    monkeypatch.setattr(
        ray.data.DataContext.get_current(),
        "checkpoint_config",
        CheckpointConfig("id", checkpoint, delete_checkpoint_on_success=False),
    )

    def run(count: int) -> None:
        Path(source).write_text("".join(json.dumps(row) + "\n" for row in asked(count)), encoding="utf-8")
        options = {"limits": limiter(NO_PACE), "base_url": echoing.url}
        answered(ray.data.read_json(source), **options).write_parquet(target)

    run(10)
    run(20)
    assert times_sent(echoing) == {f"question {number}": 1 for number in range(20)}
    assert sorted(pq.read_table(target)["id"].to_pylist()) == list(range(20))
