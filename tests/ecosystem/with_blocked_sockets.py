"""Where pytest-socket forbids sockets, a call and the embedded service say so at once, and nothing is sent."""

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
def _sockets_are_allowed_in_the_end():
    yield
    pytest_socket._remove_restrictions()
    pytest_socket.enable_socket()


@pytest.fixture(params=["connections of its own", "a tool in httpx", "httpx", "httpx2"])
def driver(request, connect, flavour):
    """A client, with each way to the network."""
    options = {"base_url": "http://192.0.2.1"}
    if request.param in ("httpx", "httpx2"):
        library = {"httpx": httpx, "httpx2": httpx2}[request.param]
        options["http_client"] = library.Client() if flavour == "sync" else library.AsyncClient()
    if request.param == "a tool in httpx":
        HTTPXClientInstrumentor().instrument()
    yield connect(**options)
    if request.param == "a tool in httpx":
        HTTPXClientInstrumentor().uninstrument()


def test_no_sockets_at_all(driver, ask):
    pytest_socket.disable_socket()
    with pytest.raises(ConfigurationError, match=r"not allowed here \(SocketBlockedError.*nothing was sent"):
        ask(driver)


def test_no_hosts_but_some(driver, ask):
    pytest_socket.socket_allow_hosts(["127.0.0.1"])
    with pytest.raises(ConfigurationError, match=r"not allowed here \(SocketConnectBlocked.*nothing was sent"):
        ask(driver)


def test_the_embedded_service_does_not_start():
    pytest_socket.disable_socket()
    with pytest.raises(pytest_socket.SocketBlockedError):
        testing.serve().__enter__()


def test_a_run_without_sockets_ends_and_transports_work_in_it(tmp_path):
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
