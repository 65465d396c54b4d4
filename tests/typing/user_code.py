"""A program as a user would write it, checked by mypy --strict, pyright strict and ty, and never run.

Each `assert_type` fixes what an editor shows. Each line with an ignore must be an error: mypy and ty report unused
ignores (pyright would also report those for the other two).
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import httpx2

from acedata_responses import (
    NOT_GIVEN,
    AceDataError,
    APIStatusError,
    AsyncClient,
    AsyncStream,
    Budget,
    Client,
    Hook,
    Limits,
    Result,
    RetryPolicy,
    Stream,
    StreamInterruptedError,
    testing,
)
from acedata_responses.functions import Run
from acedata_responses.hooks import CallInfo, EndInfo, TryInfo
from acedata_responses.parsing import Parsed
from acedata_responses.parsing.async_stream import AsyncParsedStream
from acedata_responses.parsing.stream import ParsedStream
from acedata_responses.types import (
    ChatCompletion,
    ChatCompletionChunk,
    ChatUsage,
    ErrorEvent,
    FunctionCall,
    InputFilePart,
    InputImagePart,
    InputMessage,
    InputTextPart,
    ModelList,
    OutputTextDeltaEvent,
    Reply,
    ResponseCompletedEvent,
    ResponseObject,
    StreamEvent,
    Tool,
    Unknown,
    Usage,
)
from acedata_responses.usage import Totals

if TYPE_CHECKING:
    from typing_extensions import assert_type


def calls(client: Client, streams: bool) -> None:
    reply = client.responses.create(model="gpt-4o-mini", input="Say hello")
    assert_type(reply, ChatCompletion | ResponseObject | Unknown)
    assert_type(client.responses.create(model="gpt-4o-mini", input="Hi", stream=False), Reply)
    assert_type(client.responses.create(model="gpt-4o-mini", input="Hi", stream=None), Reply)
    assert_type(client.responses.create(model="gpt-4o-mini", input="Hi", via_stream=True), Reply)
    assert_type(
        client.responses.create(model="gpt-4o-mini", input="Hi", stream=streams), Reply | Stream[StreamEvent, Reply]
    )
    assert_type(client.models.list(), ModelList)
    assert_type([model.id for model in client.models.list().data], list[str])


def shapes(reply: ChatCompletion | ResponseObject) -> None:
    assert_type(reply.output_text, str)
    assert_type(reply.id, str)
    assert_type(reply.model, str)
    assert_type(reply.created_at, datetime)
    assert_type(reply.usage, ChatUsage | Usage | None)
    if reply.usage is not None:
        assert_type(reply.usage.input_tokens, int)
    assert_type(reply.http.status_code, int)
    assert_type(reply.http.content, bytes)
    assert_type(reply.to_json(indent=2), str)


def requests(client: Client) -> None:
    client.responses.create(model="a-model-that-no-list-has", input=[{"role": "user", "content": "Hi"}])
    client.responses.create(model="gpt-4o", input=[InputMessage(role="user", content="Hi")], temperature=1)
    picture = InputImagePart(image_url="https://example.com/a.png", detail="low")
    client.responses.create(
        model="gpt-4o", input=[InputMessage(role="user", content=[InputTextPart(text="Hi"), picture])]
    )
    client.responses.create(model="gpt-4o", input="Hi", n=None, extra_body={"new": 1}, timeout=3.5, deadline=60)
    client.responses.create(model=4, input="Hi")  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.responses.create(model="gpt-4o")  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.responses.create(model="gpt-4o", input="Hi", modle=1)  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.responses.create(model="gpt-4o", input="Hi", n="two")  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.responses.create(model="gpt-4o", input=5)  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.responses.create("gpt-4o", "Hi")  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.models.list(limit=1)  # type: ignore[call-arg] # pyright: ignore # ty: ignore
    Client(tokn="x")  # type: ignore[call-arg] # pyright: ignore # ty: ignore
    Client(timeout="soon")  # type: ignore[arg-type] # pyright: ignore # ty: ignore
    client.with_options(base_url="x")  # type: ignore[call-arg] # pyright: ignore # ty: ignore
    InputMessage(role="user")  # type: ignore[call-arg] # pyright: ignore # ty: ignore
    print(client.responses.create(model="gpt-4o", input="Hi").output_txt)  # type: ignore[union-attr] # pyright: ignore # ty: ignore


def omitted_arguments(client: Client, temperature: float | None, tools: list[Tool]) -> None:
    client.responses.create(
        model="gpt-4o",
        input="Hi",
        temperature=NOT_GIVEN if temperature is None else temperature,
        tools=tools or NOT_GIVEN,
        store=True if tools else NOT_GIVEN,
        reasoning={"effort": "low"} if tools else NOT_GIVEN,
        timeout=60 if tools else NOT_GIVEN,
    )
    client.responses.create(model="gpt-4o", input="Hi", tools=tools or None)  # type: ignore[arg-type] # pyright: ignore # ty: ignore


def transports_and_http_clients() -> None:
    Client(http_client=httpx.Client(), timeout=httpx.Timeout(5))
    Client(http_client=httpx2.Client(), timeout=httpx2.Timeout(5))
    Client(transport=httpx.HTTPTransport())
    Client(transport=httpx2.HTTPTransport(retries=1))
    Client(transport=httpx.MockTransport(lambda _request: httpx.Response(200)))
    Client(transport=testing.transport()).with_options(timeout=httpx2.Timeout(5))
    AsyncClient(http_client=httpx.AsyncClient(), transport=testing.transport())
    AsyncClient(http_client=httpx2.AsyncClient(), transport=httpx.AsyncHTTPTransport())
    AsyncClient(transport=httpx2.AsyncHTTPTransport())
    Client(http_client=httpx.AsyncClient())  # type: ignore[arg-type] # pyright: ignore # ty: ignore
    Client(transport=httpx2.AsyncHTTPTransport())  # type: ignore[arg-type] # pyright: ignore # ty: ignore
    AsyncClient(http_client=httpx2.Client())  # type: ignore[arg-type] # pyright: ignore # ty: ignore
    AsyncClient(transport=httpx.HTTPTransport())  # type: ignore[arg-type] # pyright: ignore # ty: ignore


def many(client: Client, requests: Iterable[tuple[str, dict[str, Any]]]) -> None:
    for result in client.responses.map(requests, budget=Budget(tokens=1_000, tokens_of_a_call=10)):
        assert_type(result, Result[Reply])
        assert_type(result.reply, Reply | None)
        assert_type(result.error, AceDataError | None)


async def many_in_tasks(client: AsyncClient, requests: AsyncIterator[dict[str, Any]]) -> None:
    async for result in client.responses.map(requests, in_order=True, progress=print):
        assert_type(result, Result[Reply])


@dataclasses.dataclass
class Fair:
    name: str


def weather(city: str) -> str:
    return city


async def forecast(city: str) -> str:
    return city


def own_classes(client: Client) -> None:
    result = client.responses.parse(Fair, model="gpt-4o", input="Find it.")
    assert_type(result, Parsed[Fair, Reply])
    assert_type(result.value, Fair)
    assert_type(result.reply, Reply)
    with client.responses.parse(Fair, model="gpt-4o", input="Find it.", stream=True, strict=False) as stream:
        assert_type(stream, ParsedStream[Fair, StreamEvent, Reply])
        assert_type(stream.text_deltas(), Iterator[str])
        assert_type(stream.parsed().value, Fair)
    client.responses.parse(Fair, model="gpt-4o")  # type: ignore[call-overload] # pyright: ignore # ty: ignore
    client.responses.parse(model="gpt-4o", input="Find it.")  # type: ignore[call-overload] # pyright: ignore # ty: ignore


def functions(client: Client) -> None:
    run = client.responses.run(model="gpt-4o", input="How is the weather?", functions=[weather], max_steps=3)
    assert_type(run, Run[Reply])
    assert_type(run.reply, Reply)
    assert_type(run.output_text, str)
    client.responses.create(model="gpt-4o", input=[*run.items, {"role": "user", "content": "Thanks"}])
    client.responses.run(model="gpt-4o", input="Hi", functions=[weather], on_error="ignore")  # type: ignore[arg-type] # pyright: ignore # ty: ignore
    client.responses.run(model="gpt-4o", input="Hi", functions=[3])  # type: ignore[list-item] # pyright: ignore # ty: ignore


def conversation(client: Client, reply: ChatCompletion | ResponseObject) -> None:
    again = {"role": "user", "content": "Go on."}
    client.responses.create(model="gpt-4o", input=[again, *reply.to_input(), again])
    picture = InputImagePart.from_file("a.png", detail="low")
    table = InputFilePart.from_bytes(b"a,b", "text/csv", name="a.csv")
    client.responses.create(model="gpt-4o", input=[InputMessage(role="user", content=[picture, table])])
    InputFilePart.from_bytes(b"a", "text/csv")  # type: ignore[call-arg] # pyright: ignore # ty: ignore


def streamed(client: Client) -> None:
    with client.responses.create(model="gpt-4o-mini", input="Count", stream=True) as stream:
        assert_type(stream, Stream[StreamEvent, Reply])
        for event in stream:
            assert_type(event, StreamEvent)
            print(event.type)
            if isinstance(event, OutputTextDeltaEvent):
                assert_type(event.delta, str)
            elif isinstance(event, ResponseCompletedEvent):
                assert_type(event.response, ResponseObject)
                assert_type(
                    [item for item in event.response.output if isinstance(item, FunctionCall)], list[FunctionCall]
                )
            elif isinstance(event, ChatCompletionChunk):
                assert_type(event.choices[0].delta.content, str | None)
            elif isinstance(event, ErrorEvent):
                assert_type(event.message, str | None)
            elif isinstance(event, Unknown):
                assert_type(event.to_dict(), dict[str, Any])
        assert_type(stream.http.headers["content-type"], str)
        assert_type(stream.text_deltas(), Iterator[str])
        assert_type(stream.final(), Reply)
        assert_type(stream.partial_text, str)


def by_type(event: StreamEvent) -> None:
    if event.type == "response.output_text.delta":
        assert_type(event, OutputTextDeltaEvent | Unknown)
        assert_type(event.delta, str | Any)
    elif event.type == "chat.completion.chunk":
        print(event.choices)
    elif event.type == "an.event.that.no.list.has":
        print(event.to_dict())


async def asynchronous(streams: bool) -> None:
    async with AsyncClient(max_retries=0, limits=Limits(in_flight=2), retry=RetryPolicy()) as client:
        assert_type(await client.responses.create(model="gpt-4o-mini", input="Hi"), Reply)
        stream = await client.responses.create(model="gpt-4o-mini", input="Hi", stream=True)
        assert_type(stream, AsyncStream[StreamEvent, Reply])
        async with stream:
            async for event in stream:
                assert_type(event, StreamEvent)
            assert_type(stream.text_deltas(), AsyncIterator[str])
            assert_type(await stream.final(), Reply)
        assert_type(
            await client.responses.create(model="gpt-4o-mini", input="Hi", stream=streams),
            Reply | AsyncStream[StreamEvent, Reply],
        )
        assert_type(await client.models.list(), ModelList)
        assert_type((await client.responses.parse(Fair, model="gpt-4o", input="Find it.")).value, Fair)
        parsed = await client.responses.parse(Fair, model="gpt-4o", input="Find it.", stream=True)
        assert_type(parsed, AsyncParsedStream[Fair, StreamEvent, Reply])
        assert_type((await parsed.parsed()).value, Fair)
        run = await client.responses.run(model="gpt-4o", input="Hi", functions=[weather, forecast])
        assert_type(run, Run[Reply])
        assert_type(client.with_options(timeout=None), AsyncClient)
        await client.responses.create(model="gpt-4o", input=5)  # type: ignore[call-overload] # pyright: ignore # ty: ignore
        await client.responses.create(model="gpt-4o", inputs="Hi")  # type: ignore[call-overload] # pyright: ignore # ty: ignore
        print(client.models.list().data)  # type: ignore[attr-defined] # pyright: ignore # ty: ignore
        for _event in stream:  # type: ignore[attr-defined] # pyright: ignore # ty: ignore
            pass


def errors(error: AceDataError) -> None:
    assert_type(error.tries, int)
    if isinstance(error, APIStatusError):
        assert_type(error.status_code, int)
        assert_type(error.code, str | None)
        assert_type(error.headers.get("retry-after"), str | None)
    if isinstance(error, StreamInterruptedError):
        assert_type(error.partial_text, str)


class CountingHook(Hook):
    def before_send(self, call: CallInfo) -> dict[str, str]:
        assert_type(call.model, str | None)
        return {"x-team": "search"}

    async def after_try(self, attempt: TryInfo) -> None:
        assert_type(attempt.resent_in, float | None)

    def at_end(self, end: EndInfo) -> None:
        assert_type(end.summary.finish_reasons, tuple[str, ...])
        assert_type(end.summary.cost, float | None)


def hooks_and_usage() -> None:
    client = AsyncClient(hooks=[CountingHook()])
    assert_type(client.usage.total, Totals)
    assert_type(client.usage.by_model, dict[str, Totals])
    AsyncClient(hooks=[CountingHook])  # type: ignore[list-item] # pyright: ignore # ty: ignore
