"""Operations of other services work when they are added to openapi.yaml, without a change anywhere else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.generation.workshop import DOCUMENT, PACKAGE, ROOT, Workshop, changed, load, parsed, part, unload

pytestmark = pytest.mark.generation

FOREIGN = parsed(Path(__file__).with_name("foreign.yaml"))
NAME = "with_foreign_operations"
MESSAGES = [{"role": "user", "content": "Hi"}]

USER_CODE = """
from typing_extensions import assert_type

from acedata_responses import AsyncClient, AsyncStream, Client, Stream
from acedata_responses.types import (
    ForeignChat, ForeignChunk, ForeignEmbeddings, ForeignImages, ForeignJob, ForeignTask, Unknown,
)


def sync(client: Client) -> None:
    chat = client.chat.completions
    assert_type(chat.create(model="ft:mine", messages=[{"role": "user", "content": "x"}]), ForeignChat)
    assert_type(chat.create(model="large", messages=[], stream=True, time_limit=3), Stream[ForeignChunk, ForeignChat])
    assert_type(client.embeddings.create(input=["a", "b"], encoding_format="float"), ForeignEmbeddings)
    assert_type(client.images.generate(prompt="x", async_=True), ForeignImages | ForeignTask | Unknown)
    assert_type(client.jobs.create(kind="-report"), ForeignJob)
    assert_type(client.jobs.poll(id="1").result, ForeignImages | None)


async def asynchronous(client: AsyncClient) -> None:
    stream = await client.chat.completions.create(model="small", messages=[], stream=True)
    assert_type(stream, AsyncStream[ForeignChunk, ForeignChat])
"""


@pytest.fixture(scope="module")
def package_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of openapi.yaml with the foreign operations, as a folder."""
    added = {
        **{f"/paths/{path.replace('/', '~1')}": item for path, item in FOREIGN["paths"].items()},
        **{
            f"/components/schemas/{name}": schema for name, schema in FOREIGN["components"]["schemas"].items()
        },
    }
    return Workshop(tmp_path_factory.mktemp("foreign")).make(changed(parsed(DOCUMENT), added))


@pytest.fixture(scope="module")
def package(package_folder: Path) -> Iterator[ModuleType]:
    """The same, imported."""
    yield load(package_folder, NAME)
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
    kinds = [
        types.ForeignChat,
        types.ForeignEmbeddings,
        types.ForeignImages,
        types.ForeignJob,
        types.ForeignJob,
    ]
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
        assert client.images.generate(prompt="x", async_=True) == types.ForeignTask(
            task_id="7", self_="/tasks/7"
        )


def test_only_the_polling_is_sent_again_when_its_answer_is_lost(package: ModuleType) -> None:
    testing = part(package, "testing")
    retry = package.RetryPolicy(waits=(0,), jitter=0)
    with (
        testing.serve() as service,
        package.Client(token=testing.TOKEN, base_url=service.url, retry=retry) as client,
    ):
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


def test_the_package_and_its_use_are_type_checked(package_folder: Path) -> None:
    (package_folder.parent / "user_code.py").write_text(USER_CODE, encoding="utf-8")
    check = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(ROOT / "pyproject.toml"),
        PACKAGE,
        "user_code.py",
    ]
    done = subprocess.run(check, cwd=package_folder.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
