"""Types of replies.

Each `decode_...` function decodes JSON data as the class in its name, and returns data of another type unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import define

from .._json import kind_of
from .._paths import Path, text_at
from ._decoding import list_of, new, time_of
from ._model import Model
from ._roles import Calls, Incomplete, ReplyRole
from ._unknown import Shapes, Unknown, by_shape, unknown
from .shared import (
    OutputTextPart,
    ReasoningOptions,
    RefusalPart,
    TextOptions,
    Tool,
    decode_output_text_part,
    decode_reasoning_options,
    decode_refusal_part,
    decode_text_options,
    decode_tool,
)

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | str
"""Why the model stopped: the answer is complete (stop), it reached the maximum number of tokens (length), a filter
removed content (content_filter), or the model called tools (tool_calls; formerly function_call).
"""


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatCompletion(Model):
    """A reply in the shape of a chat completion.

    Attributes:
        id: The id of this chat completion.
        model: The model that answered.
        object: The shape of this reply.
        choices: The alternative answers, as many as `n` asked for.
        created: When the answer was created, in seconds since 1970. Read as a datetime in UTC.
        system_fingerprint: Identifies the configuration of the model. Answers may change when it changes.
        usage: The tokens that the call used.
    """

    _schema: ClassVar[str] = "ChatCompletion"
    _reply_role: ClassVar[ReplyRole | None] = ReplyRole(
        calls=Calls(
            at=("choices", {"index": 0}, "message", "tool_calls", {"type": "function"}),
            id=("id",),
            name=("function", "name"),
            arguments=("function", "arguments"),
        ),
        refusal=("choices", {"index": 0}, "message", "refusal"),
        incomplete=Incomplete(at=("choices", {"index": 0}, "finish_reason"), values=("length", "content_filter")),
    )
    _text: ClassVar[Path] = ("choices", {"index": 0}, "message", "content")
    _summary: ClassVar[Mapping[str, Path]] = {
        "id": ("id",),
        "model": ("model",),
        "finish_reasons": ("choices", {}, "finish_reason"),
        "input_tokens": ("usage", "prompt_tokens"),
        "output_tokens": ("usage", "completion_tokens"),
        "total_tokens": ("usage", "total_tokens"),
        "cost": ("usage", "cost"),
    }

    id: str
    model: str
    object: Literal["chat.completion"] | str
    choices: list[ChatChoice]
    created: datetime
    system_fingerprint: str | None = None
    usage: ChatUsage | None = None

    def __init__(
        self,
        *,
        id: str,
        model: str,
        object: Literal["chat.completion"] | str,
        choices: list[ChatChoice],
        created: datetime,
        system_fingerprint: str | None = None,
        usage: ChatUsage | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.model = model
        self.object = object
        self.choices = choices
        self.created = created
        self.system_fingerprint = system_fingerprint
        self.usage = usage

    @property
    def created_at(self) -> datetime:
        """An alias of `created`, which other classes call `created_at`."""
        return self.created

    @property
    def output_text(self) -> str:
        """The whole text of the answer; empty if it has none."""
        return text_at(self, self._text)

    def to_input(self) -> list[dict[str, Any]]:
        """Return this reply as input items, to continue the conversation with another request.

        They contain the text, the refusal and the function calls of the reply.
        """
        from ._conversation import to_input

        return to_input(self)


def decode_chat_completion(data: Any) -> Any:
    """Decode JSON data as `ChatCompletion`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatCompletion)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.model = get("model")
    self.object = get("object")
    self.choices = list_of(get("choices"), decode_chat_choice)
    self.created = time_of(get("created"))
    self.system_fingerprint = get("system_fingerprint")
    self.usage = decode_chat_usage(get("usage"))
    return self


ChatCompletion._decode = decode_chat_completion


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatChoice(Model):
    """One of the alternative answers.

    Attributes:
        index: Its index among the alternatives, from 0.
        message: The message with the answer.
        finish_reason: Why the model stopped.
        logprobs: The log probabilities of the tokens. Their format is not documented.
    """

    _schema: ClassVar[str] = "ChatChoice"

    index: int
    message: ChatMessage
    finish_reason: FinishReason | None = None
    logprobs: Any = None

    def __init__(
        self,
        *,
        index: int,
        message: ChatMessage,
        finish_reason: FinishReason | None = None,
        logprobs: Any = None,
    ) -> None:
        super().__init__()
        self.index = index
        self.message = message
        self.finish_reason = finish_reason
        self.logprobs = logprobs


