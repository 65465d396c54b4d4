"""Finds the bearer token, and checks that it can be one."""

from __future__ import annotations

import os

from .._document.facts import NEEDS_TOKEN, TOKEN_VARIABLES
from ..errors import ConfigurationError


def find_token(token: str | None) -> str:
    """Return the token that was passed, or the first one that the environment has; empty where none is needed.

    Raises:
        ConfigurationError: There is none, or it cannot be one. The text never shows it.
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
            "the token is not one: expected visible ASCII characters without spaces (it is not shown here); "
            "look for quotes, a line end or the word Bearer in it"
        )
    return token


def _is_visible_ascii(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
