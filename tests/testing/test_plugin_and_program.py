"""What belongs to the embedded service: its pytest plugin, its names, and the program to run by hand."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import httpx
import pytest

from acedata_responses import Client, testing
from tests.testing.plain_clients import HEADERS, ask, client_of


def test_the_pytest_fixture_serves(acedata_service):
    with client_of(acedata_service) as http:
        assert ask(http).status_code == 200
    assert len(acedata_service.requests) == 1


@pytest.mark.parametrize("port", ["taken", "99999"])
def test_by_hand_a_port_that_cannot_be_had_is_one_line(port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1]) if port == "taken" else port
        command = [sys.executable, "-m", "acedata_responses.testing", "--port", port]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert port in run.stderr
    assert "Choose a port with --port" in run.stderr


def test_it_runs_by_hand(monkeypatch):
    command = [sys.executable, "-u", "-m", "acedata_responses.testing", "--port", "0", "--text", "By hand."]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            said = ""
            while "export ACEDATACLOUD_BASE_URL" not in said:
                said += process.stdout.readline()
            url = said.split("is at ")[1].split()[0]
            curls = [line for line in said.splitlines() if line.startswith("curl")]
            assert f"-H 'Authorization: Bearer {testing.TOKEN}'" in curls[0]
            body = json.loads(curls[0].split(" -d '")[1].rstrip("'"))
            assert "By hand." in httpx.post(f"{url}/openai/responses", headers=HEADERS, json=body).text
            assert process.stdout.readline() == "\n"
            assert "POST /openai/responses: 200, answered after" in process.stdout.readline()
            for export in [line.split()[1] for line in said.splitlines() if line.startswith("export")]:
                monkeypatch.setenv(*export.split("="))
            with Client() as client:
                assert client.responses.create(**body).output_text == "By hand."
        finally:
            process.terminate()
