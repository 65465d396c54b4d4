"""Recorded replies: the service is asked once, its answers are kept without the token, and played back."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from acedata_responses import AceDataError, ConfigurationError, ConnectionFailedError, ReplyDecodeError, testing
from tests.clock import SkippingClock

TOKEN = "a-token-that-is-long-enough-to-be-one"


@pytest.fixture
def recordings(tmp_path):
    return tmp_path / "recordings"


@pytest.fixture
def replaying(connect, recordings):
    """Makes drivers that call the service at this address, or none, through the recordings."""
    with testing.unreachable() as nowhere:

        def made(url=nowhere, **options):
            options = {"token": TOKEN, "base_url": url, "max_retries": 0, **options}
            return connect(transport=testing.replay(recordings), **options)

        yield made


@pytest.fixture
def real():
    """What stands in for the real service while replies are recorded."""
    with testing.serve(token=TOKEN) as service:
        yield service


def files(folder):
    return sorted(folder.glob("*"))


@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_a_reply_is_recorded_once_and_played_back(replaying, real, shape):
    real.answers(shape=shape)
    recorded = replaying(real.url).create()
    assert replaying(real.url).create() == recorded
    assert len(real.requests) == 1
    assert replaying().create().to_dict() == recorded.to_dict()


@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_a_stream_is_too_event_by_event(replaying, real, shape):
    real.answers(shape=shape, text="Ahoi,\n\nSeemänner 🌊")
    with replaying(real.url).open() as stream:
        recorded = list(stream.text_deltas()), stream.final()
    with replaying().open() as stream:
        first = next(iter(stream.text_deltas()))
        assert first == recorded[0][0] == stream.partial_text
        assert stream.final() == recorded[1]
    assert len(real.requests) == 1


def test_other_requests_have_recordings_of_their_own(replaying, real):
    driver = replaying(real.url)
    real.answers(text=lambda request: (request.json or {}).get("input"))
    asked = [{"input": "one"}, {"input": "two"}, {"input": "two", "temperature": 0.5}]
    for fields in asked:
        driver.create(**fields)
    driver.list_models()
    assert len(real.requests) == 4
    played = [replaying().create(**fields).output_text for fields in asked]
    assert played == ["one", "two", "two"]
    assert replaying().list_models().data


def test_the_same_request_can_have_several_answers(replaying, real, recordings):
    real.reply_with(testing.error("api_error"))
    patient = {"max_retries": 1, "clock": SkippingClock()}
    assert replaying(real.url, **patient).create() == replaying(**patient).create()
    assert len(files(recordings)) == len(real.requests) == 2


@pytest.mark.parametrize("way", ["plain", "streamed"])
def test_the_token_is_in_no_file(replaying, real, recordings, way):
    real.reply_with(
        testing.Answer(
            headers={"x-echo": f"Bearer {TOKEN}", "set-cookie": "session=secret"},
            **{"json": {"object": "response", "said": TOKEN}} if way == "plain" else {"events": [{"said": TOKEN}]},
        )
    )
    driver = replaying(real.url)
    with suppress(AceDataError):  # what the answer means is not the point here
        driver.create() if way == "plain" else driver.stream()
    driver.create(metadata={"mine": TOKEN})
    assert len(files(recordings)) == 2
    for file in files(recordings):
        assert TOKEN not in file.read_text()
        assert "session" not in file.read_text()
        assert "authorization" not in file.read_text().lower()


def test_a_file_can_be_read(replaying, real, recordings):
    replaying(real.url).create(input="Grüße")
    (file,) = files(recordings)
    assert file.name.startswith("post-openai-responses-")
    recording = json.loads(file.read_text(encoding="utf-8"))
    assert recording["request"] == {
        "method": "POST",
        "target": "/openai/responses",
        "body": {"model": "gpt-4o-mini", "input": "Grüße"},
    }
    assert recording["response"]["status"] == 200
    assert "Grüße" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("body", [b"\xff\xfe no text \x80", b"", "Grüße 🌊\n\n\r\n\r\n".encode(), b"\n\n\n"])
def test_any_bytes_come_back_as_they_were(replaying, real, body):
    real.reply_with(testing.Answer(body=body))
    for driver in (replaying(real.url), replaying()):
        with pytest.raises(ReplyDecodeError) as caught:
            driver.create()
        assert caught.value.body == body


def test_what_does_not_arrive_is_not_recorded(replaying, real, recordings):
    with pytest.raises(ConnectionFailedError):
        replaying().create()
    real.reply_with(testing.Fault("cut", "body"))
    with pytest.raises(Exception, match="broke"):
        replaying(real.url).create()
    assert files(recordings) == []


def test_under_pytest_nothing_is_recorded_by_accident(replaying, recordings):
    with pytest.raises(ConfigurationError, match=r"no recording .*recordings.*nothing was sent.*acedata_live"):
        replaying(url=None).create()
    assert files(recordings) == []


def test_a_file_that_is_no_recording_is_named(replaying, real, recordings):
    replaying(real.url).create()
    (file,) = files(recordings)
    for content in (
        "",
        "[]",
        '{"response": {"status": "x"}}',
        '{"response": {"status": 200, "headers": [], "body": [1]}}',
    ):
        file.write_text(content)
        with pytest.raises(ConfigurationError, match=rf"{file.name} is not a recording .*delete it"):
            replaying().create()
