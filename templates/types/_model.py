"""The base of all classes in `types`: JSON data with typed attributes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from .._document.schemas import SCHEMAS
from .._document.validation import Problem, reply_problems
from .._json import is_list, is_object, seconds_of
from .._paths import Path
from ._decoding import time_of
from ._http_response import HTTPResponse
from ._roles import DataPart, EventRole, ReplyRole

ModelT = TypeVar("ModelT", bound="Model")


class Model:
    """JSON data with typed attributes.

    `to_dict()` returns all data that was received, including nulls and undocumented fields. A documented field that was
    not sent is None; undocumented fields are attributes too. Objects are equal if their class and JSON are equal.
    """

    __slots__ = ("__weakref__", "_data", "_http")

    _schema: ClassVar[str] = ""
    _decode: ClassVar[Callable[[Any], Any]]
    _renamed: ClassVar[Mapping[str, str]] = {}
    _failed_when: ClassVar[Mapping[str, Any]] = {}
    _role: ClassVar[EventRole | None] = None
    _reply_role: ClassVar[ReplyRole | None] = None
    _data_part: ClassVar[DataPart | None] = None
    _text: ClassVar[Path] = ()
    _summary: ClassVar[Mapping[str, Path]] = {}
    _unfinished_when: ClassVar[Mapping[str, Sequence[Any]]] = {}

    if TYPE_CHECKING:  # `typing.get_type_hints` shows the documented fields alone
        _data: dict[str, Any]
        _http: HTTPResponse | None
    else:
        # Hidden from type checkers, so that they report a misspelled attribute.
        def __getattr__(self, name: str) -> Any:
            """Read an undocumented field."""
            if not name.startswith("_") and name in self._data and not hasattr(type(self), name):
                return self._data[name]
            return object.__getattribute__(self, name)  # raises the usual AttributeError

    def __init__(self, further_fields: dict[str, Any] | None = None) -> None:
        self._data = further_fields or {}
        self._http = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for pickle and copy; pickle protocols 0 and 1 do not support slots themselves."""
        return {name: getattr(self, name) for name in ("_data", "_http", *attributes_of(type(self)).values())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_dict(cls: type[ModelT], data: Mapping[str, Any]) -> ModelT:
        """Create an object from JSON data, such as that from `to_dict()`."""
        return cls._decode(dict(data))  # type: ignore[no-any-return]

    @property
    def http(self) -> HTTPResponse:
        """The HTTP response with this reply: status code, headers, raw bytes.

        Raises:
            AttributeError: The object is only a part of a reply, or does not come from a response.
        """
        if self._http is None:
            raise AttributeError(f"this {type(self).__name__} has no HTTP response; only a whole reply has one")
        return self._http

    @property
    def problems(self) -> list[Problem]:
        """The violations of the OpenAPI document: missing required fields and values of the wrong type.

        Unknown fields, enum values and types of objects are not violations, since the API may grow.
        """
        return reply_problems(self.to_dict(), SCHEMAS[self._schema], SCHEMAS) if self._schema else []

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data, including undocumented fields and changed attributes."""
        result: dict[str, Any] = {}
        names = attributes_of(type(self))
        for key, came in self._data.items():
            name = names.get(key)
            result[key] = encoded(came if name is None else getattr(self, name), came)
        for key, name in names.items():
            if key not in result and (value := getattr(self, name)) is not None:
                result[key] = encoded(value, None)
        return result

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the object as JSON text. Non-ASCII characters are escaped.

        Args:
            indent: Spaces for each level of nesting; None for one line.
        """
        return json.dumps(self.to_dict(), indent=indent)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """Yield the fields that are not None, documented ones first, for `repr` and rich."""
        names = attributes_of(type(self))
        for name in names.values():
            if (value := getattr(self, name)) is not None:
                yield name, value
        for key, value in self._data.items():
            if key not in names:
                yield key, value


_attributes_by_class: dict[type[Model], dict[str, str]] = {}


def attributes_of(cls: type[Model]) -> dict[str, str]:
    """Return the attribute name of each documented JSON key, in documented order."""
    found = _attributes_by_class.get(cls)
    if found is None:
        keys = {name: key for key, name in cls._renamed.items()}
        names: list[str] = [one.name for one in getattr(cls, "__attrs_attrs__", ())]
        found = _attributes_by_class[cls] = {keys.get(name, name): name for name in names}
    return found


def encoded(value: Any, came: Any) -> Any:
    """Return the JSON data of an attribute's value.

    Args:
        value: The value.
        came: The JSON data that the value was decoded from, or None.
    """
    if isinstance(value, Model):
        return value.to_dict()
    if is_list(value):
        originals: list[Any] = came if is_list(came) and len(came) == len(value) else [None] * len(value)
        return [encoded(entry, original) for entry, original in zip(value, originals, strict=True)]
    if is_object(value):
        return {key: encoded(entry, came.get(key) if is_object(came) else None) for key, entry in value.items()}
    if isinstance(value, datetime):
        # If unchanged, return the original number: it may have more decimals than a datetime.
        return came if time_of(came) == value else seconds_of(value)
    return value
