"""What a user can plug in works, and where it must the client leaves its own connections and goes through httpx."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import httpx
import pytest
import trustme

from acedata_responses import testing
from tests.client.relay import Relay, both_ways
from tests.drivers import Driver


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """The context of a client that trusts who signs here."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


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


def test_over_tls_it_is_not_either(tls_url, trusted):
    assert modules_after_a_call(tls_url, SSL_CERT_FILE=str(trusted)) == "False"


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
