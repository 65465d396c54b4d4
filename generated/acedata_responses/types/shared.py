"""What both requests and replies are made of.

Reading the answer, kind by kind: each `decode_...` function makes the class of its name from JSON data, and lets
everything else pass as it came.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

from attrs import define

from .._json import kind_of
from ._decoding import new
from ._model import Model

TextFormatKind: TypeAlias = Literal["text", "json_object", "json_schema"] | str
"""The kind of form of a text. One that is not listed here may work too."""


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class Tool(Model):
    """A tool that the model may call. Which further fields it has depends on its kind.

    Attributes:
        type: The kind of tool, such as function or custom, or one that the vendor runs itself.
        name: The name by which the model calls it.
        description: What it does, for the model to read.
        parameters: The arguments of a function, as a JSON Schema.
        strict: Whether the model must keep to the schema.
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
    """How the text of an answer should be.

    Attributes:
        format: The form of the text.
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
    """The form of a text.

    Attributes:
        type: The kind of form of a text. One that is not listed here may work too.
        name: The name of a JSON Schema, for the model to read.
        schema: The JSON Schema that the text must fit, where the kind is json_schema.
        strict: Whether the model must keep to the schema.
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
    """How a reasoning model should think.

    Attributes:
        effort: How much to think, such as low, medium or high.
        summary: How much of the thinking to tell, such as auto, concise or detailed.
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
    """Text that the model wrote.

    Attributes:
        type: The document does not describe it.
        annotations: Remarks on places in the text, such as the sources it cites.
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
    """The model's word that it will not answer.

    Attributes:
        type: The document does not describe it.
        refusal: Why the model will not answer.
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
