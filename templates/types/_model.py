"""The base of all classes in `types`, and the pieces from which their decoders are made.

A decoder takes JSON data as it came. What is of another type than documented passes through unchanged, and the
data itself is kept: nothing that the service sent is lost, and `to_dict()` gives it back to the last key and null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias, TypeVar

from attrs import define, field, fields

from .._json import is_list, is_object, kind_of, seconds_of

if TYPE_CHECKING:
    from .._document.validation import Problem
    from ._http_response import HTTPResponse

Path: TypeAlias = "tuple[str | dict[str, Any], ...]"
"""Where something is: a step is an attribute, or values that select entries of a list."""

Shapes: TypeAlias = "tuple[tuple[Callable[[Any], Any], frozenset[str], dict[str, Any]], ...]"
"""Per class its decoder, its required fields, and the constants that it would have."""

new = object.__new__
"""Makes an instance without `__init__`: a decoder sets each attribute itself."""


class Assembly(NamedTuple):
    """How a series of events adds up to a reply.

    Attributes:
        decode: Decodes the reply.
        constants: Fields that the reply has and the events have not, or have otherwise.
        list: The field with the entries.
        key: The field by which entries of several events are one.
        delta: The field of an event's entry that holds what is new.
        into: The field of the reply's entry into which that is merged.
        once: Texts of a delta that are whole in each; all others are pieces to be joined.
    """

    decode: Callable[[Any], Any]
    constants: dict[str, Any]
    list: str
    key: str
    delta: str
    into: str
    once: frozenset[str] = frozenset()


class EventRole(NamedTuple):
    """What an event is to its stream.

    Attributes:
        text: Gives its piece of the answer's text; None when it has none.
        ends: How it ends the stream: `completed`, `incomplete`, `failed` or `error`; None when it does not.
        reply: The attribute that holds the whole reply.
        code: Where the code of the error is that it reports.
        message: Where the text of that error is.
        assembly: How a series of such events adds up to a reply.
    """

    text: Callable[[Any], str] | None = None
    ends: str | None = None
    reply: str | None = None
    code: Path = ()
    message: Path = ()
    assembly: Assembly | None = None


ModelT = TypeVar("ModelT", bound="Model")


@define(eq=False, repr=False, kw_only=True)
class Model:
    """JSON data with typed attributes.

    Two objects are equal when they are of one class and give the same JSON. A field that was not there reads as
    None; one that the document does not know is in `to_dict()`.
    """

    _schema: ClassVar[str] = ""
    _decode: ClassVar[Callable[[Any], Any]]
    _renamed: ClassVar[Mapping[str, str]] = {}
    _failed_when: ClassVar[Mapping[str, Any]] = {}
    _role: ClassVar[EventRole | None] = None

    _data: dict[str, Any] = field(factory=dict[str, Any], init=False)
    _http: HTTPResponse | None = field(default=None, init=False)

    @classmethod
    def from_dict(cls: type[ModelT], data: Mapping[str, Any]) -> ModelT:
        """Make one from JSON data, such as `to_dict()` gives."""
        return cls._decode(dict(data))  # type: ignore[no-any-return]

    @property
    def http(self) -> HTTPResponse:
        """The HTTP answer that brought this object: status code, headers, raw bytes.

        Raises:
            AttributeError: The object is a part of a reply, or was made by hand.
        """
        if self._http is None:
            raise AttributeError(f"this {type(self).__name__} is not itself an answer of the service")
        return self._http

    @property
    def problems(self) -> list[Problem]:
        """Where this object departs from the document: fields that are missing or of another type.

        Growth is no departure: unknown fields, enum values and kinds are kept and not listed.
        """
        from .._document.schemas import SCHEMAS
        from .._document.validation import departures

        return departures(self.to_dict(), SCHEMAS[self._schema], SCHEMAS) if self._schema else []

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON data: what came is given back unchanged, with what was set since."""
        result: dict[str, Any] = {}
        names = _attributes(type(self))
        for key, came in self._data.items():
            name = names.get(key)
            result[key] = _encoded(came if name is None else getattr(self, name), came)
        for key, name in names.items():
            if key not in result and (value := getattr(self, name)) is not None:
                result[key] = _encoded(value, None)
        return result

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ((name, getattr(self, name)) for name in _attributes(type(self)).values())
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown if value is not None)})"


@define(eq=False, repr=False, kw_only=True)
class Unknown(Model):
    """An object of a kind that the document does not know, as the service may send after it has grown.

    Its fields are read as attributes (`event.type`) or from `to_dict()`.
    """

    _names_its_kind: bool = field(default=False, init=False)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in self._data:
            return self._data[name]
        raise AttributeError(f"this object of an unknown kind has no field {name!r}")

    def __repr__(self) -> str:
        return f"Unknown({self._data!r})"


EntryT = TypeVar("EntryT")


