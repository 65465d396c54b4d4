"""An answer that something on the way compressed, though the client asks for none of it, is paid for: it is read."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from acedata_responses import ConnectionLostError, testing
from tests.contract.document import CREATE

SUCCESS = CREATE["responses"]["200"]["content"]
REPLY = SUCCESS["application/json"]["examples"]["response"]["value"]
EVENTS = SUCCESS["text/event-stream"]["x-example-events"]["responses"]
CODINGS = {"gzip": gzip.compress, "deflate": zlib.compress}


@pytest.fixture
def service():
    with testing.serve() as service:
        yield service


@pytest.fixture
def driver(connect, service):
    return connect(token=testing.TOKEN, base_url=service.url)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_reply_is_read(service, driver, coding):
    headers = {"content-type": "application/json", "content-encoding": coding}
    service.reply_with(testing.Answer(headers=headers, body=CODINGS[coding](json.dumps(REPLY).encode())))
    reply = driver.create()
    assert reply.to_dict() == REPLY
    assert json.loads(reply.http.content) == REPLY


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_stream_is_read(service, driver, coding):
    written = "".join(f"data: {json.dumps(event)}\n\n" for event in EVENTS).encode()
    headers = {"content-type": "text/event-stream", "content-encoding": coding}
    service.reply_with(testing.Answer(headers=headers, body=CODINGS[coding](written)))
    assert [event.to_dict() for event in driver.stream()] == EVENTS


def test_what_is_not_compressed_as_it_says_is_an_error_and_not_sent_again(service, driver):
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    service.reply_with(testing.Answer(headers=headers, body=b"this is not gzip"))
    with pytest.raises(ConnectionLostError):
        driver.create()
    assert len(service.requests) == 1