def decode_chat_choice(data: Any) -> Any:
    """Decode JSON data as `ChatChoice`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatChoice)
    self._data = data
    self._http = None
    get = data.get
    self.index = get("index")
    self.message = decode_chat_message(get("message"))
    self.finish_reason = get("finish_reason")
    self.logprobs = get("logprobs")
    return self


ChatChoice._decode = decode_chat_choice


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatMessage(Model):
    """A message from the model.

    Attributes:
        role: The role of the author.
        content: The text; null if the model called a tool instead of answering.
        refusal: Why the model refuses to answer.
        tool_calls: The tool calls that the model asks for.
    """

    _schema: ClassVar[str] = "ChatMessage"

    role: Literal["assistant"] | str
    content: str | None
    refusal: str | None = None
    tool_calls: list[ChatToolCall] | None = None

    def __init__(
        self,
        *,
        role: Literal["assistant"] | str,
        content: str | None,
        refusal: str | None = None,
        tool_calls: list[ChatToolCall] | None = None,
    ) -> None:
        super().__init__()
        self.role = role
        self.content = content
        self.refusal = refusal
        self.tool_calls = tool_calls


def decode_chat_message(data: Any) -> Any:
    """Decode JSON data as `ChatMessage`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatMessage)
    self._data = data
    self._http = None
    get = data.get
    self.role = get("role")
    self.content = get("content")
    self.refusal = get("refusal")
    self.tool_calls = list_of(get("tool_calls"), decode_chat_tool_call)
    return self


ChatMessage._decode = decode_chat_message


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatToolCall(Model):
    """A call of one of your tools that the model asks for.

    Attributes:
        id: The id to send back with the result of the tool.
        type: The type of the tool, such as function.
        function: The function to call and its arguments.
    """

    _schema: ClassVar[str] = "ChatToolCall"

    id: str
    type: str
    function: ChatFunctionCall | None = None

    def __init__(
        self,
        *,
        id: str,
        type: str,
        function: ChatFunctionCall | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.type = type
        self.function = function


def decode_chat_tool_call(data: Any) -> Any:
    """Decode JSON data as `ChatToolCall`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatToolCall)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.type = get("type")
    self.function = decode_chat_function_call(get("function"))
    return self


ChatToolCall._decode = decode_chat_tool_call


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatFunctionCall(Model):
    """A function to call and its arguments.

    Attributes:
        name: The function to call.
        arguments: Its arguments, as JSON text.
    """

    _schema: ClassVar[str] = "ChatFunctionCall"

    name: str
    arguments: str

    def __init__(
        self,
        *,
        name: str,
        arguments: str,
    ) -> None:
        super().__init__()
        self.name = name
        self.arguments = arguments


def decode_chat_function_call(data: Any) -> Any:
    """Decode JSON data as `ChatFunctionCall`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatFunctionCall)
    self._data = data
    self._http = None
    get = data.get
    self.name = get("name")
    self.arguments = get("arguments")
    return self


ChatFunctionCall._decode = decode_chat_function_call


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatUsage(Model):
    """The tokens that a chat completion used.

    Attributes:
        prompt_tokens: The number of input tokens.
        completion_tokens: The number of output tokens.
        total_tokens: The sum of input and output tokens.
        cost: The cost of the call in Credits: a number, or an object with amounts in an undocumented format.
    """

    _schema: ClassVar[str] = "ChatUsage"

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost: Any = None

    def __init__(
        self,
        *,
        prompt_tokens: int,
        completion_tokens: int,
        total_tokens: int,
        cost: Any = None,
    ) -> None:
        super().__init__()
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens
        self.total_tokens = total_tokens
        self.cost = cost

    @property
    def input_tokens(self) -> int:
        """An alias of `prompt_tokens`, which other classes call `input_tokens`."""
        return self.prompt_tokens

    @property
    def output_tokens(self) -> int:
        """An alias of `completion_tokens`, which other classes call `output_tokens`."""
        return self.completion_tokens


