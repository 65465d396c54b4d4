"""Types of stream events.

Each `decode_...` function decodes JSON data as the class in its name, and returns data of another type unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import define

from .._json import kind_of
from ._decoding import list_of, new, time_of
from ._model import Model
from ._roles import Assembly, EventRole
from ._unknown import Shapes, Unknown, by_shape, unknown
from .replies import (
    ChatUsage,
    ErrorDetail,
    FinishReason,
    OutputContentPart,
    OutputItem,
    ResponseObject,
    decode_chat_completion,
    decode_chat_usage,
    decode_error_detail,
    decode_output_content_part,
    decode_output_item,
    decode_response_object,
)


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseCreatedEvent(Model):
    """The response was created.

    Attributes:
        type: The document does not describe it.
        response: The current state of the response, still without output.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ResponseCreatedEvent"
    _role: ClassVar[EventRole | None] = EventRole(reply="response")

    type: Literal["response.created"] = "response.created"
    response: ResponseObject
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.created"] = "response.created",
        response: ResponseObject,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.response = response
        self.sequence_number = sequence_number
        self.model = model


def decode_response_created_event(data: Any) -> Any:
    """Decode JSON data as `ResponseCreatedEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseCreatedEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.response = decode_response_object(get("response"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ResponseCreatedEvent._decode = decode_response_created_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseInProgressEvent(Model):
    """The model is generating the response.

    Attributes:
        type: The document does not describe it.
        response: The current state of the response.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ResponseInProgressEvent"
    _role: ClassVar[EventRole | None] = EventRole(reply="response")

    type: Literal["response.in_progress"] = "response.in_progress"
    response: ResponseObject
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.in_progress"] = "response.in_progress",
        response: ResponseObject,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.response = response
        self.sequence_number = sequence_number
        self.model = model


def decode_response_in_progress_event(data: Any) -> Any:
    """Decode JSON data as `ResponseInProgressEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseInProgressEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.response = decode_response_object(get("response"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ResponseInProgressEvent._decode = decode_response_in_progress_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputItemAddedEvent(Model):
    """An item of the output was added.

    Attributes:
        type: The document does not describe it.
        output_index: The index of the item in `output`, from 0.
        item: The current state of the item.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "OutputItemAddedEvent"
    _role: ClassVar[EventRole | None] = EventRole(puts="item", at=("output", {"place": "output_index"}))

    type: Literal["response.output_item.added"] = "response.output_item.added"
    output_index: int | None = None
    item: OutputItem
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.output_item.added"] = "response.output_item.added",
        output_index: int | None = None,
        item: OutputItem,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.output_index = output_index
        self.item = item
        self.sequence_number = sequence_number
        self.model = model


def decode_output_item_added_event(data: Any) -> Any:
    """Decode JSON data as `OutputItemAddedEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputItemAddedEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.output_index = get("output_index")
    self.item = decode_output_item(get("item"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


OutputItemAddedEvent._decode = decode_output_item_added_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ContentPartAddedEvent(Model):
    """A part of a message was added.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item that the part belongs to.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        part: The current state of the part.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ContentPartAddedEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="part", at=("output", {"place": "output_index"}, "content", {"place": "content_index"})
    )

    type: Literal["response.content_part.added"] = "response.content_part.added"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    part: OutputContentPart
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.content_part.added"] = "response.content_part.added",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        part: OutputContentPart,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.part = part
        self.sequence_number = sequence_number
        self.model = model


def decode_content_part_added_event(data: Any) -> Any:
    """Decode JSON data as `ContentPartAddedEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ContentPartAddedEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.part = decode_output_content_part(get("part"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ContentPartAddedEvent._decode = decode_content_part_added_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputTextDeltaEvent(Model):
    """A piece of the text.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item that the part belongs to.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        delta: The text to append to the text received so far.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "OutputTextDeltaEvent"
    _role: ClassVar[EventRole | None] = EventRole(text=("delta",))

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    delta: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.output_text.delta"] = "response.output_text.delta",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        delta: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.delta = delta
        self.sequence_number = sequence_number
        self.model = model


