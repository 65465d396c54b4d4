"""Header lines as bytes: only what HTTP allows in them gets through."""

from __future__ import annotations

from collections.abc import Mapping

from .._redact import redact_text
from ..errors import RequestValidationError

_HEADER_NAME_CHARACTERS = frozenset(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
)  # RFC 9110, 5.6.2: token
_OF_THE_MESSAGE = frozenset(
    {"content-length", "transfer-encoding"}
)  # RFC 9112, section 6: where its body ends


def header_lines(headers: Mapping[str, str], token: str = "") -> list[tuple[bytes, bytes]]:
    """Return header lines as bytes.

    Args:
        headers: Their names and values.
        token: What no error may show.

    Raises:
        RequestValidationError: A name or value that HTTP does not allow, which may be an attempt to smuggle in
            another line, or a name by which the body would end elsewhere. A value is not shown, nor a name that cannot
            be one, since it may be a secret.
    """
    lines: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        shown = redact_text(repr(name), token)
        if not isinstance(name, str) or not _may_name_a_header(name):
            raise RequestValidationError(
                "the name of a header is not one that HTTP allows (RFC 9110, section 5.1); it is not shown, since it "
                "may be a secret that slipped into the wrong place",
                problems=[],
            )
        if name.lower() in _OF_THE_MESSAGE:
            raise RequestValidationError(
                f"the header {shown} follows from the body, and is the client's to write: leave it out",
                problems=[],
            )
        if not isinstance(value, str) or not all(map(_may_be_in_a_header, value)):
            raise RequestValidationError(
                f"the value of the header {shown} is not text that a header can hold (RFC 9110, section 5.5)",
                problems=[],
            )
        lines.append((name.lower().encode("ascii"), value.strip(" \t").encode("latin-1")))
    return lines


def _may_name_a_header(name: str) -> bool:
    return bool(name) and name.isascii() and _HEADER_NAME_CHARACTERS.issuperset(name.lower())


def _may_be_in_a_header(character: str) -> bool:
    """Whether RFC 9110, section 5.5, allows it in a field value."""
    return character == "\t" or " " <= character <= "~" or "\x80" <= character <= "\xff"
