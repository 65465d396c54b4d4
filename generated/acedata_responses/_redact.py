"""Redacts the token in errors and logs, in case the service echoed it.

A long token is replaced wherever it occurs. A short one may also be a common word in a message, so it is only replaced
after `Bearer` or an equals sign, as a whole value, and as a word of a header, and never in a key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ._json import is_list, is_object

if TYPE_CHECKING:
    from .types._http_response import HTTPResponse

_HIDDEN = "***"
_SHORTEST_SECRET = 10  # characters; a shorter token may be a common word
_END = r"(?![\w.~+/-])"  # the characters of a token: RFC 6750, section 2.1
_CARRIED_LEVELS = 100  # Python can pickle data that is a few hundred levels deep


def redact_text(text: str, token: str) -> str:
    """Return text without the token."""
    if not token:
        return text
    if len(token) >= _SHORTEST_SECRET:
        return text.replace(token, _HIDDEN)
    return _HIDDEN if text == token else _where_tokens_stand(token).sub(_HIDDEN, text)


def redact_response(http: HTTPResponse, token: str) -> HTTPResponse:
    """Return a response without the token in its headers and its body."""
    secret = token.encode()
    if not secret or (secret not in http.content and not any(secret in value for _, value in http.raw_headers)):
        return http
    from attrs import evolve

    return evolve(
        http,
        content=_redact_bytes(http.content, token),
        raw_headers=[(name, _redact_header(value, token)) for name, value in http.raw_headers],
    )


def redact_data(data: Any, token: str, levels: int = _CARRIED_LEVELS) -> Any:
    """Return JSON data without the token, and without values that are nested too deeply to be pickled."""
    if isinstance(data, str):
        return redact_text(data, token)
    if not levels and (is_list(data) or is_object(data)):
        return "…"
    if is_list(data):
        return [redact_data(entry, token, levels - 1) for entry in data]
    if is_object(data):
        return {redact_key(key, token): redact_data(value, token, levels - 1) for key, value in data.items()}
    return data


def redact_key(key: str, token: str) -> str:
    """Return a key, or a path of keys, without the token, unless the token may be a common word."""
    return redact_text(key, token) if len(token) >= _SHORTEST_SECRET else key


def _redact_header(value: bytes, token: str) -> bytes:
    text = value.decode("latin-1")
    redacted = redact_text(text, token) if len(token) >= _SHORTEST_SECRET else _word(token).sub(_HIDDEN, text)
    return redacted.encode("latin-1")


def _redact_bytes(content: bytes, token: str) -> bytes:
    # Latin-1 maps each byte to a character and back; the token is ASCII.
    return redact_text(content.decode("latin-1"), token).encode("latin-1")


@lru_cache(maxsize=8)
def _where_tokens_stand(token: str) -> re.Pattern[str]:
    """Match the token after `Bearer` or an equals sign, and as a whole JSON string that is not a key."""
    one = re.escape(token)
    return re.compile(rf'(?:(?i:(?<=bearer ))|(?<==)){one}{_END}|(?<=["\']){one}(?=["\']\s*(?:[,}}\]]|$))')


@lru_cache(maxsize=8)
def _word(token: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.~+/-]){re.escape(token)}{_END}")
