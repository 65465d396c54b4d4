"""The counts of clients in production are shown beside what openapi.yaml says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acedata_responses import Observations
from scripts import drift
from scripts.reference.facts import UnreadableError
from scripts.reference.reading import parse
from tests.classes import class_of, typed
from tests.reference import pages

Capture = pytest.CaptureFixture[str]

CHAT: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1795420800,
    "model": "gpt-4o-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "paused"}],
    "seed": 7,
    "usage": {"prompt_tokens": "many", "completion_tokens": 1},
}
NAME = class_of(CHAT).__name__


def observed(folder: Path, reply: dict[str, Any], times: int = 1) -> str:
    """Return the file that a client writes after such replies."""
    observations, path = Observations(), folder / "observed.jsonl"
    for _ in range(times):
        observations.add(typed(reply))
    observations.write(path)
    return str(path)


def test_each_location_is_shown_with_the_rule_of_the_document(tmp_path: Path, capsys: Capture) -> None:
    path = observed(tmp_path, CHAT, times=3)
    assert drift.main([path, "--format", "json"]) == drift.DIFFERS
    reported = capsys.readouterr()
    rows = {row["field"]: row for row in json.loads(reported.out)["differences"]}
    shown = {at: (row["property"], row["page"], row["document"]) for at, row in rows.items()}
    times = "3 times in 3 replies"
    assert shown == {
        f"{NAME}/seed": ("unknown field", times, "none"),
        f"{NAME}/choices/*/finish_reason": (
            "unknown value", times, "one of stop, length, tool_calls, content_filter, function_call",
        ),
        f"{NAME}/usage/prompt_tokens": ("type", times, "integer"),
        f"{NAME}/usage/total_tokens": ("required", times, "required"),
    }  # fmt: skip
    lines = pages.document().text.splitlines()
    assert lines[rows[f"{NAME}/usage/prompt_tokens"]["line"] - 1].strip() == "prompt_tokens:"
    assert lines[rows[f"{NAME}/seed"]["line"] - 1].strip() == f"{NAME}:"
    assert "3 replies in production: 4 places compared, 4 differences." in reported.err


def test_replies_as_documented_are_no_difference(tmp_path: Path, capsys: Capture) -> None:
    documented = {key: CHAT[key] for key in ("id", "object", "created", "model")}
    assert drift.main([observed(tmp_path, {**documented, "choices": []})]) == drift.SAME
    assert "0 places compared, no differences." in capsys.readouterr().err


def test_one_reply_is_counted_in_the_singular(tmp_path: Path, capsys: Capture) -> None:
    assert drift.main([observed(tmp_path, CHAT)]) == drift.DIFFERS
    printed = capsys.readouterr()
    assert "1 time in 1 reply " in printed.out
    assert "1 reply in production: " in printed.err


def test_unknown_kinds_and_schemas_are_shown(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "observed.jsonl"
    lines = [
        {"package": "acedata_responses", "version": "0.0.1", "replies": 9},
        {"schema": "", "pointer": "", "what": "unknown kind", "count": 1},
        {"schema": "OldName", "pointer": "/a", "what": "type", "count": 2},
        {"schema": "", "pointer": "", "what": "more places", "count": 4},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert drift.main([str(path), "--format", "json"]) == drift.DIFFERS
    rows = json.loads(capsys.readouterr().out)["differences"]
    assert [(row["field"], row["property"], row["page"]) for row in rows] == [
        ("(a whole reply)", "unknown kind", "1 time in 9 replies"),
        ("OldName/a", "type", "2 times in 9 replies"),
        ("(a whole reply)", "more places", "4 times in 9 replies"),
    ]


HEAD = '{"package": "acedata_responses", "version": "0.1.1", "replies": 1}\n'


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[1]",
        "{}",
        '{"schema": "A", "pointer": "", "what": "type", "count": "1"}',
        '{"schema": "A", "pointer": "", "what": "else", "count": 1}',
        '{"schema": 5, "pointer": "", "what": "type", "count": 1}',
        '{"schema": "A", "pointer": "", "what": "type", "count": 1, "value": "secret"}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_not_an_observation_is_refused(line: str) -> None:
    with pytest.raises(UnreadableError, match="line 2: is not an observation"):
        parse(HEAD + line)
