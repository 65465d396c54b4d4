"""What a caller passes to a method, as the JSON data that is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, final

from .._json import is_mapping, is_sequence, seconds_of

if TYPE_CHECKING:
    from types import FunctionType

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


def defer_argument_checks(method: MethodT) -> MethodT:
    """Let a call without a required keyword reach the check of the request.

    Python's own TypeError would name one missing argument; the check lists everything that is wrong with the
    request, each with the rule's source. Signatures for editors and type checkers stay as they are written.
    """
    function = cast("FunctionType", method)
    code, defaults = function.__code__, function.__kwdefaults__ or {}
    keywords = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    function.__kwdefaults__ = {name: defaults.get(name, NOT_GIVEN) for name in keywords}
    return method


def given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that the caller gave: what is left out is not sent, whatever default is documented."""
    return {key: value for key, value in fields.items() if value is not NOT_GIVEN}


def plain(value: Any, *, times: bool = False) -> Any:
    """Objects of the package, mappings and sequences as JSON data, at any depth; the rest as it is.

    Args:
        value: What the caller passed.
        times: Whether the document has times here: they become seconds since 1970.

    Returns:
        The data; for data that holds itself, or is nested beyond reading, what was passed: it is refused later.
    """
    try:
        return _plain(value, times)
    except RecursionError:
        return value


def _plain(value: Any, times: bool) -> Any:
    if isinstance(value, str):
        return value
    if is_mapping(value):
        return {key: _plain(child, times) for key, child in value.items()}
    if is_sequence(value):
        return [_plain(child, times) for child in value]
    if times and isinstance(value, datetime):
        return seconds_of(value)
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if to_dict is not None else value
