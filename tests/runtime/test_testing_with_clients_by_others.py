"""The embedded service called by the packages of others."""

from __future__ import annotations

import asyncio

import pytest

from acedata_responses import testing
from tests.contract.document import MODELS
from tests.runtime.answers import TEXT, streamed_text, text_of


@pytest.mark.parametrize("path", ["/v1", "/openai"])
def test_the_openai_package_calls_and_streams(service, path):
    openai = pytest.importorskip("openai")
    service.answers(text=TEXT)
    with openai.OpenAI(api_key=testing.TOKEN, base_url=service.url + path, max_retries=0) as client:
        reply = client.responses.create(model="gpt-4o-mini", input="Say hello")
        assert (reply.output_text, reply.model, reply.status) == (TEXT, "gpt-4o-mini", "completed")
        with client.responses.create(model="gpt-4o-mini", input="Say hello", stream=True) as stream:
            events = list(stream)
        assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == TEXT
        assert events[-1].response.output_text == TEXT
        with client.responses.stream(model="gpt-4o-mini", input="Say hello") as stream:
            assert stream.get_final_response().output_text == TEXT
        with pytest.raises(openai.BadRequestError, match="/temperature"):
            client.responses.create(model="gpt-4o-mini", input="Say hello", temperature=3)
        service.reply_with(testing.error("used_up"))
        with pytest.raises(openai.PermissionDeniedError) as refused:
            client.responses.create(model="gpt-4o-mini", input="Say hello")
        assert refused.value.code == "used_up"


def test_the_openai_package_calls_and_streams_asynchronously(service):
    openai = pytest.importorskip("openai")
    service.answers(text=TEXT)

    async def call():
        url = f"{service.url}/openai"
        async with openai.AsyncOpenAI(api_key=testing.TOKEN, base_url=url, max_retries=0) as client:
            reply = await client.responses.create(
                model="gpt-4o-mini", input=[{"role": "user", "content": "Hello"}]
            )
            stream = await client.responses.create(model="gpt-4o-mini", input="Hello", stream=True)
            events = [event async for event in stream]
            models = [model.id async for model in client.models.list()]
            return reply.output_text, events[-1].response.output_text, models

    plain, streamed, models = asyncio.run(call())
    assert plain == streamed == TEXT
    assert models[: len(MODELS)] == MODELS


def test_the_acedatacloud_package_calls_and_streams(service):
    acedatacloud = pytest.importorskip("acedatacloud")
    service.answers(text=TEXT)
    client = acedatacloud.AceDataCloud(api_token=testing.TOKEN, base_url=service.url, max_retries=0)
    try:
        reply = client.openai.responses.create(model="gpt-4o-mini", input="Say hello")
        assert text_of(reply) == TEXT
        events = list(client.openai.responses.create(model="gpt-4o-mini", input="Say hello", stream=True))
        assert text_of(events[-1]["response"]) == TEXT
        service.answers(shape="chat.completion")
        chunks = list(client.openai.responses.create(model="gpt-4o-mini", input="Say hello", stream=True))
        assert streamed_text(chunks) == TEXT
    finally:
        client.close()
