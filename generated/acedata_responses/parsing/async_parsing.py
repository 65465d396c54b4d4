"""A call whose answer is parsed into the caller's class (async)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ..types._model import Model
from ._answers import answer_format


async def parse(create: Callable[..., Awaitable[Any]], class_: Any, request: Mapping[str, Any], *, strict: bool) -> Any:
    """Make a call and parse its answer into a class. For a stream, return a stream whose `parsed()` does so.

    Args:
        create: Makes the call.
        class_: The class.
        request: The arguments of the call.
        strict: Whether the service must enforce the schema of the class.

    Raises:
        ConfigurationError: The class has no JSON Schema; nothing was sent.
        AnswerError: The reply has no answer that matches the class.
    """
    expected = answer_format(class_, strict=strict)
    reply = await create(**expected.added_to(request))
    if isinstance(reply, Model):
        return expected.read(reply)
    from .async_stream import AsyncParsedStream

    stream: AsyncParsedStream[Any, Any, Any] = AsyncParsedStream(reply, expected)
    return stream
