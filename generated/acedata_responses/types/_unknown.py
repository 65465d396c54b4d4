"""Objects of undocumented types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
