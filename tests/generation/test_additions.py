"""Additions to openapi.yaml appear in the package without a change elsewhere."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import typing
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.generation.documents import DOCUMENT, LIBRARY, SMALL, changed, parsed
from tests.generation.generator import Generator, Service, load, part, unload

pytestmark = pytest.mark.generation

SCHEMAS = "/components/schemas"
ADDITIONS: dict[str, Any] = {
    # An operation of a tag that is there, and one of a new tag.
    "/paths/~1openai~1models~1{name}": {
        "get": {
            "operationId": "models.retrieve",
            "tags": ["models"],
            "summary": "Look at one model",
            "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {
                    "description": "The model.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ModelInfo"}}},
                }
            },
        }
    },
    "/paths/~1openai~1batches~1{id}": {
        "delete": {
            "operationId": "batches.cancel",
            "tags": ["batches"],
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"204": {"description": "It is cancelled."}},
        }
    },
    # A field of the request, one of a reply, and one under another name.
    f"{SCHEMAS}/CreateResponseRequest/properties/seed": {"type": "integer", "minimum": 0, "default": 7},
    f"{SCHEMAS}/Usage/properties/seconds": {"type": "number"},
    f"{SCHEMAS}/Usage/x-aliases": {"duration": "seconds"},
    # Values of enums.
    f"{SCHEMAS}/ModelName/anyOf/0/enum/0": "gpt-9",
    f"{SCHEMAS}/ModelName/x-removed": {"gpt-0": {"since": "0.0.1"}},
    f"{SCHEMAS}/MessageRole/enum/0": "tool",
    f"{SCHEMAS}/ResponseStatus/enum/0": "paused",
    # A code of a kind that is there, and a kind.
    "/x-error-kinds/BadRequest/codes/too_old": {"statuses": [400], "meaning": "The request is too old."},
    "/x-error-kinds/Conflict": {
        "parent": "BadRequest",
        "statuses": ["409"],
        "codes": {"conflict": {"statuses": [409]}},
        "resend": True,
        "slow-down": True,
        "meaning": "Somebody else was quicker.",
        "advice": "Try again.",
    },
    # An item of the output.
    f"{SCHEMAS}/WebSearch": {
        "type": "object",
        "required": ["type", "query"],
        "properties": {"type": {"type": "string", "const": "web_search"}, "query": {"type": "string"}},
    },
    f"{SCHEMAS}/OutputItem/oneOf/0": {"$ref": "#/components/schemas/WebSearch"},
    f"{SCHEMAS}/OutputItem/discriminator/mapping/web_search": "#/components/schemas/WebSearch",
    # Kinds of events: one with text, and one that ends the stream.
    f"{SCHEMAS}/AudioTextEvent": {
        "type": "object",
        "x-event": {"text": ["heard", "words"]},
        "required": ["type", "heard"],
        "properties": {
            "type": {"type": "string", "const": "response.audio.text"},
            "heard": {"type": "object", "properties": {"words": {"type": "string"}}},
        },
    },
    f"{SCHEMAS}/CancelledEvent": {
        "type": "object",
        "x-event": {"ends": "incomplete", "reply": "partly"},
        "required": ["type", "partly"],
        "properties": {
            "type": {"type": "string", "const": "response.cancelled"},
            "partly": {"$ref": "#/components/schemas/ResponseObject"},
        },
    },
    f"{SCHEMAS}/ResponseEvent/oneOf/0": {"$ref": "#/components/schemas/AudioTextEvent"},
    f"{SCHEMAS}/ResponseEvent/oneOf/1": {"$ref": "#/components/schemas/CancelledEvent"},
    f"{SCHEMAS}/ResponseEvent/discriminator/mapping/response.audio.text": "#/components/schemas/AudioTextEvent",
    f"{SCHEMAS}/ResponseEvent/discriminator/mapping/response.cancelled": "#/components/schemas/CancelledEvent",
    # The service as a whole.
    "/info/version": "7.8.9",
    "/servers/0/url": "https://extended.test/base",
    "/components/securitySchemes/bearer/x-environment/0": "GROWN_TOKEN",
    "/x-limits/in-flight": 3,
    "/x-conversation/answer-schema": {
        "response_format": {"type": "json_schema", "json_schema": {"called": "$name", "schema": "$schema"}}
    },
    "/x-conversation/strict-schemas": {"objects": {"additionalProperties": False}},
    f"{SCHEMAS}/ResponseObject/x-reply/refusal": ["incomplete_details", "reason"],
    "/x-retry/waits": [9],
    "/x-billing": {"x-source": "guide", "504": True, "5XX": False, "reply-lost": None},
}
REPLY: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_795_392_000,
    "status": "paused",
    "model": "gpt-9",
    "output": [{"type": "web_search", "query": "tides"}],
    "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3, "seconds": 0.5},
}


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package of openapi.yaml with all additions."""
    document = changed(parsed(DOCUMENT), ADDITIONS)
    yield load(Generator(tmp_path_factory.mktemp("extended")).make(document), "extended_package")
    unload("extended_package")


