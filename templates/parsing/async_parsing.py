"""A call whose answer is an object of the caller's class (async)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..types._model import Model
from ._answers import wanted


async def parse(
    create: Callable[..., Awaitable[Any]], class_: Any, request: Mapping[str, Any], *, strict: bool
) -> Any:
    """Make a call and return its answer as an object of a class; of a stream, a stream that gives it in the end.

    Args:
        create: Makes the call.
        class_: The class.
        request: The arguments of the call.
        strict: Whether the model must keep to the schema of the class.

    Raises:
        ConfigurationError: There is no schema for the class; nothing was sent.
        AnswerError: The reply has no such answer.
    """
    answer = wanted(class_, strict=strict)
    reply = await create(**answer.added_to(request))
    if isinstance(reply, Model):
        return answer.read(reply)
    from .async_stream import AsyncParsedStream

    stream: AsyncParsedStream[Any, Any, Any] = AsyncParsedStream(reply, answer)
    return stream