def decode_output_text_delta_event(data: Any) -> Any:
    """Decode JSON data as `OutputTextDeltaEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputTextDeltaEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.delta = get("delta")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


OutputTextDeltaEvent._decode = decode_output_text_delta_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputTextDoneEvent(Model):
    """The text of a part is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item that the part belongs to.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        text: The complete text.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "OutputTextDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="text", at=("output", {"place": "output_index"}, "content", {"place": "content_index"}, "text")
    )

    type: Literal["response.output_text.done"] = "response.output_text.done"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    text: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.output_text.done"] = "response.output_text.done",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        text: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.text = text
        self.sequence_number = sequence_number
        self.model = model


def decode_output_text_done_event(data: Any) -> Any:
    """Decode JSON data as `OutputTextDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputTextDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.text = get("text")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


OutputTextDoneEvent._decode = decode_output_text_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class RefusalDeltaEvent(Model):
    """A piece of a refusal.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        delta: The text to append to the refusal received so far.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "RefusalDeltaEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        adds="delta", at=("output", {"place": "output_index"}, "content", {"place": "content_index"}, "refusal")
    )

    type: Literal["response.refusal.delta"] = "response.refusal.delta"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    delta: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.refusal.delta"] = "response.refusal.delta",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        delta: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.delta = delta
        self.sequence_number = sequence_number
        self.model = model


def decode_refusal_delta_event(data: Any) -> Any:
    """Decode JSON data as `RefusalDeltaEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(RefusalDeltaEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.delta = get("delta")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


RefusalDeltaEvent._decode = decode_refusal_delta_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class RefusalDoneEvent(Model):
    """The text of a refusal is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        refusal: The complete refusal.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "RefusalDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="refusal", at=("output", {"place": "output_index"}, "content", {"place": "content_index"}, "refusal")
    )

    type: Literal["response.refusal.done"] = "response.refusal.done"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    refusal: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.refusal.done"] = "response.refusal.done",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        refusal: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.refusal = refusal
        self.sequence_number = sequence_number
        self.model = model


def decode_refusal_done_event(data: Any) -> Any:
    """Decode JSON data as `RefusalDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(RefusalDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.refusal = get("refusal")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


RefusalDoneEvent._decode = decode_refusal_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class FunctionCallArgumentsDeltaEvent(Model):
    """A piece of the arguments of a function call.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        delta: The text to append to the arguments received so far.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "FunctionCallArgumentsDeltaEvent"
    _role: ClassVar[EventRole | None] = EventRole(adds="delta", at=("output", {"place": "output_index"}, "arguments"))

    type: Literal["response.function_call_arguments.delta"] = "response.function_call_arguments.delta"
    item_id: str | None = None
    output_index: int | None = None
    delta: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.function_call_arguments.delta"] = "response.function_call_arguments.delta",
        item_id: str | None = None,
        output_index: int | None = None,
        delta: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.delta = delta
        self.sequence_number = sequence_number
        self.model = model


def decode_function_call_arguments_delta_event(data: Any) -> Any:
    """Decode JSON data as `FunctionCallArgumentsDeltaEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(FunctionCallArgumentsDeltaEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.delta = get("delta")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


FunctionCallArgumentsDeltaEvent._decode = decode_function_call_arguments_delta_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class FunctionCallArgumentsDoneEvent(Model):
    """The arguments of a function call are complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        arguments: The complete arguments, as JSON text.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "FunctionCallArgumentsDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="arguments", at=("output", {"place": "output_index"}, "arguments")
    )

    type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done"
    item_id: str | None = None
    output_index: int | None = None
    arguments: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done",
        item_id: str | None = None,
        output_index: int | None = None,
        arguments: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.arguments = arguments
        self.sequence_number = sequence_number
        self.model = model


def decode_function_call_arguments_done_event(data: Any) -> Any:
    """Decode JSON data as `FunctionCallArgumentsDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(FunctionCallArgumentsDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.arguments = get("arguments")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


FunctionCallArgumentsDoneEvent._decode = decode_function_call_arguments_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class CustomToolCallInputDeltaEvent(Model):
    """A piece of the input of a custom tool.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        delta: The text to append to the input received so far.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "CustomToolCallInputDeltaEvent"
    _role: ClassVar[EventRole | None] = EventRole(adds="delta", at=("output", {"place": "output_index"}, "input"))

    type: Literal["response.custom_tool_call_input.delta"] = "response.custom_tool_call_input.delta"
    item_id: str | None = None
    output_index: int | None = None
    delta: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.custom_tool_call_input.delta"] = "response.custom_tool_call_input.delta",
        item_id: str | None = None,
        output_index: int | None = None,
        delta: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.delta = delta
        self.sequence_number = sequence_number
        self.model = model


