"""Objects of undocumented types, and the choice of a class for objects without a known discriminator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from .._json import kind_of
from ._model import Model

_KINDS: frozenset[str] = frozenset(["object", "type"])
"""The discriminators: fields with the type of an object."""

if TYPE_CHECKING:

    class UnknownValue:
        """An undocumented string.

        It is a separate type so that type checkers exclude `Unknown` when a field is compared to a documented value,
        and accept comparisons to other strings.
        """

        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...
        def __getattr__(self, name: str) -> Any: ...


class Unknown(Model):
    """An object of an undocumented type, which newer versions of the service may send.

    Its fields are available as attributes (`event.type`) and from `to_dict()`.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def object(self) -> UnknownValue: ...

        @property
        def type(self) -> UnknownValue: ...

        def __getattr__(self, name: str) -> Any: ...

    @property
    def _names_its_kind(self) -> bool:
        """Whether the object has a discriminator."""
        return any(isinstance(self._data.get(key), str) for key in _KINDS)

    def _without_kind(self) -> dict[str, Any]:
        """Return its data without discriminators."""
        return {key: value for key, value in self._data.items() if key not in _KINDS}

    def __repr__(self) -> str:
        return f"Unknown({self._data!r})"


def unknown(data: Any) -> Any:
    """Decode an object of an undocumented type."""
    self = object.__new__(Unknown)
    self._data = data
    self._http = None
    return self


Unknown._decode = unknown


Shapes: TypeAlias = "tuple[tuple[Callable[[Any], Any], frozenset[str], dict[str, Any]], ...]"
"""The decoder, the required fields and the constants of each class."""


def by_shape(data: dict[str, Any], shapes: Shapes) -> Any:
    """Decode an object as the class that best matches its fields.

    Args:
        data: A JSON object.
        shapes: The decoder, the required fields and the constants of each class.

    Returns:
        An object of the class with the most required fields in `data`; classes with all their required fields take
        precedence. An `Unknown` if each class lacks at least half of its required fields, or if two match equally.
    """
    likely = [
        ((required <= data.keys(), len(required & data.keys())), decode)
        for decode, required, constants in shapes
        if 2 * len(required & data.keys()) > len(required)
        and all(kind_of(data.get(key)) is not kind_of(value) or data[key] == value for key, value in constants.items())
    ]
    nearest = max((nearness for nearness, _decode in likely), default=None)
    best = [decode for nearness, decode in likely if nearness == nearest]
    return best[0](data) if len(best) == 1 else unknown(data)