def decode_chat_usage(data: Any) -> Any:
    """Decode JSON data as `ChatUsage`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatUsage)
    self._data = data
    self._http = None
    get = data.get
    self.prompt_tokens = get("prompt_tokens")
    self.completion_tokens = get("completion_tokens")
    self.total_tokens = get("total_tokens")
    self.cost = get("cost")
    return self


ChatUsage._decode = decode_chat_usage


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseObject(Model):
    """A reply in the shape of a response.

    Attributes:
        id: The id of this response.
        object: The shape of this reply.
        created_at: When the response was created, in seconds since 1970. Read as a datetime in UTC.
        status: The status of a response.
        background: Whether the model continues after the call returned.
        content_filters: The findings of the content filters. Only null has been seen.
        error: Why the response failed.
        incomplete_details: Why the response is incomplete.
        instructions: The instructions of the request.
        max_output_tokens: The maximum number of output tokens.
        max_tool_calls: The maximum number of tool calls.
        model: The model that answered. Its name may differ from the requested one.
        output: The items that the model generated, in order.
        parallel_tool_calls: Whether the model could call several tools in parallel.
        previous_response_id: The id of the response that this one continues.
        prompt_cache_key: The key under which the vendor caches the input.
        reasoning: The reasoning options of the request.
        safety_identifier: Identifies the end user, so that the vendor can detect abuse.
        service_tier: The service tier that handled the call.
        store: Whether the vendor stores the response.
        temperature: The sampling temperature of the request.
        text: The text options of the request.
        tool_choice: The tool choice of the request.
        tools: The tools that the model could call.
        top_p: The nucleus sampling value of the request.
        truncation: Whether an input that is too long is truncated.
        usage: The tokens that the call used; null until it is finished.
        user: Identifies the end user.
        metadata: The metadata of the request.
    """

    _schema: ClassVar[str] = "ResponseObject"
    _failed_when: ClassVar[Mapping[str, Any]] = {"status": "failed"}
    _reply_role: ClassVar[ReplyRole | None] = ReplyRole(
        items=("output", {}),
        calls=Calls(
            at=("output", {"type": "function_call"}), id=("call_id",), name=("name",), arguments=("arguments",)
        ),
        refusal=("output", {"type": "message"}, "content", {"type": "refusal"}, "refusal"),
        incomplete=Incomplete(at=("status",), values=("incomplete", "cancelled", "queued", "in_progress")),
    )
    _text: ClassVar[Path] = ("output", {"type": "message"}, "content", {"type": "output_text"}, "text")
    _summary: ClassVar[Mapping[str, Path]] = {
        "id": ("id",),
        "model": ("model",),
        "finish_reasons": ("status",),
        "input_tokens": ("usage", "input_tokens"),
        "output_tokens": ("usage", "output_tokens"),
        "cached_tokens": ("usage", "input_tokens_details", "cached_tokens"),
        "reasoning_tokens": ("usage", "output_tokens_details", "reasoning_tokens"),
        "total_tokens": ("usage", "total_tokens"),
        "cost": ("usage", "cost"),
    }
    _unfinished_when: ClassVar[Mapping[str, Sequence[Any]]] = {"status": ("queued", "in_progress")}

    id: str
    object: Literal["response"] = "response"
    created_at: datetime
    status: Literal["completed", "failed", "in_progress", "incomplete", "queued", "cancelled"] | str
    background: bool | None = None
    content_filters: Any = None
    error: ErrorDetail | None = None
    incomplete_details: IncompleteDetails | None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    model: str
    output: list[OutputItem]
    parallel_tool_calls: bool | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    reasoning: ReasoningOptions | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    temperature: float | None = None
    text: TextOptions | None = None
    tool_choice: Literal["none", "auto", "required"] | str | dict[str, Any] | None = None
    tools: list[Tool] | None = None
    top_p: float | None = None
    truncation: str | None = None
    usage: Usage | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None

    def __init__(
        self,
        *,
        id: str,
        object: Literal["response"] = "response",
        created_at: datetime,
        status: Literal["completed", "failed", "in_progress", "incomplete", "queued", "cancelled"] | str,
        background: bool | None = None,
        content_filters: Any = None,
        error: ErrorDetail | None = None,
        incomplete_details: IncompleteDetails | None = None,
        instructions: str | None = None,
        max_output_tokens: int | None = None,
        max_tool_calls: int | None = None,
        model: str,
        output: list[OutputItem],
        parallel_tool_calls: bool | None = None,
        previous_response_id: str | None = None,
        prompt_cache_key: str | None = None,
        reasoning: ReasoningOptions | None = None,
        safety_identifier: str | None = None,
        service_tier: str | None = None,
        store: bool | None = None,
        temperature: float | None = None,
        text: TextOptions | None = None,
        tool_choice: Literal["none", "auto", "required"] | str | dict[str, Any] | None = None,
        tools: list[Tool] | None = None,
        top_p: float | None = None,
        truncation: str | None = None,
        usage: Usage | None = None,
        user: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.object = object
        self.created_at = created_at
        self.status = status
        self.background = background
        self.content_filters = content_filters
        self.error = error
        self.incomplete_details = incomplete_details
        self.instructions = instructions
        self.max_output_tokens = max_output_tokens
        self.max_tool_calls = max_tool_calls
        self.model = model
        self.output = output
        self.parallel_tool_calls = parallel_tool_calls
        self.previous_response_id = previous_response_id
        self.prompt_cache_key = prompt_cache_key
        self.reasoning = reasoning
        self.safety_identifier = safety_identifier
        self.service_tier = service_tier
        self.store = store
        self.temperature = temperature
        self.text = text
        self.tool_choice = tool_choice
        self.tools = tools
        self.top_p = top_p
        self.truncation = truncation
        self.usage = usage
        self.user = user
        self.metadata = metadata

    @property
    def output_text(self) -> str:
        """The whole text of the answer; empty if it has none."""
        return text_at(self, self._text)

    def to_input(self) -> list[dict[str, Any]]:
        """Return this reply as input items, to continue the conversation with another request.

        They are the output items of the reply, unchanged, including reasoning and tool calls.
        """
        from ._conversation import to_input

        return to_input(self)


def decode_response_object(data: Any) -> Any:
    """Decode JSON data as `ResponseObject`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseObject)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.object = get("object")
    self.created_at = time_of(get("created_at"))
    self.status = get("status")
    self.background = get("background")
    self.content_filters = get("content_filters")
    self.error = decode_error_detail(get("error"))
    self.incomplete_details = decode_incomplete_details(get("incomplete_details"))
    self.instructions = get("instructions")
    self.max_output_tokens = get("max_output_tokens")
    self.max_tool_calls = get("max_tool_calls")
    self.model = get("model")
    self.output = list_of(get("output"), decode_output_item)
    self.parallel_tool_calls = get("parallel_tool_calls")
    self.previous_response_id = get("previous_response_id")
    self.prompt_cache_key = get("prompt_cache_key")
    self.reasoning = decode_reasoning_options(get("reasoning"))
    self.safety_identifier = get("safety_identifier")
    self.service_tier = get("service_tier")
    self.store = get("store")
    self.temperature = get("temperature")
    self.text = decode_text_options(get("text"))
    self.tool_choice = get("tool_choice")
    self.tools = list_of(get("tools"), decode_tool)
    self.top_p = get("top_p")
    self.truncation = get("truncation")
    self.usage = decode_usage(get("usage"))
    self.user = get("user")
    self.metadata = get("metadata")
    return self


