"""Recorded responses: each request is sent once, its response is recorded without the token, and replayed."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from acedata_responses import AceDataError, ConfigurationError, ConnectionFailedError, ReplyDecodeError, testing
from tests.clock import SkippingClock
from tests.testing.clients import SHAPES

TOKEN = "a-token-that-is-long-enough-to-be-one"


@pytest.fixture
def recordings(tmp_path):
    return tmp_path / "recordings"


@pytest.fixture
def replaying(connect, recordings):
    """Makes drivers with the recordings; without a URL they can only replay."""
    with testing.unreachable() as nowhere:

        def made(url=nowhere, **options):
            options = {"token": TOKEN, "base_url": url, "max_retries": 0, **options}
            return connect(transport=testing.replay(recordings), **options)

        yield made


@pytest.fixture
def real():
    """The service that is recorded."""
    with testing.serve(token=TOKEN) as service:
        yield service


def files(folder):
    return sorted(folder.glob("*"))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_is_recorded_once_and_replayed(replaying, real, shape):
    real.answers(shape=shape)
    recorded = replaying(real.url).create()
    assert replaying(real.url).create() == recorded
    assert len(real.requests) == 1
    assert replaying().create().to_dict() == recorded.to_dict()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_stream_is_replayed_event_by_event(replaying, real, shape):
    real.answers(shape=shape, text="Ahoi,\n\nSeemänner 🌊")
    with replaying(real.url).open() as stream:
        recorded = list(stream.text_deltas()), stream.final()
    with replaying().open() as stream:
        first = next(iter(stream.text_deltas()))
        assert first == recorded[0][0] == stream.partial_text
        assert stream.final() == recorded[1]
    assert len(real.requests) == 1


def test_each_request_has_its_own_recording(replaying, real):
    driver = replaying(real.url)
    real.answers(text=lambda request: (request.json or {}).get("input"))
    requests = [{"input": "one"}, {"input": "two"}, {"input": "two", "temperature": 0.5}]
    for fields in requests:
        driver.create(**fields)
    driver.list_models()
    assert len(real.requests) == 4
    assert [replaying().create(**fields).output_text for fields in requests] == ["one", "two", "two"]
    assert replaying().list_models().data


def test_a_retry_has_its_own_recording(replaying, real, recordings):
    real.reply_with(testing.error("api_error"))
    retrying = {"max_retries": 1, "clock": SkippingClock()}
    assert replaying(real.url, **retrying).create() == replaying(**retrying).create()
    assert len(files(recordings)) == len(real.requests) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_the_token_is_not_recorded(replaying, real, recordings, stream):
    real.reply_with(
        testing.Answer(
            headers={"x-echo": f"Bearer {TOKEN}", "set-cookie": "session=secret"},
            **{"events": [{"echo": TOKEN}]} if stream else {"json": {"object": "response", "echo": TOKEN}},
        )
    )
    driver = replaying(real.url)
    with suppress(AceDataError):  # only the recording matters here
        driver.stream() if stream else driver.create()
    driver.create(metadata={"mine": TOKEN})
    assert len(files(recordings)) == 2
    for file in files(recordings):
        assert TOKEN not in file.read_text()
        assert "session" not in file.read_text()
        assert "authorization" not in file.read_text().lower()


def test_a_recording_is_readable(replaying, real, recordings):
    replaying(real.url).create(input="Grüße")
    (file,) = files(recordings)
    assert file.name.startswith("post-openai-responses-")
    recording = json.loads(file.read_text(encoding="utf-8"))
    body = {"model": "gpt-4o-mini", "input": "Grüße"}
    assert recording["request"] == {"method": "POST", "target": "/openai/responses", "body": body}
    assert recording["response"]["status"] == 200
    assert "Grüße" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("body", [b"\xff\xfe not text \x80", b"", "Grüße 🌊\n\n\r\n\r\n".encode(), b"\n\n\n"])
def test_any_bytes_are_replayed_unchanged(replaying, real, body):
    real.reply_with(testing.Answer(body=body))
    for driver in (replaying(real.url), replaying()):
        with pytest.raises(ReplyDecodeError) as caught:
            driver.create()
        assert caught.value.body == body


def test_a_request_without_a_whole_response_is_not_recorded(replaying, real, recordings):
    with pytest.raises(ConnectionFailedError):
        replaying().create()
    real.reply_with(testing.Fault("cut", "body"))
    with pytest.raises(Exception, match="broke"):
        replaying(real.url).create()
    with pytest.raises(ConfigurationError, match=r"no recording .*recordings.*nothing was sent.*acedata_live"):
        replaying(url=None).create()  # pytest blocks calls to the real service
    assert files(recordings) == []


@pytest.mark.parametrize(
    "content", ["", "[]", '{"response": {"status": "x"}}', '{"response": {"status": 200, "headers": [], "body": [1]}}']
)
def test_a_file_that_is_not_a_recording_is_refused(replaying, real, recordings, content):
    replaying(real.url).create()
    (file,) = files(recordings)
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=rf"{file.name} is not a recording .*delete it"):
        replaying().create()
