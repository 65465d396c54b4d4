"""The programs in examples/, each run in a separate process with the test server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from acedata_responses import testing
from tests.replies.recorded import sample
from tests.types.conversations import SHAPES, reply

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(service):
    """Runs an example, and returns the lines that it prints."""
    ran = []

    def run(name, *arguments):
        ran.append(name)
        environment = {
            **os.environ,
            "ACEDATACLOUD_API_TOKEN": testing.TOKEN,
            "ACEDATACLOUD_BASE_URL": service.url,
            "PYTHONIOENCODING": "utf-8",
        }
        command = [sys.executable, "-W", "error", str(EXAMPLES / name), *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


def test_every_example_has_a_test():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES.glob("*.py") if f'run("{path.name}"' not in source] == []


def test_hook(run, service):
    service.reply_with(json.loads(sample("response.json")))
    tokens = json.loads(sample("response.json"))["usage"]["total_tokens"]
    lines = run("hook.py")
    assert lines[0] == f"gpt-4o-mini answered tokens: {tokens} billed: True"
    assert lines[2].startswith("gpt-4o answered tokens: ")
    first, second = (request.headers["x-request-id"] for request in service.requests)
    assert first != second


def test_tracing(run, service):
    span = json.loads("\n".join(run("tracing.py")))
    assert span["name"] == "chat gpt-4o-mini"
    assert span["context"]["trace_id"].removeprefix("0x") in service.requests[0].headers["traceparent"]


def test_spending(run, service):
    for tokens, cost in ((10, 0.5), (20, 2), (30, 1)):
        data = json.loads(sample("response.json"))
        service.reply_with({**data, "usage": {**data["usage"], "total_tokens": tokens, "cost": cost}})
    lines = run("spending.py", 60)
    assert lines[:2] == ["gpt-4o-mini: 2 calls, 40 tokens, 1.5 Credits", "gpt-4o: 1 calls, 20 tokens, 2 Credits"]
    assert lines[2].startswith("Totals(calls=3, ")
    assert len(service.requests) == 3


def test_bulk(run, service, tmp_path):
    service.answers(text="Yes.")
    first = run("bulk.py", tmp_path / "answers.db", 300)
    sent = len(service.requests)
    assert 0 < sent < 20
    assert "budget" in first[-2]
    second = run("bulk.py", tmp_path / "answers.db", 100_000)
    assert sorted(line.rpartition(" ")[0] for line in second[:-1]) == sorted(f"question {n}" for n in range(20))
    assert len(service.requests) == 20
    assert f"from_journal={sent}" in second[-1]


@pytest.mark.parametrize("shape", SHAPES)
def test_own_classes(run, service, shape):
    service.answers(shape=shape, text='{"name": "Fair", "day": "2027-05-03", "guests": ["Ada", "Max"]}')
    lines = run("own_classes.py")
    assert lines[0].startswith("Fair 2027 ['Ada', 'Max'] ")
    assert lines[1:] == [
        '{"name": "Fair", "day": "2027-05-03", "guests": ["Ada", "Max"]}',
        " Event(name='Fair', day=datetime.date(2027, 5, 3), guests=['Ada', 'Max'])",
    ]


def test_own_classes_when_the_answer_does_not_fit(run, service):
    service.answers(text='{"name": "Fair", "day": "2027-05-03", "guests": []}')
    service.reply_with("No idea.")
    assert run("own_classes.py")[0].startswith("mismatch ResponseObject(")


@pytest.mark.parametrize("shape", SHAPES)
def test_functions(run, service, shape):
    service.answers(shape=shape)
    service.reply_with(reply(shape, calls=[("weather", {"city": "Oslo"})]), "Yes.", "Gloves too.")
    assert run("functions.py") == ["Yes.", "2 replies", "Gloves too."]
    results = [item for item in service.requests[1].json["input"] if item.get("type") == "function_call_output"]
    assert [json.loads(item["output"])["city"] for item in results] == ["Oslo"]


@pytest.mark.parametrize("shape", SHAPES)
def test_conversation(run, service, shape):
    service.answers(shape=shape)
    service.reply_with("The Volga.", "In the Caspian Sea.")
    assert run("conversation.py", "Which river?", "Where does it end?") == ["The Volga.", "In the Caspian Sea."]
    roles = [item["role"] for item in service.requests[-1].json["input"]]
    assert roles == ["system", "user", "assistant", "user"]


def test_files(run, service, tmp_path):
    (tmp_path / "bridge.png").write_bytes(b"\x89PNG")
    (tmp_path / "bridge.pdf").write_bytes(b"%PDF")
    service.answers(text="It does.")
    assert run("files.py", tmp_path / "bridge.png", tmp_path / "bridge.pdf") == ["It does."]
    parts = service.requests[-1].json["input"][0]["content"]
    assert [part["type"] for part in parts] == ["input_text", "input_image", "input_file"]