ResponseObject._decode = decode_response_object


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class IncompleteDetails(Model):
    """Why a response is incomplete.

    Attributes:
        reason: The reason, such as max_output_tokens.
    """

    _schema: ClassVar[str] = "IncompleteDetails"

    reason: str | None = None

    def __init__(
        self,
        *,
        reason: str | None = None,
    ) -> None:
        super().__init__()
        self.reason = reason


def decode_incomplete_details(data: Any) -> Any:
    """Decode JSON data as `IncompleteDetails`."""
    if kind_of(data) is not dict:
        return data
    self = new(IncompleteDetails)
    self._data = data
    self._http = None
    get = data.get
    self.reason = get("reason")
    return self


IncompleteDetails._decode = decode_incomplete_details


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class Usage(Model):
    """The tokens that a response used.

    Attributes:
        input_tokens: The number of input tokens.
        input_tokens_details: Details of the input tokens.
        output_tokens: The number of output tokens.
        output_tokens_details: Details of the output tokens.
        total_tokens: The sum of input and output tokens.
        cost: The cost of the call in Credits: a number, or an object with amounts in an undocumented format.
    """

    _schema: ClassVar[str] = "Usage"

    input_tokens: int
    input_tokens_details: InputTokensDetails | None = None
    output_tokens: int
    output_tokens_details: OutputTokensDetails | None = None
    total_tokens: int
    cost: Any = None

    def __init__(
        self,
        *,
        input_tokens: int,
        input_tokens_details: InputTokensDetails | None = None,
        output_tokens: int,
        output_tokens_details: OutputTokensDetails | None = None,
        total_tokens: int,
        cost: Any = None,
    ) -> None:
        super().__init__()
        self.input_tokens = input_tokens
        self.input_tokens_details = input_tokens_details
        self.output_tokens = output_tokens
        self.output_tokens_details = output_tokens_details
        self.total_tokens = total_tokens
        self.cost = cost


