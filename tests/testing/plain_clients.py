"""Clients of the embedded service that are not ours: httpx, and a bare connection."""

from __future__ import annotations

import json
import socket
import ssl

import httpx

from acedata_responses import testing

HEADERS = {"authorization": f"Bearer {testing.TOKEN}"}
ASK = {"model": "gpt-4o-mini", "input": "Say hello"}
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares each httpx client the loading of certificates."""


def options_for(service, options):
    through = {"transport": service} if isinstance(service, testing.Transport) else {"verify": NO_TLS}
    return {"base_url": service.url, "headers": HEADERS, "timeout": 10, **through, **options}


def client_of(service, **options):
    return httpx.Client(**options_for(service, options))


def async_client_of(service, **options):
    return httpx.AsyncClient(**options_for(service, options))


def ask(http, **fields):
    return http.post("/openai/responses", json={**ASK, **fields})


class Wire:
    """A bare connection to the service."""

    def __init__(self, service):
        self.socket = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, **fields):
        self.socket.sendall(self.request(**fields))
        return self

    @staticmethod
    def request(**fields):
        body = json.dumps({**ASK, **fields}).encode()
        head = f"POST /openai/responses HTTP/1.1\r\nHost: x\r\nAuthorization: {HEADERS['authorization']}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def until(self, mark):
        """All bytes up to a mark."""
        got = b""
        while mark not in got:
            piece = self.socket.recv(1)
            assert piece, got
            got += piece
        return got

    def rest(self, patience=10.0):
        """All bytes that still come, and how it ends: closed, reset, or open when nothing more comes in time."""
        self.socket.settimeout(patience)
        got = b""
        try:
            while piece := self.socket.recv(65536):
                got += piece
        except ConnectionResetError:
            return got, "reset"
        except TimeoutError:
            return got, "open"
        return got, "closed"
