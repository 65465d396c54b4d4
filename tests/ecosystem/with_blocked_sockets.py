"""When pytest-socket blocks sockets, calls and the test server raise an error at once."""

from __future__ import annotations

import subprocess
import sys

import httpx
import httpx2
import pytest
import pytest_socket
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from acedata_responses import ConfigurationError, testing

pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")


@pytest.fixture(autouse=True)
def _allow_sockets_afterwards():
    yield
    pytest_socket._remove_restrictions()
    pytest_socket.enable_socket()


@pytest.fixture(params=["own connections", "patched httpx", "httpx", "httpx2"])
def driver(request, connect, flavour):
    """A client with its own connections, and with each HTTP library."""
    options = {"base_url": "http://192.0.2.1"}
    if request.param in ("httpx", "httpx2"):
        library = {"httpx": httpx, "httpx2": httpx2}[request.param]
        options["http_client"] = library.Client() if flavour == "sync" else library.AsyncClient()
    if request.param == "patched httpx":
        HTTPXClientInstrumentor().instrument()
    yield connect(**options)
    if request.param == "patched httpx":
        HTTPXClientInstrumentor().uninstrument()


def test_a_call_with_blocked_sockets_raises(driver, ask):
    pytest_socket.disable_socket()
    with pytest.raises(ConfigurationError, match=r"not allowed here \(SocketBlockedError.*nothing was sent"):
        ask(driver)


def test_a_call_to_a_blocked_host_raises(driver, ask):
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    with pytest.raises(ConfigurationError, match=r"not allowed here \(SocketConnectBlocked.*nothing was sent"):
        ask(driver)


def test_the_test_server_does_not_start_with_blocked_sockets():
    pytest_socket.disable_socket()
    with pytest.raises(pytest_socket.SocketBlockedError):
        testing.serve().__enter__()


def test_with_blocked_sockets_the_fixture_raises_and_in_process_transports_work(tmp_path):
    tests = tmp_path / "test_calls.py"
    tests.write_text(
        """
from acedata_responses import Client, testing

def test_service(acedata_service): ...

def test_transport():
    client = Client(testing.TOKEN, transport=testing.transport())
    assert client.responses.create(model="gpt-4o-mini", input="Hello").output_text
""",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "--disable-socket", "-p", "no:cacheprovider", str(tests)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert "1 passed" in done.stdout
    assert "ERROR test_calls.py::test_service - pytest_socket.SocketBlockedError" in done.stdout
