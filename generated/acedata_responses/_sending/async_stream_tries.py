"""A try whose response is a stream (async): it succeeds with the first event, or with `via_stream` with the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._replies.stream_state import StreamState
from .._transport.failures import NetworkError
from ..retry import Failure
from .async_streams import DRAIN_TIMEOUT, AsyncStream

if TYPE_CHECKING:
    from typing import Any

    from .._transport.async_response import AsyncResponseStream
    from ..types._http_response import HTTPResponse
    from .async_exchange import Exchange

LOST_STREAM = Failure("reply_lost", is_stream=True, reason="the stream ended without its last event")


async def begin_stream(response: AsyncResponseStream, exchange: Exchange) -> AsyncStream[Any, Any]:
    """Return a stream once its first event was received, or once it has ended without one."""
    reply_format, report = exchange.reply_format(), exchange.report
    stream: AsyncStream[Any, Any] = AsyncStream(response, exchange.http_response(response, b""), reply_format, report)
    if exchange.claim is not None:
        from .async_journaling import record_stream

        stream._settle = record_stream(response, stream._state, exchange)
    await stream._begin()
    return stream


async def read_via_stream(
    response: AsyncResponseStream, exchange: Exchange
) -> tuple[HTTPResponse, StreamState | None, Failure | None]:
    """Read a stream to its last event.

    Returns:
        The response with the events as its content; the state of the stream, or None if the service sent a whole reply
        instead; and the failure, if the stream broke off before its last event.
    """
    state = StreamState.for_whole_reply(exchange.http_response(response, b""), exchange.reply_format())
    content, failure = bytearray(), None
    try:
        while not state.is_over and (chunk := await response.read()):
            content += chunk
            state.feed(chunk)
            state.read_on()
        if not state.is_over and state.is_stream:
            state.end()
            state.read_on()
        if state.error is None:
            await response.drain(DRAIN_TIMEOUT)
    except NetworkError as error:
        failure = error.failure
    finally:
        await response.aclose()
    if failure is not None:
        failure = Failure("reply_lost", is_stream=state.is_stream, phase=failure.phase, reason=failure.reason)
    elif state.is_unfinished:
        failure = LOST_STREAM
    return exchange.http_response(response, bytes(content)), state if state.is_stream else None, failure
