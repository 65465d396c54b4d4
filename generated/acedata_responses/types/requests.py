"""Types that requests use.

Each `decode_...` function decodes JSON data as the class in its name, and returns data of another type unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import define

from .._json import kind_of
from ._decoding import list_of, new
from ._model import Model
from ._roles import DataPart
from ._unknown import Shapes, Unknown, by_shape, unknown
from .shared import OutputTextPart, RefusalPart, decode_output_text_part, decode_refusal_part

ModelName: TypeAlias = (
    Literal[
        "gpt-5.4",
        "gpt-5.4-pro",
        "gpt-5.1",
        "gpt-5.1-all",
        "gpt-5",
        "gpt-5-mini",
        "gpt-5-nano",
        "gpt-4",
        "gpt-4-all",
        "gpt-4-turbo",
        "gpt-4-turbo-preview",
        "gpt-4-vision-preview",
        "gpt-4.1",
        "gpt-4.1-2025-04-14",
        "gpt-4.1-mini",
        "gpt-4.1-mini-2025-04-14",
        "gpt-4.1-nano",
        "gpt-4.1-nano-2025-04-14",
        "gpt-4.5-preview",
        "gpt-4.5-preview-2025-02-27",
        "gpt-4o",
        "gpt-4o-2024-05-13",
        "gpt-4o-2024-08-06",
        "gpt-4o-2024-11-20",
        "gpt-4o-all",
        "gpt-4o-image",
        "gpt-4o-mini",
        "gpt-4o-mini-2024-07-18",
        "gpt-4o-mini-search-preview",
        "gpt-4o-mini-search-preview-2025-03-11",
        "gpt-4o-search-preview",
        "gpt-4o-search-preview-2025-03-11",
        "gpt-35-turbo-16k",
        "o1",
        "o1-2024-12-17",
        "o1-all",
        "o1-mini",
        "o1-mini-2024-09-12",
        "o1-mini-all",
        "o1-preview",
        "o1-preview-2024-09-12",
        "o1-preview-all",
        "o1-pro",
        "o1-pro-2025-03-19",
        "o1-pro-all",
        "o3",
        "o3-2025-04-16",
        "o3-all",
        "o3-mini",
        "o3-mini-2025-01-31",
        "o3-mini-2025-01-31-high",
        "o3-mini-2025-01-31-low",
        "o3-mini-2025-01-31-medium",
        "o3-mini-all",
        "o3-mini-high",
        "o3-mini-high-all",
        "o3-mini-low",
        "o3-mini-medium",
        "o3-pro",
        "o3-pro-2025-06-10",
        "o4-mini",
        "o4-mini-2025-04-16",
        "o4-mini-all",
        "o4-mini-high-all",
    ]
    | str
)
"""The name of the model. Names that are not listed here may work too."""

ResponseFormatKind: TypeAlias = Literal["text", "json_object"] | str
"""The type of a format. Types that are not listed here may work too."""


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class InputMessage(Model):
    """A message of the user, the model or the developer.

    Attributes:
        role: The role of the author.
        content: The message as plain text or as a list of parts.
        type: The type of the item; optional.
    """

    _schema: ClassVar[str] = "InputMessage"

    role: Literal["user", "assistant", "system", "developer"] | str
    content: str | list[InputContentPart]
    type: Literal["message"] | None = None

    def __init__(
        self,
        *,
        role: Literal["user", "assistant", "system", "developer"] | str,
        content: str | list[InputContentPart],
        type: Literal["message"] | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.role = role
        self.content = content
        self.type = type


def decode_input_message(data: Any) -> Any:
    """Decode JSON data as `InputMessage`."""
    if kind_of(data) is not dict:
        return data
    self = new(InputMessage)
    self._data = data
    self._http = None
    get = data.get
    self.role = get("role")
    self.content = list_of(get("content"), decode_input_content_part)
    self.type = get("type")
    return self


InputMessage._decode = decode_input_message


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ToolItem(Model):
    """A tool call, its result, or another item of an earlier output.

    Attributes:
        type: The type of the item, such as function_call or function_call_output.
        id: The id that the item had in the output.
        call_id: The id that the call and its result share.
        name: The name of the tool.
        arguments: The arguments of a function, as JSON text.
        input: The input of a custom tool.
        output: The result of the tool, as text or as a list of parts.
    """

    _schema: ClassVar[str] = "ToolItem"

    type: str
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    input: str | None = None
    output: str | list[dict[str, Any]] | None = None

    def __init__(
        self,
        *,
        type: str,
        id: str | None = None,
        call_id: str | None = None,
        name: str | None = None,
        arguments: str | None = None,
        input: str | None = None,
        output: str | list[dict[str, Any]] | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.id = id
        self.call_id = call_id
        self.name = name
        self.arguments = arguments
        self.input = input
        self.output = output


def decode_tool_item(data: Any) -> Any:
    """Decode JSON data as `ToolItem`."""
    if kind_of(data) is not dict:
        return data
    self = new(ToolItem)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.id = get("id")
    self.call_id = get("call_id")
    self.name = get("name")
    self.arguments = get("arguments")
    self.input = get("input")
    self.output = get("output")
    return self


ToolItem._decode = decode_tool_item


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class OtherInputPart(Model):
    """A part of another type, which the service passes on unchanged.

    Attributes:
        type: The type of the part.
    """

    _schema: ClassVar[str] = "OtherInputPart"

    type: str

    def __init__(
        self,
        *,
        type: str,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type


def decode_other_input_part(data: Any) -> Any:
    """Decode JSON data as `OtherInputPart`."""
    if kind_of(data) is not dict:
        return data
    self = new(OtherInputPart)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    return self


OtherInputPart._decode = decode_other_input_part


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class InputTextPart(Model):
    """Text in a message.

    Attributes:
        type: The document does not describe it.
        text: The text.
    """

    _schema: ClassVar[str] = "InputTextPart"

    type: Literal["input_text"] = "input_text"
    text: str

    def __init__(
        self,
        *,
        type: Literal["input_text"] = "input_text",
        text: str,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.text = text


def decode_input_text_part(data: Any) -> Any:
    """Decode JSON data as `InputTextPart`."""
    if kind_of(data) is not dict:
        return data
    self = new(InputTextPart)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.text = get("text")
    return self


InputTextPart._decode = decode_input_text_part


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class InputImagePart(Model):
    """An image in a message.

    Attributes:
        type: The document does not describe it.
        image_url: The URL of the image, or its content as a data URL.
    """

    _schema: ClassVar[str] = "InputImagePart"
    _data_part: ClassVar[DataPart | None] = DataPart(url="image_url", media_types=("image/*",))

    type: Literal["input_image"] = "input_image"
    image_url: str | None = None

    def __init__(
        self,
        *,
        type: Literal["input_image"] = "input_image",
        image_url: str | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.image_url = image_url

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        media_type: str | None = None,
        max_bytes: int | None = 20_000_000,
        **fields: Any,
    ) -> InputImagePart:
        """Return a part with the content of a file.

        Args:
            path: The file. It is read immediately.
            media_type: The media type of the file. Guessed from the file name by default.
            max_bytes: The maximum size of the content in bytes, None for no limit. The limit of the service is not
                documented.
            fields: Additional fields of the part.

        Raises:
            OSError: The file cannot be read, for example because it does not exist.
            ValueError: The media type cannot be guessed or is not accepted here (`image/*`), or the file is empty or
                larger than `max_bytes`.
        """
        from ._files import part_from_file

        return part_from_file(cls, path, media_type=media_type, max_bytes=max_bytes, fields=fields)

    @classmethod
    def from_bytes(
        cls,
        content: bytes,
        media_type: str,
        *,
        max_bytes: int | None = 20_000_000,
        **fields: Any,
    ) -> InputImagePart:
        """Return a part with the given content.

        Args:
            content: The content.
            media_type: The media type of the content.
            max_bytes: As in `from_file`.
            fields: Additional fields of the part.

        Raises:
            ValueError: The media type is not accepted here (`image/*`), or the content is empty or larger than
                `max_bytes`.
        """
        from ._files import part_from_bytes

        return part_from_bytes(cls, content, media_type, name=None, max_bytes=max_bytes, fields=fields)


def decode_input_image_part(data: Any) -> Any:
    """Decode JSON data as `InputImagePart`."""
    if kind_of(data) is not dict:
        return data
    self = new(InputImagePart)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.image_url = get("image_url")
    return self


InputImagePart._decode = decode_input_image_part


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class InputFilePart(Model):
    """A file in a message.

    Attributes:
        type: The document does not describe it.
        file_data: The content of the file as a data URL.
        filename: The name of the file, if its content is sent.
        file_url: The URL of the file.
    """

    _schema: ClassVar[str] = "InputFilePart"
    _data_part: ClassVar[DataPart | None] = DataPart(url="file_data", name="filename", media_types=("*/*",))

    type: Literal["input_file"] = "input_file"
    file_data: str | None = None
    filename: str | None = None
    file_url: str | None = None

    def __init__(
        self,
        *,
        type: Literal["input_file"] = "input_file",
        file_data: str | None = None,
        filename: str | None = None,
        file_url: str | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type
        self.file_data = file_data
        self.filename = filename
        self.file_url = file_url

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        media_type: str | None = None,
        max_bytes: int | None = 20_000_000,
        **fields: Any,
    ) -> InputFilePart:
        """Return a part with the content of a file.

        Args:
            path: The file. It is read immediately.
            media_type: The media type of the file. Guessed from the file name by default.
            max_bytes: The maximum size of the content in bytes, None for no limit. The limit of the service is not
                documented.
            fields: Additional fields of the part.

        Raises:
            OSError: The file cannot be read, for example because it does not exist.
            ValueError: The media type cannot be guessed or is malformed, or the file is empty or larger than
                `max_bytes`.
        """
        from ._files import part_from_file

        return part_from_file(cls, path, media_type=media_type, max_bytes=max_bytes, fields=fields)

    @classmethod
    def from_bytes(
        cls,
        content: bytes,
        media_type: str,
        *,
        name: str,
        max_bytes: int | None = 20_000_000,
        **fields: Any,
    ) -> InputFilePart:
        """Return a part with the given content.

        Args:
            content: The content.
            media_type: The media type of the content.
            name: The file name that the model sees.
            max_bytes: As in `from_file`.
            fields: Additional fields of the part.

        Raises:
            ValueError: The media type is malformed, or the content is empty or larger than `max_bytes`.
        """
        from ._files import part_from_bytes

        return part_from_bytes(cls, content, media_type, name=name, max_bytes=max_bytes, fields=fields)


def decode_input_file_part(data: Any) -> Any:
    """Decode JSON data as `InputFilePart`."""
    if kind_of(data) is not dict:
        return data
    self = new(InputFilePart)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    self.file_data = get("file_data")
    self.filename = get("filename")
    self.file_url = get("file_url")
    return self


InputFilePart._decode = decode_input_file_part


@define(eq=False, repr=False, getstate_setstate=False, kw_only=True, init=False)
class ResponseFormat(Model):
    """The format of an answer.

    Attributes:
        type: The type of the format. The service's default is "text".
    """

    _schema: ClassVar[str] = "ResponseFormat"

    type: ResponseFormatKind | None = None

    def __init__(
        self,
        *,
        type: ResponseFormatKind | None = None,
        **further_fields: Any,
    ) -> None:
        super().__init__(further_fields)
        self.type = type


def decode_response_format(data: Any) -> Any:
    """Decode JSON data as `ResponseFormat`."""
    if kind_of(data) is not dict:
        return data
    self = new(ResponseFormat)
    self._data = data
    self._http = None
    get = data.get
    self.type = get("type")
    return self


ResponseFormat._decode = decode_response_format


InputItem: TypeAlias = InputMessage | ToolItem | Unknown
"""One item of the conversation."""

_INPUT_ITEM_SHAPES: Shapes = (
    (decode_input_message, frozenset(["role", "content"]), {"type": "message"}),
    (decode_tool_item, frozenset(["type"]), {}),
)


def decode_input_item(data: Any) -> Any:
    """Decode JSON data as a member of `InputItem`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    return by_shape(data, _INPUT_ITEM_SHAPES)


