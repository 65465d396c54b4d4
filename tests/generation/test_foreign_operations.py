"""Operations of other services work when they are added to openapi.yaml, without a change anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.generation.workshop import load, part, unload

pytestmark = pytest.mark.generation

NAME = "with_foreign_operations"
MESSAGES = [{"role": "user", "content": "Hi"}]


@pytest.fixture(scope="module")
def package(foreign_package: Path) -> Iterator[ModuleType]:
    """The package of openapi.yaml with the foreign operations, imported."""
    yield load(foreign_package, NAME)
    unload(NAME)


def test_each_is_called_against_the_embedded_service(package: ModuleType) -> None:
    testing, types = part(package, "testing"), part(package, "types")
    with testing.serve() as service, package.Client(token=testing.TOKEN, base_url=service.url) as client:
        chat = client.chat.completions.create(model="large", messages=MESSAGES, time_limit=3)
        embeddings = client.embeddings.create(input="a")
        images = client.images.generate(prompt="x", size="64x64")
        job = client.jobs.create(kind="-report")
        polled = client.jobs.poll(id="1")
        seen = [(request.method, request.path, request.status) for request in service.requests]
        bodies = [request.json for request in service.requests]
        tokens = ["authorization" in request.headers for request in service.requests]
    assert seen == [
        ("POST", "/v1/chat/completions", 200),
        ("POST", "/v1/embeddings", 200),
        ("POST", "/v1/images", 200),
        ("POST", "/v1/jobs", 201),
        ("POST", "/v1/jobs/1/poll", 200),
    ]
    assert bodies[0] == {"model": "large", "messages": MESSAGES, "timeout": 3}
    assert tokens == [True, True, True, False, True]
    replies = [chat, embeddings, images, job, polled]
    kinds = [types.ForeignChat, types.ForeignEmbeddings, types.ForeignImages, types.ForeignJob, types.ForeignJob]
    assert [type(reply) for reply in replies] == kinds
    assert [reply.problems for reply in replies] == [[]] * 5


def test_the_chat_is_streamed(package: ModuleType) -> None:
    testing = part(package, "testing")
    base = {"id": "1", "created": 1_795_392_000}
    events = [
        {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "He"}}]},
        {**base, "choices": [{"index": 0, "delta": {"content": "llo"}, "finish_reason": "stop"}]},
    ]
    with testing.serve() as service, package.Client(token=testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.Answer(events=[*events, "[DONE]"]))
        with client.chat.completions.create(model="large", messages=MESSAGES, stream=True) as stream:
            assert list(stream.text_deltas()) == ["He", "llo"]
            reply = stream.final()
    assert reply.output_text == "Hello"
    assert reply.choices[0].finish_reason == "stop"


def test_images_can_come_as_a_task(package: ModuleType) -> None:
    testing, types = part(package, "testing"), part(package, "types")
    with testing.serve() as service, package.Client(token=testing.TOKEN, base_url=service.url) as client:
        service.reply_with(testing.Answer(json={"task_id": "7", "self": "/tasks/7"}))
        assert client.images.generate(prompt="x", async_=True) == types.ForeignTask(task_id="7", self_="/tasks/7")


def test_only_the_polling_is_sent_again_when_its_answer_is_lost(package: ModuleType) -> None:
    testing = part(package, "testing")
    retry = package.RetryPolicy(waits=(0,), jitter=0)
    with testing.serve() as service, package.Client(token=testing.TOKEN, base_url=service.url, retry=retry) as client:
        service.reply_with(testing.Fault("cut", "body"))
        assert client.jobs.poll(id="1").id
        assert len(service.requests) == 2
        service.reply_with(testing.Fault("cut", "body"))
        with pytest.raises(package.ConnectionLostError):
            client.jobs.create(kind="report")
        assert len(service.requests) == 3


def test_what_the_document_forbids_is_not_sent(package: ModuleType) -> None:
    testing = part(package, "testing")
    client = package.Client(token=testing.TOKEN, transport=testing.transport())
    for call in (
        lambda: client.chat.completions.create(model="mine", messages=MESSAGES),
        lambda: client.chat.completions.create(model="large", messages=[]),
        lambda: client.images.generate(prompt="x", size="big"),
        lambda: client.jobs.poll(id=""),
    ):
        with pytest.raises(package.RequestValidationError):
            call()
