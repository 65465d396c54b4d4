"""`python -m acedata_responses run`: what it refuses, sends, writes and exits with."""

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


class Ran(NamedTuple):
    """What a run of the command came to."""

    status: int
    results: dict[int, dict[str, Any]]
    errors: str


@pytest.fixture
def command(echoing, tmp_path, monkeypatch, capsys) -> Callable[..., Ran]:
    """Runs the command in a folder of its own: `command(requests, "--in-order")`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, testing.TOKEN)

    def run(requests: list[Any] | str, *options: str, file: str = "requests.jsonl") -> Ran:
        lines = requests if isinstance(requests, str) else "\n".join(map(json.dumps, requests))
        Path("requests.jsonl").write_text(lines, encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
        arguments = ["run", file, "--journal", "answers.db", "--base-url", echoing.url, *options]
        try:
            status = main(arguments)
        except SystemExit as ended:  # as argparse ends it
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        results = [json.loads(line) for line in printed.out.splitlines()]
        return Ran(status, {result["line"]: result for result in results}, printed.err)

    return run


def asked(count: int) -> list[dict[str, Any]]:
    return [{**MINIMAL, "input": f"question {number}"} for number in range(1, count + 1)]


def inputs(service: testing.Server) -> list[str]:
    return [request.json["input"] for request in service.requests]


# What it sends and writes


def test_each_line_has_a_result(command, echoing):
    ran = command(asked(3))
    assert ran.status == 0
    assert {line: result["output_text"] for line, result in ran.results.items()} == {
        line: f"answer to question {line}" for line in (1, 2, 3)
    }
    assert all(result["outcome"] == "answered" for result in ran.results.values())
    assert ran.results[1]["reply"]["usage"]["total_tokens"] > 0
    assert "3 requests: 3 answered, 0 failed, 0 unknown, 0 left" in ran.errors


def test_the_second_run_is_answered_from_the_journal(command, echoing):
    first = command(asked(2))
    second = command(asked(3))
    assert second.status == 0
    assert [second.results[line]["from_journal"] for line in (1, 2, 3)] == [True, True, False]
    assert second.results[1]["reply"] == first.results[1]["reply"]
    assert len(echoing.requests) == 3
    tokens = second.results[3]["reply"]["usage"]["total_tokens"]
    assert f"paid in this run: {tokens} tokens" in second.errors


def test_a_key_names_a_request_and_asks_for_an_answer_of_its_own(command, echoing):
    ran = command([{**MINIMAL, "key": "sample 1"}, {**MINIMAL, "key": "sample 2"}, {**MINIMAL, "key": "sample 1"}])
    assert [ran.results[line]["key"] for line in (1, 2, 3)] == ["sample 1", "sample 2", "sample 1"]
    assert len(echoing.requests) == 2
    assert echoing.requests[0].json == MINIMAL


def test_lines_of_a_batch_file_are_taken(command, echoing):
    line = {"custom_id": "a", "method": "POST", "url": "/v1/responses", "body": MINIMAL}
    assert command([line]).results[1]["key"] == "a"
    assert echoing.requests[0].json == MINIMAL


def test_fields_that_the_document_lacks_can_be_sent_in_extra_body(command, echoing):
    command([{**MINIMAL, "extra_body": {"new_field": 1}}])
    assert echoing.requests[0].json == {**MINIMAL, "new_field": 1}


def test_requests_can_come_from_standard_input_with_empty_lines_between(command, echoing):
    ran = command("\n".join(["", json.dumps(MINIMAL), "  ", json.dumps(MINIMAL)]), file="-")
    assert (ran.status, list(ran.results)) == (0, [2, 4])


def test_results_can_come_in_the_order_of_the_lines(command):
    assert list(command(asked(30), "--in-order").results) == list(range(1, 31))


def test_no_more_calls_are_in_flight_than_asked_for(command, echoing):
    command(asked(12), "--max-in-flight", "2")
    assert echoing.most_in_flight <= 2


def test_the_output_has_its_name_when_every_request_has_a_result(command, echoing):
    seen: list[bool] = []
    echoing.answers(text=lambda _: str(seen.append(Path("out.jsonl").exists())))
    assert command(asked(3), "--output", "out.jsonl").status == 0
    assert seen == [False] * 3
    lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["line"] for line in lines} == {1, 2, 3}
    assert not Path("out.jsonl.partial").exists()


# What it exits with


def test_failures_are_results_and_give_status_1(command, echoing):
    echoing.reply_with(testing.error("forbidden"), "fine")
    ran = command(asked(2), "--max-in-flight", "1")
    assert ran.status == 1
    error = ran.results[1]["error"]
    assert (error["type"], error["code"], error["may_be_billed"]) == ("ModerationError", "forbidden", False)
    assert ran.results[2]["outcome"] == "answered"
    assert "1 answered, 1 failed, 0 unknown" in ran.errors
    assert "1 x ModerationError" in ran.errors


def test_an_unknown_outcome_gives_status_4_until_it_is_sent_again(command, echoing):
    echoing.reply_with(Fault("cut"))
    assert command(asked(1)).status == 4
    ran = command(asked(1))
    assert (ran.status, ran.results[1]["outcome"]) == (4, "unknown")
    assert ran.results[1]["error"]["type"] == "UnknownOutcomeError"
    assert len(echoing.requests) == 1
    assert command(asked(1), "--on-unknown", "resend").status == 0
    assert len(echoing.requests) == 2


@pytest.mark.parametrize("budget", [("--token-budget", "100", "--tokens-per-call", "60"),
                                    ("--budget", "1", "--cost-per-call", "0.6")])  # fmt: skip
def test_a_spent_budget_gives_status_3_and_the_same_command_goes_on(command, echoing, budget):
    ran = command(asked(3), *budget, "--output", "out.jsonl")
    assert ran.status == 3
    sent = len(echoing.requests)
    assert 0 < sent < 3
    assert f"{3 - sent} left" in ran.errors
    assert len(Path("out.jsonl.partial").read_text().splitlines()) == sent
    assert not Path("out.jsonl").exists()
    assert command(asked(3), "--output", "out.jsonl").status == 0
    assert sorted(inputs(echoing)) == [f"question {number}" for number in (1, 2, 3)]


def interrupt(echoing: testing.Server, folder: Path, *, twice: bool) -> tuple[int, str]:
    """Ctrl-C, in a process of its own, after one answer and while two calls are under way."""
    (folder / "requests.jsonl").write_text("\n".join(map(json.dumps, asked(9))), encoding="utf-8")
    echoing.reply_with(lambda _: None, always=Fault("stall"))
    options = f"--journal answers.db --base-url {echoing.url} --max-in-flight 2 --output out.jsonl"
    package = Path(acedata_responses.__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "acedata_responses", "run", "requests.jsonl", *options.split()],
        cwd=folder, env={**os.environ, VARIABLE: testing.TOKEN, "PYTHONPATH": str(package)},
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    until(lambda: len(echoing.requests) == 3)
    process.send_signal(signal.SIGINT)
    while "Ctrl-C again" not in (said := process.stderr.readline()):
        assert process.poll() is None, said
    if twice:
        process.send_signal(signal.SIGINT)
    else:
        until(lambda: echoing.release() or process.poll() is not None)
    _, errors = process.communicate(timeout=60)
    echoing.reply_with(always=lambda _: None)
    return process.returncode, errors


def test_ctrl_c_waits_for_the_calls_under_way_and_the_same_command_goes_on(command, echoing, tmp_path):
    status, errors = interrupt(echoing, tmp_path, twice=False)
    assert status == 130
    assert "9 requests: 3 answered, 0 failed, 0 unknown, 6 left" in errors
    assert command(asked(9)).status == 0
    assert sorted(inputs(echoing)) == [f"question {number}" for number in range(1, 10)]


def test_ctrl_c_twice_leaves_them_and_they_are_not_sent_again(command, echoing, tmp_path):
    status, _errors = interrupt(echoing, tmp_path, twice=True)
    assert status == 130
    ran = command(asked(9))
    assert ran.status == 4
    assert "7 answered, 0 failed, 2 unknown" in ran.errors
    assert sorted(inputs(echoing)) == [f"question {number}" for number in range(1, 10)]


def test_calls_that_are_sent_as_streams_leave_no_doubt(command, echoing):
    echoing.reply_with(Fault("cut", at="event", after=1))
    ran = command(asked(2), "--via-stream", "--max-in-flight", "1")
    assert ran.status == 0
    assert ran.results[1]["output_text"] == "answer to question 1"
    assert [request.json["stream"] for request in echoing.requests] == [True] * 3


# What it refuses


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "expected a JSON object, found text that is not JSON"),
        ([1], "expected a JSON object, found list"),
        ({"input": "Hi"}, "/model: expected a value, found nothing"),
        ({**MINIMAL, "temprature": 1}, "/temprature: expected a documented field"),
        ({**MINIMAL, "stream": True}, "/stream: streams cannot be written"),
        ({**MINIMAL, "key": 1}, "expected text as the key"),
        ({"custom_id": "a", "body": {"model": 1}}, "/model: "),
        (
            {"custom_id": "a", "url": "/v1/embeddings", "body": MINIMAL},
            "the url is '/v1/embeddings', but what is called here is /openai/responses",
        ),
    ],
)
def test_a_line_that_is_no_request_is_refused_before_anything_is_sent(command, echoing, line, says):
    text = line if isinstance(line, str) else json.dumps(line)
    ran = command(f"{json.dumps(MINIMAL)}\n{text}\n{json.dumps(MINIMAL)}", "--output", "out.jsonl")
    assert ran.status == 2
    assert f"requests.jsonl:2: {says}" in ran.errors
    assert "1 of 3 lines cannot be sent, so nothing was sent" in ran.errors
    assert echoing.requests == []
    assert not Path("out.jsonl.partial").exists()


def test_of_many_bad_lines_the_first_are_shown(command):
    ran = command("\n".join(["{"] * 1_000))
    assert ran.errors.count("requests.jsonl:") == 20
    assert "1000 of 1000 lines" in ran.errors


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--budget", "1"], "--budget needs --cost-per-call"),
        (["--token-budget", "1"], "--token-budget needs --tokens-per-call"),
        (["--budget", "0", "--cost-per-call", "1"], "--budget: must be a number above 0, not 0"),
        (["--max-in-flight", "0"], "--max-in-flight: must be a whole number from 1, not 0"),
        (["--base-url", "ftp://somewhere"], "ftp://somewhere"),
        (["--journal", "."], "it is not a file"),
        (["--output", "missing/out.jsonl"], "missing/out.jsonl.partial"),
    ],
)
def test_arguments_that_cannot_be_used_give_status_2(command, echoing, options, says):
    ran = command(asked(1), *options)
    assert ran.status == 2
    assert says in ran.errors
    assert echoing.requests == []


def test_a_file_that_is_missing_gives_status_2(command):
    ran = command(asked(1), file="nowhere.jsonl")
    assert ran.status == 2
    assert "nowhere.jsonl" in ran.errors


def test_without_a_token_nothing_is_sent(command, echoing, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    ran = command(asked(1))
    assert ran.status == 2
    assert VARIABLE in ran.errors
    assert echoing.requests == []


def test_a_wrong_token_stops_the_run_with_status_5_and_the_same_command_goes_on(command, echoing):
    echoing.reply_with(lambda _: None, always=testing.error("invalid_token"))
    ran = command(asked(9), "--max-in-flight", "1", "--output", "answers.jsonl")
    assert (ran.status, len(echoing.requests)) == (5, 2)
    assert "stopped, as every further request would fail too: HTTP 401 invalid_token" in ran.errors
    assert "9 requests: 1 answered, 1 failed, 0 unknown, 7 left" in ran.errors
    assert "run the same command again to continue" in ran.errors
    assert len(Path("answers.jsonl.partial").read_text(encoding="utf-8").splitlines()) == 2
    echoing.clear()
    ran = command(asked(9), "--output", "answers.jsonl")
    assert (ran.status, len(echoing.requests)) == (0, 8)
    assert len(Path("answers.jsonl").read_text(encoding="utf-8").splitlines()) == 9


def test_the_run_goes_on_at_such_an_error_where_the_caller_wants_it(command, echoing):
    echoing.reply_with(always=testing.error("used_up"))
    ran = command(asked(5), "--keep-going")
    assert (ran.status, len(ran.results), len(echoing.requests)) == (1, 5, 5)


def test_the_help_names_the_package_and_every_exit_status(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    text = capsys.readouterr().out
    assert "python -m acedata_responses run" in text
    assert [int(line.split()[0]) for line in text.partition("exit status:")[2].splitlines() if line.strip()] == [
        0, 1, 2, 3, 4, 5, 130
    ]  # fmt: skip


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def minutes_pass(monkeypatch) -> None:
    """Each look of the progress at the clock is a minute after the one before."""
    clock = SimpleNamespace(monotonic=itertools.count(step=60.0).__next__)
    monkeypatch.setattr("acedata_responses._command.progress.time", clock)


@pytest.mark.usefixtures("minutes_pass")
def test_a_terminal_has_a_bar_that_is_taken_away(command, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    command(asked(2), "--max-in-flight", "1")
    assert "\r\x1b[K[###############               ] 1 of 2" in terminal.getvalue()
    assert "[##############################] 2 of 2" in terminal.getvalue()
    assert "\r\x1b[K2 requests: 2 answered" in terminal.getvalue()


@pytest.mark.usefixtures("minutes_pass")
def test_elsewhere_there_is_a_line_now_and_then(command):
    errors = command(asked(2), "--max-in-flight", "1").errors
    assert [line.partition(",")[0] for line in errors.splitlines()[:2]] == ["1 of 2", "2 of 2"]
    assert "\x1b" not in errors
