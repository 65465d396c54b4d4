"""The token is taken out of what an error carries, should the service have echoed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._json import is_list, is_object

if TYPE_CHECKING:
    from .types._http_response import HTTPResponse

_CARRIED_LEVELS = 100  # Python follows data, to pickle it say, a few hundred levels deep


def redact_text(text: str, token: str) -> str:
    """Text without the token, should the service have echoed it."""
    return text.replace(token, "***") if token else text


def redact_response(http: HTTPResponse, token: str) -> HTTPResponse:
    """An answer without the token, should the service have echoed it."""
    secret = token.encode()
    headers = b"".join(value for _name, value in http.raw_headers)
    if not secret or (secret not in http.content and secret not in headers):
        return http
    from attrs import evolve

    return evolve(
        http,
        content=http.content.replace(secret, b"***"),
        raw_headers=[(name, value.replace(secret, b"***")) for name, value in http.raw_headers],
    )


def redact_data(data: Any, token: str, levels: int = _CARRIED_LEVELS) -> Any:
    """JSON data without the token, and without what is nested beyond so many levels: an error must stay portable."""
    if isinstance(data, str):
        return redact_text(data, token)
    if not levels and (is_list(data) or is_object(data)):
        return "…"
    if is_list(data):
        return [redact_data(entry, token, levels - 1) for entry in data]
    if is_object(data):
        return {redact_text(key, token): redact_data(value, token, levels - 1) for key, value in data.items()}
    return data
