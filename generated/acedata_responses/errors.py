"""The exceptions of the client.

    AceDataError
    ├── ConfigurationError          a setting or argument is invalid (also a ValueError)
    ├── RequestValidationError      the request violates the OpenAPI document; nothing was sent (also a ValueError)
    ├── TransportError              no complete response was received
    │   ├── ConnectionFailedError   no connection could be made; nothing was sent
    │   ├── ConnectionLostError     the connection broke; the service may have processed the request
    │   └── RequestTimeoutError     something took longer than allowed (also a TimeoutError)
    ├── ReplyDecodeError            the response is not what the OpenAPI document describes
    ├── ReplyFailedError            the reply reports a failure
    ├── AnswerError                 the answer does not match the requested class; carries the reply
    ├── RunError                    a run of functions ended without an answer; carries all replies
    ├── StreamError                 a stream did not reach its end; carries the text so far
    │   ├── StreamInterruptedError  the stream broke off
    │   └── StreamFailedError       the service reported an error in the stream
    ├── BudgetExhaustedError        the budget for many calls does not allow another one; nothing was sent
    ├── BulkStoppedError            a call of many failed as all others would; no more were sent
    ├── JournalError                a file of the journal or of a shared limiter cannot be used; nothing was sent
    ├── UnknownOutcomeError         the journal shows that the request may be billed already; it was not sent again
    └── APIStatusError              the service responded with an error
        ├── BadRequestError  (bad_request, api_not_implemented, 400)
        ├── AuthenticationError  (no_token, token_mismatched, invalid_token, token_expired, 401)
        ├── PermissionDeniedError  (disabled, 403)
        │   ├── InsufficientBalanceError  (used_up)
        │   └── ModerationError  (forbidden)
        ├── NotFoundError  (no_api, 404)
        ├── RequestTooLargeError  (request_too_large, 413)
        ├── RateLimitError  (too_many_requests, rate_limited, 429)
        └── ServerError  (api_error, 5XX)
            └── GatewayTimeoutError  (timeout, 504)

An error code of the service takes precedence over the HTTP status in selecting the class, since the vendor's sources
disagree on the status of some codes. All errors can be pickled and copied. None contains the token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ._document.facts import BILLING, ERROR_KINDS
from ._lazy_module import LazyModule

if TYPE_CHECKING:
    from . import types
    from ._document import validation
    from .types import _http_response
else:
    types, _http_response = LazyModule(".types"), LazyModule(".types._http_response")
    validation = LazyModule("._document.validation")


_BILLING: dict[str, bool | None] = {"not-sent": False, **BILLING}


class AceDataError(Exception):
    """The base class of all errors that the client raises.

    Attributes:
        method: The HTTP method of the request, None if there was no request.
        url: The URL of the request, None if there was no request.
        tries: How many attempts were made, including failed attempts to connect.
        retry_after: Seconds to wait before retrying, as the service asked; None if it did not.
        earlier_replies: In a run of functions, the replies to the earlier calls, which are billed.
    """

    method: str | None = None
    url: str | None = None
    tries: int = 0
    retry_after: float | None = None
    earlier_replies: Sequence[Any] = ()

    _earlier_tries_billed: bool | None = False
    _affects_every_request: ClassVar[bool] = False
    _ended_as: str = ""

    def __init__(self, text: str = "", **facts: Any) -> None:
        super().__init__(text)
        self.__dict__.update(facts)

    @property
    def affects_every_request(self) -> bool:
        """Whether every further request with this token fails in the same way, until the reason is removed."""
        return self._affects_every_request or getattr(self, "code", None) in _CODES_OF_EVERY_REQUEST

    @property
    def may_be_billed(self) -> bool | None:
        """Whether the call is billed, counting all its attempts; None if unknown."""
        billed, earlier = _BILLING.get(self._outcome()), self._earlier_tries_billed
        return billed if earlier is False else billed or earlier

    def _outcome(self) -> str:
        """How the call ended, as a key of `x-billing` in the document."""
        return self._ended_as


class ConfigurationError(AceDataError, ValueError):
    """A setting or argument is missing or invalid: no token, a malformed base URL, a number out of range."""

    _ended_as: str = "not-sent"


class RequestValidationError(AceDataError, ValueError):
    """The request violates the OpenAPI document. Nothing was sent.

    Attributes:
        problems: All violations, each with its JSON pointer, the rule, the value and the rule's source.
    """

    problems: list[validation.Problem]

    _ended_as: str = "not-sent"


class TransportError(AceDataError):
    """No complete response was received."""


class ConnectionFailedError(TransportError):
    """No connection could be made. Nothing was sent, so sending the request again is safe."""

    _ended_as: str = "not-sent"


class ConnectionLostError(TransportError):
    """The connection broke after the client began to send the request and before the response was complete.

    The service may have processed the request and may bill it, so it is retried only where `RetryPolicy` allows that.

    Attributes:
        http: The partial response, with its bytes in `http.content`; None if nothing was received.
        is_stream: Whether a stream was requested, which is billed by other rules.
    """

    http: _http_response.HTTPResponse | None = None
    is_stream: bool = False

    def _outcome(self) -> str:
        return "stream-unfinished" if self.is_stream else "reply-lost"


class RequestTimeoutError(TransportError, TimeoutError):
    """Something took longer than allowed.

    Attributes:
        phase: What timed out: `connect`, `write`, `read`, `pool` (waiting for a free connection of an httpx client),
            `turn` (waiting for the limits on calls in flight and per second), `journal` (waiting for another call with
            the same request and the same journal) or `deadline` (the whole call).
        after: The limit in seconds.
        sent: Whether the request may have reached the service, which then may have processed it and may bill it.
        http: The partial response; None if nothing was received.
        is_stream: Whether a stream was requested, which is billed by other rules.
    """

    phase: str = "read"
    after: float | None = None
    sent: bool = False
    http: _http_response.HTTPResponse | None = None
    is_stream: bool = False

    def _outcome(self) -> str:
        sent = "stream-closed" if self.is_stream else "reply-lost"
        return sent if self.sent else "not-sent"


class ReplyDecodeError(AceDataError):
    """A response has a success status, but its body is not what the OpenAPI document describes.

    Attributes:
        http: The complete response.
        body: The bytes of the body, or the data of the event.
        reply: With `Client(strict=True)`, the reply that violates the OpenAPI document.
        problems: With `Client(strict=True)`, the violations.
    """

    http: _http_response.HTTPResponse | None = None
    body: bytes = b""
    reply: types.Model | None = None
    problems: list[validation.Problem] | None = None

    def _outcome(self) -> str:
        return "reply-lost" if self.reply is None else "replied"


class ReplyFailedError(AceDataError):
    """A reply reports a failure.

    Attributes:
        reply: The whole reply.
        code: The code of its error, or None.
        message: The text of its error; may be empty.
    """

    reply: types.Model
    code: str | None = None
    message: str = ""

    _ended_as: str = "replied"


class AnswerError(AceDataError):
    """The answer in a reply does not match the requested class. The request was not sent again.

    Attributes:
        reply: The reply.
        reason: `refused` (the model refused to answer), `incomplete` (the answer was cut short) or `mismatch` (the
            text cannot be parsed as the class).
        refusal: The text of the model's refusal; empty if it did not refuse.
    """

    reply: types.Model
    reason: str = "mismatch"
    refusal: str = ""

    _ended_as: str = "replied"


class RunError(AceDataError):
    """A run of functions ended before the model had an answer.

    Attributes:
        replies: All replies, in order.
        items: The conversation including the replies, usable as the input of another request.
        reason: Why the run ended: `max_steps`, or `function` (a function raised the exception in `__cause__`).
        function: The name of the function that raised an exception; empty if none did.
    """

    replies: Sequence[Any] = ()
    items: Sequence[Any] = ()
    reason: str = "max_steps"
    function: str = ""

    _ended_as: str = "replied"


class StreamError(AceDataError):
    """A stream did not reach its end.

    Attributes:
        partial_text: The text of all events received.
        events: How many events were received.
        reply: The partial reply assembled from the events; None if they are too few for one.
        http: The status and headers of the response.
    """

    partial_text: str = ""
    events: int = 0
    reply: types.Model | None = None
    http: _http_response.HTTPResponse | None = None


class StreamInterruptedError(StreamError):
    """The stream ended, or its connection broke, before the last event.

    Attributes:
        reason: What happened: `ended` (without a last event), `broken` (the connection was lost), `timed out`,
            `unreadable` (an event could not be parsed) or `closed` (by the caller, or because reading was cancelled).
        data: The data that could not be parsed: that of an `unreadable` event, or data outside of events and in
            unknown events before the stream `ended`. May be empty.
    """

    reason: str = "ended"
    data: str = ""

    _ended_as: str = "stream-unfinished"


class StreamFailedError(StreamError):
    """The service reported an error in the stream.

    Attributes:
        code: The error's code.
        message: The error's text.
        event: The event, or the body of the error, as JSON data.
    """

    code: str | None = None
    message: str = ""
    event: Mapping[str, Any]

    def _outcome(self) -> str:
        return _outcome_of(200, self.code)


class BudgetExhaustedError(AceDataError):
    """The remaining budget does not allow another call. It is raised after the results of all calls that were sent."""

    _ended_as: str = "not-sent"


class BulkStoppedError(AceDataError):
    """One of many calls failed as every further one would, so no more were sent.

    It is raised after the results of all calls that were sent.

    Attributes:
        error: The error of that call, which its result has too.
    """

    error: AceDataError

    _ended_as: str = "not-sent"


class JournalError(AceDataError):
    """A file of the journal, or of a limiter shared by processes, cannot be used. Nothing was sent.

    Attributes:
        is_locked: Whether another program has locked the file, so that it may be usable later.
    """

    is_locked: bool = False

    _ended_as: str = "not-sent"


class UnknownOutcomeError(AceDataError):
    """The request was sent before, and may have been billed. It was not sent again.

    Attributes:
        fingerprint: The request's fingerprint in the journal.
        key: The `key` argument of the call.
    """

    fingerprint: str = ""
    key: str = ""


class APIStatusError(AceDataError):
    """The service responded with an error.

    Attributes:
        status_code: The HTTP status. It is 200 if the service sent an error with a success status.
        code: The service's error code, or None.
        message: The service's message, or a shortened form of a body that is not in the documented format.
        trace_id: The vendor's identifier of this call; include it when you contact the vendor's support.
        body: The body: JSON data if it is JSON, otherwise text.
        headers: The headers of the response; names are case-insensitive.
        http: The response.
        meaning: What this kind of error means.
        advice: What to do about it.
        is_safe_to_resend: Whether the vendor documents that such a call is not billed and may be retried.
        slows_down: Whether later calls should be sent more slowly.
    """

    http: _http_response.HTTPResponse
    code: str | None = None
    message: str = ""
    trace_id: str | None = None
    body: Any = None

    meaning: ClassVar[str] = "The service responded with an error that the OpenAPI document does not describe."
    advice: ClassVar[str] = "See `message` and `body`."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False

    @property
    def status_code(self) -> int:
        """The HTTP status of the response."""
        return self.http.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response."""
        return self.http.headers

    def _outcome(self) -> str:
        return _outcome_of(self.http.status_code, self.code)