def decode_usage(data: Any) -> Any:
    """Decode JSON data as `Usage`."""
    if kind_of(data) is not dict:
        return data
    self = new(Usage)
    self._data = data
    self._http = None
    get = data.get
    self.input_tokens = get("input_tokens")
    self.input_tokens_details = decode_input_tokens_details(get("input_tokens_details"))
    self.output_tokens = get("output_tokens")
    self.output_tokens_details = decode_output_tokens_details(get("output_tokens_details"))
    self.total_tokens = get("total_tokens")
    self.cost = get("cost")
    return self


Usage._decode = decode_usage


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class InputTokensDetails(Model):
    """Details of the input tokens.

    Attributes:
        cached_tokens: The number of input tokens read from a cache.
    """

    _schema: ClassVar[str] = "InputTokensDetails"

    cached_tokens: int | None = None

    def __init__(
        self,
        *,
        cached_tokens: int | None = None,
    ) -> None:
        super().__init__()
        self.cached_tokens = cached_tokens


def decode_input_tokens_details(data: Any) -> Any:
    """Decode JSON data as `InputTokensDetails`."""
    if kind_of(data) is not dict:
        return data
    self = new(InputTokensDetails)
    self._data = data
    self._http = None
    get = data.get
    self.cached_tokens = get("cached_tokens")
    return self


InputTokensDetails._decode = decode_input_tokens_details


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputTokensDetails(Model):
    """Details of the output tokens.

    Attributes:
        reasoning_tokens: The number of tokens used for reasoning.
    """

    _schema: ClassVar[str] = "OutputTokensDetails"

    reasoning_tokens: int | None = None

    def __init__(
        self,
        *,
        reasoning_tokens: int | None = None,
    ) -> None:
        super().__init__()
        self.reasoning_tokens = reasoning_tokens


def decode_output_tokens_details(data: Any) -> Any:
    """Decode JSON data as `OutputTokensDetails`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputTokensDetails)
    self._data = data
    self._http = None
    get = data.get
    self.reasoning_tokens = get("reasoning_tokens")
    return self


OutputTokensDetails._decode = decode_output_tokens_details


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputMessage(Model):
    """A message from the model.

    Attributes:
        id: The id of this item.
        type: The document does not describe it.
        status: The status of the message.
        content: The parts of the message.
        role: The role of the author.
    """

    _schema: ClassVar[str] = "OutputMessage"

    id: str | None = None
    type: Literal["message"] = "message"
    status: str | None = None
    content: list[OutputContentPart]
    role: Literal["assistant"] = "assistant"

    def __init__(
        self,
        *,
        id: str | None = None,
        type: Literal["message"] = "message",
        status: str | None = None,
        content: list[OutputContentPart],
        role: Literal["assistant"] = "assistant",
    ) -> None:
        super().__init__()
        self.id = id
        self.type = type
        self.status = status
        self.content = content
        self.role = role


def decode_output_message(data: Any) -> Any:
    """Decode JSON data as `OutputMessage`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputMessage)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.type = get("type")
    self.status = get("status")
    self.content = list_of(get("content"), decode_output_content_part)
    self.role = get("role")
    return self


