"""Sends a call (async): waits for its turn, sends the request, retries it by the retry policy, and reads the reply."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import define, evolve

from .._replies.error_body import error_from
from .._replies.whole import read_reply
from .._request.build import build
from .._request.not_given import NOT_GIVEN
from .._request.timeouts import seconds, timeouts
from .._transport.failures import NetworkError
from ..errors import AceDataError, APIStatusError
from ..limits import Limiter, LimitTimeout, Slot
from ..retry import Failure
from ..types._http_response import HTTPResponse
from .async_exchange import Exchange
from .budget import TimeBudget
from .report import Report

if TYPE_CHECKING:
    from .._clock import Clock
    from .._replies.stream_state import StreamState
    from .._request.build import Request
    from .._request.operation import Call
    from .._request.settings import Settings
    from .._transport.async_response import AsyncResponseStream
    from .._transport.async_transport import AsyncTransport
    from ..journal import Journal
    from ..usage import Usage
    from .async_streams import AsyncStream
    from .hooks_of_client import Hooks

_ERROR_BODY_TIMEOUT = 10.0  # seconds; the body of an error response may never end
_MAX_ERROR_BODY = 1_000_000  # bytes; an endless body must not fill the memory


class Failed(NamedTuple):
    """A try that failed.

    Attributes:
        failure: The failure, for the retry policy to decide on.
        error: The error to raise if the request is not sent again.
        stream: A stream to return in place of raising the error; iterating over it raises the error.
    """

    failure: Failure
    error: AceDataError
    stream: AsyncStream[Any, Any] | None = None


@define(eq=False, repr=False)
class AsyncSender:
    """Sends the calls of a client and its copies, which share transport, limiter, clock, journal, hooks and usage."""

    transport: AsyncTransport
    limiter: Limiter | None
    clock: Clock
    usage: Usage
    journal: Journal | None
    hooks: Hooks | None

    async def send(self, call: Call, settings: Settings) -> Any:
        """Send a call and return its reply or its stream.

        Raises:
            AceDataError: The call failed; see `errors`.
        """
        limit = settings.timeout if call.timeout is NOT_GIVEN else timeouts(call.timeout, settings.timeout)
        deadline = settings.deadline if call.deadline is NOT_GIVEN else seconds("deadline", call.deadline)
        request = build(call, settings)
        budget = TimeBudget(self.clock, limit, deadline)
        report = Report(request, settings, budget, self.clock)
        exchange = Exchange(call, request, settings, budget, report)
        if self.hooks is not None:
            from .async_hooks import AsyncCallHooks

            exchange = exchange._replace(hooks=AsyncCallHooks(self.hooks, exchange, self.clock))
        try:
            result = await self._send_or_replay(exchange)
        except BaseException as error:
            self._end(exchange, getattr(error, "reply", None), error)
            raise
        if request.is_whole:
            self._end(exchange, result, None)
        else:
            result._on_end(partial(self._end, exchange))
        return result

    async def _send_or_replay(self, exchange: Exchange) -> Any:
        """Return the reply or the stream, from the journal if it has one, else from the service."""
        if self.journal is None or exchange.request.is_safe:
            return await self.send_exchange(exchange)
        from .async_journaling import send_once

        return await send_once(self.send_exchange, exchange, self.journal, self.clock)

    def _end(self, exchange: Exchange, reply: Any, error: BaseException | None) -> None:
        """Add a call that has ended to the usage, and call the hooks."""
        has_sent, is_safe = exchange.report.tries > 0, exchange.request.is_safe
        self.usage.add(
            exchange.request.model,
            reply,
            exchange.billed(error),
            from_journal=error is None and not has_sent and not is_safe,
        )
        if exchange.hooks is not None:
            exchange.hooks.end(reply, error)

    async def send_exchange(self, exchange: Exchange) -> Any:
        """Send a request until a try succeeds or the retry policy allows no further try."""
        _call, request, settings, budget, report, claim, hooks = exchange
        while True:
            result = await self._try(exchange)
            if not isinstance(result, Failed):
                return result
            failure = evolve(result.failure, safe_method=request.is_safe)
            wait = settings.retry.plan(
                failure,
                tries=report.tries,
                max_retries=settings.max_retries,
                clock=self.clock,
                give_up_at=budget.give_up_at,
            )
            report.if_left = result.error.may_be_billed
            if hooks is not None:
                await hooks.after_try(result.stream, result.error, wait)
            if wait is None:
                if result.stream is not None:
                    return result.stream._hand_over()
                report.log_error(result.error)
                raise result.error
            if result.stream is not None:
                await result.stream.close()
            if claim is not None:
                claim.resending(is_billed=result.error.may_be_billed)
            report.resent(result.error, wait)
            await self.clock.sleep_async(wait)

    async def _try(self, exchange: Exchange) -> Any:
        """Send the request once. Unless another try may follow, tell the journal and the hooks how it ended."""
        try:
            result = await self._try_once(exchange)
        except BaseException as error:
            exchange.settle(None, error)
            if exchange.hooks is not None:
                await exchange.hooks.after_try(None, error)
            raise
        if isinstance(result, Failed):
            return result
        if exchange.request.is_whole:
            exchange.settle(result, None)
        if exchange.hooks is not None:
            await exchange.hooks.after_try(result)
        return result

    async def _try_once(self, exchange: Exchange) -> Any:
        """Send the request once and return the reply, the stream, or `Failed`."""
        report = exchange.report
        response, failure = await self._open(exchange)
        if response is None:
            assert failure is not None
            failure = evolve(failure, is_stream=exchange.request.is_streamed)
            return Failed(failure, report.error_for(failure))
        report.log_status(response.status_code)
        if response.status_code >= 300:
            http = await self._read_error(response, exchange)
            error = report.describe(error_from(http, exchange.settings.token))
            self._note_rate_limit(error)
            return Failed(_status_failure(error), error)
        if exchange.request.is_streamed:
            return await self._take_stream(response, exchange)
        http, failure = await self._read(response, exchange)
        if failure is not None:
            return Failed(evolve(failure, stage="reply_lost"), report.error_for(failure, http))
        return self._reply(http, exchange)

    async def _take_stream(self, response: AsyncResponseStream, exchange: Exchange) -> Any:
        """Wait for the first event of a stream, or with `via_stream` for the last; until then the try can fail."""
        from .async_stream_tries import LOST_STREAM, begin_stream, read_via_stream

        report = exchange.report
        if exchange.request.is_via_stream:
            http, state, failure = await read_via_stream(response, exchange)
            if failure is not None:
                return Failed(failure, report.error_for(failure, http))
            return self._reply(http, exchange, state)
        self._note_success()
        stream = await begin_stream(response, exchange)
        if stream._is_lost and stream._state.error is not None:
            return Failed(LOST_STREAM, report.describe(stream._state.error), stream)
        return stream._hand_over()

    async def _open(self, exchange: Exchange) -> tuple[AsyncResponseStream | None, Failure | None]:
        """Wait for a turn, send the request and wait for the head of the response.

        A failure is returned, not raised: the exception that was caught may refer to the request, and so to the token,
        and must not become the `__context__` of the error that the caller sees.
        """
        budget = exchange.budget
        if budget.is_spent:
            return None, Failure("connect", phase="deadline")
        slot: Slot | None = None
        try:
            if self.limiter is not None:
                slot = await self.limiter.acquire_async(budget.give_up_at, budget.allowed("turn"))
        except LimitTimeout as error:
            return None, Failure("connect", phase="turn", reason=str(error))
        request = None
        try:
            request = await self._prepare(exchange)
            response = await self.transport.open(request, budget.timeouts(), budget.give_up_at)
        except BaseException as error:
            if slot is not None:
                slot.release()
            if isinstance(error, AceDataError):
                exchange.report.describe(error)
            elif request is not None:
                exchange.report.sent(is_streamed=exchange.request.is_streamed)
            if isinstance(error, NetworkError):
                return None, error.failure
            raise
        exchange.report.sent(is_streamed=exchange.request.is_streamed)
        if slot is not None:
            response.release = slot.release
            response.on_close(slot.release)
        return response, None

    async def _prepare(self, exchange: Exchange) -> Request:
        """Add the headers of the hooks to the request, and record in the journal that it is about to be sent."""
        request = exchange.request if exchange.hooks is None else await exchange.hooks.before_send()
        if exchange.claim is not None:
            exchange.claim.sending()
        return request

    async def _read(self, response: AsyncResponseStream, exchange: Exchange) -> tuple[HTTPResponse, Failure | None]:
        """Read the body of a successful response. If the connection breaks, return what was read and the failure."""
        chunks: list[bytes] = []
        failure: Failure | None = None
        try:
            while chunk := await response.read():
                chunks.append(chunk)
        except NetworkError as error:
            failure = error.failure
        finally:
            await response.aclose()
        return exchange.http_response(response, b"".join(chunks)), failure

    async def _read_error(self, response: AsyncResponseStream, exchange: Exchange) -> HTTPResponse:
        """Read the body of an error response, or a part of it: the status alone is enough for an error."""
        content = bytearray()
        response.shorten_deadline(_ERROR_BODY_TIMEOUT)
        try:
            with suppress(NetworkError):
                while len(content) < _MAX_ERROR_BODY and (chunk := await response.read()):
                    content += chunk
        finally:
            await response.aclose()
        return exchange.http_response(response, bytes(content[:_MAX_ERROR_BODY]))

    def _reply(self, http: HTTPResponse, exchange: Exchange, stream: StreamState | None = None) -> Any:
        """Read the reply from a response; return the response itself if the operation does not return JSON.

        Args:
            http: The response.
            exchange: The call.
            stream: The state of the stream, if the response is a stream that was read to its end.

        Raises:
            AceDataError: The response holds no reply, or an error.
        """
        reply: Any = http
        if exchange.call.operation.read_reply is not None:
            try:
                reply = stream.whole_reply(http) if stream else read_reply(http, exchange.reply_format())
            except AceDataError as error:
                if isinstance(error, APIStatusError):
                    self._note_rate_limit(error)
                exchange.report.log_error(exchange.report.describe(error))
                raise
        self._note_success()
        exchange.report.log(str(http.status_code))
        return reply

    def _note_rate_limit(self, error: APIStatusError) -> None:
        if self.limiter is not None and error.slows_down:
            self.limiter.slowed()

    def _note_success(self) -> None:
        if self.limiter is not None:
            self.limiter.succeeded()


def _status_failure(error: APIStatusError) -> Failure:
    return Failure(
        "status", status=error.status_code, resend=error.is_safe_to_resend, headers=error.http.lower_headers()
    )
