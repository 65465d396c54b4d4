"""Sends a call (async): waits for its turn, sends it, sends it again where the retry policy allows, reads the reply."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import evolve

from .._document.facts import BILLING
from .._json import kind_of
from .._replies.error_body import error_from
from .._replies.whole import read_reply
from .._request.build import build
from .._request.not_given import NOT_GIVEN
from .._request.timeouts import seconds, timeouts
from .._transport.failures import NetworkError
from ..errors import AceDataError, APIStatusError
from ..limits import Limiter, LimitTimeout, Place
from ..retry import Failure
from ..types._http_response import HTTPResponse
from .budget import TimeBudget
from .report import Report

if TYPE_CHECKING:
    from .._clock import Clock
    from .._replies.format import ReplyFormat
    from .._replies.stream import StreamState
    from .._request.build import Request
    from .._request.operation import Call
    from .._request.settings import Settings
    from .._transport.async_response import AsyncResponseStream
    from .._transport.async_transport import AsyncTransport
    from ..journal import Claim, Journal
    from ..usage import Usage
    from .async_hooks import AsyncCallHooks
    from .async_streams import AsyncStream
    from .hooks_of_client import Hooks

_ERROR_BODY_TIMEOUT = 10.0  # seconds for the body of an error, which may never end
_LONGEST_ERROR_BODY = 1_000_000  # bytes; what an error says fits, and an endless one must not fill the memory


class Exchange(NamedTuple):
    """What the tries of one call share."""

    call: Call
    request: Request
    settings: Settings
    budget: TimeBudget
    report: Report
    claim: Claim | None = None  # with a journal
    hooks: AsyncCallHooks | None = None  # with hooks

    def response(self, incoming: AsyncResponseStream, content: bytes) -> HTTPResponse:
        """The response with as much of its body as was read."""
        report = self.report
        return HTTPResponse(
            incoming.status_code, incoming.headers, content, report.method, report.url, report.tries
        )

    def billed(self, error: BaseException | None, *, is_whole: bool = True) -> bool | None:
        """Whether the call is billed when it ends now, in an error or, if `is_whole`, with its whole answer."""
        if self.request.is_safe or not self.report.tries:
            return False
        if error is not None:
            return error.may_be_billed if isinstance(error, AceDataError) else self.report.if_left
        return BILLING.get("stream-ended" if self.request.is_streamed else "replied") if is_whole else None

    def settle(self, reply: Any, error: BaseException | None) -> None:
        """Note whether the call is billed by now, and how it ended in the journal: a hook may be left after that."""
        self.report.if_left = self.billed(error)
        if self.claim is not None:
            from .async_journaling import settle

            settle(self, reply, error)

    def reply_format(self) -> ReplyFormat:
        """How to read what comes back."""
        settings = self.settings
        return self.call.operation.reply_format(
            token=settings.token, strict=settings.strict, observations=settings.observations
        )


class Failed(NamedTuple):
    """A try that failed: what the retry policy decides on, and what the caller gets unless the call is sent again."""

    failure: Failure
    error: AceDataError
    stream: AsyncStream[Any, Any] | None = None  # raises the error when it is read


class AsyncSender:
    """What a client and its copies send through: they share transport, limiter, clock, journal, hooks and usage."""

    def __init__(
        self,
        transport: AsyncTransport,
        limiter: Limiter | None,
        clock: Clock,
        usage: Usage,
        journal: Journal | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self.journal = journal
        self.hooks = hooks
        self.usage = usage
        self.transport = transport
        self.limiter = limiter
        self.clock = clock

    async def send(self, call: Call, settings: Settings) -> Any:
        """Send a call and return its reply, or its stream.

        Raises:
            AceDataError: In all its kinds; see `errors`.
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
            result = await self._answer(exchange)
        except BaseException as error:
            self._end(exchange, getattr(error, "reply", None), error)
            raise
        if hasattr(kind_of(result), "_on_end"):  # a stream
            result._on_end(partial(self._end, exchange))
        else:
            self._end(exchange, result, None)
        return result

    async def _answer(self, exchange: Exchange) -> Any:
        """Return the reply, or the stream, from the journal or from the service."""
        if self.journal is None or exchange.request.is_safe:
            return await self.send_exchange(exchange)
        from .async_journaling import send_once

        return await send_once(self, exchange, self.journal)

    def _end(self, exchange: Exchange, reply: Any, error: BaseException | None) -> None:
        """Count a call that has ended, and tell the hooks."""
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
        """Send a request until a try succeeds or the retry policy allows no further one."""
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
        """Send the request once. Tell the journal and the hooks how it ended, unless another try may follow."""
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
        """Send the request once: the reply or the stream, or `Failed`."""
        report = exchange.report
        incoming, failure = await self._open(exchange)
        if incoming is None:
            assert failure is not None
            failure = evolve(failure, is_stream=exchange.request.is_streamed)
            return Failed(failure, report.error_for(failure))
        report.log_status(incoming.status_code)
        if incoming.status_code >= 300:
            http = await self._read_error(incoming, exchange)
            error = report.describe(error_from(http, exchange.settings.token))
            self._note_rate_limit(error)
            return Failed(_status_failure(error), error)
        if exchange.request.is_streamed:
            return await self._take_stream(incoming, exchange)
        http, failure = await self._read(incoming, exchange)
        if failure is not None:
            return Failed(evolve(failure, stage="reply_lost"), report.error_for(failure, http))
        return self._reply(http, exchange)

    async def _take_stream(self, incoming: AsyncResponseStream, exchange: Exchange) -> Any:
        """Wait for the first event of a stream, or for its whole reply with `via_stream`: until then it is one try."""
        from .async_stream_tries import LOST_STREAM, begin_stream, read_via_stream

        report = exchange.report
        if exchange.request.is_via_stream:
            http, state, failure = await read_via_stream(incoming, exchange)
            if failure is not None:
                return Failed(failure, report.error_for(failure, http))
            return self._reply(http, exchange, state)
        self._note_success()
        stream = await begin_stream(incoming, exchange)
        if stream._is_lost and stream._state.error is not None:
            return Failed(LOST_STREAM, report.describe(stream._state.error), stream)
        return stream._hand_over()

    async def _open(self, exchange: Exchange) -> tuple[AsyncResponseStream | None, Failure | None]:
        """Wait for a turn, send the request and wait for the head of the response.

        A failure is returned, not raised: the exception that was caught may refer to the request, and so to the token,
        and must not become the context of the error that the caller sees.
        """
        budget = exchange.budget
        if budget.is_spent:
            return None, Failure("connect", phase="deadline")
        place: Place | None = None
        try:
            if self.limiter is not None:
                place = await self.limiter.acquire_async(budget.give_up_at, budget.allowed("turn"))
        except LimitTimeout as error:
            return None, Failure("connect", phase="turn", reason=str(error))
        request = None
        try:
            request = await self._prepare(exchange)
            incoming = await self.transport.open(request, budget.timeouts(), budget.give_up_at)
        except BaseException as error:
            if place is not None:
                place.release()
            if isinstance(error, AceDataError):
                exchange.report.describe(error)
            elif request is not None:
                exchange.report.sent(is_streamed=exchange.request.is_streamed)
            if isinstance(error, NetworkError):
                return None, error.failure
            raise
        exchange.report.sent(is_streamed=exchange.request.is_streamed)
        if place is not None:
            incoming.release = place.release
            incoming.on_close(place.release)
        return incoming, None

    async def _prepare(self, exchange: Exchange) -> Request:
        """Return the request with what hooks add to it, after the journal knows that it is about to be sent."""
        request = exchange.request if exchange.hooks is None else await exchange.hooks.before_send()
        if exchange.claim is not None:
            exchange.claim.sending()
        return request

    async def _read(
        self, incoming: AsyncResponseStream, exchange: Exchange
    ) -> tuple[HTTPResponse, Failure | None]:
        """Read a response with a status of success; if it breaks off, what had come and the failure."""
        chunks: list[bytes] = []
        failure: Failure | None = None
        try:
            while chunk := await incoming.read():
                chunks.append(chunk)
        except NetworkError as error:
            failure = error.failure
        finally:
            await incoming.aclose()
        return exchange.response(incoming, b"".join(chunks)), failure

    async def _read_error(self, incoming: AsyncResponseStream, exchange: Exchange) -> HTTPResponse:
        """Read as much of an error's response as comes: its status alone says enough."""
        content = bytearray()
        incoming.shorten_deadline(_ERROR_BODY_TIMEOUT)
        try:
            with suppress(NetworkError):
                while len(content) < _LONGEST_ERROR_BODY and (chunk := await incoming.read()):
                    content += chunk
        finally:
            await incoming.aclose()
        return exchange.response(incoming, bytes(content[:_LONGEST_ERROR_BODY]))

    def _reply(self, http: HTTPResponse, exchange: Exchange, stream: StreamState | None = None) -> Any:
        """The reply that a response holds; the response itself where the operation promises no JSON.

        Args:
            http: The response.
            exchange: What was asked for.
            stream: The stream in the response, where it is one that was read to its end.

        Raises:
            AceDataError: It holds none, or an error.
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
        "status",
        status=error.status_code,
        resend=error.is_safe_to_resend,
        headers=error.http.lower_headers(),
    )
