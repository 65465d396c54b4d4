"""The reply in a response that was read as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .._document.schemas import SCHEMAS
from .._json import is_object, parsed
from .._redact import redact_data, redact_response
from ..errors import AceDataError, ReplyDecodeError, ReplyFailedError
from .error_body import error_from, error_words, is_error_body, shorten

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from ..types._list_reply import ListReply
    from ..types._model import Model
    from .format import ReplyFormat

ErrorT = TypeVar("ErrorT", bound=AceDataError)
_FIELDS_OF_EVENTS = (b"data:", b"event:", b"id:", b"retry:", b":")
_BYTES_LOOKED_AT = 10_000


def read_reply(http: HTTPResponse, reading: ReplyFormat) -> Any:
    """Return the reply that a response with a status of success holds.

    An event stream is read too, where the operation can stream: some services send one without being asked to.

    Raises:
        ReplyDecodeError: It is not JSON, or not a documented reply; or, when strict, violates the document.
        APIStatusError: It is an error body.
        ReplyFailedError: It is a reply that says of itself that it failed.
        StreamError: It is an event stream that failed or broke off.
    """
    data, complaint = parsed(http.content)
    if complaint:
        if reading.event_decoder is not None and _looks_like_events(http):
            from .stream import StreamState

            state = StreamState.for_whole_reply(http, reading)
            state.feed(http.content)
            state.end()
            return state.whole_reply(http)
        raise _undecodable(
            http, reading.token, f"it is not JSON ({complaint}): {shorten(http, reading.token)}"
        )
    reply = decode_reply(data, reading)
    if is_object(data) and is_error_body(data, reply):
        raise error_from(http, reading.token)
    if reply is None or not _has_shape(reply):
        raise _undecodable(
            http, reading.token, f"its JSON is no documented reply: {shorten(http, reading.token)}"
        )
    if reading.observations is not None:
        reading.observations.add(reply)
    if has_failed(reply) or (reading.strict and has_problems(reply)):
        raise _refusal(redact_reply(reply, http, reading.read_reply, reading.token))
    reply._http = http
    return reply


def decode_reply(data: Any, reading: ReplyFormat) -> Any:
    """Return the reply that JSON data is read as; None for data of another type than documented."""
    reply = reading.read_reply(data)
    return None if reply is data else reply


def redact_reply(reply: Model, http: HTTPResponse, read: Callable[[Any], Any], token: str) -> Any:
    """Return a copy of a reply or an event for an error to carry: without the token, if the service echoed it."""
    safe = read(redact_data(reply._data, token))
    safe._http = redact_response(http, token)
    return safe


def has_failed(reply: Model) -> bool:
    """Whether a reply says of itself that it failed."""
    return any(getattr(reply, name) == value for name, value in reply._failed_when.items())


def has_problems(reply: Model) -> bool:
    """Whether a reply or an event violates the document, as far as it can be followed into its depth."""
    try:
        return bool(reply.problems)
    except RecursionError:  # only data of free form can be nested that deeply
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
    """Return the error with the facts of the request on it."""
    if http is not None:
        error.__dict__.update(method=http.method, url=http.url, tries=http.tries)
    return error


def is_event_stream(http: HTTPResponse) -> bool:
    """Whether a response calls itself an event stream."""
    return http.header(b"content-type").partition(";")[0].strip().lower() == "text/event-stream"


def _looks_like_events(http: HTTPResponse) -> bool:
    if is_event_stream(http):
        return True
    lines = http.content[:_BYTES_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").splitlines()
    return (
        bool(lines) and lines[0].startswith(_FIELDS_OF_EVENTS) and any(line[:5] == b"data:" for line in lines)
    )


def _refusal(reply: Model) -> AceDataError:
    """Return the error for a reply that says of itself that it failed, or that violates the document."""
    if not has_failed(reply):
        return problems_error(reply)
    code, message = error_words(reply._data)
    text = f"the service answered that it failed: {code or 'no code'}, {message or 'no message'}"
    return with_request(ReplyFailedError(text, reply=reply, code=code, message=message or ""), reply._http)


def _undecodable(http: HTTPResponse, token: str, text: str) -> ReplyDecodeError:
    safe = redact_response(http, token)
    error = ReplyDecodeError(f"HTTP {http.status_code}, but {text}", http=safe, body=safe.content)
    return with_request(error, http)


def _has_shape(reply: Model | ListReply[Any]) -> bool:
    """Whether data that was read as the only documented reply has anything of it."""
    if isinstance(reply, list):
        return True
    required = SCHEMAS.get(reply._schema, {}).get("required", [])
    return bool(reply._schema) and (not required or any(key in reply._data for key in required))
