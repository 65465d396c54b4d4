"""A call in both flavours, with and without streaming."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import pytest

from tests.drivers import Driver
from tests.replies.recorded import events_in, sample

Way = Literal["plain", "streamed"]


@pytest.fixture(params=["plain", "streamed"])
def way(request: pytest.FixtureRequest) -> Way:
    """Whether the call streams."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def url() -> str:
    """The URL of the request."""
    return "https://api.acedata.cloud/openai/responses"


@pytest.fixture
def content_type(way: Way) -> str:
    """The content type of the response."""
    return {"plain": "application/json", "streamed": "text/event-stream"}[way]


@pytest.fixture
def content(way: Way) -> bytes:
    """The body of the response."""
    return sample({"plain": "response.json", "streamed": "stream.sse"}[way])


@pytest.fixture
def text(way: Way, content: bytes) -> str:
    """The text of the reply."""
    if way == "plain":
        return "".join(part["text"] for part in json.loads(content)["output"][-1]["content"])
    return "".join(event["delta"] for event in events_in(content) if event["type"].endswith("text.delta"))


@pytest.fixture
def ask(way: Way) -> Callable[[Driver], str]:
    """Makes a call and returns the text of the reply."""

    def asked(driver: Driver) -> str:
        if way == "plain":
            return str(driver.create().output_text)
        with driver.open() as stream:
            return "".join(stream.text_deltas())

    return asked


@pytest.fixture
def client(connect: Callable[..., Driver]) -> Driver:
    """A client with the default settings, without retries."""
    return connect(max_retries=0)