class BadRequestError(APIStatusError):
    """The service rejected the request.

    `bad_request`: The request is malformed, or a field has a value that the service does not accept.
    `api_not_implemented`: The service does not offer this function.
    Also any other error with HTTP status 400.
    Source: guide.
    """

    meaning: ClassVar[str] = "The service rejected the request."
    advice: ClassVar[str] = "Correct the request; the same request will fail again."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


class AuthenticationError(APIStatusError):
    """The service did not accept the token.

    `no_token`: The request carries no token.
    `token_mismatched`: The token belongs to another service.
    `invalid_token`: The service does not know this token.
    `token_expired`: The token is no longer valid.
    Also any other error with HTTP status 401.
    Source: guide.
    """

    meaning: ClassVar[str] = "The service did not accept the token."
    advice: ClassVar[str] = "Check the token, and that it was created for this service."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = True


class PermissionDeniedError(APIStatusError):
    """The token is valid but may not make this call.

    `disabled`: The account or the service is disabled for this token.
    Also any other error with HTTP status 403.
    Source: guide.
    """

    meaning: ClassVar[str] = "The token is valid but may not make this call."
    advice: ClassVar[str] = "Check your account in the vendor's console."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


class NotFoundError(APIStatusError):
    """There is nothing at this URL.

    `no_api`: There is no such operation on the service.
    Also any other error with HTTP status 404.
    Source: guide.
    """

    meaning: ClassVar[str] = "There is nothing at this URL."
    advice: ClassVar[str] = "Check the base URL and the path."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


