"""An object of a kind that the document does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._model import Model

_KINDS: frozenset[str] = frozenset(["object", "type"])
"""The fields that name the kind of an object."""

if TYPE_CHECKING:

    class UnknownValue:
        """A string that is none of the documented ones.

        A type of its own, so that comparing a field to a documented value excludes `Unknown` objects and comparing it
        to any other string does not count as a mistake.
        """

        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...
        def __getattr__(self, name: str) -> Any: ...


class Unknown(Model):
    """An object of a kind that the document does not have, as the service may send after it has grown.

    Its fields are read as attributes (`event.type`) or from `to_dict()`.
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
        """Whether it says of what kind it is."""
        return any(isinstance(self._data.get(key), str) for key in _KINDS)

    def _without_kind(self) -> dict[str, Any]:
        """Return its data without the fields that say so."""
        return {key: value for key, value in self._data.items() if key not in _KINDS}

    def __repr__(self) -> str:
        return f"Unknown({self._data!r})"


def unknown(data: Any) -> Any:
    """Read an object that is none of the documented ones."""
    self = object.__new__(Unknown)
    self._data = data
    self._http = None
    return self


Unknown._decode = unknown
