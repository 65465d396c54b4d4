"""Clients of the test server that do not use the package: httpx and a raw socket; and readers of its responses."""

from __future__ import annotations

import json
import socket
import ssl

import httpx

from acedata_responses import testing
from tests.contract.document import DOCUMENT, assert_documented

HEADERS = {"authorization": f"Bearer {testing.TOKEN}"}
REQUEST = {"model": "gpt-4o-mini", "input": "Say hello"}
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Saves each httpx client the loading of certificates."""
CODES = {
    code: facts["statuses"][0] for kind in DOCUMENT["x-error-kinds"].values() for code, facts in kind["codes"].items()
}
SHAPES = ["response", "chat.completion"]
EVENTS = testing.Answer(events=[{"n": 1}, {"n": 2}, "[DONE]"])


def options_for(service, options):
    through = {"transport": service} if isinstance(service, testing.Transport) else {"verify": NO_TLS}
    return {"base_url": service.url, "headers": HEADERS, "timeout": 10, **through, **options}


def client_of(service, **options):
    return httpx.Client(**options_for(service, options))


def async_client_of(service, **options):
    return httpx.AsyncClient(**options_for(service, options))


def post(http, **fields):
    return http.post("/openai/responses", json={**REQUEST, **fields})


class RawConnection:
    """A socket that is connected to the service."""

    def __init__(self, service):
        self.socket = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def post(self, **fields):
        self.socket.sendall(self.request(**fields))
        return self

    @staticmethod
    def request(**fields):
        body = json.dumps({**REQUEST, **fields}).encode()
        head = f"POST /openai/responses HTTP/1.1\r\nHost: x\r\nAuthorization: {HEADERS['authorization']}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def read_until(self, mark):
        """Return all bytes up to a mark."""
        got = b""
        while mark not in got:
            piece = self.socket.recv(1)
            assert piece, got
            got += piece
        return got

    def read_to_end(self, timeout=10.0):
        """Return all remaining bytes, and how they end: closed, reset, or open if nothing more is received in time."""
        self.socket.settimeout(timeout)
        got = b""
        try:
            while piece := self.socket.recv(65536):
                got += piece
        except ConnectionResetError:
            return got, "reset"
        except TimeoutError:
            return got, "open"
        return got, "closed"


def events_of(response):
    """Return the data of each event, decoded if it is a JSON object."""
    texts = [block.removeprefix("data: ") for block in response.text.split("\n\n") if block]
    return [json.loads(text) if text.startswith("{") else text for text in texts]


def text_of(reply):
    """Return the text of a reply in either shape."""
    if reply["object"] == "response":
        return reply["output"][0]["content"][0]["text"]
    return reply["choices"][0]["message"]["content"]


def streamed_text(events):
    """Return the text of a stream in either shape."""
    return "".join(
        event.get("delta", "") if "type" in event else event["choices"][0]["delta"].get("content", "")
        for event in events
        if isinstance(event, dict)
    )


def error_of(response):
    """Return the status and the code of an error."""
    assert_documented(response.json(), "error")
    return response.status_code, response.json()["error"]["code"]
