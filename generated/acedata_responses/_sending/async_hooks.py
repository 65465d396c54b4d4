"""Runs the hooks of one call (async): before and after each try, and once at the end of the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._redact import redact_data, redact_text
from .._request.headers import header_lines
from ..errors import RequestValidationError
from ..hooks import CallInfo, EndInfo, TryInfo
from ..types._http_response import HTTPResponse
from .hooks_of_client import Hooks, Method, call_hook_async
from .report import logger

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .async_exchange import Exchange

_TOKEN_HEADER = b"authorization"


class AsyncCallHooks:
    """The hooks of one call."""

    def __init__(self, hooks: Hooks, exchange: Exchange, clock: Clock) -> None:
        self._hooks = hooks
        self._exchange = exchange
        self._info = _info(exchange, clock)
        self._is_trying = False

    async def before_send(self) -> Request:
        """Call `before_send` of each hook and return the request with the headers that the hooks add.

        Raises:
            RequestValidationError: A hook returned a header that cannot be sent.
            BaseException: Whatever a hook raises.
        """
        request = self._exchange.request
        for method in self._hooks.before_send:
            added = await call_hook_async(method, self._info)
            if added:
                request = request.with_headers(self._checked(added))
        self._is_trying = True
        return request

    async def after_try(self, result: Any, error: BaseException | None = None, wait: float | None = None) -> None:
        """Call `after_try` of each hook, unless the try failed before the request was sent.

        Args:
            result: The reply or the stream; None if there is none.
            error: The error that ended the try, if one did.
            wait: Seconds until the request is sent again; None if it is not.
        """
        if not self._is_trying:
            return
        self._is_trying = False
        response = _response_of(error) or _response_of(result)
        attempt = TryInfo(
            self._info,
            self._exchange.report.tries,
            response.status_code if response is not None else None,
            error,
            wait,
            self._exchange.billed(error, is_whole=not self._info.is_streamed),
        )
        for method in self._hooks.after_try:
            try:
                await call_hook_async(method, attempt)
            except Exception as failed:  # noqa: BLE001 - the caller must still get a reply that may be billed
                _log(method, failed)

    def end(self, reply: Any, error: BaseException | None) -> None:
        exchange = self._exchange
        response = _response_of(reply if error is None else error)
        end = EndInfo(
            self._info,
            reply,
            error,
            exchange.report.tries,
            exchange.budget.elapsed,
            response is not None and response.from_journal,
            exchange.billed(error),
        )
        for method in self._hooks.at_end:
            try:
                method(end)
            except Exception as failed:  # noqa: BLE001 - the caller must still get a reply that may be billed
                _log(method, failed)

    def _checked(self, added: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        lines = header_lines(added, self._exchange.settings.token)
        if any(name == _TOKEN_HEADER for name, _value in lines):
            raise RequestValidationError(
                "a hook must not set the header `authorization`: the client sets it. Pass another token "
                "to the client, or to `with_options`",
                problems=[],
            )
        return lines


def _info(exchange: Exchange, clock: Clock) -> CallInfo:
    request, settings, operation = exchange.request, exchange.settings, exchange.call.operation
    token = settings.token
    echoes_token = bool(token) and token.encode() in request.content
    return CallInfo(
        operation.id,
        request.method,
        exchange.report.url,
        settings.host,
        settings.port,
        {
            name.decode(): redact_text(value.decode("latin-1"), token)
            for name, value in request.headers
            if name != _TOKEN_HEADER
        },
        redact_data(request.body, token) if echoes_token else request.body,
        request.model,
        request.is_streamed and not request.is_via_stream,
        request.is_safe,
        redact_text(exchange.call.key, token),
        clock.time(),
        operation.telemetry,
    )


def _response_of(outcome: Any) -> HTTPResponse | None:
    """The HTTP response that a reply, a stream or an error was made from."""
    if isinstance(outcome, HTTPResponse):
        return outcome
    reply = getattr(outcome, "reply", outcome)
    return getattr(outcome, "http", None) or getattr(reply, "_http", None)


def _log(method: Method, error: Exception) -> None:
    name = getattr(method, "__qualname__", repr(method))
    logger.error("the hook %s raised %s; the call goes on", name, type(error).__name__, exc_info=error)