class ListReply(list[EntryT]):
    """A list that the service answered with; the HTTP answer stands beside it."""

    __slots__ = ("_data", "_http", "_schema")

    _data: list[Any]
    _http: HTTPResponse | None
    _schema: Mapping[str, Any]
    _failed_when: ClassVar[Mapping[str, Any]] = {}

    @property
    def http(self) -> HTTPResponse:
        """The HTTP answer that brought this list: status code, headers, raw bytes."""
        assert self._http is not None
        return self._http

    @property
    def problems(self) -> list[Problem]:
        """Where this list departs from the document: entries that lack a field or are of another type."""
        from .._document.schemas import SCHEMAS
        from .._document.validation import departures

        return departures(self.to_list(), self._schema, SCHEMAS)

    def to_list(self) -> list[Any]:
        """The list as JSON data: what came is given back unchanged, with what was set since."""
        encoded: list[Any] = _encoded(list(self), self._data)
        return encoded


def list_reply(decode: Callable[[Any], Any], schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The decoder of an answer that is a list; anything else it gives as it came.

    Args:
        decode: Decodes the list.
        schema: What the document says of it.
    """

    def decoded(data: Any) -> Any:
        if kind_of(data) is not list:
            return data
        self: ListReply[Any] = ListReply(decode(data))
        self._data, self._http, self._schema = data, None, schema
        return self

    return decoded


def unknown(data: Any) -> Any:
    """An object that says of what kind it is, of one that the document does not list."""
    self = _nameless(data)
    self._names_its_kind = True
    return self


Model._decode = unknown


def _nameless(data: dict[str, Any]) -> Unknown:
    """An object that does not say what it is, and looks like nothing documented."""
    self = new(Unknown)
    self._data = data
    self._http = None
    self._names_its_kind = False
    return self


def list_of(data: Any, decode: Callable[[Any], Any]) -> Any:
    """Each entry of a list decoded; anything but a list as it came."""
    return [decode(entry) for entry in data] if kind_of(data) is list else data


def map_of(data: Any, decode: Callable[[Any], Any]) -> Any:
    """Each value of an object decoded; anything but an object as it came."""
    return {key: decode(value) for key, value in data.items()} if kind_of(data) is dict else data


def time_of(data: Any) -> Any:
    """Seconds since 1970 as an aware datetime in UTC; anything that is no such number as it came."""
    if kind_of(data) not in (int, float):
        return data
    try:
        return datetime.fromtimestamp(data, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return data


def by_shape(data: dict[str, Any], shapes: Shapes) -> Any:
    """Decode data that does not say what it is, or not in a word, as the class that it looks most like.

    Args:
        data: A JSON object.
        shapes: Per class its decoder, its required fields, and the constants that it would have.

    Returns:
        The decoded object: a class of which no required field is missing comes before others, then counts how many
        there are. An `Unknown` when no class has more than half of them there, or two are equally near.
    """
    likely = [
        ((required <= data.keys(), len(required & data.keys())), decode)
        for decode, required, constants in shapes
        if 2 * len(required & data.keys()) > len(required)
        and all(
            kind_of(data.get(key)) is not kind_of(value) or data[key] == value
            for key, value in constants.items()
        )
    ]
    nearest = max((nearness for nearness, _decode in likely), default=None)
    best = [decode for nearness, decode in likely if nearness == nearest]
    return best[0](data) if len(best) == 1 else _nameless(data)


def text_reader(path: Path) -> Callable[[Any], str]:
    """The function that gives the text at a path: for most events a single attribute, and there are many of them."""
    name = path[0]
    if len(path) > 1 or not isinstance(name, str):
        return partial(text_at, path=path)

    def text_of(event: Any) -> str:
        text = getattr(event, name, None)
        return text if isinstance(text, str) else ""

    return text_of


def text_at(value: Any, path: Path) -> str:
    """The text at a path in an object or in JSON data, joined where there are several."""
    return "".join(found for found in _values_at(value, path) if isinstance(found, str))


def _values_at(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        yield from _values_at(_field(value, step), rest)
    elif is_list(value):
        for entry in value:
            if all(_field(entry, key) == wanted for key, wanted in step.items()):
                yield from _values_at(entry, rest)


def _field(holder: Any, name: str) -> Any:
    return holder.get(name) if is_object(holder) else getattr(holder, name, None)


_attributes_by_class: dict[type[Model], dict[str, str]] = {}


def _attributes(cls: type[Model]) -> dict[str, str]:
    """JSON key to attribute, in the document's order."""
    found = _attributes_by_class.get(cls)
    if found is None:
        keys = {name: key for key, name in cls._renamed.items()}
        public: list[str] = [one.name for one in fields(cls) if not one.name.startswith("_")]
        found = _attributes_by_class[cls] = {keys.get(name, name): name for name in public}
    return found


def _encoded(value: Any, came: Any) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    if is_list(value):
        originals: list[Any] = came if is_list(came) and len(came) == len(value) else [None] * len(value)
        return [_encoded(entry, original) for entry, original in zip(value, originals, strict=True)]
    if is_object(value):
        return {
            key: _encoded(entry, came.get(key) if is_object(came) else None) for key, entry in value.items()
        }
    if isinstance(value, datetime):
        return _seconds(value, came)
    return value


def _seconds(value: datetime, came: Any) -> float:
    """The number that came, where it still says the same; else the time as seconds, whole ones as an integer."""
    if time_of(came) == value:
        return came  # type: ignore[no-any-return]
    return seconds_of(value)