class RequestTooLargeError(APIStatusError):
    """The request is too large.

    `request_too_large`: The body of the request is larger than the service accepts.
    Also any other error with HTTP status 413.
    Source: guide.
    """

    meaning: ClassVar[str] = "The request is too large."
    advice: ClassVar[str] = "Send less data, for example the URL of an image or a file instead of its content."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


class RateLimitError(APIStatusError):
    """The token exceeded its rate limit.

    `too_many_requests`: Too many calls per second.
    `rate_limited`: Too many calls at the same time.
    Also any other error with HTTP status 429.
    Source: guide.
    """

    meaning: ClassVar[str] = "The token exceeded its rate limit."
    advice: ClassVar[str] = "Make fewer calls at the same time, and leave more time between calls."
    is_safe_to_resend: ClassVar[bool] = True
    slows_down: ClassVar[bool] = True
    _affects_every_request: ClassVar[bool] = False


class ServerError(APIStatusError):
    """The service failed; the call is not billed.

    `api_error`: An internal error of the service.
    Also any other error with HTTP status 5XX.
    Source: guide.
    """

    meaning: ClassVar[str] = "The service failed; the call is not billed."
    advice: ClassVar[str] = "Retry the request later; if the error persists, send the trace id to the vendor."
    is_safe_to_resend: ClassVar[bool] = True
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