def decode_custom_tool_call_input_delta_event(data: Any) -> Any:
    """Decode JSON data as `CustomToolCallInputDeltaEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(CustomToolCallInputDeltaEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.delta = get("delta")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


CustomToolCallInputDeltaEvent._decode = decode_custom_tool_call_input_delta_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class CustomToolCallInputDoneEvent(Model):
    """The input of a custom tool is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        input: The complete input, as text.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "CustomToolCallInputDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(puts="input", at=("output", {"place": "output_index"}, "input"))

    type: Literal["response.custom_tool_call_input.done"] = "response.custom_tool_call_input.done"
    item_id: str | None = None
    output_index: int | None = None
    input: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.custom_tool_call_input.done"] = "response.custom_tool_call_input.done",
        item_id: str | None = None,
        output_index: int | None = None,
        input: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.input = input
        self.sequence_number = sequence_number
        self.model = model


def decode_custom_tool_call_input_done_event(data: Any) -> Any:
    """Decode JSON data as `CustomToolCallInputDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(CustomToolCallInputDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.input = get("input")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


CustomToolCallInputDoneEvent._decode = decode_custom_tool_call_input_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningSummaryPartAddedEvent(Model):
    """A part of a reasoning summary was added.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        summary_index: The index of the part in the item's `summary`, from 0.
        part: The current state of the part.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ReasoningSummaryPartAddedEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="part", at=("output", {"place": "output_index"}, "summary", {"place": "summary_index"})
    )

    type: Literal["response.reasoning_summary_part.added"] = "response.reasoning_summary_part.added"
    item_id: str | None = None
    output_index: int | None = None
    summary_index: int | None = None
    part: dict[str, Any]
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.reasoning_summary_part.added"] = "response.reasoning_summary_part.added",
        item_id: str | None = None,
        output_index: int | None = None,
        summary_index: int | None = None,
        part: dict[str, Any],
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.summary_index = summary_index
        self.part = part
        self.sequence_number = sequence_number
        self.model = model


def decode_reasoning_summary_part_added_event(data: Any) -> Any:
    """Decode JSON data as `ReasoningSummaryPartAddedEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningSummaryPartAddedEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.summary_index = get("summary_index")
    self.part = get("part")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ReasoningSummaryPartAddedEvent._decode = decode_reasoning_summary_part_added_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningSummaryTextDeltaEvent(Model):
    """A piece of a reasoning summary.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        summary_index: The index of the part in the item's `summary`, from 0.
        delta: The text to append to the part received so far.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ReasoningSummaryTextDeltaEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        adds="delta", at=("output", {"place": "output_index"}, "summary", {"place": "summary_index"}, "text")
    )

    type: Literal["response.reasoning_summary_text.delta"] = "response.reasoning_summary_text.delta"
    item_id: str | None = None
    output_index: int | None = None
    summary_index: int | None = None
    delta: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.reasoning_summary_text.delta"] = "response.reasoning_summary_text.delta",
        item_id: str | None = None,
        output_index: int | None = None,
        summary_index: int | None = None,
        delta: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.summary_index = summary_index
        self.delta = delta
        self.sequence_number = sequence_number
        self.model = model


def decode_reasoning_summary_text_delta_event(data: Any) -> Any:
    """Decode JSON data as `ReasoningSummaryTextDeltaEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningSummaryTextDeltaEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.summary_index = get("summary_index")
    self.delta = get("delta")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ReasoningSummaryTextDeltaEvent._decode = decode_reasoning_summary_text_delta_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningSummaryTextDoneEvent(Model):
    """The text of a part of a reasoning summary is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        summary_index: The index of the part in the item's `summary`, from 0.
        text: The complete text of the part.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ReasoningSummaryTextDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="text", at=("output", {"place": "output_index"}, "summary", {"place": "summary_index"}, "text")
    )

    type: Literal["response.reasoning_summary_text.done"] = "response.reasoning_summary_text.done"
    item_id: str | None = None
    output_index: int | None = None
    summary_index: int | None = None
    text: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.reasoning_summary_text.done"] = "response.reasoning_summary_text.done",
        item_id: str | None = None,
        output_index: int | None = None,
        summary_index: int | None = None,
        text: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.summary_index = summary_index
        self.text = text
        self.sequence_number = sequence_number
        self.model = model


