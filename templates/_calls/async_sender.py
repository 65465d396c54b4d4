"""Sends a call (async): takes its turn, tries, waits, tries again, and reads what came."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._request.arguments import NOT_GIVEN
from .._request.build import build
from .._request.settings import seconds, timeouts
from .._transport.failures import NetworkError
from ..errors import APIStatusError
from ..limits import Limiter, LimitTimeout
from ..retry import Failure
from .attempts import Attempts

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.operation import Call
    from .._request.settings import Settings
    from .._transport.async_response import AsyncResponseStream
    from .._transport.async_transport import AsyncTransport
    from ..types._http_response import HTTPResponse

_PATIENCE_WITH_AN_ERROR = 10.0  # seconds for the rest of its answer, which may never come
_LONGEST_ERROR_BODY = 1_000_000  # bytes; what an error says fits, and an endless one must not fill the memory


class AsyncSender:
    """The way out that a client and its copies share: connections, limiter and clock."""

    def __init__(self, transport: AsyncTransport, limiter: Limiter | None, clock: Clock) -> None:
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
        attempts = Attempts(build(call, settings), settings, self.clock, limit, deadline)
        while True:
            attempts.check_time()
            incoming, failure = await self._try(attempts)
            if incoming is None:
                wait = attempts.after_failure(failure)
            elif incoming.status_code >= 300:
                error = attempts.error_from(await self._read_error(incoming, attempts))
                self._note_rate_limit(error)
                wait = attempts.after_error(error)
            elif call.streams:
                self._note_success()
                http = attempts.answer(incoming.status_code, incoming.headers, b"")
                from .async_streams import AsyncStream

                reading = call.operation.reply_format(token=settings.token, strict=settings.strict)
                stream: AsyncStream[Any, Any] = AsyncStream(
                    incoming, http, reading, attempts.error_for, attempts.log
                )
                return stream
            else:
                http, failure = await self._read(incoming, attempts)
                if failure is None:
                    return self._reply(attempts, call, http)
                wait = attempts.after_lost_reply(failure, http)
            await self.clock.sleep_async(wait)

    async def _try(self, attempts: Attempts) -> tuple[AsyncResponseStream | None, Failure | None]:
        """One try: take a turn, send, wait for the head of the answer.

        A failure of the network is returned, not raised: the exception that told of it may have the request, and so
        the token, hanging on it, and must not become the context of the error that the caller sees.
        """
        limiter = self.limiter
        try:
            if limiter is not None:
                await limiter.acquire_async(attempts.give_up_at)
        except LimitTimeout:
            return None, Failure("connect", phase="turn")
        try:
            attempts.tries += 1
            incoming = await self.transport.open(attempts.request, attempts.timeouts(), attempts.give_up_at)
        except BaseException as error:
            if limiter is not None:
                limiter.release()
            if not isinstance(error, NetworkError):
                raise
            return None, error.failure
        if limiter is not None:
            incoming.on_close(limiter.release)
        return incoming, None

    async def _read(
        self, incoming: AsyncResponseStream, attempts: Attempts
    ) -> tuple[HTTPResponse, Failure | None]:
        """The whole of an answer with success; with the failure, if it broke off, and what had come until then."""
        chunks: list[bytes] = []
        failure: Failure | None = None
        try:
            while chunk := await incoming.read():
                chunks.append(chunk)
        except NetworkError as error:
            failure = error.failure
        finally:
            await incoming.aclose()
        return attempts.answer(incoming.status_code, incoming.headers, b"".join(chunks)), failure

    async def _read_error(self, incoming: AsyncResponseStream, attempts: Attempts) -> HTTPResponse:
        """As much of an error's answer as comes: its status alone says enough."""
        content = bytearray()
        incoming.shorten_deadline(_PATIENCE_WITH_AN_ERROR)
        try:
            with suppress(NetworkError):
                while len(content) < _LONGEST_ERROR_BODY and (chunk := await incoming.read()):
                    content += chunk
        finally:
            await incoming.aclose()
        return attempts.answer(incoming.status_code, incoming.headers, bytes(content[:_LONGEST_ERROR_BODY]))

    def _reply(self, attempts: Attempts, call: Call, http: HTTPResponse) -> Any:
        """What a whole answer holds. An error in it counts for the pace like one that came with its own status."""
        try:
            reply = attempts.reply(call.operation, http)
        except APIStatusError as error:
            self._note_rate_limit(error)
            raise
        self._note_success()
        return reply

    def _note_rate_limit(self, error: APIStatusError) -> None:
        if self.limiter is not None and error.slows_down:
            self.limiter.slowed()

    def _note_success(self) -> None:
        if self.limiter is not None:
            self.limiter.succeeded()
