"""What a user can plug in works, and where it must the client leaves its own connections and goes through httpx."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from acedata_responses import ConnectionFailedError, testing
from tests.drivers import Driver, LoopThread

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_proxy_and_usual_certificates(monkeypatch):
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


class Relay:
    """Passes bytes on between its own listener and a server: as it is with TLS in front, or as a proxy.

    Attributes:
        seen: The first line of what each connection brought.
    """

    def __init__(self, port: int) -> None:
        self.seen: list[str] = []
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[Any] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        self._tasks.append(asyncio.current_task())
        self._writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self.talk(reader, writer)
        writer.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What one connection is told."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.seen.append(head.split(b"\r\n")[0].decode())
        further_reader, further_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.append(further_writer)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            further_writer.write(self._passed_on(head))
        await asyncio.gather(self._pass_on(reader, further_writer), self._pass_on(further_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(self._passed_on(data))
                await writer.drain()
        finally:
            writer.close()

    def _passed_on(self, data: bytes) -> bytes:
        """What a proxy is asked for with the whole address, the service is asked for with the path alone."""
        return data.replace(f" http://127.0.0.1:{self._port}/".encode(), b" /")

    async def end(self) -> None:
        """Break off what is still open."""
        for writer in self._writers:
            with suppress(AttributeError):  # early versions of Python 3.10 and 3.11: it was closed twice
                writer.transport.abort()
        await asyncio.gather(*filter(None, self._tasks), return_exceptions=True)


@asynccontextmanager
async def listening(relay: Relay, **where: Any) -> AsyncIterator[int]:
    """Have a relay listen, on a port of 127.0.0.1 or on the `path` of a socket."""
    if "path" in where:
        server = await asyncio.start_unix_server(relay.serve, **where)
    else:
        server = await asyncio.start_server(relay.serve, "127.0.0.1", 0, **where)
    try:
        name = server.sockets[0].getsockname()
        yield 0 if "path" in where else name[1]
    finally:
        server.close()
        await relay.end()


@pytest.fixture
def listen() -> Iterator[Callable[..., int]]:
    """Starts relays: `listen(relay, ssl=...)` gives the port."""
    loop = LoopThread()
    open_now: list[Any] = []

    def start(relay: Relay, **where: Any) -> int:
        open_now.append(listening(relay, **where))
        port: int = loop.run(open_now[-1].__aenter__())
        return port

    yield start
    for one in reversed(open_now):
        loop.run(one.__aexit__(None, None, None))
    loop.close()


@pytest.fixture
def port(service: testing.Server) -> int:
    """Where the service is."""
    return urlsplit(service.url).port or 0


@pytest.fixture
def proxy(listen, port) -> tuple[Relay, str]:
    """A proxy, and its address."""
    relay = Relay(port)
    return relay, f"http://127.0.0.1:{listen(relay)}"


@pytest.fixture
def authority() -> trustme.CA:
    """Who signs certificates here; nobody trusts it by itself."""
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path) -> Path:
    """A file for those who want to trust it."""
    file = tmp_path / "trusted.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture
def tls_url(authority, listen, port) -> str:
    """The service with TLS in front of it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return f"https://127.0.0.1:{listen(Relay(port), ssl=context)}"


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """The context of a client that trusts who signs here."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def both_ways(driver: Driver) -> None:
    """A plain call and a stream, each to its end."""
    assert driver.create().output_text
    with driver.open() as stream:
        assert "".join(stream.text_deltas()) == stream.final().output_text


def modules_after_a_call(url: str, **environment: str) -> str:
    """Whether a fresh process has httpx, or what it stands on, after a call."""
    program = (
        "import sys; from acedata_responses import Client\n"
        f"with Client({testing.TOKEN!r}, base_url={url!r}) as client:\n"
        "    client.responses.create(model='gpt-4o-mini', input='Hello')\n"
        "print(not {'httpx', 'httpcore', 'anyio'}.isdisjoint(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_where_nothing_is_plugged_in_httpx_is_not_even_imported(service):
    assert modules_after_a_call(service.url) == "False"


def test_over_tls_it_is_not_either(tls_url, trusted):
    assert modules_after_a_call(tls_url, SSL_CERT_FILE=str(trusted)) == "False"


def test_a_proxy_of_the_environment_brings_it_in(service, proxy):
    relay, address = proxy
    assert modules_after_a_call(service.url, HTTP_PROXY=address) == "True"
    assert relay.seen


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(connect, service, proxy, monkeypatch, name):
    relay, address = proxy
    monkeypatch.setenv(name, address)
    both_ways(connect(service))
    assert relay.seen[0] == f"POST {service.url}/openai/responses HTTP/1.1"


def test_hosts_that_need_no_proxy_are_called_without(connect, service, proxy, monkeypatch):
    relay, address = proxy
    monkeypatch.setenv("HTTP_PROXY", address)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    both_ways(connect(service))
    assert relay.seen == []


def test_a_proxy_that_is_not_there_is_no_connection(connect, service, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with pytest.raises(ConnectionFailedError):
        connect(service, max_retries=0).create()


def test_tls_goes_through_a_proxy_to_its_end(connect, listen, tls_url, trusted, monkeypatch):
    relay = Relay(urlsplit(tls_url).port or 0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listen(relay)}")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    both_ways(connect(base_url=tls_url))
    assert relay.seen[0] == f"CONNECT {urlsplit(tls_url).netloc} HTTP/1.1"


def test_certificates_of_the_environment_are_trusted(connect, tls_url, trusted, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    both_ways(connect(base_url=tls_url))


@pytest.mark.skipif(
    which("openssl") is None, reason="openssl, which names the files of such a folder, is not there"
)
def test_a_folder_of_certificates_is_too(connect, tls_url, trusted, tmp_path, monkeypatch):
    folder = tmp_path / "trusted"
    folder.mkdir()
    named = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", str(trusted)],
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / f"{named.stdout.strip()}.0").write_bytes(trusted.read_bytes())
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    both_ways(connect(base_url=tls_url))


def test_a_certificate_that_nobody_vouches_for_is_no_connection(connect, tls_url):
    with pytest.raises(ConnectionFailedError, match="CERTIFICATE_VERIFY_FAILED"):
        connect(base_url=tls_url, max_retries=0).create()


def test_a_certificate_for_another_host_is_not_one_either(connect, tls_url, trusted, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with pytest.raises(ConnectionFailedError, match="CERTIFICATE_VERIFY_FAILED"):
        connect(base_url=tls_url.replace("127.0.0.1", "localhost"), max_retries=0).create()


def test_a_transport_brings_its_own_certificates(connect, flavour, tls_url, authority):
    transport = {"sync": httpx.HTTPTransport, "async": httpx.AsyncHTTPTransport}[flavour]
    both_ways(connect(base_url=tls_url, transport=transport(verify=trusting(authority))))


def test_a_client_brings_its_own_certificates(connect, flavour, tls_url, authority):
    client = {"sync": httpx.Client, "async": httpx.AsyncClient}[flavour](verify=trusting(authority))
    driver = connect(base_url=tls_url, http_client=client)
    both_ways(driver)
    close(driver, client)


@pytest.mark.skipif(sys.platform == "win32", reason="no sockets in the file system")
def test_a_transport_over_a_socket_in_the_file_system(connect, flavour, listen, port, tmp_path):
    path = str(tmp_path / "service")
    listen(Relay(port), path=path)
    transport = {"sync": httpx.HTTPTransport, "async": httpx.AsyncHTTPTransport}[flavour]
    both_ways(connect(base_url="http://service.test", transport=transport(uds=path)))


@pytest.mark.skipif(find_spec("h2") is None, reason="h2 is not installed: httpx speaks HTTP/2 only with it")
def test_a_client_that_speaks_http_2(connect, flavour, listen, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["h2"])
    authority.issue_cert("127.0.0.1").configure_cert(context)
    url = f"https://127.0.0.1:{listen(HTTP2(), ssl=context)}"
    kind = {"sync": httpx.Client, "async": httpx.AsyncClient}[flavour]
    client = kind(verify=trusting(authority), http1=False, http2=True)
    driver = connect(base_url=url, http_client=client)
    assert [model.id for model in driver.list_models().data] == ["spoken over HTTP/2"]
    close(driver, client)


class HTTP2(Relay):
    """A server of HTTP/2 that has one answer, a list of models."""

    def __init__(self) -> None:
        super().__init__(0)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.events import RequestReceived

        http = H2Connection(H2Configuration(client_side=False))
        http.initiate_connection()
        body = b'{"object": "list", "data": [{"id": "spoken over HTTP/2", "object": "model"}]}'
        writer.write(http.data_to_send())
        while data := await reader.read(65536):
            for event in http.receive_data(data):
                if isinstance(event, RequestReceived):
                    http.send_headers(
                        event.stream_id, [(":status", "200"), ("content-type", "application/json")]
                    )
                    http.send_data(event.stream_id, body, end_stream=True)
            writer.write(http.data_to_send())


def close(driver: Driver, client: Any) -> None:
    """Close a client that was plugged in, in the loop in which it was used."""
    closing = client.close() if isinstance(client, httpx.Client) else client.aclose()
    if closing is not None:
        driver._loop.run(closing)
