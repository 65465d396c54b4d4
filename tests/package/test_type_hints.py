"""Annotations can be evaluated at runtime, as FastAPI and pydantic do."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

import httpx
import httpx2
import pydantic
import pytest

from acedata_responses import AsyncClient, AsyncStream, Client, Stream, resources, testing, types
from acedata_responses.resources.models import Models
from acedata_responses.resources.responses import AsyncResponses, Responses
from tests.classes import named
from tests.contract.document import DOCUMENTED, REQUEST
from tests.package.test_package import documented


def annotated():
    """Yield all public classes and functions, with public members and constructors of classes, also inherited ones."""
    public = {name: value for name, value in documented() if inspect.isclass(value) or inspect.isfunction(value)}
    for module in iter_modules(resources.__path__, f"{resources.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            if inspect.isclass(value) and value.__module__ == module.name:
                public[f"{module.name}.{name}"] = value
    for name, value in public.items():
        yield name, value
        for attribute in dir(value) if inspect.isclass(value) else ():
            function = function_of(inspect.getattr_static(value, attribute))
            if function is not None and (attribute == "__init__" or not attribute.startswith("_")):
                yield f"{name}.{attribute}", function


def function_of(member):
    """Return the Python function of a member, which has its annotations; None if there is none."""
    for name in ("fget", "func", "__func__"):
        member = getattr(member, name, member)
    return member if inspect.isfunction(member) else None


ANNOTATED = dict(annotated())


def test_the_checked_members_include_constructors_properties_and_resources():
    package = "acedata_responses"
    reply = f"{package}.types.{named(DOCUMENTED['models']).__name__}"
    assert ANNOTATED.keys() >= {
        f"{package}.Client.responses", f"{package}.Stream.__init__", f"{reply}.__init__", f"{reply}.from_dict",
        f"{package}.resources.responses.AsyncResponses.create",
    }  # fmt: skip


def test_all_public_type_hints_resolve():
    unresolved = {}
    for name, member in ANNOTATED.items():
        try:
            typing.get_type_hints(member)
        except NameError as error:
            unresolved[name] = error
    assert unresolved == {}


def test_the_hints_of_a_resource_and_of_a_reply_are_public_classes():
    assert typing.get_type_hints(Client.responses.func)["return"] is Responses
    assert typing.get_type_hints(AsyncClient.responses.func)["return"] is AsyncResponses
    models = typing.get_type_hints(Models.list)["return"]
    (entry,) = typing.get_args(typing.get_type_hints(models.__init__)["data"])
    assert issubclass(entry, types.Model)


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
