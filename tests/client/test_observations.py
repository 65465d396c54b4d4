"""Observations: where replies do not match the document, or have new fields and values; the values are not kept."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from acedata_responses import Client, ConfigurationError, Observations, ReplyDecodeError, testing
from tests.classes import class_of, typed
from tests.drivers import MINIMAL, Driver
from tests.streams.events import response
from tests.streams.shapes import completion

Data = dict[str, Any]

CHAT: Data = completion("Hi")
CHAT["choices"].append({**CHAT["choices"][0], "index": 1, "finish_reason": "length"})
RESPONSE: Data = response("Hi", metadata={"customer": "ada@example.com"})


def counted(*replies: Any) -> dict[tuple[str, str], int]:
    """Count replies of one class: how often each (pointer, observation) occurred."""
    observations = Observations()
    for reply in replies:
        observations.add(reply)
    assert observations.replies == len(replies)
    assert {count.schema for count in observations.counts} <= {type(replies[0]).__name__}
    return {(count.pointer, count.what): count.count for count in observations.counts}


def changed(data: Data, change: Callable[[Any], object]) -> Data:
    copy: Data = json.loads(json.dumps(data))
    change(copy)
    return copy


def test_replies_that_match_the_document_are_not_counted() -> None:
    assert counted(typed(CHAT), typed(RESPONSE)) == {}


@pytest.mark.parametrize(
    ("change", "observation"),
    [
        (lambda data: data.pop("model"), ("/model", "required")),
        (lambda data: data.update(id=5), ("/id", "type")),
        (lambda data: data["choices"][1].update(index="one"), ("/choices/*/index", "type")),
        (lambda data: data["choices"][0].pop("message"), ("/choices/*/message", "required")),
        (lambda data: data.update(seed=7), ("/seed", "unknown field")),
        (lambda data: data["choices"][0].update(rank=1), ("/choices/*/rank", "unknown field")),
        (lambda data: data["choices"][0].update(finish_reason="paused"), ("/choices/*/finish_reason", "unknown value")),
        (lambda data: data["choices"][0]["message"].update(role="ai"), ("/choices/*/message/role", "unknown value")),
    ],
)  # fmt: skip
def test_a_mismatch_and_an_addition_are_counted_by_their_pointer(
    change: Callable[[Any], object], observation: tuple[str, str]
) -> None:
    reply = class_of(CHAT).from_dict(changed(CHAT, change))
    assert counted(reply) == {observation: 1}
    assert counted(reply, reply, typed(CHAT)) == {observation: 2}


def test_the_items_of_a_list_are_counted_together() -> None:
    def change(data: Data) -> None:
        for choice in data["choices"]:
            choice["rank"] = 1

    reply = typed(changed(CHAT, change))
    assert counted(reply) == {("/choices/*/rank", "unknown field"): 2}


def test_an_unknown_kind_is_counted_by_its_pointer() -> None:
    data = changed(RESPONSE, lambda data: data["output"].append({"type": "song", "notes": "secret"}))
    assert counted(typed(data)) == {("/output/*", "unknown kind"): 1}


def test_no_value_is_kept(tmp_path: Path) -> None:
    def change(data: Data) -> None:
        data["output"][0]["content"][0].update(text=["secret"], annotations={"secret": "secret"})
        data["usage"] = {"input_tokens": "secret", "secret key": "secret"}
        data["status"] = "secret"
        data["output"].append({"type": "secret", "secret": "secret"})

    observations = Observations()
    observations.add(typed(changed(RESPONSE, change)))
    observations.write(tmp_path / "observed.jsonl")
    written = (tmp_path / "observed.jsonl").read_text(encoding="utf-8")
    assert len(observations.counts) >= 6
    assert "secret" not in written
    assert "ada@" not in written
    assert "secret" not in repr(observations)


def test_the_file_has_lines_of_json_with_the_most_frequent_first(tmp_path: Path) -> None:
    observations = Observations()
    for key in ("seed", "seed", "rank"):
        observations.add(typed({**CHAT, key: 1}))
    observations.write(tmp_path / "observed.jsonl")
    head, *lines = map(json.loads, (tmp_path / "observed.jsonl").read_text(encoding="utf-8").splitlines())
    assert (head["package"], head["replies"]) == ("acedata_responses", 3)
    name = class_of(CHAT).__name__
    assert lines == [
        {"schema": name, "pointer": "/seed", "what": "unknown field", "count": 2},
        {"schema": name, "pointer": "/rank", "what": "unknown field", "count": 1},
    ]


def test_the_number_of_pointers_is_bounded() -> None:
    observations = Observations()
    for number in range(1500):
        observations.add(typed({**CHAT, f"field_{number}": 1}))
    assert len(observations.counts) == 1001
    assert observations.counts[0].what == "more places"
    assert observations.counts[0].count == 500


def test_a_reply_that_is_nested_too_deeply_is_skipped() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    counted(typed({**RESPONSE, "content_filters": deep, "output": deep}))


def test_threads_count_together(switching_often: None) -> None:
    observations, reply = Observations(), typed({**CHAT, "seed": 1})
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: [observations.add(reply) for _ in range(500)], range(4)))
    assert (observations.replies, observations.counts[0].count) == (2000, 2000)


def test_counts_can_be_pickled() -> None:
    observations = Observations()
    observations.add(typed({**CHAT, "seed": 1}))
    copy = pickle.loads(pickle.dumps(observations))
    copy.add(typed({**CHAT, "seed": 1}))
    assert (observations.counts[0].count, copy.counts[0].count) == (1, 2)


# --- through a client


def test_a_client_counts_nothing_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("counted")

    monkeypatch.setattr(Observations, "add", never)
    with Client(token=testing.TOKEN, transport=testing.transport()) as client:
        client.responses.create(model="gpt-4o-mini", input="Hi")


def test_the_replies_of_a_client_are_counted(connect: Callable[..., Driver], service: testing.Server) -> None:
    observations = Observations()
    driver = connect(service, observations=observations)
    service.reply_with(testing.Answer(json={**CHAT, "seed": 1}), testing.Answer(json=RESPONSE))
    driver.create()
    driver.client.with_options(timeout=5).responses.create(**MINIMAL)
    assert observations.replies == 2
    assert [(count.schema, count.pointer) for count in observations.counts] == [(class_of(CHAT).__name__, "/seed")]


def test_the_events_of_a_client_are_counted(connect: Callable[..., Driver], service: testing.Server) -> None:
    observations = Observations()
    driver = connect(service, observations=observations)
    events = [
        {"type": "response.created", "response": {**RESPONSE, "status": "paused"}, "phase": 1},
        {"type": "response.song", "notes": []},
        {"type": "response.completed", "response": RESPONSE},
    ]
    service.reply_with(testing.Answer(events=events))
    driver.stream()
    assert observations.replies == 3
    assert {(count.schema, count.pointer, count.what) for count in observations.counts} == {
        (class_of(events[0]).__name__, "/phase", "unknown field"),
        (class_of(events[0]).__name__, "/response/status", "unknown value"),
        ("", "", "unknown kind"),
    }


def test_a_reply_that_is_refused_is_counted_too(connect: Callable[..., Driver], service: testing.Server) -> None:
    observations = Observations()
    driver = connect(service, observations=observations, strict=True)
    service.reply_with(testing.Answer(json={**CHAT, "id": 5}))
    with pytest.raises(ReplyDecodeError):
        driver.create()
    assert [(count.pointer, count.what) for count in observations.counts] == [("/id", "type")]


def test_an_object_that_is_not_observations_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="observations must be Observations, not str"):
        Client(token="t", observations="observed.jsonl")  # type: ignore[arg-type]
