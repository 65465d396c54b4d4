"""Clients written by others: what they send is accepted, and what they decode is what ours decodes from the same bytes.

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
from tests.drivers import FLAVOURS, Blocking, Flavour, LoopThread

PACKAGES = [name for name in ("openai", "acedatacloud") if find_spec(name)]


class Official:
    """A client of another maker, in either flavour used like a sync one."""

    def __init__(self, package: str, flavour: Flavour, url: str, path: str = "/openai") -> None:
        self.package = package
        self.flavour = flavour
        self._loop = LoopThread() if flavour == "async" else None
        self._actual: Any = self._openai(url + path) if package == "openai" else self._acedatacloud(url)
        namespace = self._actual if package == "openai" else self._actual.openai
        self.responses: Any = self._usable(namespace.responses)

    def _openai(self, url: str) -> Any:
        kind = openai.OpenAI if self.flavour == "sync" else openai.AsyncOpenAI
        return kind(api_key=testing.TOKEN, base_url=url, max_retries=0)

    def _acedatacloud(self, url: str) -> Any:
        import acedatacloud

        kind = acedatacloud.AceDataCloud if self.flavour == "sync" else acedatacloud.AsyncAceDataCloud
        return kind(testing.TOKEN, base_url=url, max_retries=0)

    def _usable(self, value: Any) -> Any:
        return value if self._loop is None else Blocking(value, self._loop.run)

    def reply(self, **fields: Any) -> Any:
        """The reply to a plain call, as JSON data."""
        return self._data(self.responses.create(**fields))

    def events(self, **fields: Any) -> list[Any]:
        """The events of a stream, as JSON data."""
        return [self._data(event) for event in self.responses.create(**fields, stream=True)]

    def model_names(self) -> list[str]:
        """The names of the models; the vendor's package cannot ask for them."""
        return [model.id for model in self._usable(self._actual.models).list().data]

    def _data(self, decoded: Any) -> Any:
        return decoded if self.package == "acedatacloud" else decoded.to_dict(mode="json", warnings=False)

    def close(self) -> None:
        self._usable(self._actual).close()
        if self._loop is not None:
            self._loop.close()


@pytest.fixture(params=[f"{package}-{flavour}" for package in PACKAGES for flavour in FLAVOURS])
def official(request: pytest.FixtureRequest, service: testing.Server) -> Iterator[Official]:
    """Each of the clients in turn."""
    client = Official(*request.param.split("-"), service.url)
    yield client
    client.close()


@pytest.fixture
def ours(service: testing.Server) -> Iterator[Client]:
    """Our client of the same service."""
    with Client(token=testing.TOKEN, base_url=service.url, max_retries=0) as client:
        yield client


# What they send

REQUESTS: dict[str, dict[str, Any]] = {
    "a question": {"model": "gpt-4o-mini", "input": "Why is the sky dark at night?"},
    "a conversation": {
        "model": "gpt-4.1",
        "input": [
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": "Which river is the longest of Europe?"},
            {"role": "assistant", "content": "The Volga."},
            {"role": "user", "content": [{"type": "input_text", "text": "And where does it end?"}]},
        ],
        "temperature": 0.3,
        "top_p": None,
        "max_output_tokens": 200,
        "text": {"format": {"type": "text"}},
        "metadata": {"team": "maps"},
    },
    "an image and a file": {
        "model": "gpt-4o",
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Does the drawing agree with the description?"},
                    {"type": "input_image", "image_url": "https://example.com/bridge.png", "detail": "auto"},
                    {"type": "input_file", "file_url": "https://example.com/bridge.pdf"},
                ],
            }
        ],
        "instructions": "Answer in one sentence.",
        "store": False,
    },
    "a tool and what it gave": {
        "model": "gpt-5-mini",
        "input": [
            {"role": "user", "content": "What is the weather in Oslo?"},
            {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "clear"},
        ],
        "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": True}],
        "tool_choice": {"type": "function", "name": "weather"},
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low"},
        "include": ["message.output_text.logprobs"],
        "previous_response_id": "resp_1",
    },
}
each_request = pytest.mark.parametrize("fields", REQUESTS.values(), ids=REQUESTS)


@each_request
def test_what_they_send_is_accepted_and_ours_sends_the_same(official, service, ours, fields):
    official.reply(**fields)
    official.events(**fields)
    ours.responses.create(**fields)
    with ours.responses.create(**fields, stream=True) as stream:
        stream.final()
    assert [request.status for request in service.requests] == [200] * 4
    plain, streamed, our_plain, our_streamed = (request.json for request in service.requests)
    assert plain == our_plain == fields
    assert streamed == our_streamed == {**fields, "stream": True}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_openai_package_calls_the_other_path_and_lists_the_models(service, ours, flavour):
    official = Official("openai", flavour, service.url, path="/v1")
    assert official.reply(model="gpt-4o", input="Hi")["object"] == "response"
    official.close()
    official = Official("openai", flavour, service.url)
    assert official.model_names() == [model.id for model in ours.models.list().data]
    official.close()
    assert [request.path for request in service.requests][:2] == ["/v1/responses", "/openai/models"]


