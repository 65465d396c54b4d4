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

        Returns the models that the service offers now. They may include models that `model` does not list yet.

        Args:
            extra_headers: Additional headers for this call. They override headers of the same name.
            extra_query: Additional query parameters for this call.
            extra_body: Additional fields of the body. They override other fields and are not validated.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit. Defaults to the client's.
            deadline: Seconds for the whole call, including waits and retries, or None for no limit. Defaults to
                the client's.
            key: With a journal, distinguishes identical requests that each need an answer of their own.

        Returns:
            The reply.

        Raises:
            RequestValidationError: The request violates the OpenAPI document; nothing was sent.
            APIStatusError: The service responded with an error. Each kind of error has a subclass.
            TransportError: No complete response was received. The subclasses say why.
            ReplyDecodeError: The response is not what the OpenAPI document describes.

        Source: page, GET /openai/models.
        """
        raise NotImplementedError  # `sends` replaces the body


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

        Returns the models that the service offers now. They may include models that `model` does not list yet.

        Args:
            extra_headers: Additional headers for this call. They override headers of the same name.
            extra_query: Additional query parameters for this call.
            extra_body: Additional fields of the body. They override other fields and are not validated.
            timeout: Seconds for each phase of an attempt, an `httpx.Timeout` (or `httpx2.Timeout`), or None for
                no limit. Defaults to the client's.
            deadline: Seconds for the whole call, including waits and retries, or None for no limit. Defaults to
                the client's.
            key: With a journal, distinguishes identical requests that each need an answer of their own.

        Returns:
            The reply.

        Raises:
            RequestValidationError: The request violates the OpenAPI document; nothing was sent.
            APIStatusError: The service responded with an error. Each kind of error has a subclass.
            TransportError: No complete response was received. The subclasses say why.
            ReplyDecodeError: The response is not what the OpenAPI document describes.

        Source: page, GET /openai/models.
        """
        raise NotImplementedError  # `sends` replaces the body
