"""`python -m acedata_responses.testing`, and the pytest fixture."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import httpx
import pytest

from acedata_responses import Client, testing
from tests.testing.clients import HEADERS, client_of, post

COMMAND = [sys.executable, "-u", "-m", "acedata_responses.testing", "--port"]


def test_the_pytest_fixture_is_a_running_service(acedata_service):
    with client_of(acedata_service) as http:
        assert post(http).status_code == 200
    assert len(acedata_service.requests) == 1


@pytest.mark.parametrize("port", ["in use", "99999"])
def test_an_unusable_port_is_reported_in_one_line(port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1]) if port == "in use" else port
        run = subprocess.run([*COMMAND, port], capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert port in run.stderr
    assert "Choose a port with --port" in run.stderr


def test_the_printed_instructions_work(monkeypatch):
    command = [*COMMAND, "0", "--text", "By hand."]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            printed = ""
            while "export ACEDATACLOUD_BASE_URL" not in printed:
                printed += process.stdout.readline()
            url = printed.split("is at ")[1].split()[0]
            curl = next(line for line in printed.splitlines() if line.startswith("curl"))
            assert f"-H 'Authorization: Bearer {testing.TOKEN}'" in curl
            body = json.loads(curl.split(" -d '")[1].rstrip("'"))
            assert "By hand." in httpx.post(f"{url}/openai/responses", headers=HEADERS, json=body).text
            assert process.stdout.readline() == "\n"
            assert "POST /openai/responses: 200, answered after" in process.stdout.readline()
            for export in [line.split()[1] for line in printed.splitlines() if line.startswith("export")]:
                monkeypatch.setenv(*export.split("="))
            with Client() as client:
                assert client.responses.create(**body).output_text == "By hand."
        finally:
            process.terminate()