ABOUT_OUR_DOCUMENT = ("contract", "docs", "judges", "replies", "typing", "generation/test_additions.py")
"""Tests about openapi.yaml itself: its contract, documentation, recorded replies, additions and type annotations."""


def test_only_tests_about_our_document_name_its_classes() -> None:
    """All others look up the classes that they need: see `tests.classes`."""
    ours = parsed(DOCUMENT)["components"]["schemas"].keys()
    names = set(ours).difference(
        parsed(LIBRARY)["components"]["schemas"], SMALL["components"]["schemas"], {"Reply", "Usage"}
    )
    pattern = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    tests = Path(__file__).parents[1]
    excepted = [tests / name for name in ABOUT_OUR_DOCUMENT]
    uses = {
        str(path.relative_to(tests)): set(pattern.findall(path.read_text(encoding="utf-8")))
        for path in tests.rglob("*.py")
        if not any(path.is_relative_to(folder) for folder in excepted)
    }
    assert not {path: names for path, names in uses.items() if names}


@dataclasses.dataclass
class Tide:
    metres: float = 0.0


class Calls:
    """A client whose service always returns the same response, and the requests that it sent."""

    def __init__(self, package: ModuleType, response: Any) -> None:
        service = Service(response)
        self.requests = service.requests
        self.client = package.Client(token="a-token", transport=httpx.MockTransport(service), max_retries=0)

    def __enter__(self) -> Calls:
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.close()


def test_an_operation_is_a_method(extended: ModuleType) -> None:
    info = {"id": "gpt-9", "object": "model", "created": 0, "owned_by": "acedata"}
    with Calls(extended, info) as service:
        model = service.client.models.retrieve(name="gpt-9")
    assert str(service.requests[0].url) == "https://extended.test/base/openai/models/gpt-9"
    assert type(model) is part(extended, "types").ModelInfo
    assert inspect.iscoroutinefunction(part(extended, "resources.models").AsyncModels.retrieve)


def test_a_tag_is_a_resource(extended: ModuleType) -> None:
    with Calls(extended, httpx.Response(204)) as service:
        assert service.client.batches.cancel(id="b1").status_code == 204
    assert (service.requests[0].method, service.requests[0].url.path) == ("DELETE", "/base/openai/batches/b1")


def test_a_field_of_the_request_is_a_keyword(extended: ModuleType) -> None:
    with Calls(extended, REPLY) as service:
        service.client.responses.create(model="gpt-9", input="x", seed=4)
        service.client.responses.create(model="gpt-9", input="x")
        with pytest.raises(extended.RequestValidationError, match="/seed"):
            service.client.responses.create(model="gpt-9", input="x", seed=-1)
    bodies = [json.loads(request.content) for request in service.requests]
    assert bodies == [{"model": "gpt-9", "input": "x", "seed": 4}, {"model": "gpt-9", "input": "x"}]


def test_a_field_of_a_reply_is_an_attribute(extended: ModuleType) -> None:
    with Calls(extended, REPLY) as service:
        reply = service.client.responses.create(model="gpt-9", input="x")
    assert (reply.usage.seconds, reply.usage.duration) == (0.5, 0.5)
    assert reply.problems == []


def test_a_conversation_has_the_forms_of_the_document(extended: ModuleType) -> None:
    with (
        Calls(extended, {**REPLY, "incomplete_details": {"reason": "No."}}) as service,
        pytest.raises(extended.AnswerError) as caught,
    ):
        service.client.responses.parse(Tide, model="gpt-9", input="x")
    assert (caught.value.reason, caught.value.refusal) == ("refused", "No.")
    assert json.loads(service.requests[0].content)["response_format"]["json_schema"] == {
        "called": "Tide",
        "schema": {
            "title": "Tide",
            "type": "object",
            "properties": {"metres": {"type": "number", "default": 0.0}},
            "required": [],
            "additionalProperties": False,
        },
    }