def decode_reasoning_summary_text_done_event(data: Any) -> Any:
    """Decode JSON data as `ReasoningSummaryTextDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningSummaryTextDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.summary_index = get("summary_index")
    self.text = get("text")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ReasoningSummaryTextDoneEvent._decode = decode_reasoning_summary_text_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningSummaryPartDoneEvent(Model):
    """A part of a reasoning summary is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        summary_index: The index of the part in the item's `summary`, from 0.
        part: The complete part.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ReasoningSummaryPartDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="part", at=("output", {"place": "output_index"}, "summary", {"place": "summary_index"})
    )

    type: Literal["response.reasoning_summary_part.done"] = "response.reasoning_summary_part.done"
    item_id: str | None = None
    output_index: int | None = None
    summary_index: int | None = None
    part: dict[str, Any]
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.reasoning_summary_part.done"] = "response.reasoning_summary_part.done",
        item_id: str | None = None,
        output_index: int | None = None,
        summary_index: int | None = None,
        part: dict[str, Any],
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.summary_index = summary_index
        self.part = part
        self.sequence_number = sequence_number
        self.model = model


def decode_reasoning_summary_part_done_event(data: Any) -> Any:
    """Decode JSON data as `ReasoningSummaryPartDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningSummaryPartDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.summary_index = get("summary_index")
    self.part = get("part")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ReasoningSummaryPartDoneEvent._decode = decode_reasoning_summary_part_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningTextDeltaEvent(Model):
    """A piece of the reasoning.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        delta: The text to append to the reasoning received so far.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ReasoningTextDeltaEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        adds="delta", at=("output", {"place": "output_index"}, "content", {"place": "content_index"}, "text")
    )

    type: Literal["response.reasoning_text.delta"] = "response.reasoning_text.delta"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    delta: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.reasoning_text.delta"] = "response.reasoning_text.delta",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        delta: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.delta = delta
        self.sequence_number = sequence_number
        self.model = model


def decode_reasoning_text_delta_event(data: Any) -> Any:
    """Decode JSON data as `ReasoningTextDeltaEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningTextDeltaEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.delta = get("delta")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ReasoningTextDeltaEvent._decode = decode_reasoning_text_delta_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningTextDoneEvent(Model):
    """The text of a part of the reasoning is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        text: The complete text of the part.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ReasoningTextDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="text", at=("output", {"place": "output_index"}, "content", {"place": "content_index"}, "text")
    )

    type: Literal["response.reasoning_text.done"] = "response.reasoning_text.done"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    text: str
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.reasoning_text.done"] = "response.reasoning_text.done",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        text: str,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.text = text
        self.sequence_number = sequence_number
        self.model = model


def decode_reasoning_text_done_event(data: Any) -> Any:
    """Decode JSON data as `ReasoningTextDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningTextDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.text = get("text")
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ReasoningTextDoneEvent._decode = decode_reasoning_text_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ContentPartDoneEvent(Model):
    """A part of a message is complete.

    Attributes:
        type: The document does not describe it.
        item_id: The id of the item that the part belongs to.
        output_index: The index of the item in `output`, from 0.
        content_index: The index of the part in the item's `content`, from 0.
        part: The complete part.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ContentPartDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(
        puts="part", at=("output", {"place": "output_index"}, "content", {"place": "content_index"})
    )

    type: Literal["response.content_part.done"] = "response.content_part.done"
    item_id: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    part: OutputContentPart
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.content_part.done"] = "response.content_part.done",
        item_id: str | None = None,
        output_index: int | None = None,
        content_index: int | None = None,
        part: OutputContentPart,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.item_id = item_id
        self.output_index = output_index
        self.content_index = content_index
        self.part = part
        self.sequence_number = sequence_number
        self.model = model


def decode_content_part_done_event(data: Any) -> Any:
    """Decode JSON data as `ContentPartDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ContentPartDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.item_id = get("item_id")
    self.output_index = get("output_index")
    self.content_index = get("content_index")
    self.part = decode_output_content_part(get("part"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ContentPartDoneEvent._decode = decode_content_part_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputItemDoneEvent(Model):
    """An item of the output is complete.

    Attributes:
        type: The document does not describe it.
        output_index: The index of the item in `output`, from 0.
        item: The complete item.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "OutputItemDoneEvent"
    _role: ClassVar[EventRole | None] = EventRole(puts="item", at=("output", {"place": "output_index"}))

    type: Literal["response.output_item.done"] = "response.output_item.done"
    output_index: int | None = None
    item: OutputItem
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.output_item.done"] = "response.output_item.done",
        output_index: int | None = None,
        item: OutputItem,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.output_index = output_index
        self.item = item
        self.sequence_number = sequence_number
        self.model = model


