"""A try whose response is a stream: it succeeds with the first event, or with `via_stream` with the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._replies.stream_state import StreamState
from .._transport.failures import NetworkError
from ..retry import Failure
from .streams import DRAIN_TIMEOUT, Stream

if TYPE_CHECKING:
    from typing import Any

    from .._transport.response import ResponseStream
    from ..types._http_response import HTTPResponse
    from .exchange import Exchange

LOST_STREAM = Failure("reply_lost", is_stream=True, reason="the stream ended without its last event")


def begin_stream(response: ResponseStream, exchange: Exchange) -> Stream[Any, Any]:
    """Return a stream once its first event was received, or once it has ended without one."""
    reply_format, report = exchange.reply_format(), exchange.report
    stream: Stream[Any, Any] = Stream(response, exchange.http_response(response, b""), reply_format, report)
    if exchange.claim is not None:
        from .journaling import record_stream

        stream._settle = record_stream(response, stream._state, exchange)
    stream._begin()
    return stream


def read_via_stream(
    response: ResponseStream, exchange: Exchange
) -> tuple[HTTPResponse, StreamState | None, Failure | None]:
    """Read a stream to its last event.

    Returns:
        The response with the events as its content; the state of the stream, or None if the service sent a whole reply
        instead; and the failure, if the stream broke off before its last event.
    """
    state = StreamState.for_whole_reply(exchange.http_response(response, b""), exchange.reply_format())
    content, failure = bytearray(), None
    try:
        while not state.is_over and (chunk := response.read()):
            content += chunk
            state.feed(chunk)
            state.read_on()
        if not state.is_over and state.is_stream:
            state.end()
            state.read_on()
        if state.error is None:
            response.drain(DRAIN_TIMEOUT)
    except NetworkError as error:
        failure = error.failure
    finally:
        response.close()
    if failure is not None:
        failure = Failure("reply_lost", is_stream=state.is_stream, phase=failure.phase, reason=failure.reason)
    elif state.is_unfinished:
        failure = LOST_STREAM
    return exchange.http_response(response, bytes(content)), state if state.is_stream else None, failure