KnownInputPart: TypeAlias = InputTextPart | InputImagePart | InputFilePart | OutputTextPart | RefusalPart | Unknown
"""A part of a documented type."""

_KNOWN_INPUT_PART_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "input_text": decode_input_text_part,
    "input_image": decode_input_image_part,
    "input_file": decode_input_file_part,
    "output_text": decode_output_text_part,
    "refusal": decode_refusal_part,
}
_KNOWN_INPUT_PART_SHAPES: Shapes = (
    (decode_input_text_part, frozenset(["text"]), {}),
    (decode_output_text_part, frozenset(["text"]), {}),
    (decode_refusal_part, frozenset(["refusal"]), {}),
)


def decode_known_input_part(data: Any) -> Any:
    """Decode JSON data as a member of `KnownInputPart`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("type")
    if type(kind) is str:
        return _KNOWN_INPUT_PART_BY_TYPE.get(kind, unknown)(data)
    return by_shape(data, _KNOWN_INPUT_PART_SHAPES)


InputContentPart: TypeAlias = KnownInputPart | OtherInputPart | Unknown
"""One part of a message."""

_INPUT_CONTENT_PART_BY_TYPE: dict[str, Callable[[Any], Any]] = {
    "input_text": decode_input_text_part,
    "input_image": decode_input_image_part,
    "input_file": decode_input_file_part,
    "output_text": decode_output_text_part,
    "refusal": decode_refusal_part,
}
_INPUT_CONTENT_PART_SHAPES: Shapes = (
    (decode_input_text_part, frozenset(["text"]), {}),
    (decode_output_text_part, frozenset(["text"]), {}),
    (decode_refusal_part, frozenset(["refusal"]), {}),
    (decode_other_input_part, frozenset(["type"]), {}),
)
_INPUT_CONTENT_PART_OTHERS: Shapes = ((decode_other_input_part, frozenset(["type"]), {}),)


def decode_input_content_part(data: Any) -> Any:
    """Decode JSON data as a member of `InputContentPart`, selected by its discriminator or else by its fields."""
    if kind_of(data) is not dict:
        return data
    kind = data.get("type")
    decode = _INPUT_CONTENT_PART_BY_TYPE.get(kind) if type(kind) is str else None
    if decode is not None:
        return decode(data)
    if type(data.get("type")) is str:
        return by_shape(data, _INPUT_CONTENT_PART_OTHERS)
    return by_shape(data, _INPUT_CONTENT_PART_SHAPES)
