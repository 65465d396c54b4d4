"""Validates headers and encodes them as bytes."""

from __future__ import annotations

from collections.abc import Mapping

from .._redact import redact_text
from ..errors import RequestValidationError

_HEADER_NAME_CHARACTERS = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")  # RFC 9110, 5.6.2: token
_OF_THE_MESSAGE = frozenset({"content-length", "transfer-encoding"})  # RFC 9112, section 6: where its body ends


def header_lines(headers: Mapping[str, str], token: str = "") -> list[tuple[bytes, bytes]]:
    """Return headers as pairs of bytes.

    Args:
        headers: The names and values.
        token: The token, to redact it in errors.

    Raises:
        RequestValidationError: HTTP does not allow the name or value, which may be an attempt at header injection, or
            the header would change the length of the body. The error does not show values and invalid names, since
            they may be secrets.
    """
    lines: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        shown = redact_text(repr(name), token)
        if not isinstance(name, str) or not _may_name_a_header(name):
            raise RequestValidationError(
                "the name of a header is not valid (RFC 9110, section 5.1); it is not shown here, since it may be a "
                "secret passed by mistake",
                problems=[],
            )
        if name.lower() in _OF_THE_MESSAGE:
            raise RequestValidationError(
                f"the header {shown} is set by the client, since it depends on the body: leave it out", problems=[]
            )
        if not isinstance(value, str) or not all(map(_may_be_in_a_header, value)):
            raise RequestValidationError(
                f"the value of the header {shown} is not valid (RFC 9110, section 5.5)", problems=[]
            )
        lines.append((name.lower().encode("ascii"), value.strip(" \t").encode("latin-1")))
    return lines


def _may_name_a_header(name: str) -> bool:
    return bool(name) and name.isascii() and _HEADER_NAME_CHARACTERS.issuperset(name.lower())


def _may_be_in_a_header(character: str) -> bool:
    """Whether RFC 9110, section 5.5, allows the character in a field value."""
    return character == "\t" or " " <= character <= "~" or "\x80" <= character <= "\xff"
