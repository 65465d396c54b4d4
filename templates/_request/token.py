"""Finds and validates the bearer token."""

from __future__ import annotations

import os

from .._document.facts import NEEDS_TOKEN, TOKEN_VARIABLES
from ..errors import ConfigurationError


def find_token(token: str | None) -> str:
    """Return the given token, or else the first one in the environment; empty if none is needed.

    Raises:
        ConfigurationError: There is no token, or it is not valid. The error never shows it.
    """
    if token is None and not NEEDS_TOKEN:
        return ""
    if token is None:
        token = next((os.environ[name] for name in TOKEN_VARIABLES if os.environ.get(name)), None)
    if token is None:
        variables = f" or set one of {', '.join(TOKEN_VARIABLES)}" if TOKEN_VARIABLES else ""
        raise ConfigurationError(f"there is no token: pass token=…{variables}")
    if not isinstance(token, str) or not _is_visible_ascii(token):
        raise ConfigurationError(
            "the token is not valid: expected visible ASCII characters without spaces (it is not shown here); "
            "check it for quotes, line breaks or the word Bearer"
        )
    return token


def _is_visible_ascii(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