class InsufficientBalanceError(PermissionDeniedError):
    """The account has no balance left for this call.

    `used_up`: The balance of the account is used up.
    Source: guide.
    """

    meaning: ClassVar[str] = "The account has no balance left for this call."
    advice: ClassVar[str] = "Top up the account, then retry the request."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = True


class ModerationError(PermissionDeniedError):
    """The content was refused by the vendor's moderation.

    `forbidden`: The vendor's moderation refused the content.
    Source: guide.
    """

    meaning: ClassVar[str] = "The content was refused by the vendor's moderation."
    advice: ClassVar[str] = "Change the input; the same content will be refused again."
    is_safe_to_resend: ClassVar[bool] = False
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


class GatewayTimeoutError(ServerError):
    """The service gave up waiting for the model; the call is not billed.

    `timeout`: The model took too long.
    Also any other error with HTTP status 504.
    Source: guide.
    """

    meaning: ClassVar[str] = "The service gave up waiting for the model; the call is not billed."
    advice: ClassVar[str] = "Retry the request, ask for a shorter answer, or stream the answer."
    is_safe_to_resend: ClassVar[bool] = True
    slows_down: ClassVar[bool] = False
    _affects_every_request: ClassVar[bool] = False


_BY_CODE: dict[str, type[APIStatusError]] = {
    "bad_request": BadRequestError,
    "api_not_implemented": BadRequestError,
    "no_token": AuthenticationError,
    "token_mismatched": AuthenticationError,
    "invalid_token": AuthenticationError,
    "token_expired": AuthenticationError,
    "disabled": PermissionDeniedError,
    "no_api": NotFoundError,
    "request_too_large": RequestTooLargeError,
    "too_many_requests": RateLimitError,
    "rate_limited": RateLimitError,
    "api_error": ServerError,
    "used_up": InsufficientBalanceError,
    "forbidden": ModerationError,
    "timeout": GatewayTimeoutError,
}

_BY_STATUS: dict[str, type[APIStatusError]] = {
    "400": BadRequestError,
    "401": AuthenticationError,
    "403": PermissionDeniedError,
    "404": NotFoundError,
    "413": RequestTooLargeError,
    "429": RateLimitError,
    "5XX": ServerError,
    "504": GatewayTimeoutError,
}

_CODES_OF_EVERY_REQUEST: frozenset[str] = frozenset(
    [
        "no_token",
        "token_mismatched",
        "invalid_token",
        "token_expired",
        "disabled",
        "no_api",
        "used_up",
    ]
)
"""The codes of errors that do not depend on the request (`every-request`)."""

_STATUS_OF_CODE: dict[str, int] = {
    code: described["statuses"][0]
    for kind in ERROR_KINDS.values()
    for code, described in kind["codes"].items()
    if described["statuses"]
}
"""The usual status of each code, for errors sent with a success status."""


def _outcome_of(status_code: int, code: str | None) -> str:
    """Return the key of an error in `x-billing`: its exact status, or else its range (`5XX`)."""
    if status_code < 300:
        status_code = _STATUS_OF_CODE.get(code or "", status_code)
    exact = str(status_code)
    return exact if exact in _BILLING else f"{status_code // 100}XX"


def class_for(status_code: int, code: str | None) -> type[APIStatusError]:
    """Return the class for an error of the service: by its code, exact status or range of statuses, in this order.

    Args:
        status_code: The HTTP status.
        code: The error code in the body, or None.

    Returns:
        A subclass, or `APIStatusError` itself if the OpenAPI document lists neither the code nor the status.
    """
    return (
        _BY_CODE.get(code or "")
        or _BY_STATUS.get(str(status_code))
        or _BY_STATUS.get(f"{status_code // 100}XX")
        or APIStatusError
    )