# What they decode

REPLY: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1795420800,
    "status": "completed",
    "model": "gpt-4o-mini-data",
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Think."}]},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [
                {
                    "type": "output_text",
                    "text": "Clear. 🌊",
                    "annotations": [{"type": "file_path", "file_id": "f", "index": 1}],
                },
                {"type": "refusal", "refusal": "No."},
            ],
        },
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "weather", "arguments": '{"city": "Oslo"}'},
        {"type": "custom_tool_call", "id": "ct_1", "call_id": "d", "name": "grep", "input": "x"},
        {"type": "tide_table", "id": "new_1", "heights": [1.5, 2.5], "place": {"name": "Oslo"}},
    ],
    "usage": {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 3,
    },
    "metadata": {"team": "maps"},
    "error": None,
    "sea": {"level": None, "waves": [True, 0, 0.5, "", {}]},
}
REPLIES: dict[str, dict[str, Any]] = {
    "every kind of output": REPLY,
    "incomplete": {**REPLY, "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
    "failed": {**REPLY, "status": "failed", "error": {"code": "server_error", "message": "Broken."}, "output": []},
    "in progress, with nothing yet": {**REPLY, "status": "in_progress", "output": [], "usage": None},
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_reply_is_to_them_what_it_is_to_us(official, service, ours, reply):
    service.reply_with(testing.Answer(json=reply), testing.Answer(json=reply))
    assert official.reply(**REQUESTS["a question"]) == _reply(ours) == reply


@pytest.mark.parametrize("shape", ["response", "chat.completion"])
def test_the_usual_answers_are_to_them_what_they_are_to_us(official, service, ours, shape):
    service.answers(shape=shape)
    usual = service.usual_answer
    for stream in (False, True):
        answers = []
        service.reply_with(lambda request, kept=answers: kept.append(usual(request)) or kept[0])
        service.reply_with(lambda request, kept=answers: kept[0])
        if stream:
            assert official.events(**REQUESTS["a question"]) == _events(ours)
        else:
            assert official.reply(**REQUESTS["a question"]) == _reply(ours)


def _deltas(*texts: str) -> list[dict[str, Any]]:
    places = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return [
        {"type": "response.output_text.delta", "sequence_number": number, "delta": text, **places}
        for number, text in enumerate(texts, 1)
    ]


STREAMS: dict[str, list[Any]] = {
    "an unknown event": [
        {"type": "response.tide", "height": {"m": 1.5}},
        {"type": "response.completed", "response": REPLY},
    ],
    "every character": [
        *_deltas("é", " ", "🌊", "\u2028\x85", "\r\n", '"\\', ""),
        {"type": "response.completed", "response": REPLY},
    ],
    "comments, names of events and ids": [
        b": ping\n\n",
        b"event: response.created\nid: 1\nretry: 3000\ndata: %b\n\n"
        % json.dumps({"type": "response.created", "response": {**REPLY, "status": "in_progress"}}).encode(),
        {"type": "response.completed", "response": REPLY},
    ],
    "an incomplete end": [*_deltas("The sea"), {"type": "response.incomplete", "response": REPLIES["incomplete"]}],
    "a failed end": [*_deltas("The sea"), {"type": "response.failed", "response": REPLIES["failed"]}],
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_a_stream_is_to_them_what_it_is_to_us(official, service, ours, stream):
    if official.package == "acedatacloud" and stream is STREAMS["every character"]:
        stream = [*_deltas("é", " ", "🌊", "\r\n", '"\\', ""), stream[-1]]  # it takes U+2028 and U+0085 for line ends
    service.reply_with(testing.Answer(events=stream), testing.Answer(events=stream))
    theirs = official.events(**REQUESTS["a question"])
    if official.package == "acedatacloud":
        theirs = [json.loads(event) if isinstance(event, str) else event for event in theirs]
    assert theirs == _events(ours)
    assert theirs


# How they fail


CODES = "bad_request no_token invalid_token used_up disabled forbidden no_api request_too_large rate_limited"


@pytest.mark.parametrize("code", [*CODES.split(), "api_error", "timeout"])
def test_an_error_has_the_same_status_and_code(official, service, ours, code):
    for stream in (False, True):
        service.reply_with(testing.error(code), testing.error(code))
        with pytest.raises(Exception) as theirs:  # noqa: PT011 - each package has its own
            (official.events if stream else official.reply)(**REQUESTS["a question"])
        with pytest.raises(AceDataError) as our:
            (_events if stream else _reply)(ours)
        assert (theirs.value.status_code, theirs.value.code) == (our.value.status_code, our.value.code)


def _reply(client: Client) -> Any:
    try:
        return client.responses.create(**REQUESTS["a question"]).to_dict()
    except ReplyFailedError as error:
        return error.reply.to_dict()


def _events(client: Client) -> list[Any]:
    events = []
    with client.responses.create(**REQUESTS["a question"], stream=True) as stream:
        try:
            events.extend(event.to_dict() for event in stream)
        except StreamFailedError:
            assert events  # the event that says so has come before
    return events