def test_listed_and_removed_values_are_known(extended: ModuleType) -> None:
    types = part(extended, "types")
    with Calls(extended, REPLY) as service, warnings.catch_warnings():
        warnings.simplefilter("error")
        service.client.responses.create(model="gpt-9", input=[{"role": "tool", "content": "x"}])
        with pytest.raises(DeprecationWarning, match="gpt-0"):
            service.client.responses.create(model="gpt-0", input="x")
    known = next(part for part in typing.get_args(types.ModelName) if typing.get_origin(part) is typing.Literal)
    assert typing.get_args(known)[0] == "gpt-9"


def test_an_item_of_the_output_has_a_class(extended: ModuleType) -> None:
    with Calls(extended, REPLY) as service:
        item = service.client.responses.create(model="gpt-9", input="x").output[0]
    assert (type(item), item.query) == (part(extended, "types").WebSearch, "tides")


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "too_old", "BadRequestError"),
        (500, "too_old", "BadRequestError"),
        (409, "conflict", "ConflictError"),
        (409, "what", "ConflictError"),
    ],
)
def test_a_code_raises_the_exception_of_its_kind(extended: ModuleType, status: int, code: str, expected: str) -> None:
    body = {"error": {"code": code, "message": "m"}, "trace_id": "t"}
    with (
        Calls(extended, httpx.Response(status, json=body)) as service,
        pytest.raises(extended.APIStatusError) as caught,
    ):
        service.client.models.list()
    assert type(caught.value).__name__ == expected


def test_a_kind_is_an_exception(extended: ModuleType) -> None:
    assert issubclass(extended.ConflictError, extended.BadRequestError)
    assert "ConflictError" in extended.__all__
    assert extended.ConflictError.is_safe_to_resend
    assert extended.ConflictError.slows_down
    assert "Somebody else was quicker." in (inspect.getdoc(extended.ConflictError) or "")
    assert "└── ConflictError  (conflict, 409)" in (part(extended, "errors").__doc__ or "")


def test_the_test_server_knows_the_code(extended: ModuleType) -> None:
    testing = part(extended, "testing")
    with (
        testing.serve() as service,
        extended.Client(token=testing.TOKEN, base_url=service.url, max_retries=0) as client,
    ):
        service.reply_with(testing.error("conflict"))
        with pytest.raises(extended.ConflictError):
            client.models.list()
        assert client.models.retrieve(name="x").id
        with pytest.raises(extended.BadRequestError):
            client.responses.create(model="gpt-9", input="x", extra_body={"seed": -1})


def test_kinds_of_events_are_decoded(extended: ModuleType) -> None:
    types = part(extended, "types")
    events = [
        {"type": "response.audio.text", "heard": {"words": "Hear"}},
        {"type": "response.output_text.delta", "delta": " ye"},
        {"type": "response.cancelled", "partly": REPLY},
    ]
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    response = httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})
    with (
        Calls(extended, response) as service,
        service.client.responses.create(model="gpt-9", input="x", stream=True) as stream,
    ):
        seen = list(stream)
        final = stream.final()
    assert [type(event) for event in seen] == [types.AudioTextEvent, types.OutputTextDeltaEvent, types.CancelledEvent]
    assert stream.partial_text == "Hear ye"
    heard = {"type": "message", "content": [{"type": "output_text", "text": "Hear ye"}]}
    assert final.to_dict() == {**REPLY, "output": [*REPLY["output"], heard]}  # the last event lacked it


def test_facts_of_the_service_are_in_the_package(extended: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert extended.VERSION == "7.8.9"
    assert extended.Limits().in_flight == 3
    assert part(extended, "_document.facts").BILLING == {"504": True, "5XX": False, "reply-lost": None}
    monkeypatch.setenv("GROWN_TOKEN", "from-the-environment")
    with extended.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json=echo(request)))
    ) as client:
        echoed = client.models.list().to_dict()
    assert echoed["authorization"] == "Bearer from-the-environment"
    assert echoed["url"] == "https://extended.test/base/openai/models"


def echo(request: httpx.Request) -> dict[str, Any]:
    """Return a list of models with the URL and token of the request."""
    return {"object": "list", "data": [], "authorization": request.headers["authorization"], "url": str(request.url)}
