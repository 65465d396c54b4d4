"""Answers from models."""

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
    from .. import bulk, functions, parsing
    from .._sending import async_streams, streams
    from ..parsing import async_stream as async_parsed
    from ..parsing import stream as parsed
else:
    bulk = LazyModule(".bulk")
    async_streams = LazyModule("._sending.async_streams")
    streams = LazyModule("._sending.streams")
    functions = LazyModule(".functions")
    parsing = LazyModule(".parsing")
    async_parsed = LazyModule(".parsing.async_stream")
    parsed = LazyModule(".parsing.stream")

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
    """Answers from models."""

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

        Sends the conversation to the model and returns its answer, or with `stream` a stream of events.

        Args:
            model: The name of the model. Names that are not listed here may work too. Source: page.
            input: The question as plain text, or the conversation so far, oldest message first. Source: page.
            n: How many alternative answers to generate. From 1 to 128. The service's default is 1. Source: page.
            background: Let the model continue after the call returns. How to get the result is not documented. The
                service's default is False. Source: page.
            stream: Send the answer as a stream of events while it is generated. The service's default is False. Source:
                page.
            tools: Tools that the model may call. At least 1 item. Source: page.
            max_tokens: The maximum number of tokens in the answer. Source: page.
            temperature: The sampling temperature. Lower values make the answer more focused, higher ones more varied.
                From 0 to 2. The service's default is 1. Source: page.
            response_format: The format of the answer. Plain text if not given. Source: page.
            tool_choice: Which tool the model should call, if any. Source: guide.
            parallel_tool_calls: Whether the model may call several tools in parallel. The service's default is True.
                Source: guide.
            include: The names of additional parts to include in the response. Source: guide.
            reasoning: Options for reasoning models. Source: guide.
            text: Options for the text of the answer. Source: guide.
            max_output_tokens: The maximum number of output tokens, including reasoning tokens. At least 1. Source:
                guide.
            store: Whether the vendor may store the response. The service's default is True. Source: guide.
            stream_options: Options for the stream. Source: guide.
            instructions: Instructions for the model, placed before the conversation. Source: guide.
            previous_response_id: The id of the response that this request continues. Source: guide.
            top_p: The probability mass of the tokens to sample from; an alternative to `temperature`. Source: guide.
            metadata: Your own metadata, stored with the response. Source: guide.
            extra_headers: Additional headers for this call. They override headers of the same name.
            extra_query: Additional query parameters for this call.
            extra_body: Additional fields of the body. They override other fields and are not validated.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit. Defaults to the client's.
            deadline: Seconds for the whole call, including waits and retries, or None for no limit. Defaults to
                the client's.
            key: With a journal, distinguishes identical requests that each need an answer of their own.
            via_stream: Whether to send a call that does not stream as a stream, and assemble the reply from its
                events. Defaults to the client's. If the connection breaks before the last event, the call is
                retried, because a stream without its last event is not billed. A last event that was sent but
                lost on the way cannot be detected. `http.content` of the reply holds the events. An error among
                the events raises `StreamFailedError`.

        Returns:
            The reply, or a `Stream` of events with `stream=True`.

        Raises:
            RequestValidationError: The request violates the OpenAPI document; nothing was sent.
            APIStatusError: The service responded with an error. Each kind of error has a subclass.
            TransportError: No complete response was received. The subclasses say why.
            ReplyDecodeError: The response is not what the OpenAPI document describes.
            ReplyFailedError: The reply reports a failure.
            StreamError: With `via_stream`: the service reported an error among the events, or an event could not be
                parsed.

        Source: page, POST /openai/responses.
        """
        raise NotImplementedError  # `sends` replaces the body

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
        """Call `create` and parse the model's answer as an object of a class.

        A call whose answer cannot be parsed is not repeated; the error has the reply.

        Args:
            answer: The class: a dataclass, an attrs class, a TypedDict, a msgspec Struct or a pydantic model. All but
                pydantic models need `pip install "acedata-responses[parse]"`.
            strict: Whether the model must follow the JSON Schema of the class. Every field must then be in the
                answer, even one with a default, and mappings with arbitrary keys are not supported.
            request: The arguments of `create`.

        Returns:
            The object, as `value`, and the reply. With `stream=True`, a stream with a
            `parsed()` method that returns them.

        Raises:
            AnswerError: The model refused, stopped early, or wrote an answer that does not match the class.
            ConfigurationError: No JSON Schema can be made for the class; nothing was sent.
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
        """Call `create` repeatedly, running the functions that the model calls, until it answers.

                The model sees the name, the docstring and the parameter types of each function
                (`Annotated[int, msgspec.Meta(description="...", ge=1)]` adds details). The arguments that the model passes are
                validated against the types, and errors are sent back to the model. Functions run one after another,
        in the calling thread.

                Args:
                    functions: The functions. They need `pip install "acedata-responses[parse]"`.
                    max_steps: How many replies to request at most, 1 or more. Each may be billed.
                    on_error: What to do when a function raises: `model` sends the type and text of the exception to the
                        model, `raise` raises `RunError` from it.
                    tool_choice: As in `create`, for the first step only; later steps leave the choice to the model.

                The other arguments are those of `create` and apply to each step.

                Returns:
                    The last reply, all replies, and the conversation.

                Raises:
                    RunError: There was no answer after `max_steps` replies, or a function failed. The error has all replies.
                    ConfigurationError: A function cannot be described to the model; nothing was sent.
                    AceDataError: As for `create`, with the replies of earlier steps in `earlier_replies`.
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
        keep_going: bool = False,
    ) -> Iterator[bulk.Result[types.Reply]]:
        """Call `create` for many requests and yield the result of each.

        Requests are read only as they can be sent, so there may be millions. If a call fails, its result has the
        error, and the other calls continue. Leaving the loop by `break`, an exception or Ctrl-C starts no further
        call and waits for the calls in flight, so that their replies reach the journal.

        Args:
            requests: Mappings of arguments of `create`, without streaming, or pairs of a key and such
                a mapping.
            at_once: How many calls may be in flight, 1 or more. Defaults to what the service allows.
            in_order: Whether to yield results in the order of the requests instead of as they complete. Results that
                wait for an earlier one count as calls in flight.
            budget: Limits the total cost of the calls.
            progress: Called with 1 for each result, for example the `update` method of a tqdm bar.
            keep_going: Whether to send the remaining requests after an error that each of them would have too, such as
                a token that is not valid or a balance that is used up (`affects_every_request` of the error).

        Raises:
            ConfigurationError: `at_once` is not an integer of at least 1, or a request asks for a stream.
            TypeError: An item of `requests` is not a request.
            BudgetExhaustedError: The budget does not allow the next request.
            BulkStoppedError: A call failed as every further one would.
                These errors, and those that `requests` raises, are raised after the results of all calls that were sent.
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
            keep_going=keep_going,
        )


