"""Answers from a model."""

from __future__ import annotations

from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from .. import types
from .._lazy_module import LazyModule
from .._request.not_given import NOT_GIVEN, NotGiven
from .._request.operation import Call, Operation, sends
from .._request.timeouts import TimeoutLike

if TYPE_CHECKING:
    from .. import bulk
else:
    bulk = LazyModule(".bulk")
if TYPE_CHECKING:
    from .._calls import async_streams, streams
else:
    async_streams, streams = LazyModule("._calls.async_streams"), LazyModule("._calls.streams")
if TYPE_CHECKING:
    from .. import functions, parsing
    from ..parsing import async_stream as async_parsed
    from ..parsing import stream as parsed
else:
    functions, parsing = LazyModule(".functions"), LazyModule(".parsing")
    async_parsed, parsed = LazyModule(".parsing.async_stream"), LazyModule(".parsing.stream")

ValueT = TypeVar("ValueT")


def _create_reply() -> Callable[[Any], Any]:
    from ..types.replies import decode_reply

    return decode_reply


def _create_event() -> Callable[[Any], Any]:
    from ..types.events import decode_stream_event

    return decode_stream_event


_CREATE = Operation(
    "responses.create",
    reply_decoder=_create_reply,
    event_decoder=_create_event,
)


class Responses:
    """Answers from a model."""

    def __init__(self, send: Callable[[Call], Any]) -> None:
        self._send = send

    @overload
    def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[False] | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> types.Reply: ...

    @overload
    def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[True],
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
    ) -> streams.Stream[types.StreamEvent, types.Reply]: ...

    @overload
    def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: bool | None,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> types.Reply | streams.Stream[types.StreamEvent, types.Reply]: ...

    @sends(_CREATE)
    def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: bool | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> types.Reply | streams.Stream[types.StreamEvent, types.Reply]:
        """Ask a model for an answer.

        Sends the conversation to the model and gives its answer: whole, or piece by piece with `stream`.

        Args:
            model: The model to ask. A name that is not listed here may work too. Source: page.
            input: The question as plain text, or the conversation so far, oldest message first. Source: page.
            n: How many alternative answers to write. From 1 to 128. When not sent, the service takes 1.
                Source: page.
            background: Let the model work on after the call returns. How to get the result is not documented.
                When not sent, the service takes False. Source: page.
            stream: Send the answer piece by piece while it is written. When not sent, the service takes
                False. Source: page.
            tools: Tools that the model may call on its way to the answer. At least 1 item. Source: page.
            max_tokens: Most tokens that the answer may take. Source: page.
            temperature: How freely the model chooses its words; low values are focused, high ones varied.
                From 0 to 2. When not sent, the service takes 1. Source: page.
            response_format: The form that the answer must have. Plain text if not given. Source: page.
            tool_choice: Which tool the model should call, if any. Source: guide.
            parallel_tool_calls: Whether the model may call several tools at once. When not sent, the service
                takes True. Source: guide.
            include: Further parts of the result to send along, each by its name. Source: guide.
            reasoning: How a reasoning model should think. Source: guide.
            text: How the text of the answer should be. Source: guide.
            max_output_tokens: Most tokens that the output may take, those of reasoning included. At least 1.
                Source: guide.
            store: Whether the vendor may keep the response. When not sent, the service takes True. Source:
                guide.
            stream_options: Further wishes for a stream. Source: guide.
            instructions: What the model should keep to, ahead of the conversation. Source: guide.
            previous_response_id: The id of the response that this request carries on from. Source: guide.
            top_p: Share of the likeliest words to choose from, as another way than `temperature`. Source:
                guide.
            metadata: Notes of your own, kept with the response. Source: guide.
            extra_headers: Header lines for this call, which replace all others of their names.
            extra_query: Further query parameters for this call.
            extra_body: Further fields of the body. They replace others, and are not checked against the document.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit; by default the client's.
            deadline: Seconds for the whole call, waits and further attempts included, or None for no limit; by
                default the client's.
            key: With a journal: tells several wanted answers to one request apart.
            via_stream: Whether the call, if it does not ask for a stream, is sent as one and its reply put together
                from the events; by default what the client says. A connection that breaks before the last event is
                then followed by a further try, as the document says that such a stream is not billed. Of one doubt
                no client can know: the last event may have been sent, and be lost on its way. `http.content` of the
                reply holds the events. An error that the service reports among them raises `StreamFailedError`.

        Returns:
            The reply; with `stream=True` a `Stream` of events.

        Raises:
            RequestValidationError: The document forbids the request; nothing was sent.
            APIStatusError: The service answered with an error; each kind has a subclass.
            TransportError: No complete reply came; its subclasses say why.
            ReplyDecodeError: The reply is not what the document describes.
            ReplyFailedError: The reply reports that it failed.
            StreamError: With `via_stream`: the service reported an error among the events, or what came is no event.

        Source: page, POST /openai/responses.
        """
        raise NotImplementedError  # `sends` puts the call in its place

    @overload
    def parse(
        self,
        answer: type[ValueT],
        /,
        *,
        strict: bool = True,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[False] | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> parsing.Parsed[ValueT, types.Reply]: ...

    @overload
    def parse(
        self,
        answer: type[ValueT],
        /,
        *,
        strict: bool = True,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[True],
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
    ) -> parsed.ParsedStream[ValueT, types.StreamEvent, types.Reply]: ...

    def parse(self, answer: type[Any], /, *, strict: bool = True, **request: Any) -> Any:
        """Call `create`, and make an object of a class of the answer.

        The answer is asked for once: where it cannot be read, the error has the reply.

        Args:
            answer: The class: a dataclass, an attrs class, a TypedDict, a msgspec Struct or a pydantic model. All but
                the last need `pip install "acedata-responses[parse]"`.
            strict: Whether the model is held to the schema of the class. Each field must then be in the answer, also
                one with a default, and a mapping with any keys is not possible.
            request: The arguments of `create`.

        Returns:
            The object, as `value`, and the reply; with `stream=True` a stream, whose `parsed()`
            gives them.

        Raises:
            AnswerError: The model refused, stopped early, or wrote what is no such object.
            ConfigurationError: There is no schema for the class; nothing was sent.
            AceDataError: As for `create`.
        """
        from ..parsing.parsing import parse

        return parse(self.create, answer, request, strict=strict)

    def run(
        self,
        *,
        functions: Sequence[Callable[..., Any]],
        max_steps: int = 10,
        on_error: Literal["model", "raise"] = "model",
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> functions.Run[types.Reply]:
        """Call `create` until the model has an answer, with functions of yours that it may call on the way.

                A function is described to the model by its name, its docstring and the types of its parameters
                (`Annotated[int, msgspec.Meta(description="...", ge=1)]` says more). The arguments that the model gives are
                checked against them; the model is told of those that are wrong. Functions are called one after another,
        in the calling thread.

                Args:
                    functions: The functions. They need `pip install "acedata-responses[parse]"`.
                    max_steps: How many replies there may be, from 1. Each may be billed.
                    on_error: Whether the model is told of an exception in a function, by its type and text, or `RunError`
                        is raised from it.
                    tool_choice: As in `create`, for the first step; further ones leave the choice to the model.

                The other arguments are those of `create`, and hold for each step.

                Returns:
                    The last reply, all replies, and the conversation.

                Raises:
                    RunError: There were `max_steps` replies and still no answer, or a function failed. All replies are on it.
                    ConfigurationError: A function cannot be described; nothing was sent.
                    AceDataError: As for `create`, with the replies that came before in `earlier_replies`.
        """
        from ..functions.loop import run

        request = {
            "model": model,
            "input": input,
            "n": n,
            "background": background,
            "tools": tools,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "response_format": response_format,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "include": include,
            "reasoning": reasoning,
            "text": text,
            "max_output_tokens": max_output_tokens,
            "store": store,
            "stream_options": stream_options,
            "instructions": instructions,
            "previous_response_id": previous_response_id,
            "top_p": top_p,
            "metadata": metadata,
            "extra_headers": extra_headers,
            "extra_query": extra_query,
            "extra_body": extra_body,
            "timeout": timeout,
            "deadline": deadline,
            "key": key,
            "via_stream": via_stream,
        }
        return run(self.create, functions, request, max_steps=max_steps, on_error=on_error)

    def map(
        self,
        requests: Iterable[Any],
        *,
        at_once: int | None = None,
        in_order: bool = False,
        budget: bulk.Budget | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[bulk.Result[types.Reply]]:
        """Call `create` for many requests and yield the result of each.

        The requests are taken one by one, as there is room for them, so that there may be millions. An error of a call
        is in its result, and the others go on. To leave with the answers of the calls under way in the journal,
        leave the loop, by `break`, an exception or Ctrl-C: it waits for them and makes no further call.

        Args:
            requests: Mappings of the arguments of `create`, each for a whole reply, or pairs of a key
                and such a mapping.
            at_once: How many calls may be under way, from 1. As many as the service allows when not given.
            in_order: Whether the results come in the order of the requests, or each as soon as it is there. In order,
                results that are waiting for an earlier one count as calls under way.
            budget: What the calls may cost together.
            progress: Called with 1 for each result, such as the `update` of a bar of tqdm.

        Raises:
            ConfigurationError: `at_once` is not a whole number from 1, or a request asks for a stream.
            TypeError: An item is no request.
            BudgetExhaustedError: The budget does not allow the next request.
                These, and what `requests` itself raises, come after the results of all calls that were sent.
        """
        from ..bulk._results import calls_at_once
        from ..bulk.bulk import run

        return run(
            self.create,
            requests,
            at_once=calls_at_once(at_once),
            is_streamed=_CREATE.is_asked_to_stream,
            in_order=in_order,
            budget=budget,
            progress=progress,
        )


class AsyncResponses:
    """Answers from a model."""

    def __init__(self, send: Callable[[Call], Awaitable[Any]]) -> None:
        self._send = send

    @overload
    async def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[False] | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> types.Reply: ...

    @overload
    async def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[True],
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
    ) -> async_streams.AsyncStream[types.StreamEvent, types.Reply]: ...

    @overload
    async def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: bool | None,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> types.Reply | async_streams.AsyncStream[types.StreamEvent, types.Reply]: ...

    @sends(_CREATE)
    async def create(
        self,
        *,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: bool | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> types.Reply | async_streams.AsyncStream[types.StreamEvent, types.Reply]:
        """Ask a model for an answer.

        Sends the conversation to the model and gives its answer: whole, or piece by piece with `stream`.

        Args:
            model: The model to ask. A name that is not listed here may work too. Source: page.
            input: The question as plain text, or the conversation so far, oldest message first. Source: page.
            n: How many alternative answers to write. From 1 to 128. When not sent, the service takes 1.
                Source: page.
            background: Let the model work on after the call returns. How to get the result is not documented.
                When not sent, the service takes False. Source: page.
            stream: Send the answer piece by piece while it is written. When not sent, the service takes
                False. Source: page.
            tools: Tools that the model may call on its way to the answer. At least 1 item. Source: page.
            max_tokens: Most tokens that the answer may take. Source: page.
            temperature: How freely the model chooses its words; low values are focused, high ones varied.
                From 0 to 2. When not sent, the service takes 1. Source: page.
            response_format: The form that the answer must have. Plain text if not given. Source: page.
            tool_choice: Which tool the model should call, if any. Source: guide.
            parallel_tool_calls: Whether the model may call several tools at once. When not sent, the service
                takes True. Source: guide.
            include: Further parts of the result to send along, each by its name. Source: guide.
            reasoning: How a reasoning model should think. Source: guide.
            text: How the text of the answer should be. Source: guide.
            max_output_tokens: Most tokens that the output may take, those of reasoning included. At least 1.
                Source: guide.
            store: Whether the vendor may keep the response. When not sent, the service takes True. Source:
                guide.
            stream_options: Further wishes for a stream. Source: guide.
            instructions: What the model should keep to, ahead of the conversation. Source: guide.
            previous_response_id: The id of the response that this request carries on from. Source: guide.
            top_p: Share of the likeliest words to choose from, as another way than `temperature`. Source:
                guide.
            metadata: Notes of your own, kept with the response. Source: guide.
            extra_headers: Header lines for this call, which replace all others of their names.
            extra_query: Further query parameters for this call.
            extra_body: Further fields of the body. They replace others, and are not checked against the document.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit; by default the client's.
            deadline: Seconds for the whole call, waits and further attempts included, or None for no limit; by
                default the client's.
            key: With a journal: tells several wanted answers to one request apart.
            via_stream: Whether the call, if it does not ask for a stream, is sent as one and its reply put together
                from the events; by default what the client says. A connection that breaks before the last event is
                then followed by a further try, as the document says that such a stream is not billed. Of one doubt
                no client can know: the last event may have been sent, and be lost on its way. `http.content` of the
                reply holds the events. An error that the service reports among them raises `StreamFailedError`.

        Returns:
            The reply; with `stream=True` an `AsyncStream` of events.

        Raises:
            RequestValidationError: The document forbids the request; nothing was sent.
            APIStatusError: The service answered with an error; each kind has a subclass.
            TransportError: No complete reply came; its subclasses say why.
            ReplyDecodeError: The reply is not what the document describes.
            ReplyFailedError: The reply reports that it failed.
            StreamError: With `via_stream`: the service reported an error among the events, or what came is no event.

        Source: page, POST /openai/responses.
        """
        raise NotImplementedError  # `sends` puts the call in its place

    @overload
    async def parse(
        self,
        answer: type[ValueT],
        /,
        *,
        strict: bool = True,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[False] | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> parsing.Parsed[ValueT, types.Reply]: ...

    @overload
    async def parse(
        self,
        answer: type[ValueT],
        /,
        *,
        strict: bool = True,
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        stream: Literal[True],
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
    ) -> async_parsed.AsyncParsedStream[ValueT, types.StreamEvent, types.Reply]: ...

    async def parse(self, answer: type[Any], /, *, strict: bool = True, **request: Any) -> Any:
        """Call `create`, and make an object of a class of the answer.

        The answer is asked for once: where it cannot be read, the error has the reply.

        Args:
            answer: The class: a dataclass, an attrs class, a TypedDict, a msgspec Struct or a pydantic model. All but
                the last need `pip install "acedata-responses[parse]"`.
            strict: Whether the model is held to the schema of the class. Each field must then be in the answer, also
                one with a default, and a mapping with any keys is not possible.
            request: The arguments of `create`.

        Returns:
            The object, as `value`, and the reply; with `stream=True` a stream, whose `parsed()`
            gives them.

        Raises:
            AnswerError: The model refused, stopped early, or wrote what is no such object.
            ConfigurationError: There is no schema for the class; nothing was sent.
            AceDataError: As for `create`.
        """
        from ..parsing.async_parsing import parse

        return await parse(self.create, answer, request, strict=strict)

    async def run(
        self,
        *,
        functions: Sequence[Callable[..., Any]],
        max_steps: int = 10,
        on_error: Literal["model", "raise"] = "model",
        model: types.ModelName,
        input: str | Sequence[types.InputItem | Mapping[str, Any]],
        n: float | None | NotGiven = NOT_GIVEN,
        background: bool | None | NotGiven = NOT_GIVEN,
        tools: Sequence[types.Tool | Mapping[str, Any]] | NotGiven = NOT_GIVEN,
        max_tokens: float | None | NotGiven = NOT_GIVEN,
        temperature: float | None | NotGiven = NOT_GIVEN,
        response_format: types.ResponseFormat | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        tool_choice: Literal["none", "auto", "required"] | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        parallel_tool_calls: bool | NotGiven = NOT_GIVEN,
        include: Sequence[str] | NotGiven = NOT_GIVEN,
        reasoning: types.ReasoningOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        text: types.TextOptions | Mapping[str, Any] | NotGiven = NOT_GIVEN,
        max_output_tokens: int | None | NotGiven = NOT_GIVEN,
        store: bool | None | NotGiven = NOT_GIVEN,
        stream_options: Mapping[str, Any] | NotGiven = NOT_GIVEN,
        instructions: str | None | NotGiven = NOT_GIVEN,
        previous_response_id: str | None | NotGiven = NOT_GIVEN,
        top_p: float | None | NotGiven = NOT_GIVEN,
        metadata: Mapping[str, Any] | None | NotGiven = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> functions.Run[types.Reply]:
        """Call `create` until the model has an answer, with functions of yours that it may call on the way.

                A function is described to the model by its name, its docstring and the types of its parameters
                (`Annotated[int, msgspec.Meta(description="...", ge=1)]` says more). The arguments that the model gives are
                checked against them; the model is told of those that are wrong. Functions are called one after another,
        coroutine functions are awaited, and others run on the event loop.

                Args:
                    functions: The functions. They need `pip install "acedata-responses[parse]"`.
                    max_steps: How many replies there may be, from 1. Each may be billed.
                    on_error: Whether the model is told of an exception in a function, by its type and text, or `RunError`
                        is raised from it.
                    tool_choice: As in `create`, for the first step; further ones leave the choice to the model.

                The other arguments are those of `create`, and hold for each step.

                Returns:
                    The last reply, all replies, and the conversation.

                Raises:
                    RunError: There were `max_steps` replies and still no answer, or a function failed. All replies are on it.
                    ConfigurationError: A function cannot be described; nothing was sent.
                    AceDataError: As for `create`, with the replies that came before in `earlier_replies`.
        """
        from ..functions.async_loop import run

        request = {
            "model": model,
            "input": input,
            "n": n,
            "background": background,
            "tools": tools,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "response_format": response_format,
            "tool_choice": tool_choice,
            "parallel_tool_calls": parallel_tool_calls,
            "include": include,
            "reasoning": reasoning,
            "text": text,
            "max_output_tokens": max_output_tokens,
            "store": store,
            "stream_options": stream_options,
            "instructions": instructions,
            "previous_response_id": previous_response_id,
            "top_p": top_p,
            "metadata": metadata,
            "extra_headers": extra_headers,
            "extra_query": extra_query,
            "extra_body": extra_body,
            "timeout": timeout,
            "deadline": deadline,
            "key": key,
            "via_stream": via_stream,
        }
        return await run(self.create, functions, request, max_steps=max_steps, on_error=on_error)

    def map(
        self,
        requests: Iterable[Any] | AsyncIterable[Any],
        *,
        at_once: int | None = None,
        in_order: bool = False,
        budget: bulk.Budget | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> AsyncIterator[bulk.Result[types.Reply]]:
        """Call `create` for many requests and yield the result of each.

        The requests are taken one by one, as there is room for them, so that there may be millions. An error of a call
        is in its result, and the others go on. To leave with the answers of the calls under way in the journal,
        close the iterator; a cancellation cancels them, so that their outcome is unknown. Needs asyncio.

        Args:
            requests: Mappings of the arguments of `create`, each for a whole reply, or pairs of a key
                and such a mapping.
            at_once: How many calls may be under way, from 1. As many as the service allows when not given.
            in_order: Whether the results come in the order of the requests, or each as soon as it is there. In order,
                results that are waiting for an earlier one count as calls under way.
            budget: What the calls may cost together.
            progress: Called with 1 for each result, such as the `update` of a bar of tqdm.

        Raises:
            ConfigurationError: `at_once` is not a whole number from 1, or a request asks for a stream.
            TypeError: An item is no request.
            BudgetExhaustedError: The budget does not allow the next request.
                These, and what `requests` itself raises, come after the results of all calls that were sent.
        """
        from ..bulk._results import calls_at_once
        from ..bulk.async_bulk import run

        return run(
            self.create,
            requests,
            at_once=calls_at_once(at_once),
            is_streamed=_CREATE.is_asked_to_stream,
            in_order=in_order,
            budget=budget,
            progress=progress,
        )
