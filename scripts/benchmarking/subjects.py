"""The clients to measure, with the same operations implemented for each.

Each client runs in its own environment, so a subject imports its client when it is created. All send the same bodies,
except for fields that a client adds itself.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

MODEL = "gpt-4o-mini"
TOKEN = "token"  # noqa: S105 - not a secret
FIELDS = {"model": MODEL, "input": "Why is the sky dark at night?"}


class Subject:
    """A client to measure. By default its calls look like `client.responses.create(...)`.

    A method that the client does not support raises NotImplementedError.

    Attributes:
        package: The distribution whose version is shown.
        environment: The name of its environment in `make`.
        module: The module to import.
        first: A program that makes the first call; `url` is the address of the service.
    """

    package: ClassVar[str]
    environment: ClassVar[str]
    module: ClassVar[str]
    first: ClassVar[str]
    _responses: Any
    _async_responses: Any

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self) -> None:
        """Make a call without streaming."""
        self._responses.create(**FIELDS)

    async def call_async(self) -> None:
        """Make the same call asynchronously."""
        await self._async_responses.create(**FIELDS)

    def stream(self, events: str) -> Iterator[Any]:
        """Iterate over the events of a stream, as the client decodes them."""
        return iter(self._responses.create(model=MODEL, input=events, stream=True))

    async def stream_async(self, events: str) -> AsyncIterator[Any]:
        """Make the same call asynchronously."""
        async for event in await self._async_responses.create(model=MODEL, input=events, stream=True):
            yield event

    def decode_reply(self, content: bytes) -> Any:
        """Decode the body of a reply as the client does."""
        return json.loads(content)

    def decode_event(self, content: bytes) -> Any:
        """Decode the data of a delta event as the client does."""
        return json.loads(content)


class Httpx(Subject):
    """Plain httpx with JSON: no types, no validation, no retries."""

    package = "httpx"
    environment = "httpx"
    module = "httpx"
    first = f"""\
import httpx
with httpx.Client() as client:
    client.post(url + "/openai/responses", json={FIELDS}, headers={{"authorization": "Bearer {TOKEN}"}}).json()
"""

    def __init__(self, url: str) -> None:
        import httpx

        super().__init__(url)
        options: dict[str, Any] = {"base_url": url, "headers": {"authorization": f"Bearer {TOKEN}"}}
        self._client = httpx.Client(**options)
        self._async_client = httpx.AsyncClient(**options)

    def call(self) -> None:
        self._client.post("/openai/responses", json=FIELDS).raise_for_status().json()

    async def call_async(self) -> None:
        (await self._async_client.post("/openai/responses", json=FIELDS)).raise_for_status().json()

    def stream(self, events: str) -> Iterator[Any]:
        body = {"model": MODEL, "input": events, "stream": True}
        with self._client.stream("POST", "/openai/responses", json=body) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    async def stream_async(self, events: str) -> AsyncIterator[Any]:
        body = {"model": MODEL, "input": events, "stream": True}
        async with self._async_client.stream("POST", "/openai/responses", json=body) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])


class Ours(Subject):
    """This package without limits: validated requests, typed replies and events."""

    package = "acedata-responses"
    environment = "ours"
    module = "acedata_responses"
    first = f"""\
from acedata_responses import Client
with Client(token="{TOKEN}", base_url=url, limits=None) as client:
    client.responses.create(**{FIELDS}).output_text
