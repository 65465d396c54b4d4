"""Annotations can be evaluated, as FastAPI and pydantic do: without that, they are text and import nothing."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping

import httpx
import httpx2
import pydantic
import pytest

from acedata_responses import AsyncClient, AsyncStream, Client, Stream, testing, types
from acedata_responses.resources.responses import AsyncResponses, Responses
from tests.classes import named
from tests.contract.document import DOCUMENTED, REQUEST
from tests.package.test_package import documented

PUBLIC = {name: value for name, value in documented() if not inspect.ismodule(value)}


@pytest.mark.parametrize("name", PUBLIC)
def test_hints_of_what_is_public_resolve(name):
    value = PUBLIC[name]
    typing.get_type_hints(value.fget if isinstance(value, property) else value)


@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_hints_of_a_client_resolve(client):
    assert typing.get_type_hints(client.__init__)["token"] == str | None
    assert typing.get_type_hints(client.with_options)["max_retries"]


@pytest.mark.parametrize(("resource", "stream"), [(Responses, Stream), (AsyncResponses, AsyncStream)])
def test_hints_of_a_method_are_the_public_types(resource, stream):
    hints = typing.get_type_hints(resource.create)
    event, reply = (named(DOCUMENTED[what]) for what in ("event", "reply"))
    assert typing.get_args(hints["return"])[-1] == stream[event, reply]
    assert named(REQUEST["properties"]["reasoning"]) in typing.get_args(hints["reasoning"])


def test_signatures_can_be_evaluated():
    parameters = inspect.signature(Responses.create, eval_str=True).parameters
    tools = typing.get_args(typing.get_args(parameters["tools"].annotation)[0])[0]
    assert named(REQUEST["properties"]["tools"]["items"]) in typing.get_args(tools)


def test_pydantic_validates_a_call():
    with Client(testing.TOKEN, transport=testing.transport()) as client:
        create = pydantic.validate_call(config={"arbitrary_types_allowed": True})(client.responses.create)
        assert create(model="gpt-4o-mini", input="Hello", timeout=httpx.Timeout(3)).output_text
        assert create(model="gpt-4o-mini", input="Hello", timeout=httpx2.Timeout(3)).output_text
        with pytest.raises(pydantic.ValidationError, match="input"):
            create(model="gpt-4o-mini", input=5)


def test_pydantic_models_hold_clients_and_replies():
    class Answered(pydantic.BaseModel, arbitrary_types_allowed=True):
        client: Client
        reply: types.Model
        notes: Mapping[str, int] = {}

    with Client(testing.TOKEN, transport=testing.transport(shape="response")) as client:
        reply = client.responses.create(model="gpt-4o-mini", input="Hello")
        assert Answered(client=client, reply=reply).reply is reply
        with pytest.raises(pydantic.ValidationError):
            Answered(client=client, reply={})
