"""vcrpy and pytest-recording record calls of the client and replay them."""

from __future__ import annotations

import pytest
import vcr

from acedata_responses import testing

RECORDED = {"filter_headers": ["authorization"], "match_on": ["method", "path", "body"]}


def test_vcrpy_records_and_replays(connect, ask, tmp_path):
    tape = tmp_path / "tape.yaml"
    with testing.serve() as service, vcr.use_cassette(str(tape), **RECORDED) as cassette:
        client = connect(service)
        first = ask(client)
        assert (len(service.requests), cassette.play_count) == (1, 0)
    assert testing.TOKEN not in tape.read_text()
    with vcr.use_cassette(str(tape), record_mode="none", **RECORDED) as cassette:
        assert ask(client) == first
        assert cassette.play_count == 1


@pytest.fixture(scope="module")
def vcr_config():
    return {**RECORDED, "record_mode": "once", "allow_playback_repeats": True}


@pytest.fixture(scope="module")
def vcr_cassette_dir(tmp_path_factory):
    return str(tmp_path_factory.mktemp("cassettes"))


@pytest.mark.vcr
def test_pytest_recording_records_and_replays(connect, ask, service, vcr):
    client = connect(service)
    assert ask(client) == ask(client)
    assert (len(service.requests), vcr.play_count) == (1, 1)
