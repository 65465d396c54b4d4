"""The models that the service offers."""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Callable,
    Mapping,
)
from typing import Any

from .. import types
from .._request.not_given import NOT_GIVEN, NotGiven
from .._request.operation import Call, Operation, sends
from .._request.timeouts import TimeoutLike


def _list_reply() -> Callable[[Any], Any]:
    from ..types.replies import decode_model_list

    return decode_model_list


_LIST = Operation(
    "models.list",
    reply_decoder=_list_reply,
)


class Models:
    """The models that the service offers."""

    def __init__(self, send: Callable[[Call], Any]) -> None:
        self._send = send

    @sends(_LIST)
    def list(
        self,
        *,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
    ) -> types.ModelList:
        """List the models.

        Gives the models that the service offers now. It may name models that `model` does not list yet.

        Args:
            extra_headers: Header lines for this call, which replace all others of their names.
            extra_query: Further query parameters for this call.
            extra_body: Further fields of the body. They replace others, and are not checked against the document.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit; by default the client's.
            deadline: Seconds for the whole call, waits and further attempts included, or None for no limit; by
                default the client's.
            key: With a journal: tells several wanted answers to one request apart.

        Returns:
            The reply.

        Raises:
            RequestValidationError: The document forbids the request; nothing was sent.
            APIStatusError: The service answered with an error; each kind has a subclass.
            TransportError: No complete reply came; its subclasses say why.
            ReplyDecodeError: The reply is not what the document describes.

        Source: page, GET /openai/models.
        """
        raise NotImplementedError  # `sends` puts the call in its place


class AsyncModels:
    """The models that the service offers."""

    def __init__(self, send: Callable[[Call], Awaitable[Any]]) -> None:
        self._send = send

    @sends(_LIST)
    async def list(
        self,
        *,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
    ) -> types.ModelList:
        """List the models.

        Gives the models that the service offers now. It may name models that `model` does not list yet.

        Args:
            extra_headers: Header lines for this call, which replace all others of their names.
            extra_query: Further query parameters for this call.
            extra_body: Further fields of the body. They replace others, and are not checked against the document.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit; by default the client's.
            deadline: Seconds for the whole call, waits and further attempts included, or None for no limit; by
                default the client's.
            key: With a journal: tells several wanted answers to one request apart.

        Returns:
            The reply.

        Raises:
            RequestValidationError: The document forbids the request; nothing was sent.
            APIStatusError: The service answered with an error; each kind has a subclass.
            TransportError: No complete reply came; its subclasses say why.
            ReplyDecodeError: The reply is not what the document describes.

        Source: page, GET /openai/models.
        """
        raise NotImplementedError  # `sends` puts the call in its place
