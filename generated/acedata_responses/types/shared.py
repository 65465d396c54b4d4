"""Types that both requests and replies use.

Each `decode_...` function decodes JSON data as the class in its name, and returns data of another type unchanged.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

from attrs import define

from .._json import kind_of
from ._decoding import new
from ._model import Model

TextFormatKind: TypeAlias = Literal["text", "json_object", "json_schema"] | str
"""The type of a text format. Types that are not listed here may work too."""


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class Tool(Model):
    """A tool that the model may call. Its other fields depend on its type.

    Attributes:
        type: The type of the tool, such as function, custom, or one that the vendor runs.
        name: The name of the tool.
        description: A description of the tool for the model.
        parameters: The parameters of a function, as a JSON Schema.
        strict: Whether the model must follow the schema.
    """

    _schema: ClassVar[str] = "Tool"

    type: str
    name: str | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None

    def __init__(
        self,
        *,
        type: str,
        name: str | None = None,
        description: str | None = None,
        parameters: dict[str, Any] | None = None,
        strict: bool | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.name = name
        self.description = description
        self.parameters = parameters
        self.strict = strict


def decode_tool(data: Any) -> Any:
    """Decode JSON data as `Tool`."""
    if kind_of(data) is not dict:
        return data
    self = new(Tool)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.name = get("name")
    self.description = get("description")
    self.parameters = get("parameters")
    self.strict = get("strict")
    return self


Tool._decode = decode_tool


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class TextOptions(Model):
    """Options for the text of an answer.

    Attributes:
        format: The format of the text.
    """

    _schema: ClassVar[str] = "TextOptions"

    format: TextFormat | None = None

    def __init__(
        self,
        *,
        format: TextFormat | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.format = format


def decode_text_options(data: Any) -> Any:
    """Decode JSON data as `TextOptions`."""
    if kind_of(data) is not dict:
        return data
    self = new(TextOptions)
    self._data = data
    self._http = None
    get = data.get
    self.format = decode_text_format(get("format"))
    return self


TextOptions._decode = decode_text_options


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class TextFormat(Model):
    """The format of a text.

    Attributes:
        type: The type of a text format. Types that are not listed here may work too.
        name: The name of the JSON Schema, shown to the model.
        schema: The JSON Schema for the text, if the type is json_schema.
        strict: Whether the model must follow the schema.
    """

    _schema: ClassVar[str] = "TextFormat"

    type: TextFormatKind | None = None
    name: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None

    def __init__(
        self,
        *,
        type: TextFormatKind | None = None,
        name: str | None = None,
        schema: dict[str, Any] | None = None,
        strict: bool | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.name = name
        self.schema = schema
        self.strict = strict


def decode_text_format(data: Any) -> Any:
    """Decode JSON data as `TextFormat`."""
    if kind_of(data) is not dict:
        return data
    self = new(TextFormat)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.name = get("name")
    self.schema = get("schema")
    self.strict = get("strict")
    return self


TextFormat._decode = decode_text_format


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ReasoningOptions(Model):
    """Options for reasoning models.

    Attributes:
        effort: How much reasoning to do, such as low, medium or high.
        summary: How detailed the summary of the reasoning is, such as auto, concise or detailed.
    """

    _schema: ClassVar[str] = "ReasoningOptions"

    effort: str | None = None
    summary: str | None = None

    def __init__(
        self,
        *,
        effort: str | None = None,
        summary: str | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.effort = effort
        self.summary = summary


def decode_reasoning_options(data: Any) -> Any:
    """Decode JSON data as `ReasoningOptions`."""
    if kind_of(data) is not dict:
        return data
    self = new(ReasoningOptions)
    self._data = data
    self._http = None
    get = data.get
    self.effort = get("effort")
    self.summary = get("summary")
    return self


ReasoningOptions._decode = decode_reasoning_options


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OutputTextPart(Model):
    """Text that the model generated.

    Attributes:
        type: The document does not describe it.
        annotations: Annotations of the text, such as citations.
        text: The text.
    """

    _schema: ClassVar[str] = "OutputTextPart"

    type: Literal["output_text"] = "output_text"
    annotations: list[dict[str, Any]] | None = None
    text: str

    def __init__(
        self,
        *,
        type: Literal["output_text"] = "output_text",
        annotations: list[dict[str, Any]] | None = None,
        text: str,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.annotations = annotations
        self.text = text


def decode_output_text_part(data: Any) -> Any:
    """Decode JSON data as `OutputTextPart`."""
    if kind_of(data) is not dict:
        return data
    self = new(OutputTextPart)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.annotations = get("annotations")
    self.text = get("text")
    return self


OutputTextPart._decode = decode_output_text_part


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class RefusalPart(Model):
    """A refusal of the model to answer.

    Attributes:
        type: The document does not describe it.
        refusal: Why the model refuses to answer.
    """

    _schema: ClassVar[str] = "RefusalPart"

    type: Literal["refusal"] = "refusal"
    refusal: str

    def __init__(
        self,
        *,
        type: Literal["refusal"] = "refusal",
        refusal: str,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.refusal = refusal


def decode_refusal_part(data: Any) -> Any:
    """Decode JSON data as `RefusalPart`."""
    if kind_of(data) is not dict:
        return data
    self = new(RefusalPart)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.refusal = get("refusal")
    return self


RefusalPart._decode = decode_refusal_part