"""

    def __init__(self, url: str) -> None:
        from acedata_responses import AsyncClient, Client
        from acedata_responses._json import parse
        from acedata_responses.types.events import decode_stream_event
        from acedata_responses.types.replies import decode_reply

        super().__init__(url)
        self._parse = parse
        self._read_reply, self._read_event = decode_reply, decode_stream_event
        options: dict[str, Any] = {"token": TOKEN, "base_url": url, "limits": self._limits()}
        self._clients = Client(**options), AsyncClient(**options)  # kept alive by this reference
        self._responses, self._async_responses = (client.responses for client in self._clients)

    def with_journal(self, path: Path) -> Callable[[int], object]:
        """Return a function that makes a call with a journal, which has the replies to repeated numbers."""
        from acedata_responses import Client

        client: Any = Client(token=TOKEN, base_url=self.url, limits=self._limits(), journal=path)
        return lambda number: client.responses.create(**FIELDS, key=str(number))

    def decode_reply(self, content: bytes) -> Any:
        return self._read_reply(self._parse(content.decode()))

    def decode_event(self, content: bytes) -> Any:
        return self._read_event(self._parse(content.decode()))

    def _limits(self) -> Any:
        return None


class OursLimited(Ours):
    """The same with limits that no call reaches, to measure the overhead of the limiter."""

    def _limits(self) -> Any:
        from acedata_responses import Limits

        return Limits(in_flight=1_000, per_second=100_000)


class Openai(Subject):
    """The official client of OpenAI's API."""

    package = "openai"
    environment = "openai"
    module = "openai"
    first = f"""\
from openai import OpenAI
with OpenAI(api_key="{TOKEN}", base_url=url + "/openai", max_retries=0) as client:
    client.responses.create(**{FIELDS}).output_text
"""

    def __init__(self, url: str) -> None:
        import openai
        from openai._models import construct_type
        from openai.types.responses import Response, ResponseStreamEvent

        super().__init__(url)
        self._construct: Any = construct_type
        self._reply_type, self._event_type = Response, ResponseStreamEvent
        options: dict[str, Any] = {"api_key": TOKEN, "base_url": f"{url}/openai", "max_retries": 0}
        self._responses = openai.OpenAI(**options).responses
        self._async_responses = openai.AsyncOpenAI(**options).responses

    def decode_reply(self, content: bytes) -> Any:
        return self._construct(type_=self._reply_type, value=json.loads(content))

    def decode_event(self, content: bytes) -> Any:
        return self._construct(type_=self._event_type, value=json.loads(content))


class Acedatacloud(Subject):
    """The vendor's own client: replies and events as plain dictionaries."""

    package = "acedatacloud"
    environment = "acedatacloud"
    module = "acedatacloud"
    first = f"""\
from acedatacloud import AceDataCloud
client = AceDataCloud("{TOKEN}", base_url=url, max_retries=0)
client.openai.responses.create(**{FIELDS})
"""

    def __init__(self, url: str) -> None:
        import acedatacloud  # type: ignore[import-untyped]

        super().__init__(url)
        options: dict[str, Any] = {"base_url": url, "max_retries": 0}
        self._responses = acedatacloud.AceDataCloud(TOKEN, **options).openai.responses
        self._async_responses = acedatacloud.AsyncAceDataCloud(TOKEN, **options).openai.responses


class Stock(Subject):
    """The client that openapi-python-client generates from the same document with its own templates.

    It does not stream, and has no classes of events: it treats an `allOf` of one reference like that reference.
    """

    package = "openapi-python-client"
    environment = "stock"
    module = "stock_client"
    first = f"""\
from stock_client import AuthenticatedClient
from stock_client.api.responses import responses_create
from stock_client.models import CreateResponseRequest
with AuthenticatedClient(base_url=url, token="{TOKEN}") as client:
    responses_create.sync(client=client, body=CreateResponseRequest(model="{MODEL}", input_="{FIELDS["input"]}"))
"""

    def __init__(self, url: str) -> None:
        from stock_client import AuthenticatedClient, models  # type: ignore[import-not-found]
        from stock_client.api.responses import responses_create  # type: ignore[import-not-found]

        super().__init__(url)
        self._create, self._models = responses_create, models
        self._client = AuthenticatedClient(base_url=url, token=TOKEN)

    def call(self) -> None:
        self._create.sync(client=self._client, body=self._body())

    async def call_async(self) -> None:
        await self._create.asyncio(client=self._client, body=self._body())

    def _body(self) -> Any:
        return self._models.CreateResponseRequest(model=MODEL, input_=FIELDS["input"])

    def stream(self, events: str) -> Iterator[Any]:
        raise NotImplementedError

    def stream_async(self, events: str) -> AsyncIterator[Any]:
        raise NotImplementedError

    def decode_reply(self, content: bytes) -> Any:
        return self._models.ResponseObject.from_dict(json.loads(content))

    def decode_event(self, content: bytes) -> Any:
        raise NotImplementedError


SUBJECTS: dict[str, type[Subject]] = {
    "httpx": Httpx,
    "httpx again": Httpx,
    "ours": Ours,
    "ours, limited": OursLimited,
    "stock": Stock,
    "acedatacloud": Acedatacloud,
    "openai": Openai,
}
"""The clients by their names in the table. All are compared with the first one; the second one is the control."""
