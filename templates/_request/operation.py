"""The operations of the OpenAPI document, and their calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .._document.schemas import OPERATIONS, SCHEMAS
from .._replies.format import ReplyFormat
from .not_given import NOT_GIVEN

if TYPE_CHECKING:
    from ..observations import Observations

Decoder = Callable[[Any], Any]
MethodT = TypeVar("MethodT", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1


class Operation:
    """An operation of the OpenAPI document.

    Attributes:
        id: The operationId.
        method: The HTTP method.
        path: The path, with `{name}` for path parameters.
        is_safe: Whether sending it twice costs nothing: its method is safe, or it has `x-safe`.
        sends_token: Whether to send the token, if there is one.
        schemas: The schema of each location of a request: `path`, `query`, `header` and `body`.
        places: For each argument of the method, its location in the request and its key there.
        unix_times: The arguments in which a datetime is converted to seconds since 1970.
        selected_by: The key of the body that asks for a stream; None if the operation has no stream.
        reply_schema: The schema of the reply; None if the response has no JSON body.
        telemetry: The names for traces, and the fields of the body to record; None if it does not call a model.
    """

    def __init__(
        self,
        id: str,
        *,
        renamed: Mapping[str, str] | None = None,
        unix_times: frozenset[str] = frozenset(),
        reply_decoder: Callable[[], Decoder] | None = None,
        event_decoder: Callable[[], Decoder] | None = None,
    ) -> None:
        """Look up the operation in the OpenAPI document.

        Args:
            id: The operationId.
            renamed: The arguments whose names differ from their keys, as name: key.
            unix_times: The arguments in which a datetime is converted to seconds since 1970.
            reply_decoder: Imports the decoder of a reply.
            event_decoder: Imports the decoder of an event.
        """
        described = next(one for one in OPERATIONS if one["id"] == id)
        self.id = id
        self.method: str = described["method"]
        self.path: str = described["path"]
        self.is_safe: bool = described["safe"]
        self.sends_token: bool = described["security"] != "none"
        schemas: dict[str, Any] = {**described["parameters"], "body": described["body"]}
        self.schemas = {place: schema for place, schema in schemas.items() if schema}
        names = {key: name for name, key in (renamed or {}).items()}
        self.places: dict[str, tuple[str, str]] = {
            names.get(key, key): (place, key) for place, schema in self.schemas.items() for key in _properties(schema)
        }
        self.unix_times = unix_times
        self.reply_schema: Any = described["reply"]
        self.telemetry: dict[str, Any] | None = described["telemetry"]
        stream: dict[str, Any] = described["stream"] or {}
        self.selected_by: str | None = stream.get("selected_by")
        selector = ("body", self.selected_by)
        self._stream_argument = next((name for name, place in self.places.items() if place == selector), "")
        self._end_marker: str | None = stream.get("end_marker")
        self._heartbeats = frozenset[str](stream.get("heartbeats", ()))
        self._reply_decoder = reply_decoder
        self._event_decoder = event_decoder

    @cached_property
    def read_reply(self) -> Decoder | None:
        """Decodes the JSON of a reply; None if the response has no JSON body."""
        return self._reply_decoder() if self._reply_decoder else None

    def is_asked_to_stream(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the arguments ask for a stream. A field of `extra_body` does not count."""
        return arguments.get(self._stream_argument) is True

    def reply_format(self, *, token: str, strict: bool, observations: Observations | None) -> ReplyFormat:
        """Return what is needed to decode a reply or a stream."""
        assert self.read_reply is not None
        return ReplyFormat(
            self.read_reply, self._event_decoder, self._end_marker, self._heartbeats, token, strict,
            observations,
        )  # fmt: skip


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    properties: Mapping[str, Any] = schema["properties"]
    return properties


class Call:
    """One call of an operation.

    Attributes:
        operation: The operation.
        arguments: The keyword arguments of the caller; not validated yet.
        key: Distinguishes identical requests in a journal.
        via_stream: Whether to send the call as a stream, or NOT_GIVEN for the client's setting; not validated yet.
        extra_headers: Additional headers, which override others.
        extra_query: Additional query parameters, which override others.
        extra_body: Additional fields of the body, which override others and are not validated.
        timeout: Seconds, an `httpx.Timeout`, None for no limit, or NOT_GIVEN for the client's.
        deadline: Seconds for the whole call, None for no limit, or NOT_GIVEN for the client's.
    """

    __slots__ = (
        "arguments", "deadline", "extra_body", "extra_headers", "extra_query", "key", "operation", "timeout",
        "via_stream",
    )  # fmt: skip

    def __init__(self, operation: Operation, arguments: dict[str, Any]) -> None:
        self.operation = operation
        self.extra_headers = arguments.pop("extra_headers", None)
        self.extra_query = arguments.pop("extra_query", None)
        self.extra_body = arguments.pop("extra_body", None)
        self.timeout = arguments.pop("timeout", NOT_GIVEN)
        self.deadline = arguments.pop("deadline", NOT_GIVEN)
        self.key = arguments.pop("key", "")
        self.via_stream = arguments.pop("via_stream", NOT_GIVEN)
        self.arguments = {name: value for name, value in arguments.items() if value is not NOT_GIVEN}


def sends(operation: Operation) -> Callable[[MethodT], MethodT]:
    """Decorate a method of a resource so that it sends an operation with its keyword arguments.

    The method is only a declaration: editors, type checkers and `help` show its signature and docstring. The arguments
    are validated with the request, so that missing and unknown ones are reported together with all other problems;
    Python's own TypeError would report only one.
    """

    def decorate(method: MethodT) -> MethodT:
        if iscoroutinefunction(method):

            @wraps(method)
            async def send_async(self: Any, /, **arguments: Any) -> Any:
                return await self._send(Call(operation, arguments))

            return cast("MethodT", send_async)

        @wraps(method)
        def send(self: Any, /, **arguments: Any) -> Any:
            return self._send(Call(operation, arguments))

        return cast("MethodT", send)

    return decorate
