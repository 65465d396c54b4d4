"""The models that the service offers."""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Callable,
    Mapping,
)
from typing import TYPE_CHECKING, Any, NoReturn

from .._request.arguments import NOT_GIVEN, NotGiven, defer_argument_checks
from .._request.operation import Call, Operation

if TYPE_CHECKING:
    import httpx

    from ..types import ModelList


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

    @defer_argument_checks
    def list(
        self,
        *,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | httpx.Timeout | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        **unknown: NoReturn,
    ) -> ModelList:
        """List the models.

        Gives the models that the service offers now. It may name models that `model` does not list yet.

        Args:
            extra_headers: Header lines for this call; they win over all others.
            extra_query: Query parameters for this call.
            extra_body: Further fields of the body; they win, and are not checked.
            timeout: Seconds for each phase of a try, an `httpx.Timeout`, None for no limit. The client's when
                not given.
            deadline: Seconds for the whole call with its waits and tries, None for no limit. The client's
                when not given.
            key: With a journal: tells several wanted answers to one request apart.

        Returns:
            The reply.

        Raises:
            RequestValidationError: The document forbids the request; nothing was sent.
            APIStatusError: The service answered with an error; its subclasses tell which.
            TransportError: No complete answer came; its subclasses tell why.
            ReplyDecodeError: What came is not what the document describes.

        Source: page, GET /openai/models.
        """
        return self._send(  # type: ignore[no-any-return]
            Call(
                _LIST,
                {},
                unknown=unknown,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
                deadline=deadline,
                key=key,
            )
        )


class AsyncModels:
    """The models that the service offers."""

    def __init__(self, send: Callable[[Call], Awaitable[Any]]) -> None:
        self._send = send

    @defer_argument_checks
    async def list(
        self,
        *,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | httpx.Timeout | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        key: str = "",
        **unknown: NoReturn,
    ) -> ModelList:
        """List the models.

        Gives the models that the service offers now. It may name models that `model` does not list yet.

        Args:
            extra_headers: Header lines for this call; they win over all others.
            extra_query: Query parameters for this call.
            extra_body: Further fields of the body; they win, and are not checked.
            timeout: Seconds for each phase of a try, an `httpx.Timeout`, None for no limit. The client's when
                not given.
            deadline: Seconds for the whole call with its waits and tries, None for no limit. The client's
                when not given.
            key: With a journal: tells several wanted answers to one request apart.

        Returns:
            The reply.

        Raises:
            RequestValidationError: The document forbids the request; nothing was sent.
            APIStatusError: The service answered with an error; its subclasses tell which.
            TransportError: No complete answer came; its subclasses tell why.
            ReplyDecodeError: What came is not what the document describes.

        Source: page, GET /openai/models.
        """
        return await self._send(  # type: ignore[no-any-return]
            Call(
                _LIST,
                {},
                unknown=unknown,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
                deadline=deadline,
                key=key,
            )
        )
