"""The HTTP side of an answer: what every reply, stream and error gives access to."""

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
    """An HTTP answer as it came.

    Attributes:
        status_code: The HTTP status.
        raw_headers: The header lines as bytes, in their order.
        content: The body after any content coding was undone; empty for a stream.
        method: The request's method.
        url: The request's address.
        tries: How many times the request was sent until this answer came.
        from_journal: Whether it was read from a journal, and nothing was sent.
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
        """The headers; names are matched in any case."""
        return httpx.Headers(self.raw_headers)

    def header(self, name: bytes) -> str:
        """One header by its lower-case name, empty when it is not there; needs no httpx."""
        return next((value.decode("latin-1") for key, value in self.raw_headers if key.lower() == name), "")

    def lower_headers(self) -> dict[str, str]:
        """All headers by their lower-case names; needs no httpx."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.raw_headers}

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are shown as U+FFFD."""
        return self.content.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<HTTPResponse {self.status_code} to {self.method} {self.url}, {len(self.content)} bytes>"
