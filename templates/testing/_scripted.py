"""The answers that `reply_with` accepts, and their validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from .._json import is_list, is_mapping, is_sequence
from .._request.json_data import Converter
from ..types._list_reply import ListReply
from ..types._model import Model
from ._answers import Answer, Fault
from ._record import Request

Text: TypeAlias = str | Callable[[Request], str]
"""The text of an answer, or a function of the request that returns it."""

Reply: TypeAlias = Mapping[str, Any] | Sequence[Any] | Model | ListReply[Any]
"""JSON data, or a reply object of the client."""

Answered: TypeAlias = Answer | Reply | str | Fault | Sequence[Fault]
"""An answer to a request."""

Scripted: TypeAlias = Answered | Callable[[Request], Answered | None]
"""An argument of `reply_with`."""


def check_scripted(answer: Any) -> None:
    """Reject values that cannot be sent as an answer, before a client waits for it.

    Raises:
        TypeError: `reply_with` does not accept the value, or JSON cannot represent it.
    """
    if isinstance(answer, (Answer, str, Fault)) or is_faults(answer):
        return
    if isinstance(answer, (Model, ListReply)) or is_mapping(answer) or is_list(answer):
        converter = Converter()
        converter.convert(answer, "")
        if converter.problems:
            raise TypeError(f"the reply is not JSON data: {'; '.join(map(str, converter.problems))}")
        return
    if not callable(answer) or isinstance(answer, type):
        raise TypeError(
            "an answer must be an Answer, JSON data (a dict or a list), a reply object, a string, a Fault or "
            f"several, or a function of the request, not {answer!r}"
        )


def as_answer(reply: Any) -> Answer:
    """Return an answer with JSON data or a reply object as its body."""
    return Answer(json=Converter().convert(reply, ""))


def is_faults(answer: Any) -> TypeGuard[Fault | Sequence[Fault]]:
    """Whether the value is a fault or a sequence of faults."""
    if is_sequence(answer):
        return bool(answer) and all(isinstance(one, Fault) for one in answer)
    return isinstance(answer, Fault)


def with_faults(answer: Answer, faults: Fault | Sequence[Fault]) -> Answer:
    """Return an answer with additional faults."""
    return answer.but(faults) if isinstance(faults, Fault) else answer.but(*faults)
