"""The HTTP response of a reply, a stream or an error."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from attrs import define, field

from .._lazy_module import LazyModule

if TYPE_CHECKING:
    import httpx
else:
    httpx = LazyModule("httpx")


@define(slots=False, repr=False)
class HTTPResponse:
    """An HTTP response.

    Attributes:
        status_code: The HTTP status.
        raw_headers: The headers as pairs of bytes, in the order received.
        content: The decoded body; empty for a stream.
        method: The method of the request.
        url: The URL of the request.
        tries: How many attempts were made, including the one with this response.
        from_journal: Whether the response was read from a journal instead of sending the request.
    """

    status_code: int
    raw_headers: list[tuple[bytes, bytes]] = field(factory=list[tuple[bytes, bytes]])
    content: bytes = b""
    method: str = ""
    url: str = ""
    tries: int = 1
    from_journal: bool = False

    @cached_property
    def headers(self) -> httpx.Headers:
        """The headers; names are case-insensitive."""
        return httpx.Headers(self.raw_headers)

    def header(self, name: bytes) -> str:
        """Return a header by its lower-case name, or an empty string. Does not import httpx."""
        return next((value.decode("latin-1") for key, value in self.raw_headers if key.lower() == name), "")

    def lower_headers(self) -> dict[str, str]:
        """Return all headers by their lower-case names. Does not import httpx."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.raw_headers}

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become U+FFFD."""
        return self.content.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<HTTPResponse {self.status_code} to {self.method} {self.url}, {len(self.content)} bytes>"