def decode_output_item_done_event(data: Any) -> Any:
    """Decode JSON data as `OutputItemDoneEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputItemDoneEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.output_index = get("output_index")
    self.item = decode_output_item(get("item"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


OutputItemDoneEvent._decode = decode_output_item_done_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseCompletedEvent(Model):
    """The response is complete. The stream ends with this event.

    Attributes:
        type: The document does not describe it.
        response: The complete response.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ResponseCompletedEvent"
    _role: ClassVar[EventRole | None] = EventRole(ends="completed", reply="response")

    type: Literal["response.completed"] = "response.completed"
    response: ResponseObject
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.completed"] = "response.completed",
        response: ResponseObject,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.response = response
        self.sequence_number = sequence_number
        self.model = model


def decode_response_completed_event(data: Any) -> Any:
    """Decode JSON data as `ResponseCompletedEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseCompletedEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.response = decode_response_object(get("response"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ResponseCompletedEvent._decode = decode_response_completed_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseIncompleteEvent(Model):
    """The model stopped early, for example at a limit. The stream ends with this event.

    Attributes:
        type: The document does not describe it.
        response: The incomplete response.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ResponseIncompleteEvent"
    _role: ClassVar[EventRole | None] = EventRole(ends="incomplete", reply="response")

    type: Literal["response.incomplete"] = "response.incomplete"
    response: ResponseObject
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.incomplete"] = "response.incomplete",
        response: ResponseObject,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.response = response
        self.sequence_number = sequence_number
        self.model = model


def decode_response_incomplete_event(data: Any) -> Any:
    """Decode JSON data as `ResponseIncompleteEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseIncompleteEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.response = decode_response_object(get("response"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ResponseIncompleteEvent._decode = decode_response_incomplete_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseFailedEvent(Model):
    """The response failed. The stream ends with this event.

    Attributes:
        type: The document does not describe it.
        response: The failed response, with its error.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ResponseFailedEvent"
    _role: ClassVar[EventRole | None] = EventRole(ends="failed", reply="response")

    type: Literal["response.failed"] = "response.failed"
    response: ResponseObject
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["response.failed"] = "response.failed",
        response: ResponseObject,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.response = response
        self.sequence_number = sequence_number
        self.model = model


