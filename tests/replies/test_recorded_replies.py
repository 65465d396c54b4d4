"""Sample replies, and recorded ones from the folder in the environment variable RECORDED_REPLIES."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from acedata_responses import APIStatusError, ReplyFailedError
from tests.contract.document import validator
from tests.contract.plain_server import PlainServer
from tests.replies.recorded import SAMPLES, documented_text, events_in

FOLDERS = [SAMPLES, *([Path(os.environ["RECORDED_REPLIES"])] if os.environ.get("RECORDED_REPLIES") else [])]
FILES = [path for folder in FOLDERS for path in sorted(folder.iterdir())]
WHOLE = [path for path in FILES if path.suffix == ".json"]
STREAMS = [path for path in FILES if path.suffix == ".sse"]
COMPONENTS = {"chat.completion": "ChatCompletion", "response": "ResponseObject", "list": "ModelList"}


def each(files):
    return pytest.mark.parametrize("file", files, ids=[f"{file.parent.name}-{file.stem}" for file in files])


@pytest.fixture
def server():
    with PlainServer() as server:
        yield server


@pytest.fixture
def strict(connect, server):
    """A client that raises an error for a reply with problems."""
    return connect(base_url=server.url, max_retries=0, strict=True)


@each(WHOLE)
def test_a_reply_is_decoded_completely_and_without_problems(server, strict, file):
    data = json.loads(file.read_bytes())
    server.respond_with(file.read_bytes())
    if "object" not in data:
        validator("ErrorReply").validate(data)
        with pytest.raises(APIStatusError) as error:
            strict.create()
        assert (error.value.code, error.value.message) == (data["error"]["code"], data["error"]["message"])
        assert (error.value.trace_id, error.value.body) == (data["trace_id"], data)
        return
    try:
        reply = strict.list_models() if data["object"] == "list" else strict.create()
    except ReplyFailedError as error:
        reply = error.reply
    assert type(reply).__name__ == COMPONENTS[data["object"]]
    assert json.dumps(reply.to_dict()) == json.dumps(data)
    assert reply.problems == []
    assert reply.http.content == file.read_bytes()
    if data["object"] != "list":
        assert reply.output_text == documented_text(data)


@each(STREAMS)
def test_a_stream_is_decoded_completely_and_without_problems(server, strict, file):
    data = events_in(file.read_bytes())
    server.stream(file.read_bytes())
    with strict.open() as stream:
        events = list(stream)
        final = stream.final()
    assert [json.dumps(event.to_dict()) for event in events] == [json.dumps(event) for event in data]
    assert [event.problems for event in events] == [[]] * len(data)
    assert final.problems == []
    if "response" in data[-1]:
        assert final.to_dict() == data[-1]["response"]
    assert stream.partial_text == final.output_text == documented_text(final.to_dict())
    server.stream(*(block + b"\n\n" for block in file.read_bytes().split(b"\n\n") if block))
    with strict.open() as stream:
        pieces = [text for text in stream.text_deltas() if text]
    assert pieces == [piece for event in data if isinstance(piece := _text_of(event), str) and piece]


def _text_of(event):
    return event.get("delta") or next((choice["delta"].get("content") for choice in event.get("choices", [])), None)


@pytest.mark.skipif(not os.environ.get("RECORDED_REPLIES"), reason="RECORDED_REPLIES is not set")
def test_the_recorded_replies_are_decoded_too():
    assert len(FILES) > len(list(SAMPLES.iterdir()))
