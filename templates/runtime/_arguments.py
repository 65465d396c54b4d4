"""What a caller passes to a method, as the JSON data that is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, final

MethodT = TypeVar("MethodT", bound=Callable[..., Any])


@final
class NotGiven:
    """The type of `NOT_GIVEN`, which stands for an argument that the caller left out; None is sent as `null`."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven()


def leaves_checks_to_the_document(method: MethodT) -> MethodT:
    """Let a call without a required keyword reach the check of the request.

    Python's own TypeError would name one missing argument; the check lists everything that is wrong with the
    request, each with the rule's source. Signatures for editors and type checkers stay as they are written.
    """
    given = method.__kwdefaults__ or {}
    names = method.__code__.co_varnames[: method.__code__.co_argcount + method.__code__.co_kwonlyargcount]
    method.__kwdefaults__ = {
        name: given.get(name, NOT_GIVEN) for name in names[method.__code__.co_argcount :]
    }
    return method


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that the caller gave: what is left out is not sent, whatever default is documented."""
    return {key: value for key, value in fields.items() if value is not NOT_GIVEN}


def plain(value: Any) -> Any:
    """Objects of the package, mappings and sequences as JSON data, at any depth; the rest as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [plain(child) for child in value]
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if to_dict is not None else value