def decode_response_failed_event(data: Any) -> Any:
    """Decode JSON data as `ResponseFailedEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseFailedEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.response = decode_response_object(get("response"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ResponseFailedEvent._decode = decode_response_failed_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ErrorEvent(Model):
    """An error occurred during the stream. The stream ends with this event.

    Attributes:
        type: The document does not describe it.
        code: The error code.
        message: The error message.
        error: The same error, in the format of an error body.
        sequence_number: The index of the event in the stream, from 0.
        model: The requested model.
    """

    _schema: ClassVar[str] = "ErrorEvent"
    _role: ClassVar[EventRole | None] = EventRole(ends="error", code=("code",), message=("message",))

    type: Literal["error"] = "error"
    code: str | None = None
    message: str | None = None
    error: ErrorDetail | None = None
    sequence_number: int | None = None
    model: str | None = None

    def __init__(
        self,
        *,
        type: Literal["error"] = "error",
        code: str | None = None,
        message: str | None = None,
        error: ErrorDetail | None = None,
        sequence_number: int | None = None,
        model: str | None = None,
    ) -> None:
        super().__init__()
        self.type = type
        self.code = code
        self.message = message
        self.error = error
        self.sequence_number = sequence_number
        self.model = model


def decode_error_event(data: Any) -> Any:
    """Decode JSON data as `ErrorEvent`."""
    if kind_of(data) is not dict:
        return data
    self = new(ErrorEvent)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.code = get("code")
    self.message = get("message")
    self.error = decode_error_detail(get("error"))
    self.sequence_number = get("sequence_number")
    self.model = get("model")
    return self


ErrorEvent._decode = decode_error_event


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChatCompletionChunk(Model):
    """A chunk of a chat completion.

    Attributes:
        id: The id of the chat completion, the same in each chunk.
        object: The document does not describe it.
        created: When the answer was created, in seconds since 1970. Read as a datetime in UTC.
        model: The model that generates the answer.
        choices: The new content of each alternative answer.
        system_fingerprint: Identifies the configuration of the model.
        usage: The tokens that the call used, if the last chunk has them.
    """

    _schema: ClassVar[str] = "ChatCompletionChunk"
    _role: ClassVar[EventRole | None] = EventRole(
        text=("choices", {"index": 0}, "delta", "content"),
        assembly=Assembly(
            list="choices",
            key="index",
            delta="delta",
            into="message",
            id="id",
            finished="finish_reason",
            constants={"object": "chat.completion"},
            once=("role", "id", "type", "name", "format", "signature", "url"),
            pieces=("tool_calls", "reasoning_details"),
            decode=decode_chat_completion,
        ),
    )

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: datetime
    model: str
    choices: list[ChunkChoice]
    system_fingerprint: str | None = None
    usage: ChatUsage | None = None

    def __init__(
        self,
        *,
        id: str,
        object: Literal["chat.completion.chunk"] = "chat.completion.chunk",
        created: datetime,
        model: str,
        choices: list[ChunkChoice],
        system_fingerprint: str | None = None,
        usage: ChatUsage | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.object = object
        self.created = created
        self.model = model
        self.choices = choices
        self.system_fingerprint = system_fingerprint
        self.usage = usage

    @property
    def type(self) -> Literal["chat.completion.chunk"]:
        """An alias of `object`, which other classes call `type`."""
        return self.object


def decode_chat_completion_chunk(data: Any) -> Any:
    """Decode JSON data as `ChatCompletionChunk`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChatCompletionChunk)
    self._data = data
    self._http = None
    get = data.get
    self.id = get("id")
    self.object = get("object")
    self.created = time_of(get("created"))
    self.model = get("model")
    self.choices = list_of(get("choices"), decode_chunk_choice)
    self.system_fingerprint = get("system_fingerprint")
    self.usage = decode_chat_usage(get("usage"))
    return self


ChatCompletionChunk._decode = decode_chat_completion_chunk


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChunkChoice(Model):
    """The new content of one alternative answer.

    Attributes:
        index: Its index among the alternatives, from 0.
        delta: The new content of the message.
        finish_reason: Why the model stopped; null until it does.
    """

    _schema: ClassVar[str] = "ChunkChoice"

    index: int
    delta: ChunkDelta
    finish_reason: FinishReason | None = None

    def __init__(
        self,
        *,
        index: int,
        delta: ChunkDelta,
        finish_reason: FinishReason | None = None,
    ) -> None:
        super().__init__()
        self.index = index
        self.delta = delta
        self.finish_reason = finish_reason


