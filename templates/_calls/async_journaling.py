"""A call with a journal (async): its answer is read from the journal, or written to it before the caller gets it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .._document.facts import UNFINISHED_STREAMS_ARE_FREE
from .._redact import redact_response, redact_text
from .._replies.whole import read_reply
from .._transport.async_response import AsyncResponseStream
from ..errors import AceDataError, JournalError, ReplyDecodeError, ReplyFailedError, StreamFailedError
from ..journal import Record
from ..retry import Failure
from ..types._http_response import HTTPResponse
from .async_streams import AsyncStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .._replies.stream import StreamState
    from ..journal import Claim, Journal
    from .async_sender import AsyncSender, Exchange

_SHORTEST_WAIT, _LONGEST_WAIT = 0.05, 0.5  # seconds until the journal is asked again


async def send_once(sender: AsyncSender, exchange: Exchange, journal: Journal) -> Any:
    """Return the answer in the journal; send the call only where there is none.

    Raises:
        UnknownOutcomeError: It was sent before, and it is not known whether it is billed.
        JournalError: The journal cannot be read or written; nothing was sent.
        AceDataError: In all its kinds; see `errors`.
    """
    claim = await _claim(exchange, journal, sender.clock)
    if isinstance(claim, Record):
        return _answer_in(claim, exchange)
    try:
        return await sender.send_exchange(exchange._replace(claim=claim))
    except BaseException as error:
        _settle_error(claim, error)
        raise


def record_stream(
    incoming: AsyncResponseStream, state: StreamState, exchange: Exchange
) -> Callable[[], None]:
    """Keep what a stream brings. Returns what writes it down, to be called before its last event is given out."""
    claim, read, content = exchange.claim, incoming.read, bytearray()
    assert claim is not None

    async def read_and_keep() -> bytes:
        chunk = await read()
        content.extend(chunk)
        return chunk

    def settle() -> None:
        state.close()  # if it is not over: it was left
        http = redact_response(evolve(state.http, content=bytes(content)), exchange.settings.token)
        if state.error is None:
            _settle(claim, http)
        else:
            _settle_error(claim, exchange.report.describe(state.error), http)

    incoming.read = read_and_keep
    return settle


async def _claim(exchange: Exchange, journal: Journal, clock: Clock) -> Claim | Record:
    """Wait until the request may be sent, or its answer is there, while another thread or process is at it."""
    request, settings, budget = exchange.request, exchange.settings, exchange.budget
    body = redact_text(request.plain_content.decode(), settings.token).encode()
    path = request.target.removeprefix(settings.path)
    is_free = request.is_streamed and UNFINISHED_STREAMS_ARE_FREE
    wait = _SHORTEST_WAIT
    while not budget.is_spent:
        claim = journal.claim(request.method, path, body, exchange.call.key, is_free_unless_whole=is_free)
        if claim is not None:
            return claim
        left = wait if budget.give_up_at is None else budget.give_up_at - clock.monotonic()
        await clock.sleep_async(max(0.0, min(wait, left)))
        wait = min(2 * wait, _LONGEST_WAIT)
    raise exchange.report.error_for(Failure("connect", phase="deadline"))


def _answer_in(record: Record, exchange: Exchange) -> Any:
    """The reply, or the stream, that the journal has."""
    report = exchange.report
    http = HTTPResponse(
        record.status_code or 200, record.headers, record.content, report.method, report.url, record.tries,
        from_journal=True,
    )  # fmt: skip
    report.log(f"{http.status_code} from the journal")
    if exchange.call.operation.read_reply is None:
        return http
    if not exchange.request.is_whole:
        stream: AsyncStream[Any, Any] = AsyncStream(
            _incoming(http), evolve(http, content=b""), exchange.reply_format(), report
        )
        return stream._hand_over()
    try:
        return read_reply(http, exchange.reply_format())
    except AceDataError as error:
        raise report.describe(error) from None


def _incoming(http: HTTPResponse) -> AsyncResponseStream:
    """A response whose whole body is there."""
    pieces = [http.content]

    async def read() -> bytes:
        return pieces.pop() if pieces else b""

    async def close() -> None:
        pieces.clear()

    return AsyncResponseStream(http.status_code, http.raw_headers, read, close)


def settle(exchange: Exchange, reply: Any, error: BaseException | None) -> None:
    """Write down a whole reply, or the error in which the call ended."""
    assert exchange.claim is not None
    if error is not None:
        _settle_error(exchange.claim, error)
        return
    http = reply if isinstance(reply, HTTPResponse) else reply.http
    _settle(exchange.claim, redact_response(http, exchange.settings.token))


def _settle_error(claim: Claim, error: BaseException, http: HTTPResponse | None = None) -> None:
    """Write down what an error makes of the request: an answer that came whole is one, whatever it says."""
    http = http or getattr(error, "http", None)
    if isinstance(error, ReplyFailedError):
        http = error.reply.http
    is_whole = isinstance(error, (ReplyDecodeError, ReplyFailedError, StreamFailedError))
    try:
        if isinstance(error, JournalError) or not isinstance(error, AceDataError):
            claim.interrupted()
        elif error.may_be_billed is False:
            claim.refused(str(error), http)
        elif is_whole and http is not None and http.content:
            claim.answered(http)
        else:
            claim.unknown(str(error))
    except JournalError as failed:
        _warn(failed)


def _settle(claim: Claim, http: HTTPResponse) -> None:
    try:
        claim.answered(http)
    except JournalError as failed:
        _warn(failed)


def _warn(failed: JournalError) -> None:
    """What has come is given to the caller all the same: it may be paid."""
    warnings.warn(f"what became of a call is not in the journal: {failed}", RuntimeWarning, stacklevel=2)
