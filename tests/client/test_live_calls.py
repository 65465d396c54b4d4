"""Tests do not call the real service by accident. An unreachable proxy stands in for the service."""

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
    """Route calls of the real service through a proxy that cannot be reached."""
    with testing.unreachable() as nowhere:
        monkeypatch.setenv("HTTPS_PROXY", nowhere)
        yield nowhere


class Responding(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A user's transport that responds to every request itself."""

    def handle_request(self, request):
        return testing.transport().handle_request(request)

    async def handle_async_request(self, request):
        return await testing.transport().handle_async_request(request)


class Forwarding(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A user's transport that forwards every request to the network."""

    def handle_request(self, request):
        return httpx.HTTPTransport().handle_request(request)

    async def handle_async_request(self, request):
        return await httpx.AsyncHTTPTransport().handle_async_request(request)


OPTIONS = {
    "the client's own connections": lambda make_custom: {},
    **{f"{library.__name__} {kind}": lambda make_custom, library=library, kind=kind: {kind: make_custom(library, kind)}
       for library in (httpx, httpx2) for kind in ("transport", "http_client")},
    "a forwarding transport": lambda make_custom: {"transport": Forwarding()},
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_a_call_of_the_real_service_is_refused_each_time(name, connect, make_custom, make_call):
    driver = connect(**OPTIONS[name](make_custom))
    for _ in range(3):
        with pytest.raises(ConfigurationError, match=REFUSED):
            make_call(driver)


def test_a_call_through_a_proxy_is_refused_too(connect, make_call, proxy):
    with pytest.raises(ConfigurationError, match=REFUSED):
        make_call(connect())


def test_a_transport_that_responds_itself_is_called(connect, connect_custom, make_call):
    for transport in (testing.transport(), Responding()):
        assert make_call(connect(transport=transport))
    assert make_call(connect_custom(of_library={"mounts": {"all://": Responding()}}))
    reply = httpx.Response(200, json=json.loads(sample("response.json")))
    assert connect(transport=httpx.MockTransport(lambda _request: reply)).create().output_text


@pytest.mark.acedata_live
def test_a_marked_test_may_call_the_service(connect, make_call, proxy):
    with pytest.raises(ConnectionFailedError):
        make_call(connect(max_retries=0))


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


def test_only_marked_tests_call_the_service(tmp_path, proxy):
    assert calls_sent(tmp_path) == ["refused", "refused", "sent", "sent", "refused"]


def test_with_the_option_all_tests_call_the_service(tmp_path, proxy):
    assert calls_sent(tmp_path, "--acedata-live") == ["sent"] * 5


def test_a_run_of_pytest_within_a_test_changes_nothing_for_that_test(connect, flavour, tmp_path):
    file = tmp_path / f"test_{flavour}_within_a_test.py"
    file.write_text("def test_nothing(): pass")
    options = ["-q", "-p", "no:cacheprovider", "--acedata-live", f"--rootdir={tmp_path}"]
    assert pytest.main([*options, str(file)]) == 0
    with pytest.raises(ConfigurationError, match=REFUSED):
        connect().create()


def calls_sent(folder: Path, *options: str) -> list[str]:
    """Run the tests above and return what happened to the call of each."""
    file = folder / "test_calls.py"
    file.write_text(TESTS)
    options = ("--tb=native", "--show-capture=stdout", "-rN", *options)  # -rN: no summary, which repeats the errors
    command = [sys.executable, "-m", "pytest", "-q", *options, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    errors = re.findall(r"acedata_responses\.errors\.(\w+): ", done.stdout)
    return [{"ConfigurationError": "refused", "ConnectionFailedError": "sent"}[error] for error in errors]