class AsyncResponses:
    """Answers from models."""

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

        Sends the conversation to the model and returns its answer, or with `stream` a stream of events.

        Args:
            model: The name of the model. Names that are not listed here may work too. Source: page.
            input: The question as plain text, or the conversation so far, oldest message first. Source: page.
            n: How many alternative answers to generate. From 1 to 128. The service's default is 1. Source: page.
            background: Let the model continue after the call returns. How to get the result is not documented. The
                service's default is False. Source: page.
            stream: Send the answer as a stream of events while it is generated. The service's default is False. Source:
                page.
            tools: Tools that the model may call. At least 1 item. Source: page.
            max_tokens: The maximum number of tokens in the answer. Source: page.
            temperature: The sampling temperature. Lower values make the answer more focused, higher ones more varied.
                From 0 to 2. The service's default is 1. Source: page.
            response_format: The format of the answer. Plain text if not given. Source: page.
            tool_choice: Which tool the model should call, if any. Source: guide.
            parallel_tool_calls: Whether the model may call several tools in parallel. The service's default is True.
                Source: guide.
            include: The names of additional parts to include in the response. Source: guide.
            reasoning: Options for reasoning models. Source: guide.
            text: Options for the text of the answer. Source: guide.
            max_output_tokens: The maximum number of output tokens, including reasoning tokens. At least 1. Source:
                guide.
            store: Whether the vendor may store the response. The service's default is True. Source: guide.
            stream_options: Options for the stream. Source: guide.
            instructions: Instructions for the model, placed before the conversation. Source: guide.
            previous_response_id: The id of the response that this request continues. Source: guide.
            top_p: The probability mass of the tokens to sample from; an alternative to `temperature`. Source: guide.
            metadata: Your own metadata, stored with the response. Source: guide.
            extra_headers: Additional headers for this call. They override headers of the same name.
            extra_query: Additional query parameters for this call.
            extra_body: Additional fields of the body. They override other fields and are not validated.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit. Defaults to the client's.
            deadline: Seconds for the whole call, including waits and retries, or None for no limit. Defaults to
                the client's.
            key: With a journal, distinguishes identical requests that each need an answer of their own.
            via_stream: Whether to send a call that does not stream as a stream, and assemble the reply from its
                events. Defaults to the client's. If the connection breaks before the last event, the call is
                retried, because a stream without its last event is not billed. A last event that was sent but
                lost on the way cannot be detected. `http.content` of the reply holds the events. An error among
                the events raises `StreamFailedError`.

        Returns:
            The reply, or an `AsyncStream` of events with `stream=True`.

        Raises:
            RequestValidationError: The request violates the OpenAPI document; nothing was sent.
            APIStatusError: The service responded with an error. Each kind of error has a subclass.
            TransportError: No complete response was received. The subclasses say why.
            ReplyDecodeError: The response is not what the OpenAPI document describes.
            ReplyFailedError: The reply reports a failure.
            StreamError: With `via_stream`: the service reported an error among the events, or an event could not be
                parsed.

        Source: page, POST /openai/responses.
        """
        raise NotImplementedError  # `sends` replaces the body

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
        """Call `create` and parse the model's answer as an object of a class.

        A call whose answer cannot be parsed is not repeated; the error has the reply.

        Args:
            answer: The class: a dataclass, an attrs class, a TypedDict, a msgspec Struct or a pydantic model. All but
                pydantic models need `pip install "acedata-responses[parse]"`.
            strict: Whether the model must follow the JSON Schema of the class. Every field must then be in the
                answer, even one with a default, and mappings with arbitrary keys are not supported.
            request: The arguments of `create`.

        Returns:
            The object, as `value`, and the reply. With `stream=True`, a stream with a
            `parsed()` method that returns them.

        Raises:
            AnswerError: The model refused, stopped early, or wrote an answer that does not match the class.
            ConfigurationError: No JSON Schema can be made for the class; nothing was sent.
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
        """Call `create` repeatedly, running the functions that the model calls, until it answers.

                The model sees the name, the docstring and the parameter types of each function
                (`Annotated[int, msgspec.Meta(description="...", ge=1)]` adds details). The arguments that the model passes are
                validated against the types, and errors are sent back to the model. Functions run one after another,
        coroutine functions are awaited, and others run on the event loop.

                Args:
                    functions: The functions. They need `pip install "acedata-responses[parse]"`.
                    max_steps: How many replies to request at most, 1 or more. Each may be billed.
                    on_error: What to do when a function raises: `model` sends the type and text of the exception to the
                        model, `raise` raises `RunError` from it.
                    tool_choice: As in `create`, for the first step only; later steps leave the choice to the model.

                The other arguments are those of `create` and apply to each step.

                Returns:
                    The last reply, all replies, and the conversation.

                Raises:
                    RunError: There was no answer after `max_steps` replies, or a function failed. The error has all replies.
                    ConfigurationError: A function cannot be described to the model; nothing was sent.
                    AceDataError: As for `create`, with the replies of earlier steps in `earlier_replies`.
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
        keep_going: bool = False,
    ) -> AsyncIterator[bulk.Result[types.Reply]]:
        """Call `create` for many requests and yield the result of each.

        Requests are read only as they can be sent, so there may be millions. If a call fails, its result has the
        error, and the other calls continue. Closing the iterator waits for the calls in flight, so that their replies
        reach the journal. Cancelling the task cancels the calls, and their outcome is unknown. Requires asyncio.

        Args:
            requests: Mappings of arguments of `create`, without streaming, or pairs of a key and such
                a mapping.
            at_once: How many calls may be in flight, 1 or more. Defaults to what the service allows.
            in_order: Whether to yield results in the order of the requests instead of as they complete. Results that
                wait for an earlier one count as calls in flight.
            budget: Limits the total cost of the calls.
            progress: Called with 1 for each result, for example the `update` method of a tqdm bar.
            keep_going: Whether to send the remaining requests after an error that each of them would have too, such as
                a token that is not valid or a balance that is used up (`affects_every_request` of the error).

        Raises:
            ConfigurationError: `at_once` is not an integer of at least 1, or a request asks for a stream.
            TypeError: An item of `requests` is not a request.
            BudgetExhaustedError: The budget does not allow the next request.
            BulkStoppedError: A call failed as every further one would.
                These errors, and those that `requests` raises, are raised after the results of all calls that were sent.
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
            keep_going=keep_going,
        )
