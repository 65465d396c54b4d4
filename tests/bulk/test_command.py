"""`python -m acedata_responses run`: what it sends, writes, refuses and exits with."""

from __future__ import annotations

import io
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

import acedata_responses
from acedata_responses import testing
from acedata_responses.__main__ import main
from acedata_responses.testing import Fault
from tests.drivers import MINIMAL
from tests.waiting import until

VARIABLE = "ACEDATACLOUD_API_TOKEN"


class Run(NamedTuple):
    """The exit status, the results by line, and the standard error of a run."""

    status: int
    results: dict[int, dict[str, Any]]
    errors: str


@pytest.fixture
def command(echoing, tmp_path, monkeypatch, capsys) -> Callable[..., Run]:
    """Runs the command in a temporary folder: `command(requests, "--in-order")`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, testing.TOKEN)

    def run(requests: list[Any] | str, *options: str, file: str = "requests.jsonl") -> Run:
        lines = requests if isinstance(requests, str) else "\n".join(map(json.dumps, requests))
        Path("requests.jsonl").write_text(lines, encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
        arguments = ["run", file, "--journal", "answers.db", "--base-url", echoing.url, *options]
        try:
            status = main(arguments)
        except SystemExit as exit_:  # argparse
            status = int(exit_.code or 0)
        printed = capsys.readouterr()
        results = [json.loads(line) for line in printed.out.splitlines()]
        return Run(status, {result["line"]: result for result in results}, printed.err)

    return run


def questions(count: int) -> list[dict[str, Any]]:
    return [{**MINIMAL, "input": f"question {number}"} for number in range(1, count + 1)]


def inputs(service: testing.Server) -> list[str]:
    return sorted(request.json["input"] for request in service.requests)


def texts(count: int) -> list[str]:
    return [f"question {number}" for number in range(1, count + 1)]


# What it sends and writes


def test_a_second_run_sends_only_the_requests_that_are_not_in_the_journal(command, echoing):
    first = command(questions(2))
    second = command(questions(3))
    assert first.status == second.status == 0
    for line, result in second.results.items():
        assert (result["outcome"], result["output_text"]) == ("answered", f"answer to question {line}")
        assert result["from_journal"] is (line < 3)
    assert second.results[1]["reply"] == first.results[1]["reply"]
    assert len(echoing.requests) == 3
    assert "3 requests: 3 answered, 0 failed, 0 unknown, 0 left" in second.errors
    tokens = second.results[3]["reply"]["usage"]["total_tokens"]
    assert tokens > 0
    assert f"paid in this run: {tokens} tokens" in second.errors


def test_each_key_has_its_own_response(command, echoing):
    keys = ["sample 1", "sample 2", "sample 1"]
    run = command([{**MINIMAL, "key": key} for key in keys])
    assert [run.results[line]["key"] for line in (1, 2, 3)] == keys
    assert len(echoing.requests) == 2
    assert echoing.requests[0].json == MINIMAL


def test_lines_of_a_batch_file_and_undocumented_fields_are_accepted(command, echoing):
    batch = {"custom_id": "a", "method": "POST", "url": "/v1/responses", "body": MINIMAL}
    run = command([batch, {**MINIMAL, "extra_body": {"new_field": 1}}], "--max-in-flight", "1")
    assert run.results[1]["key"] == "a"
    assert [request.json for request in echoing.requests] == [MINIMAL, {**MINIMAL, "new_field": 1}]


def test_requests_can_come_from_standard_input_with_empty_lines(command):
    run = command("\n".join(["", json.dumps(MINIMAL), "  ", json.dumps(MINIMAL)]), file="-")
    assert (run.status, list(run.results)) == (0, [2, 4])


def test_results_can_be_in_the_order_of_the_lines(command, echoing):
    assert list(command(questions(30), "--in-order", "--max-in-flight", "2").results) == list(range(1, 31))
    assert echoing.most_in_flight <= 2


def test_the_output_is_renamed_when_every_request_has_a_result(command, echoing):
    seen: list[bool] = []
    echoing.answers(text=lambda _: str(seen.append(Path("out.jsonl").exists())))
    assert command(questions(3), "--output", "out.jsonl").status == 0
    assert seen == [False] * 3
    lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["line"] for line in lines} == {1, 2, 3}
    assert not Path("out.jsonl.partial").exists()


# Its exit status


def test_status_1_if_requests_failed(command, echoing):
    echoing.reply_with(testing.error("forbidden"), "fine")
    run = command(questions(2), "--max-in-flight", "1")
    assert run.status == 1
    error = run.results[1]["error"]
    assert (error["type"], error["code"], error["may_be_billed"]) == ("ModerationError", "forbidden", False)
    assert run.results[2]["outcome"] == "answered"
    assert "1 answered, 1 failed, 0 unknown" in run.errors
    assert "1 x ModerationError" in run.errors


def test_status_4_if_outcomes_are_unknown_until_they_are_resent(command, echoing):
    echoing.reply_with(Fault("cut"))
    assert command(questions(1)).status == 4
    run = command(questions(1))
    assert (run.status, run.results[1]["outcome"]) == (4, "unknown")
    assert run.results[1]["error"]["type"] == "UnknownOutcomeError"
    assert len(echoing.requests) == 1
    assert command(questions(1), "--on-unknown", "resend").status == 0
    assert len(echoing.requests) == 2


@pytest.mark.parametrize("budget", ["--token-budget 100 --tokens-per-call 60", "--budget 1 --cost-per-call 0.6"])
def test_status_3_if_the_budget_is_spent(command, echoing, budget):
    run = command(questions(3), *budget.split(), "--output", "out.jsonl")
    assert run.status == 3
    sent = len(echoing.requests)
    assert 0 < sent < 3
    assert f"{3 - sent} left" in run.errors
    assert len(Path("out.jsonl.partial").read_text().splitlines()) == sent
    assert not Path("out.jsonl").exists()
    assert command(questions(3), "--output", "out.jsonl").status == 0
    assert inputs(echoing) == texts(3)


def test_status_5_if_every_request_would_fail(command, echoing):
    echoing.reply_with(lambda _: None, always=testing.error("invalid_token"))
    run = command(questions(9), "--max-in-flight", "1", "--output", "out.jsonl")
    assert (run.status, len(echoing.requests)) == (5, 2)
    assert "stopped, as every further request would fail too: HTTP 401 invalid_token" in run.errors
    assert "9 requests: 1 answered, 1 failed, 0 unknown, 7 left" in run.errors
    assert "run the same command again to continue" in run.errors
    assert len(Path("out.jsonl.partial").read_text(encoding="utf-8").splitlines()) == 2
    run = command(questions(9), "--keep-going", "--max-in-flight", "1")
    assert (run.status, len(run.results), len(echoing.requests)) == (1, 9, 10)
    echoing.clear()
    run = command(questions(9), "--output", "out.jsonl")
    assert (run.status, len(echoing.requests)) == (0, 8)
    assert len(Path("out.jsonl").read_text(encoding="utf-8").splitlines()) == 9


@pytest.mark.parametrize("times", [1, 2])
def test_status_130_if_interrupted_and_a_second_ctrl_c_abandons_the_calls_in_flight(command, echoing, tmp_path, times):
    """Interrupt the command in another process, after one answer and during two calls."""
    Path("requests.jsonl").write_text("\n".join(map(json.dumps, questions(9))), encoding="utf-8")
    echoing.reply_with(lambda _: None, always=Fault("stall"))
    options = f"--journal answers.db --base-url {echoing.url} --max-in-flight 2 --output out.jsonl"
    package = Path(acedata_responses.__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "acedata_responses", "run", "requests.jsonl", *options.split()],
        env={**os.environ, VARIABLE: testing.TOKEN, "PYTHONPATH": str(package)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    until(lambda: len(echoing.requests) == 3)
    process.send_signal(signal.SIGINT)
    while "Ctrl-C again" not in (line := process.stderr.readline()):
        assert process.poll() is None, line
    if times == 2:
        process.send_signal(signal.SIGINT)
    else:
        until(lambda: echoing.release() or process.poll() is not None)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    echoing.reply_with(always=lambda _: None)
    second = command(questions(9))
    if times == 2:
        assert second.status == 4
        assert "7 answered, 0 failed, 2 unknown" in second.errors
    else:
        assert "9 requests: 3 answered, 0 failed, 0 unknown, 6 left" in errors
        assert second.status == 0
    assert inputs(echoing) == texts(9)


def test_calls_that_are_sent_as_streams_are_retried(command, echoing):
    echoing.reply_with(Fault("cut", at="event", after=1))
    run = command(questions(2), "--via-stream", "--max-in-flight", "1")
    assert run.status == 0
    assert run.results[1]["output_text"] == "answer to question 1"
    assert [request.json["stream"] for request in echoing.requests] == [True] * 3


# What it refuses


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "expected a JSON object, found text that is not JSON"),
        ([1], "expected a JSON object, found list"),
        ({"input": "Hi"}, "/model: expected a value, found nothing"),
        ({**MINIMAL, "temprature": 1}, "/temprature: expected a documented field"),
        ({**MINIMAL, "stream": True}, "/stream: streams cannot be written"),
        ({**MINIMAL, "key": 1}, "expected text as the key"),
        ({"custom_id": "a", "body": {"model": 1}}, "/model: "),
        ({"custom_id": "a", "url": "/v1/embeddings", "body": MINIMAL}, "the url is '/v1/embeddings', but"),
    ],
)
def test_an_invalid_line_is_refused_before_anything_is_sent(command, echoing, line, problem):
    text = line if isinstance(line, str) else json.dumps(line)
    run = command(f"{json.dumps(MINIMAL)}\n{text}\n{json.dumps(MINIMAL)}", "--output", "out.jsonl")
    assert run.status == 2
    assert f"requests.jsonl:2: {problem}" in run.errors
    assert "1 of 3 lines cannot be sent, so nothing was sent" in run.errors
    assert echoing.requests == []
    assert not Path("out.jsonl.partial").exists()


def test_only_the_first_of_many_problems_are_shown(command):
    run = command("\n".join(["{"] * 1_000))
    assert run.errors.count("requests.jsonl:") == 20
    assert "1000 of 1000 lines" in run.errors


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("--budget 1", "--budget needs --cost-per-call"),
        ("--token-budget 1", "--token-budget needs --tokens-per-call"),
        ("--budget 0 --cost-per-call 1", "--budget: must be a number above 0, not 0"),
        ("--max-in-flight 0", "--max-in-flight: must be an integer of at least 1, not 0"),
        ("--base-url ftp://somewhere", "ftp://somewhere"),
        ("--journal .", "it is not a file"),
        ("--output missing/out.jsonl", "missing/out.jsonl.partial"),
    ],
)
def test_an_invalid_argument_is_refused(command, echoing, options, problem):
    run = command(questions(1), *options.split())
    assert run.status == 2
    assert problem in run.errors
    assert echoing.requests == []


def test_a_missing_file_or_token_is_reported(command, echoing, monkeypatch):
    run = command(questions(1), file="nowhere.jsonl")
    assert (run.status, "nowhere.jsonl" in run.errors) == (2, True)
    monkeypatch.delenv(VARIABLE)
    run = command(questions(1))
    assert (run.status, VARIABLE in run.errors) == (2, True)
    assert echoing.requests == []


def test_the_help_names_the_package_and_every_exit_status(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    text = capsys.readouterr().out
    assert "python -m acedata_responses run" in text
    statuses = [line.split()[0] for line in text.partition("exit status:")[2].splitlines() if line.strip()]
    assert statuses == ["0", "1", "2", "3", "4", "5", "130"]


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def one_minute_per_result(monkeypatch) -> None:
    clock = SimpleNamespace(monotonic=itertools.count(step=60.0).__next__)
    monkeypatch.setattr("acedata_responses._cli.progress.time", clock)


@pytest.mark.usefixtures("one_minute_per_result")
def test_a_terminal_shows_a_progress_bar_until_the_end(command, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    command(questions(2), "--max-in-flight", "1")
    assert "\r\x1b[K[###############               ] 1 of 2" in terminal.getvalue()
    assert "[##############################] 2 of 2" in terminal.getvalue()
    assert "\r\x1b[K2 requests: 2 answered" in terminal.getvalue()


@pytest.mark.usefixtures("one_minute_per_result")
def test_a_file_shows_the_progress_in_lines(command):
    errors = command(questions(2), "--max-in-flight", "1").errors
    assert [line.partition(",")[0] for line in errors.splitlines()[:2]] == ["1 of 2", "2 of 2"]
    assert "\x1b" not in errors
