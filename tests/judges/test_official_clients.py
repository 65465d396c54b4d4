"""Other clients and ours send the same requests to the test server, and decode the same from the same bytes.

The openai package in its newest release, and with `make clients` also in the oldest that knows `responses`, and the
vendor's own acedatacloud package.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import openai
import pytest

from acedata_responses import AceDataError, Client, ReplyFailedError, StreamFailedError, testing
from tests.drivers import FLAVOURS, MINIMAL, Blocking, Flavour, LoopThread
from tests.replies.recorded import sample

PACKAGES = [name for name in ("openai", "acedatacloud") if find_spec(name)]


class Official:
    """A client of another package, in either flavour used like a sync one."""

    def __init__(self, package: str, flavour: Flavour, url: str, path: str = "/openai") -> None:
        self.package = package
        self._loop = LoopThread() if flavour == "async" else None
        if package == "openai":
            client_class = openai.OpenAI if flavour == "sync" else openai.AsyncOpenAI
            client: Any = client_class(api_key=testing.TOKEN, base_url=url + path, max_retries=0)
        else:
            import acedatacloud

            client_class = acedatacloud.AceDataCloud if flavour == "sync" else acedatacloud.AsyncAceDataCloud
            client = client_class(testing.TOKEN, base_url=url, max_retries=0)
        self._client = client if self._loop is None else Blocking(client, self._loop.run)
        responses = client.responses if package == "openai" else client.openai.responses
        self._responses = responses if self._loop is None else Blocking(responses, self._loop.run)

    def reply(self, **fields: Any) -> Any:
        """Return the reply to a call without streaming, as JSON data."""
        return self._data(self._responses.create(**fields))

    def events(self, **fields: Any) -> list[Any]:
        """Return the events of a stream, as JSON data."""
        return [self._data(event) for event in self._responses.create(**fields, stream=True)]

    def model_names(self) -> list[str]:
        """Return the names of the models; acedatacloud does not list them."""
        models = self._client.models if self._loop is None else Blocking(self._client.models, self._loop.run)
        return [model.id for model in models.list().data]

    def _data(self, decoded: Any) -> Any:
        if self.package == "openai":
            return decoded.to_dict(mode="json", warnings=False)
        return json.loads(decoded) if isinstance(decoded, str) else decoded

    def close(self) -> None:
        self._client.close()
        if self._loop is not None:
            self._loop.close()


@pytest.fixture(params=[f"{package}-{flavour}" for package in PACKAGES for flavour in FLAVOURS])
def official(request: pytest.FixtureRequest, service: testing.Server) -> Iterator[Official]:
    """Each of the other clients in turn."""
    client = Official(*request.param.split("-"), service.url)
    yield client
    client.close()


@pytest.fixture
def ours(service: testing.Server) -> Iterator[Client]:
    """Our client of the same service."""
    with Client(token=testing.TOKEN, base_url=service.url, max_retries=0) as client:
        yield client


def our_reply(client: Client) -> Any:
    try:
        return client.responses.create(**MINIMAL).to_dict()
    except ReplyFailedError as error:
        return error.reply.to_dict()


def our_events(client: Client) -> list[Any]:
    events = []
    with client.responses.create(**MINIMAL, stream=True) as stream:
        try:
            events.extend(event.to_dict() for event in stream)
        except StreamFailedError:
            assert events  # the event that reports the failure came before
    return events


# What they send

REQUESTS: dict[str, dict[str, Any]] = {
    "a text": MINIMAL,
    "settings": {
        "model": "gpt-4.1",
        "input": [{"role": "developer", "content": "Be short."}, {"role": "user", "content": "Where does it end?"}],
        "temperature": 0.3,
        "top_p": None,
        "max_output_tokens": 200,
        "text": {"format": {"type": "text"}},
        "metadata": {"team": "maps"},
        "store": False,
        "reasoning": {"effort": "low"},
        "include": ["message.output_text.logprobs"],
        "previous_response_id": "resp_1",
    },
    "files and tools": {
        "model": "gpt-5-mini",
        "instructions": "Answer in one sentence.",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Does the drawing agree with the description?"},
                    {"type": "input_image", "image_url": "https://example.com/bridge.png", "detail": "auto"},
                    {"type": "input_file", "file_url": "https://example.com/bridge.pdf"},
                ],
            },
            {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "clear"},
        ],
        "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": True}],
        "tool_choice": {"type": "function", "name": "weather"},
        "parallel_tool_calls": False,
    },
}


@pytest.mark.parametrize("fields", REQUESTS.values(), ids=REQUESTS)
def test_the_service_accepts_what_each_client_sends_and_ours_sends_the_same(official, service, ours, fields):
    official.reply(**fields)
    official.events(**fields)
    ours.responses.create(**fields)
    with ours.responses.create(**fields, stream=True) as stream:
        stream.final()
    assert [request.status for request in service.requests] == [200] * 4
    streamed = {**fields, "stream": True}
    assert [request.json for request in service.requests] == [fields, streamed, fields, streamed]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_openai_package_calls_the_other_path_and_lists_the_models(service, ours, flavour):
    official = Official("openai", flavour, service.url, path="/v1")
    assert official.reply(**MINIMAL)["object"] == "response"
    official.close()
    official = Official("openai", flavour, service.url)
    assert official.model_names() == [model.id for model in ours.models.list().data]
    official.close()
    assert [request.path for request in service.requests][:2] == ["/v1/responses", "/openai/models"]


# What they decode

RESPONSE = json.loads(sample("response.json"))
FAILED = json.loads(sample("response_failed.json"))
NEW = {
    "type": "tide_table",
    "id": "new_1",
    "heights": [1.5, 2.5],
    "place": {"name": "Oslo"},
    "waves": [True, 0, "", {}],
}
REPLIES = {
    "new output item": {**RESPONSE, "output": [NEW, *RESPONSE["output"]]},
    "in progress": {**RESPONSE, "status": "in_progress", "output": [], "usage": None},
    "failed": FAILED,
    **{
        name: json.loads(sample(f"{name}.json"))
        for name in ("response_with_tools", "response_incomplete", "chat_completion")
    },
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_reply_is_decoded_alike(official, service, ours, reply):
    service.reply_with(testing.Answer(json=reply), testing.Answer(json=reply))
    assert official.reply(**MINIMAL) == our_reply(ours) == reply


COMPLETED = {"type": "response.completed", "response": RESPONSE}
DELTA = {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0}
STREAMS: dict[str, list[Any]] = {
    "a new event": [{"type": "response.tide", "height": {"m": 1.5}}, COMPLETED],
    "special characters": [
        *({**DELTA, "sequence_number": n, "delta": text} for n, text in enumerate(["é", " ", "🌊", "\r\n", '"\\', ""])),
        COMPLETED,
    ],
    "comments, event names and ids": [
        b": ping\n\n",
        b"event: response.created\nid: 1\nretry: 3000\ndata: %b\n\n"
        % json.dumps({"type": "response.created", "response": RESPONSE}).encode(),
        COMPLETED,
    ],
    "a failed end": [
        {**DELTA, "sequence_number": 1, "delta": "The sea"},
        {"type": "response.failed", "response": FAILED},
    ],
    **{name: [sample(f"{name}.sse")] for name in ("stream", "stream_incomplete", "chat_stream")},
}


@pytest.mark.parametrize("events", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_decoded_alike(official, service, ours, events):
    if official.package == "openai":  # acedatacloud takes U+2028 and U+0085 for line ends
        events = [{**DELTA, "sequence_number": 0, "delta": "\u2028\x85"}, *events]
    service.reply_with(testing.Answer(events=events), testing.Answer(events=events))
    theirs = official.events(**MINIMAL)
    assert theirs
    assert theirs == our_events(ours)


# How they fail


CODES = "bad_request no_token invalid_token used_up disabled forbidden no_api request_too_large rate_limited"


@pytest.mark.parametrize("code", [*CODES.split(), "api_error", "timeout"])
def test_an_error_has_the_same_status_and_code(official, service, ours, code):
    for their_call, our_call in ((official.reply, our_reply), (official.events, our_events)):
        service.reply_with(testing.error(code), testing.error(code))
        with pytest.raises(Exception) as theirs:  # noqa: PT011 - each package has its own
            their_call(**MINIMAL)
        with pytest.raises(AceDataError) as our:
            our_call(ours)
        assert (theirs.value.status_code, theirs.value.code) == (our.value.status_code, our.value.code)
