"""Custom clients and transports: TLS, sockets in the file system, HTTP/2."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from importlib.util import find_spec

import httpx
import pytest

from acedata_responses import testing
from tests.certificates import tls_of, trusting
from tests.client.relay import Relay, assert_calls_work


def modules_after_a_call(url: str, **environment: str) -> str:
    """Return whether a fresh process has imported httpx or one of its dependencies after a call."""
    program = (
        "import sys; from acedata_responses import Client\n"
        f"with Client({testing.TOKEN!r}, base_url={url!r}) as client:\n"
        "    client.responses.create(model='gpt-4o-mini', input='Hello')\n"
        "print(not {'httpx', 'httpcore', 'anyio'}.isdisjoint(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_httpx_is_not_imported_for_tls(tls_url, trusted):
    assert modules_after_a_call(tls_url, SSL_CERT_FILE=str(trusted)) == "False"


def test_a_custom_transport_has_its_own_certificates(connect, make_custom, tls_url, authority):
    transport = make_custom(httpx, "transport", verify=trusting(authority))
    assert_calls_work(connect(base_url=tls_url, transport=transport))


def test_a_custom_client_has_its_own_certificates(connect_custom, tls_url, authority):
    assert_calls_work(connect_custom(base_url=tls_url, of_library={"verify": trusting(authority)}))


@pytest.mark.skipif(sys.platform == "win32", reason="no sockets in the file system")
def test_a_custom_transport_uses_a_socket_in_the_file_system(connect, make_custom, listen, port, tmp_path):
    path = str(tmp_path / "service")
    listen(Relay(port), path=path)
    assert_calls_work(connect(base_url="http://service.test", transport=make_custom(httpx, "transport", uds=path)))


@pytest.mark.skipif(find_spec("h2") is None, reason="h2 is not installed: httpx speaks HTTP/2 only with it")
def test_a_custom_client_uses_http_2(connect_custom, listen, authority):
    context = tls_of(authority)
    context.set_alpn_protocols(["h2"])
    url = f"https://127.0.0.1:{listen(HTTP2(), ssl=context)}"
    driver = connect_custom(base_url=url, of_library={"verify": trusting(authority), "http1": False, "http2": True})
    assert [model.id for model in driver.list_models().data] == ["sent over HTTP/2"]


class HTTP2(Relay):
    """An HTTP/2 server with one response, a list of models."""

    def __init__(self) -> None:
        super().__init__(0)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection
        from h2.events import RequestReceived

        http = H2Connection(H2Configuration(client_side=False))
        http.initiate_connection()
        body = b'{"object": "list", "data": [{"id": "sent over HTTP/2", "object": "model"}]}'
        writer.write(http.data_to_send())
        while data := await reader.read(65536):
            for event in http.receive_data(data):
                if isinstance(event, RequestReceived):
                    http.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/json")])
                    http.send_data(event.stream_id, body, end_stream=True)
            writer.write(http.data_to_send())