def decode_chunk_choice(data: Any) -> Any:
    """Decode JSON data as `ChunkChoice`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChunkChoice)
    self._data = data
    self._http = None
    get = data.get
    self.index = get("index")
    self.delta = decode_chunk_delta(get("delta"))
    self.finish_reason = get("finish_reason")
    return self


ChunkChoice._decode = decode_chunk_choice


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ChunkDelta(Model):
    """The new content of a message.

    Attributes:
        role: The role of the author, in the first chunk only.
        content: The text to append to the text received so far.
    """

    _schema: ClassVar[str] = "ChunkDelta"

    role: str | None = None
    content: str | None = None

    def __init__(
        self,
        *,
        role: str | None = None,
        content: str | None = None,
    ) -> None:
        super().__init__()
        self.role = role
        self.content = content


def decode_chunk_delta(data: Any) -> Any:
    """Decode JSON data as `ChunkDelta`."""
    if kind_of(data) is not dict:
        return data
    self = new(ChunkDelta)
    self._data = data
    self._http = None
    get = data.get
    self.role = get("role")
    self.content = get("content")
    return self


ChunkDelta._decode = decode_chunk_delta


ResponseEvent: TypeAlias = (
    ResponseCreatedEvent
    | ResponseInProgressEvent
    | OutputItemAddedEvent
    | ContentPartAddedEvent
    | OutputTextDeltaEvent
    | OutputTextDoneEvent
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionCallArgumentsDeltaEvent
    | FunctionCallArgumentsDoneEvent
    | CustomToolCallInputDeltaEvent
    | CustomToolCallInputDoneEvent
    | ReasoningSummaryPartAddedEvent
    | ReasoningSummaryTextDeltaEvent
    | ReasoningSummaryTextDoneEvent
    | ReasoningSummaryPartDoneEvent
    | ReasoningTextDeltaEvent
    | ReasoningTextDoneEvent
    | ContentPartDoneEvent
    | OutputItemDoneEvent
    | ResponseCompletedEvent
    | ResponseIncompleteEvent
    | ResponseFailedEvent
    | ErrorEvent
    | Unknown
)
"""An event of a stream that builds a response."""

_RESPONSE_EVENT_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "response.created": decode_response_created_event,
    "response.in_progress": decode_response_in_progress_event,
    "response.output_item.added": decode_output_item_added_event,
    "response.content_part.added": decode_content_part_added_event,
    "response.output_text.delta": decode_output_text_delta_event,
    "response.output_text.done": decode_output_text_done_event,
    "response.refusal.delta": decode_refusal_delta_event,
    "response.refusal.done": decode_refusal_done_event,
    "response.function_call_arguments.delta": decode_function_call_arguments_delta_event,
    "response.function_call_arguments.done": decode_function_call_arguments_done_event,
    "response.custom_tool_call_input.delta": decode_custom_tool_call_input_delta_event,
    "response.custom_tool_call_input.done": decode_custom_tool_call_input_done_event,
    "response.reasoning_summary_part.added": decode_reasoning_summary_part_added_event,
    "response.reasoning_summary_text.delta": decode_reasoning_summary_text_delta_event,
    "response.reasoning_summary_text.done": decode_reasoning_summary_text_done_event,
    "response.reasoning_summary_part.done": decode_reasoning_summary_part_done_event,
    "response.reasoning_text.delta": decode_reasoning_text_delta_event,
    "response.reasoning_text.done": decode_reasoning_text_done_event,
    "response.content_part.done": decode_content_part_done_event,
    "response.output_item.done": decode_output_item_done_event,
    "response.completed": decode_response_completed_event,
    "response.incomplete": decode_response_incomplete_event,
    "response.failed": decode_response_failed_event,
    "error": decode_error_event,
}
_RESPONSE_EVENT_SHAPES: Shapes = (
    (decode_response_created_event, frozenset(["response"]), {}),
    (decode_response_in_progress_event, frozenset(["response"]), {}),
    (decode_output_item_added_event, frozenset(["item"]), {}),
    (decode_content_part_added_event, frozenset(["part"]), {}),
    (decode_output_text_delta_event, frozenset(["delta"]), {}),
    (decode_output_text_done_event, frozenset(["text"]), {}),
    (decode_refusal_delta_event, frozenset(["delta"]), {}),
    (decode_refusal_done_event, frozenset(["refusal"]), {}),
    (decode_function_call_arguments_delta_event, frozenset(["delta"]), {}),
    (decode_function_call_arguments_done_event, frozenset(["arguments"]), {}),
    (decode_custom_tool_call_input_delta_event, frozenset(["delta"]), {}),
    (decode_custom_tool_call_input_done_event, frozenset(["input"]), {}),
    (decode_reasoning_summary_part_added_event, frozenset(["part"]), {}),
    (decode_reasoning_summary_text_delta_event, frozenset(["delta"]), {}),
    (decode_reasoning_summary_text_done_event, frozenset(["text"]), {}),
    (decode_reasoning_summary_part_done_event, frozenset(["part"]), {}),
    (decode_reasoning_text_delta_event, frozenset(["delta"]), {}),
    (decode_reasoning_text_done_event, frozenset(["text"]), {}),
    (decode_content_part_done_event, frozenset(["part"]), {}),
    (decode_output_item_done_event, frozenset(["item"]), {}),
    (decode_response_completed_event, frozenset(["response"]), {}),
    (decode_response_incomplete_event, frozenset(["response"]), {}),
    (decode_response_failed_event, frozenset(["response"]), {}),
)


def decode_response_event(data: Any) -> Any:
    """Decode JSON data as a member of `ResponseEvent`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("type")
    if type(kind) is str:
        return _RESPONSE_EVENT_BY_TYPE.get(kind, unknown)(data)
    return by_shape(data, _RESPONSE_EVENT_SHAPES)


