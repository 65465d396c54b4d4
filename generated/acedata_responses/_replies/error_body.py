"""The service's error body: how it is recognised and parsed, and the exception that reports it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .._document.facts import ERROR_BODY
from .._document.schemas import SCHEMAS
from .._json import is_object, parsed
from .._redact import redact_data, redact_response, redact_text
from ..errors import APIStatusError, class_for

if TYPE_CHECKING:
    from ..types._http_response import HTTPResponse
    from ..types._model import Model

_SHOWN_CHARACTERS = 200
_TITLE = r"(?is)<title[^>]*>(.*?)</title>"

ERROR_KEYS = frozenset({*ERROR_BODY["code"][:1], *ERROR_BODY["when"]})
"""An object without any of these keys is not an error body."""


def is_error_body(data: dict[str, Any], reply: Model | None) -> bool:
    """Whether JSON data is the service's error body. A response with a status of success may contain one too.

    A documented reply that has a field of the same name, such as `error`, is not an error body.
    """
    if any(data.get(key, not value) is value for key, value in ERROR_BODY["when"].items()):
        return True
    if not ERROR_BODY["code"] or not data.get(ERROR_BODY["code"][0]):
        return False
    return reply is None or ERROR_BODY["code"][0] not in SCHEMAS.get(reply._schema, {}).get("properties", {})


def code_and_message(body: Any) -> tuple[str | None, str | None]:
    """Return the code and the message of an error body; None for what it does not have."""
    return _string_at(body, ERROR_BODY["code"]), _string_at(body, ERROR_BODY["message"])


def undocumented_message(body: dict[str, Any]) -> str:
    """Return the message of an error body that is not of the documented form, such as `{"error": "overloaded"}`."""
    error = body.get(ERROR_BODY["message"][0]) if ERROR_BODY["message"] else None
    if not error:
        return ""
    return error if isinstance(error, str) else json.dumps(error, ensure_ascii=False)


def error_from(http: HTTPResponse, token: str) -> APIStatusError:
    """Return the error that a response reports. Its class depends on the code, or else on the status."""
    http = redact_response(http, token)
    body = redact_data(parsed(http.content)[0], token)
    code, message = code_and_message(body)
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


def shorten(http: HTTPResponse, token: str) -> str:
    """Return a short description of an unexpected body: the title of an HTML page, or the beginning of other text."""
    text = redact_text(http.text, token)[: 20 * _SHOWN_CHARACTERS]
    title = re.search(_TITLE, text)
    if title or text.lstrip()[:1] == "<":
        return f"an HTML page{': ' + shorten_text(title[1]) if title else ''}"
    return shorten_text(text)


def shorten_text(text: str) -> str:
    """Return text on one line, truncated if it is long."""
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN_CHARACTERS else f"{words[:_SHOWN_CHARACTERS]}…"


def _meaning(http: HTTPResponse, cls: type[APIStatusError]) -> str:
    if 300 <= http.status_code < 400:
        target = http.header(b"location")
        where = f" to {target}" if target else ""
        return f"A redirect{where} is not followed, as it could send the token to another host; check base_url."
    return f"{cls.meaning} {cls.advice}".strip()


def _string_at(data: Any, path: list[str]) -> str | None:
    for key in path:
        data = data.get(key) if is_object(data) else None
    if isinstance(data, (str, int)) and not isinstance(data, bool) and path:
        return str(data)
    return None
