"""While tests run, no call of the real service is sent by accident. A proxy that is not there stands in for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import httpx2
import pytest

from acedata_responses import ConfigurationError, ConnectionFailedError, testing
from tests.replies.recorded import sample

REFUSED = (
    r"nothing was sent.*acedata_client.*testing\.transport\(\).*base_url.*"
    r"@pytest\.mark\.acedata_live.*--acedata-live"
)


@pytest.fixture
def proxy(monkeypatch):
    """Have the way to the real service lead through a proxy that is not there."""
    with testing.unreachable() as nowhere:
        monkeypatch.setenv("HTTPS_PROXY", nowhere)
        yield nowhere


class Answers(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that a user wrote: it answers every request itself."""

    def handle_request(self, request):
        return testing.transport().handle_request(request)

    async def handle_async_request(self, request):
        return await testing.transport().handle_async_request(request)


class PassesOn(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport that a user wrote: it passes every request on to the network."""

    def __init__(self):
        self.sync, self.asynchronous = httpx.HTTPTransport(), httpx.AsyncHTTPTransport()

    def handle_request(self, request):
        return self.sync.handle_request(request)

    async def handle_async_request(self, request):
        return await self.asynchronous.handle_async_request(request)


def test_a_test_that_would_pay_is_refused(connect, ask):
    with pytest.raises(ConfigurationError, match=REFUSED):
        ask(connect())


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("kind", ["transport", "http_client"])
def test_it_is_refused_through_what_is_plugged_in_too(connect, made_by, ask, kind, library):
    with pytest.raises(ConfigurationError, match=REFUSED):
        ask(connect(**{kind: made_by(library, kind)}))


def test_it_is_refused_through_a_transport_of_the_users_own_that_passes_it_on(connect, ask):
    with pytest.raises(ConfigurationError, match=REFUSED):
        ask(connect(transport=PassesOn()))


def test_it_is_refused_through_a_proxy_too(connect, ask, proxy):
    with pytest.raises(ConfigurationError, match=REFUSED):
        ask(connect())


def test_a_client_goes_on_after_it(plug_in):
    driver = plug_in()
    for _ in range(3):
        with pytest.raises(ConfigurationError, match=REFUSED):
            driver.create()


def test_what_answers_in_place_of_the_service_is_called(connect, ask):
    assert ask(connect(transport=testing.transport()))


def test_a_transport_of_the_users_own_that_answers_is_called(connect, plug_in, ask):
    assert ask(connect(transport=Answers()))
    assert ask(plug_in(of_library={"mounts": {"all://": Answers()}}))
    reply = httpx.Response(200, json=json.loads(sample("response.json")))
    assert connect(transport=httpx.MockTransport(lambda _request: reply)).create().output_text


@pytest.mark.acedata_live
def test_a_marked_test_is_let_through(connect, ask, proxy):
    with pytest.raises(ConnectionFailedError):
        ask(connect(max_retries=0))


CALL = """
from acedata_responses import Client
Client("a-token", max_retries=0).responses.create(model="gpt-4o-mini", input="Hello")
"""
TESTS = f"""
import subprocess, sys
import pytest

CALL = {CALL!r}

def call_in_another_program():
    print(subprocess.run([sys.executable, "-c", CALL], stderr=subprocess.PIPE, text=True).stderr)
    raise AssertionError("called")

def test_here():
    exec(CALL)

def test_in_another_program():
    call_in_another_program()

@pytest.mark.acedata_live
def test_marked():
    exec(CALL)

@pytest.mark.acedata_live
def test_marked_in_another_program():
    call_in_another_program()

def test_after_a_marked_one():
    exec(CALL)
"""


def test_a_run_sends_what_is_marked_alone(tmp_path, proxy):
    assert calls_sent(tmp_path) == ["refused", "refused", "sent", "sent", "refused"]


def test_a_run_with_the_option_sends_all(tmp_path, proxy):
    assert calls_sent(tmp_path, "--acedata-live") == ["sent"] * 5


def test_a_run_within_a_test_changes_nothing_for_it(connect, flavour, tmp_path):
    file = tmp_path / f"test_{flavour}_within_a_test.py"
    file.write_text("def test_nothing(): pass")
    options = ["-q", "-p", "no:cacheprovider", "--acedata-live", f"--rootdir={tmp_path}"]
    assert pytest.main([*options, str(file)]) == 0
    with pytest.raises(ConfigurationError, match=REFUSED):
        connect().create()


def calls_sent(folder: Path, *options: str) -> list[str]:
    """Run the tests above; what came of each."""
    file = folder / "test_calls.py"
    file.write_text(TESTS)
    options = ("--tb=native", "--show-capture=stdout", "-rN", *options)  # -rN: no summary, which repeats the errors
    command = [sys.executable, "-m", "pytest", "-q", *options, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    errors = re.findall(r"acedata_responses\.errors\.(\w+): ", done.stdout)
    return [{"ConfigurationError": "refused", "ConnectionFailedError": "sent"}[error] for error in errors]