StreamEvent: TypeAlias = ResponseEvent | ChatCompletionChunk | Unknown
"""An event of a stream. Its shape depends on the shape of the reply."""

_STREAM_EVENT_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "response.created": decode_response_created_event,
    "response.in_progress": decode_response_in_progress_event,
    "response.output_item.added": decode_output_item_added_event,
    "response.content_part.added": decode_content_part_added_event,
    "response.output_text.delta": decode_output_text_delta_event,
    "response.output_text.done": decode_output_text_done_event,
    "response.refusal.delta": decode_refusal_delta_event,
    "response.refusal.done": decode_refusal_done_event,
    "response.function_call_arguments.delta": decode_function_call_arguments_delta_event,
    "response.function_call_arguments.done": decode_function_call_arguments_done_event,
    "response.custom_tool_call_input.delta": decode_custom_tool_call_input_delta_event,
    "response.custom_tool_call_input.done": decode_custom_tool_call_input_done_event,
    "response.reasoning_summary_part.added": decode_reasoning_summary_part_added_event,
    "response.reasoning_summary_text.delta": decode_reasoning_summary_text_delta_event,
    "response.reasoning_summary_text.done": decode_reasoning_summary_text_done_event,
    "response.reasoning_summary_part.done": decode_reasoning_summary_part_done_event,
    "response.reasoning_text.delta": decode_reasoning_text_delta_event,
    "response.reasoning_text.done": decode_reasoning_text_done_event,
    "response.content_part.done": decode_content_part_done_event,
    "response.output_item.done": decode_output_item_done_event,
    "response.completed": decode_response_completed_event,
    "response.incomplete": decode_response_incomplete_event,
    "response.failed": decode_response_failed_event,
    "error": decode_error_event,
}
_STREAM_EVENT_BY_OBJECT: dict[str, Callable[[Any], Any]] = {
    "chat.completion.chunk": decode_chat_completion_chunk,
}
_STREAM_EVENT_SHAPES: Shapes = (
    (decode_response_created_event, frozenset(["response"]), {}),
    (decode_response_in_progress_event, frozenset(["response"]), {}),
    (decode_output_item_added_event, frozenset(["item"]), {}),
    (decode_content_part_added_event, frozenset(["part"]), {}),
    (decode_output_text_delta_event, frozenset(["delta"]), {}),
    (decode_output_text_done_event, frozenset(["text"]), {}),
    (decode_refusal_delta_event, frozenset(["delta"]), {}),
    (decode_refusal_done_event, frozenset(["refusal"]), {}),
    (decode_function_call_arguments_delta_event, frozenset(["delta"]), {}),
    (decode_function_call_arguments_done_event, frozenset(["arguments"]), {}),
    (decode_custom_tool_call_input_delta_event, frozenset(["delta"]), {}),
    (decode_custom_tool_call_input_done_event, frozenset(["input"]), {}),
    (decode_reasoning_summary_part_added_event, frozenset(["part"]), {}),
    (decode_reasoning_summary_text_delta_event, frozenset(["delta"]), {}),
    (decode_reasoning_summary_text_done_event, frozenset(["text"]), {}),
    (decode_reasoning_summary_part_done_event, frozenset(["part"]), {}),
    (decode_reasoning_text_delta_event, frozenset(["delta"]), {}),
    (decode_reasoning_text_done_event, frozenset(["text"]), {}),
    (decode_content_part_done_event, frozenset(["part"]), {}),
    (decode_output_item_done_event, frozenset(["item"]), {}),
    (decode_response_completed_event, frozenset(["response"]), {}),
    (decode_response_incomplete_event, frozenset(["response"]), {}),
    (decode_response_failed_event, frozenset(["response"]), {}),
    (
        decode_chat_completion_chunk,
        frozenset(["id", "object", "created", "model", "choices"]),
        {"object": "chat.completion.chunk"},
    ),
)


def decode_stream_event(data: Any) -> Any:
    """Decode JSON data as a member of `StreamEvent`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("type")
    decode = _STREAM_EVENT_BY_TYPE.get(kind) if type(kind) is str else None
    if decode is not None:
        return decode(data)
    kind = data.get("object")
    decode = _STREAM_EVENT_BY_OBJECT.get(kind) if type(kind) is str else None
    if decode is not None:
        return decode(data)
    if type(data.get("type")) is str:
        return unknown(data)
    return by_shape(data, _STREAM_EVENT_SHAPES)
