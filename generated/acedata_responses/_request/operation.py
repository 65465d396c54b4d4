"""An operation of the document, and one call of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._document.schemas import OPERATIONS
from .._replies.format import ReplyFormat

if TYPE_CHECKING:
    from ..observations import Observations

Decoder = Callable[[Any], Any]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1


class Operation:
    """What does not change from call to call.

    Attributes:
        id: The operationId.
        method: The HTTP method.
        path: The path, with `{name}` for path parameters.
        is_safe: Whether sending it twice costs nothing: its method only reads, or the document says so (`x-safe`).
        sends_token: Whether the token goes with it, where there is one.
        schemas: For each place of a request (`path`, `query`, `header`, `body`) the schema of what goes there.
        reply_schema: The schema of a whole answer; None when the answer has no JSON.
    """

    def __init__(
        self,
        id: str,
        reply_decoder: Callable[[], Decoder] | None = None,
        event_decoder: Callable[[], Decoder] | None = None,
    ) -> None:
        described = next(one for one in OPERATIONS if one["id"] == id)
        self.id = id
        self.method: str = described["method"]
        self.path: str = described["path"]
        self.is_safe: bool = described["safe"]
        self.sends_token: bool = described["security"] != "none"
        schemas = {**described["parameters"], "body": described["body"]}
        self.schemas = {place: schema for place, schema in schemas.items() if schema}
        self.reply_schema: Any = described["reply"]
        stream: dict[str, Any] = described["stream"] or {}
        self._end_marker: str | None = stream.get("end_marker")
        self._heartbeats = frozenset[str](stream.get("heartbeats", ()))
        self._reply_decoder = reply_decoder
        self._event_decoder = event_decoder

    @cached_property
    def read_reply(self) -> Decoder | None:
        """Decodes the JSON of a whole answer; None when the answer has no JSON."""
        return self._reply_decoder() if self._reply_decoder else None

    def reply_format(self, *, token: str, strict: bool, observations: Observations | None) -> ReplyFormat:
        """Return what must be known to read an answer."""
        assert self.read_reply is not None
        return ReplyFormat(
            self.read_reply, self._event_decoder, self._end_marker, self._heartbeats, token, strict,
            observations,
        )  # fmt: skip


class Call:
    """One call: the values for each place of the request, and the wishes of the caller.

    Attributes:
        operation: The operation.
        values: Per place (`path`, `query`, `header`, `body`) the fields that the caller gave, and under `unknown`
            the keywords that the operation does not have.
        streams: Whether the caller asked for a stream.
        key: Tells several wanted answers to one request apart, in a journal.
        extra_headers: Header lines that win over all others.
        extra_query: Further query parameters.
        extra_body: Further fields of the body; they win, and are never checked.
        timeout: Seconds, an `httpx.Timeout`, None for no limit, or NOT_GIVEN for the client's.
        deadline: Seconds for the whole call, None for no limit, or NOT_GIVEN for the client's.
    """

    __slots__ = (
        "deadline", "extra_body", "extra_headers", "extra_query", "key", "operation", "streams", "timeout",
        "values",
    )  # fmt: skip

    def __init__(
        self,
        operation: Operation,
        values: Mapping[str, Mapping[str, Any]],
        *,
        unknown: Mapping[str, Any] | None = None,
        streams: bool = False,
        key: str = "",
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: Any = None,
        deadline: Any = None,
    ) -> None:
        self.operation = operation
        self.values = {**values, "unknown": unknown} if unknown else values
        self.streams = streams
        self.key = key
        self.extra_headers = extra_headers
        self.extra_query = extra_query
        self.extra_body = extra_body
        self.timeout = timeout
        self.deadline = deadline
