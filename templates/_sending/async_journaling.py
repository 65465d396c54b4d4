"""Calls with a journal (async): return the stored response, or send the request and store the response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from .._document.facts import UNFINISHED_STREAMS_ARE_FREE
from .._redact import redact_response, redact_text
from .._replies.whole import read_reply
from .._transport.async_response import AsyncResponseStream
from ..errors import AceDataError
from ..journal import Record
from ..retry import Failure
from ..types._http_response import HTTPResponse
from .async_streams import AsyncStream
from .journal_outcomes import record_error, record_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._clock import Clock
    from .._replies.stream_state import StreamState
    from ..journal import Claim, Journal
    from .async_exchange import Exchange

_SHORTEST_WAIT, _LONGEST_WAIT = 0.05, 0.5  # seconds between two attempts to claim the request


async def send_once(
    send: Callable[[Exchange], Awaitable[Any]], exchange: Exchange, journal: Journal, clock: Clock
) -> Any:
    """Return the stored reply or stream, and send the request only if the journal has none.

    Raises:
        UnknownOutcomeError: The request was sent before, and it is not known whether it is billed.
        JournalError: The journal cannot be read or written; nothing was sent.
        AceDataError: The call failed; see `errors`.
    """
    claim = await _claim(exchange, journal, clock)
    if isinstance(claim, Record):
        return _answer_in(claim, exchange)
    try:
        return await send(exchange._replace(claim=claim))
    except BaseException as error:
        record_error(claim, error)
        raise


def record_stream(response: AsyncResponseStream, state: StreamState, exchange: Exchange) -> Callable[[], None]:
    """Record the bytes of a stream. Returns a function that writes them to the journal when the stream has ended.

    The function must be called before the caller gets the last event.
    """
    claim, read, content = exchange.claim, response.read, bytearray()
    assert claim is not None

    async def read_and_record() -> bytes:
        chunk = await read()
        content.extend(chunk)
        return chunk

    def settle() -> None:
        state.close()  # has no effect unless the caller left the stream early
        http = redact_response(evolve(state.http, content=bytes(content)), exchange.settings.token)
        if state.error is None:
            record_response(claim, http)
        else:
            record_error(claim, exchange.report.describe(state.error), http)

    response.read = read_and_record
    return settle


async def _claim(exchange: Exchange, journal: Journal, clock: Clock) -> Claim | Record:
    """Claim the request, or return its record. Waits while another thread or process has claimed it.

    Raises:
        RequestTimeoutError: The other call has not ended in time.
    """
    request, settings, budget = exchange.request, exchange.settings, exchange.budget
    body = redact_text(request.plain_content.decode(), settings.token).encode()
    path = request.target.removeprefix(settings.path)
    is_free = request.is_streamed and UNFINISHED_STREAMS_ARE_FREE
    timeout = budget.allowed("journal")
    give_up_at = None if timeout is None else clock.monotonic() + timeout
    wait = _SHORTEST_WAIT
    while not budget.is_spent:
        claim = journal.claim(request.method, path, body, exchange.call.key, is_free_unless_whole=is_free)
        if claim is not None:
            return claim
        if give_up_at is not None and clock.monotonic() >= give_up_at:
            raise exchange.report.error_for(Failure("connect", phase="journal"))
        remaining = wait if budget.give_up_at is None else budget.give_up_at - clock.monotonic()
        await clock.sleep_async(max(0.0, min(wait, remaining)))
        wait = min(2 * wait, _LONGEST_WAIT)
    raise exchange.report.error_for(Failure("connect", phase="deadline"))


def _answer_in(record: Record, exchange: Exchange) -> Any:
    """The reply or the stream that a record holds."""
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
            _stored_response(http), evolve(http, content=b""), exchange.reply_format(), report
        )
        return stream._hand_over()
    try:
        return read_reply(http, exchange.reply_format())
    except AceDataError as error:
        raise report.describe(error) from None


def _stored_response(http: HTTPResponse) -> AsyncResponseStream:
    """A response stream that yields a stored body."""
    chunks = [http.content]

    async def read() -> bytes:
        return chunks.pop() if chunks else b""

    async def close() -> None:
        chunks.clear()

    return AsyncResponseStream(http.status_code, http.raw_headers, read, close)
