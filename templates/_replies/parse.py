"""An HTTP answer as a reply or as an error. It does no I/O; nothing that came is lost on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .._document.facts import ERROR_BODY
from .._document.schemas import SCHEMAS
from .._json import is_object
from .._redact import redact_data, redact_response, redact_text
from ..errors import AceDataError, APIStatusError, ReplyDecodeError, ReplyFailedError, class_for

if TYPE_CHECKING:
    from ..observations import Observations
    from ..types._http_response import HTTPResponse
    from ..types._model import ListReply, Model

_SHOWN_CHARACTERS = 200
_TITLE = r"(?is)<title[^>]*>(.*?)</title>"
_decode = json.JSONDecoder().decode
_decode_from_start = json.JSONDecoder().raw_decode  # looks for no white space around, which takes as long


def parse(content: bytes) -> Any:
    """JSON data from bytes: a byte order mark is passed over, as RFC 8259, section 8.1, allows.

    Raises:
        ValueError: It is not JSON, not UTF-8, or nested deeper than Python can follow.
    """
    return parse_text(content.decode())


def parse_text(text: str) -> Any:
    """The same for text that was decoded already."""
    try:
        data, end = _decode_from_start(text)
        if end == len(text):
            return data
    except (ValueError, RecursionError):
        pass  # white space or a byte order mark in front, or no JSON at all
    try:
        return _decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_reply(
    http: HTTPResponse,
    read: Callable[[Any], Any],
    *,
    token: str,
    strict: bool,
    observations: Observations | None = None,
) -> Any:
    """The reply that an answer with a status of success holds.

    Args:
        http: The answer.
        read: Decodes the JSON of the operation's replies.
        token: The token, which an echo in an error must not show.
        strict: Whether departures from the document are errors.
        observations: Where to count departures and growth.

    Raises:
        ReplyDecodeError: It is not JSON, or not a documented reply; or, when strict, departs from the document.
        APIStatusError: It is an error body.
        ReplyFailedError: It is a reply that says of itself that it failed.
    """
    data, complaint = parsed(http.content)
    if complaint:
        raise _undecodable(http, token, f"it is not JSON ({complaint}): {shorten(http, token)}")
    reply = read(data)
    if reply is data:  # of another type than documented
        reply = None
    if is_object(data) and is_error_body(data, reply):
        raise error_from(http, token)
    if reply is None or not _has_shape(reply):
        raise _undecodable(http, token, f"its JSON is no documented reply: {shorten(http, token)}")
    if observations is not None:
        observations.add(reply)
    if _is_failed(reply) or (strict and departs(reply)):
        raise _refusal(redact_reply(reply, http, read, token))
    reply._http = http
    return reply


def redact_reply(reply: Model, http: HTTPResponse, read: Callable[[Any], Any], token: str) -> Any:
    """A reply or an event once more, for an error to carry: without the token, should the service have echoed it."""
    safe = read(redact_data(reply._data, token))
    safe._http = redact_response(http, token)
    return safe


def departs(reply: Model) -> bool:
    """Whether a reply or an event departs from the document, as far as it can be followed into its depth."""
    try:
        return bool(reply.problems)
    except RecursionError:  # only data of free form can be nested that deeply
        return False


def departure(reply: Model) -> ReplyDecodeError:
    """The error for a reply or an event that departs from the document."""
    problems, http = reply.problems, reply._http
    lines = "\n".join(f"  {problem}" for problem in problems)
    error = ReplyDecodeError(
        f"the reply departs from the document (it is in `reply`):\n{lines}",
        http=http, body=http.content if http else b"", reply=reply, problems=problems,
    )  # fmt: skip
    return described(error, http)  # type: ignore[no-any-return]


def _is_failed(reply: Model) -> bool:
    return any(getattr(reply, name) == value for name, value in reply._failed_when.items())


def _refusal(reply: Model) -> AceDataError:
    """The error for a reply that says of itself that it failed, or that departs from the document."""
    if not _is_failed(reply):
        return departure(reply)
    code, message = error_words(reply._data)
    text = f"the service answered that it failed: {code or 'no code'}, {message or 'no message'}"
    error = ReplyFailedError(text, reply=reply, code=code, message=message or "")
    return described(error, reply._http)  # type: ignore[no-any-return]


def is_error_body(data: dict[str, Any], reply: Model | None) -> bool:
    """Whether JSON data is the service's error body, which can come under a status of success too.

    A documented reply may have a field of the same name, such as `error`: then it is a reply.
    """
    if any(data.get(key, not value) is value for key, value in ERROR_BODY["when"].items()):
        return True
    if not ERROR_BODY["code"] or not data.get(ERROR_BODY["code"][0]):
        return False
    return reply is None or ERROR_BODY["code"][0] not in SCHEMAS.get(reply._schema, {}).get("properties", {})


def error_from(http: HTTPResponse, token: str) -> APIStatusError:
    """The error that an answer reports, by its code first and by its status then."""
    http = redact_response(http, token)
    body = redact_data(parsed(http.content)[0], token)
    code, message = error_words(body)
    trace_id = _string_at(body, ERROR_BODY["trace-id"])
    cls = class_for(http.status_code, code)
    shown = message or shorten(http, token) or "no body"
    parts = [f"HTTP {http.status_code}", code or "", f"“{shown}”", f"(trace {trace_id})" if trace_id else ""]
    text = f"{' '.join(part for part in parts if part)}: {_meaning(http, cls)}"
    return cls(
        text, http=http, code=code, message=shown, trace_id=trace_id,
        body=http.text if body is None else body,
        method=http.method, url=http.url, tries=http.tries,
    )  # fmt: skip


def error_words(body: Any) -> tuple[str | None, str | None]:
    """The code and the message of an error body, where it has them."""
    return _string_at(body, ERROR_BODY["code"]), _string_at(body, ERROR_BODY["message"])


def described(error: Any, http: HTTPResponse | None) -> Any:
    """The error with the facts of the request on it."""
    if http is not None:
        error.__dict__.update(method=http.method, url=http.url, tries=http.tries)
    return error


def shorten(http: HTTPResponse, token: str = "") -> str:
    """A body that is not what was expected, in short: a page by its title, other text by its beginning."""
    text = redact_text(http.text, token)[: 20 * _SHOWN_CHARACTERS]
    title = re.search(_TITLE, text)
    if title or text.lstrip()[:1] == "<":
        return f"an HTML page{': ' + ' '.join(title[1].split())[:_SHOWN_CHARACTERS] if title else ''}"
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN_CHARACTERS else f"{words[:_SHOWN_CHARACTERS]}…"


def parsed(content: bytes | str) -> tuple[Any, str]:
    """JSON data, or None and why it is none. The exception is not kept: it has the whole text hanging on it."""
    try:
        return parse_text(content) if isinstance(content, str) else parse(content), ""
    except ValueError as error:
        return None, str(error).partition("\n")[0][:_SHOWN_CHARACTERS]


def _meaning(http: HTTPResponse, cls: type[APIStatusError]) -> str:
    if 300 <= http.status_code < 400:
        target = http.header(b"location")
        where = f" to {target}" if target else ""
        return f"A redirect{where} is not followed, as the token must not leave; check base_url."
    return f"{cls.meaning} {cls.advice}".strip()


def _undecodable(http: HTTPResponse, token: str, text: str) -> ReplyDecodeError:
    safe = redact_response(http, token)
    error = ReplyDecodeError(f"HTTP {http.status_code}, but {text}", http=safe, body=safe.content)
    return described(error, http)  # type: ignore[no-any-return]


def _has_shape(reply: Model | ListReply[Any]) -> bool:
    """Whether data that was read as the only documented reply has anything of it."""
    if isinstance(reply, list):
        return True
    required = SCHEMAS.get(reply._schema, {}).get("required", [])
    return bool(reply._schema) and (not required or any(key in reply._data for key in required))


def _string_at(data: Any, path: list[str]) -> str | None:
    for key in path:
        data = data.get(key) if is_object(data) else None
    if isinstance(data, (str, int)) and not isinstance(data, bool) and path:
        return str(data)
    return None
