"""A client without a network, for many small cases: its requests are recorded, its responses are given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from acedata_responses import ReplyFailedError
from tests.drivers import FLAVOURS, Driver, Flavour


class Wire:
    """A client, the requests that it sends, and the response that it gets."""

    def __init__(self, flavour: Flavour) -> None:
        self._answer = b""
        self._sent: list[httpx.Request] = []
        self.token = uuid4().hex  # in no generated data
        transport = httpx.MockTransport(self._handle)
        self.driver = Driver(flavour, token=self.token, limits=None, transport=transport)
        self.client = self.driver.client
        self._strict = self.client.with_options(strict=True)

    def sent_by(self, **fields: Any) -> httpx.Request:
        """Return the request of a call with these fields. The response is a stream that ends at once."""
        self._answer, self._sent = b"data: {}\n\n", []
        try:
            answer = self.client.responses.create(**fields)
        except Exception:
            if not self._sent:
                raise
        else:
            answer.close()
        (request,) = self._sent
        return request

    def reply(self, data: Any, *, strict: bool = False) -> Any:
        """Return a reply as the client decodes it, also one with the status `failed`."""
        self._answer = data if isinstance(data, bytes) else json.dumps(data).encode()
        client = self._strict if strict else self.client
        try:
            return client.responses.create(model="gpt-4o", input="Hello")
        except ReplyFailedError as error:
            return error.reply

    def model_list(self, data: Any, *, strict: bool = False) -> Any:
        """Return a list of models as the client decodes it."""
        self._answer = json.dumps(data).encode()
        return (self._strict if strict else self.client).models.list()

    def event(self, data: Any, *, strict: bool = False) -> Any:
        """Return the first event of a stream as the client decodes it."""
        self._answer = b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"
        client = self._strict if strict else self.client
        with client.responses.create(model="gpt-4o", input="Hello", stream=True) as stream:
            return next(iter(stream))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self._sent.append(request)
        return httpx.Response(200, content=self._answer)


@pytest.fixture(scope="module")
def wires() -> Iterator[list[Wire]]:
    """Both flavours at once, for property tests: generating an example takes longer than trying it."""
    wires = [Wire(flavour) for flavour in FLAVOURS]
    yield wires
    for wire in wires:
        wire.driver.close()


@pytest.fixture(scope="module", params=FLAVOURS)
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """Each flavour in turn."""
    wire = Wire(request.param)
    with wire.driver:
        yield wire
