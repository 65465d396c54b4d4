"""The client asks for no compression, but reads a response that a server or a proxy has compressed anyway."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from acedata_responses import ConnectionLostError, testing
from tests.contract.document import CREATE

CONTENT = CREATE["responses"]["200"]["content"]
REPLY = CONTENT["application/json"]["examples"]["response"]["value"]
EVENTS = CONTENT["text/event-stream"]["x-example-events"]["responses"]
COMPRESS = {"gzip": gzip.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("coding", COMPRESS)
def test_a_compressed_reply_and_a_compressed_stream_are_read(service, driver, coding):
    bodies = {
        "application/json": json.dumps(REPLY),
        "text/event-stream": "".join(f"data: {json.dumps(event)}\n\n" for event in EVENTS),
    }
    for media_type, body in bodies.items():
        headers = {"content-type": media_type, "content-encoding": coding}
        service.reply_with(testing.Answer(headers=headers, body=COMPRESS[coding](body.encode())))
        if media_type == "application/json":
            reply = driver.create()
            assert reply.to_dict() == json.loads(reply.http.content) == REPLY
        else:
            assert [event.to_dict() for event in driver.stream()] == EVENTS


def test_a_response_that_is_not_compressed_as_it_says_is_an_error_and_not_sent_again(service, driver):
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    service.reply_with(testing.Answer(headers=headers, body=b"this is not gzip"))
    with pytest.raises(ConnectionLostError):
        driver.create()
    assert len(service.requests) == 1
