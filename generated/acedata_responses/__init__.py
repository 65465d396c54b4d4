"""Ace Data Cloud Responses: a client for Python, sync and async, typed and streaming.

    from acedata_responses import Client

    with Client() as client:  # the token is taken from the environment
        reply = client.responses.create(...)

Importing this module imports nothing else: what you use is imported when you use it.
"""

TYPE_CHECKING: bool = (
    False  # `typing` need not be imported for it; editors take the other branch into account
)
if TYPE_CHECKING:
    from ._async_client import (
        AsyncClient,
    )
    from ._calls.async_streams import (
        AsyncStream,
    )
    from ._calls.streams import (
        Stream,
    )
    from ._client import (
        Client,
    )
    from ._document.validation import (
        Problem,
    )
    from ._request.build import (
        UnknownValueWarning,
    )
    from ._version import (
        VERSION,
    )
    from .errors import (
        AceDataError,
        APIStatusError,
        AuthenticationError,
        BadRequestError,
        ConfigurationError,
        ConnectionFailedError,
        ConnectionLostError,
        GatewayTimeoutError,
        InsufficientBalanceError,
        JournalError,
        ModerationError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        ReplyDecodeError,
        ReplyFailedError,
        RequestTimeoutError,
        RequestTooLargeError,
        RequestValidationError,
        ServerError,
        StreamError,
        StreamFailedError,
        StreamInterruptedError,
        TransportError,
        UnknownOutcomeError,
    )
    from .limits import (
        Limiter,
        Limits,
    )
    from .observations import (
        Observation,
        Observations,
    )
    from .retry import (
        Failure,
        RetryPolicy,
    )
    from .types._http_response import (
        HTTPResponse,
    )

_MODULES = {
    "AsyncClient": "._async_client",
    "AsyncStream": "._calls.async_streams",
    "Client": "._client",
    "HTTPResponse": ".types._http_response",
    "UnknownValueWarning": "._request.build",
    "Stream": "._calls.streams",
    "Problem": "._document.validation",
    "VERSION": "._version",
    "Limiter": ".limits",
    "Limits": ".limits",
    "Observation": ".observations",
    "Observations": ".observations",
    "Failure": ".retry",
    "RetryPolicy": ".retry",
    "APIStatusError": ".errors",
    "AceDataError": ".errors",
    "ConfigurationError": ".errors",
    "ConnectionFailedError": ".errors",
    "ConnectionLostError": ".errors",
    "JournalError": ".errors",
    "ReplyDecodeError": ".errors",
    "ReplyFailedError": ".errors",
    "RequestTimeoutError": ".errors",
    "RequestValidationError": ".errors",
    "StreamError": ".errors",
    "StreamFailedError": ".errors",
    "StreamInterruptedError": ".errors",
    "TransportError": ".errors",
    "UnknownOutcomeError": ".errors",
    "BadRequestError": ".errors",
    "AuthenticationError": ".errors",
    "PermissionDeniedError": ".errors",
    "NotFoundError": ".errors",
    "RequestTooLargeError": ".errors",
    "RateLimitError": ".errors",
    "ServerError": ".errors",
    "InsufficientBalanceError": ".errors",
    "ModerationError": ".errors",
    "GatewayTimeoutError": ".errors",
}

__all__ = [
    "VERSION",
    "APIStatusError",
    "AceDataError",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "ConfigurationError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "Failure",
    "GatewayTimeoutError",
    "HTTPResponse",
    "InsufficientBalanceError",
    "JournalError",
    "Limiter",
    "Limits",
    "ModerationError",
    "NotFoundError",
    "Observation",
    "Observations",
    "PermissionDeniedError",
    "Problem",
    "RateLimitError",
    "ReplyDecodeError",
    "ReplyFailedError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RequestValidationError",
    "RetryPolicy",
    "ServerError",
    "Stream",
    "StreamError",
    "StreamFailedError",
    "StreamInterruptedError",
    "TransportError",
    "UnknownOutcomeError",
    "UnknownValueWarning",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