OutputMessage._decode = decode_output_message


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class FunctionCall(Model):
    """A call of one of your functions that the model asks for.

    Attributes:
        id: The id of this item.
        type: The document does not describe it.
        call_id: The id to send back with the result of the function.
        name: The function to call.
        arguments: Its arguments, as JSON text.
        status: The status of the call.
    """

    _schema: ClassVar[str] = "FunctionCall"

    id: str | None = None
    type: Literal["function_call"] = "function_call"
    call_id: str
    name: str
    arguments: str
    status: str | None = None

    def __init__(
        self,
        *,
        id: str | None = None,
        type: Literal["function_call"] = "function_call",
        call_id: str,
        name: str,
        arguments: str,
        status: str | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.type = type
        self.call_id = call_id
        self.name = name
        self.arguments = arguments
        self.status = status


def decode_function_call(data: Any) -> Any:
    """Decode JSON data as `FunctionCall`."""
    if kind_of(data) is not dict:
        return data
    self = new(FunctionCall)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.type = get("type")
    self.call_id = get("call_id")
    self.name = get("name")
    self.arguments = get("arguments")
    self.status = get("status")
    return self


FunctionCall._decode = decode_function_call


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class CustomToolCall(Model):
    """A call of one of your custom tools that the model asks for.

    Attributes:
        id: The id of this item.
        type: The document does not describe it.
        call_id: The id to send back with the result of the tool.
        name: The tool to call.
        input: The input of the tool, as text.
    """

    _schema: ClassVar[str] = "CustomToolCall"

    id: str | None = None
    type: Literal["custom_tool_call"] = "custom_tool_call"
    call_id: str
    name: str
    input: str

    def __init__(
        self,
        *,
        id: str | None = None,
        type: Literal["custom_tool_call"] = "custom_tool_call",
        call_id: str,
        name: str,
        input: str,
    ) -> None:
        super().__init__()
        self.id = id
        self.type = type
        self.call_id = call_id
        self.name = name
        self.input = input


def decode_custom_tool_call(data: Any) -> Any:
    """Decode JSON data as `CustomToolCall`."""
    if kind_of(data) is not dict:
        return data
    self = new(CustomToolCall)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.type = get("type")
    self.call_id = get("call_id")
    self.name = get("name")
    self.input = get("input")
    return self


CustomToolCall._decode = decode_custom_tool_call


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningItem(Model):
    """The reasoning of the model, as far as it is shown.

    Attributes:
        id: The id of this item.
        type: The document does not describe it.
        summary: A summary of the reasoning, as a list of parts.
        content: The reasoning itself, as a list of parts.
    """

    _schema: ClassVar[str] = "ReasoningItem"

    id: str | None = None
    type: Literal["reasoning"] = "reasoning"
    summary: list[dict[str, Any]] | None = None
    content: list[dict[str, Any]] | None = None

    def __init__(
        self,
        *,
        id: str | None = None,
        type: Literal["reasoning"] = "reasoning",
        summary: list[dict[str, Any]] | None = None,
        content: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.type = type
        self.summary = summary
        self.content = content


def decode_reasoning_item(data: Any) -> Any:
    """Decode JSON data as `ReasoningItem`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningItem)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.type = get("type")
    self.summary = get("summary")
    self.content = get("content")
    return self


ReasoningItem._decode = decode_reasoning_item


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ModelList(Model):
    """The models that the service offers.

    Attributes:
        object: The document does not describe it.
        data: The models.
    """

    _schema: ClassVar[str] = "ModelList"

    object: Literal["list"] = "list"
    data: list[ModelInfo]

    def __init__(
        self,
        *,
        object: Literal["list"] = "list",
        data: list[ModelInfo],
    ) -> None:
        super().__init__()
        self.object = object
        self.data = data


def decode_model_list(data: Any) -> Any:
    """Decode JSON data as `ModelList`."""
    if kind_of(data) is not dict:
        return data
    self = new(ModelList)
    self._data = data
    self._http = None
    get = data.get
    self.object = get("object")
    self.data = list_of(get("data"), decode_model_info)
    return self


ModelList._decode = decode_model_list


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ModelInfo(Model):
    """A model that the service offers.

    Attributes:
        id: The name of the model, as requests use it.
        object: The document does not describe it.
        created: When the model was created, in seconds since 1970; 0 if unknown. Read as a datetime in UTC.
        owned_by: The provider of the model.
    """

    _schema: ClassVar[str] = "ModelInfo"

    id: str
    object: Literal["model"] = "model"
    created: datetime
    owned_by: str

    def __init__(
        self,
        *,
        id: str,
        object: Literal["model"] = "model",
        created: datetime,
        owned_by: str,
    ) -> None:
        super().__init__()
        self.id = id
        self.object = object
        self.created = created
        self.owned_by = owned_by


def decode_model_info(data: Any) -> Any:
    """Decode JSON data as `ModelInfo`."""
    if kind_of(data) is not dict:
        return data
    self = new(ModelInfo)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.object = get("object")
    self.created = time_of(get("created"))
    self.owned_by = get("owned_by")
    return self


ModelInfo._decode = decode_model_info


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ErrorDetail(Model):
    """The error.

    Attributes:
        code: The error code.
        message: The error message.
    """

    _schema: ClassVar[str] = "ErrorDetail"

    code: str
    message: str

    def __init__(
        self,
        *,
        code: str,
        message: str,
    ) -> None:
        super().__init__()
        self.code = code
        self.message = message


def decode_error_detail(data: Any) -> Any:
    """Decode JSON data as `ErrorDetail`."""
    if kind_of(data) is not dict:
        return data
    self = new(ErrorDetail)
    self._data = data
    self._http = None
    get = data.get
    self.code = get("code")
    self.message = get("message")
    return self


ErrorDetail._decode = decode_error_detail


Reply: TypeAlias = ChatCompletion | ResponseObject | Unknown
"""The reply to a call without streaming, in one of two shapes."""

_REPLY_BY_OBJECT: dict[str, Callable[[Any], Any]] = {
    "chat.completion": decode_chat_completion,
    "response": decode_response_object,
}
_REPLY_SHAPES: Shapes = (
    (decode_chat_completion, frozenset(["id", "model", "choices", "created"]), {}),
    (decode_response_object, frozenset(["id", "created_at", "status", "model", "output"]), {}),
)


def decode_reply(data: Any) -> Any:
    """Decode JSON data as a member of `Reply`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("object")
    if type(kind) is str:
        return _REPLY_BY_OBJECT.get(kind, unknown)(data)
    return by_shape(data, _REPLY_SHAPES)


OutputItem: TypeAlias = OutputMessage | FunctionCall | CustomToolCall | ReasoningItem | Unknown
"""An item that the model generated."""

_OUTPUT_ITEM_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "message": decode_output_message,
    "function_call": decode_function_call,
    "custom_tool_call": decode_custom_tool_call,
    "reasoning": decode_reasoning_item,
}
_OUTPUT_ITEM_SHAPES: Shapes = (
    (decode_output_message, frozenset(["content", "role"]), {"role": "assistant"}),
    (decode_function_call, frozenset(["call_id", "name", "arguments"]), {}),
    (decode_custom_tool_call, frozenset(["call_id", "name", "input"]), {}),
)


def decode_output_item(data: Any) -> Any:
    """Decode JSON data as a member of `OutputItem`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("type")
    if type(kind) is str:
        return _OUTPUT_ITEM_BY_TYPE.get(kind, unknown)(data)
    return by_shape(data, _OUTPUT_ITEM_SHAPES)


OutputContentPart: TypeAlias = OutputTextPart | RefusalPart | Unknown
"""A part of a message from the model."""

_OUTPUT_CONTENT_PART_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "output_text": decode_output_text_part,
    "refusal": decode_refusal_part,
}
_OUTPUT_CONTENT_PART_SHAPES: Shapes = (
    (decode_output_text_part, frozenset(["text"]), {}),
    (decode_refusal_part, frozenset(["refusal"]), {}),
)


def decode_output_content_part(data: Any) -> Any:
    """Decode JSON data as a member of `OutputContentPart`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("type")
    if type(kind) is str:
        return _OUTPUT_CONTENT_PART_BY_TYPE.get(kind, unknown)(data)
    return by_shape(data, _OUTPUT_CONTENT_PART_SHAPES)
