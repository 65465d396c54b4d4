"""Replies in the service's own form: samples of ours, and recordings in a folder that RECORDED_REPLIES names."""

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
    """A client that takes no reply with a problem."""
    return connect(base_url=server.url, max_retries=0, strict=True)


def answer_of(strict, data):
    """What the client makes of a whole reply: the reply, or the error."""
    call = strict.list_models if data.get("object") == "list" else strict.create
    try:
        return call()
    except (APIStatusError, ReplyFailedError) as error:
        return error


@each(WHOLE)
def test_a_reply_is_read_to_the_last_key_without_a_problem(server, strict, file):
    data = json.loads(file.read_bytes())
    server.respond_with(file.read_bytes())
    answer = answer_of(strict, data)
    if "object" not in data:
        validator("ErrorReply").validate(data)
        assert isinstance(answer, APIStatusError)
        assert (answer.code, answer.message) == (data["error"]["code"], data["error"]["message"])
        assert answer.trace_id == data["trace_id"]
        assert answer.body == data
        return
    reply = answer.reply if isinstance(answer, ReplyFailedError) else answer
    assert type(reply).__name__ == COMPONENTS[data["object"]]
    assert json.dumps(reply.to_dict()) == json.dumps(data)
    assert reply.problems == []
    assert reply.http.content == file.read_bytes()
    if data["object"] != "list":
        assert reply.output_text == documented_text(data)


@each(STREAMS)
def test_a_stream_is_read_to_the_last_key_without_a_problem(server, strict, file):
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


@each(STREAMS)
def test_the_text_of_a_stream_comes_in_the_pieces_in_which_it_was_sent(server, strict, file):
    data = events_in(file.read_bytes())
    server.stream(*(block + b"\n\n" for block in file.read_bytes().split(b"\n\n") if block))
    with strict.open() as stream:
        pieces = [text for text in stream.text_deltas() if text]
    sent = [event.get("delta") or _chat_piece(event) for event in data]
    assert pieces == [piece for piece in sent if isinstance(piece, str) and piece]


def _chat_piece(event):
    return next((choice["delta"].get("content") for choice in event.get("choices", [])), None)


@pytest.mark.skipif(not os.environ.get("RECORDED_REPLIES"), reason="RECORDED_REPLIES names no folder of recordings")
def test_the_recordings_are_among_the_replies_that_were_read():
    assert len(FILES) > len(list(SAMPLES.iterdir()))
