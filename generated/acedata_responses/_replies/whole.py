"""Decodes the reply in a response whose whole body was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .._document.schemas import SCHEMAS
from .._json import is_object, parsed
from .._redact import redact_data, redact_response
from ..errors import AceDataError, ReplyDecodeError, ReplyFailedError
from .error_body import code_and_message, error_from, is_error_body, shorten

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from ..types._list_reply import ListReply
    from ..types._model import Model
    from .format import ReplyFormat

ErrorT = TypeVar("ErrorT", bound=AceDataError)
_FIELDS_OF_EVENTS = (b"data:", b"event:", b"id:", b"retry:", b":")
_BYTES_EXAMINED = 10_000


def read_reply(http: HTTPResponse, reply_format: ReplyFormat) -> Any:
    """Return the reply in a response with a status of success.

    If the operation can stream, an event stream is read too: some services send one without being asked to.

    Raises:
        ReplyDecodeError: The body is not JSON, or not a documented reply; or, if strict, it violates the document.
        APIStatusError: The body is an error body.
        ReplyFailedError: The reply reports that it failed.
        StreamError: The body is an event stream that failed or broke off.
    """
    data, problem = parsed(http.content)
    if problem:
        if reply_format.event_decoder is not None and _looks_like_events(http):
            from .stream_state import StreamState

            state = StreamState.for_whole_reply(http, reply_format)
            state.feed(http.content)
            state.end()
            return state.whole_reply(http)
        raise _undecodable(http, reply_format.token, f"it is not JSON ({problem}): {shorten(http, reply_format.token)}")
    reply = decode_reply(data, reply_format)
    if is_object(data) and is_error_body(data, reply):
        raise error_from(http, reply_format.token)
    if reply is None or not _has_shape(reply):
        raise _undecodable(
            http, reply_format.token, f"its JSON is not a documented reply: {shorten(http, reply_format.token)}"
        )
    if reply_format.observations is not None:
        reply_format.observations.add(reply)
    if has_failed(reply) or (reply_format.strict and has_problems(reply)):
        raise _refusal(redact_reply(reply, http, reply_format.read_reply, reply_format.token))
    reply._http = http
    return reply


def decode_reply(data: Any, reply_format: ReplyFormat) -> Any:
    """Decode a reply from JSON data; return None for data of another type than documented."""
    reply = reply_format.read_reply(data)
    return None if reply is data else reply


def redact_reply(reply: Model, http: HTTPResponse, read: Callable[[Any], Any], token: str) -> Any:
    """Return a copy of a reply or an event with the token redacted, for an error to carry."""
    redacted = read(redact_data(reply._data, token))
    redacted._http = redact_response(http, token)
    return redacted


def has_failed(reply: Model) -> bool:
    """Whether a reply reports that it failed."""
    return any(getattr(reply, name) == value for name, value in reply._failed_when.items())


def has_problems(reply: Model) -> bool:
    """Whether a reply or an event violates the document; False if it is nested too deeply to check."""
    try:
        return bool(reply.problems)
    except RecursionError:  # only free-form data can be nested that deeply
        return False


def problems_error(reply: Model) -> ReplyDecodeError:
    """Return the error for a reply or an event that violates the document."""
    problems, http = reply.problems, reply._http
    lines = "\n".join(f"  {problem}" for problem in problems)
    error = ReplyDecodeError(
        f"the reply violates the document (it is in `reply`):\n{lines}",
        http=http, body=http.content if http else b"", reply=reply, problems=problems,
    )  # fmt: skip
    return with_request(error, http)


def with_request(error: ErrorT, http: HTTPResponse | None) -> ErrorT:
    """Set the attributes of an error that describe the request, and return it."""
    if http is not None:
        error.__dict__.update(method=http.method, url=http.url, tries=http.tries)
    return error


def is_event_stream(http: HTTPResponse) -> bool:
    """Whether the content type of a response is that of an event stream."""
    return http.header(b"content-type").partition(";")[0].strip().lower() == "text/event-stream"


def _looks_like_events(http: HTTPResponse) -> bool:
    if is_event_stream(http):
        return True
    lines = http.content[:_BYTES_EXAMINED].lstrip(b"\xef\xbb\xbf \t\r\n").splitlines()
    return bool(lines) and lines[0].startswith(_FIELDS_OF_EVENTS) and any(line[:5] == b"data:" for line in lines)


def _refusal(reply: Model) -> AceDataError:
    """Return the error for a reply that reports that it failed, or that violates the document."""
    if not has_failed(reply):
        return problems_error(reply)
    code, message = code_and_message(reply._data)
    text = f"the service reported that the request failed: {code or 'no code'}, {message or 'no message'}"
    return with_request(ReplyFailedError(text, reply=reply, code=code, message=message or ""), reply._http)


def _undecodable(http: HTTPResponse, token: str, text: str) -> ReplyDecodeError:
    redacted = redact_response(http, token)
    error = ReplyDecodeError(f"HTTP {http.status_code}, but {text}", http=redacted, body=redacted.content)
    return with_request(error, http)


def _has_shape(reply: Model | ListReply[Any]) -> bool:
    """Whether data that was decoded as the only documented reply has any of its required fields."""
    if isinstance(reply, list):
        return True
    required = SCHEMAS.get(reply._schema, {}).get("required", [])
    return bool(reply._schema) and (not required or not reply._data.keys().isdisjoint(required))
