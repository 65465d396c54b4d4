"""Ace Data Cloud Responses: a client for Python, sync and async, typed and streaming.

    from acedata_responses import Client

    with Client() as client:  # reads the token from the environment
        reply = client.responses.create(...)

Importing this package is fast: its modules are imported when they are first used.
"""

TYPE_CHECKING: bool = False  # avoids importing `typing`; type checkers treat this name as true
if TYPE_CHECKING:
    from . import bulk as bulk
    from . import errors as errors
    from . import hooks as hooks
    from . import journal as journal
    from . import limits as limits
    from . import observations as observations
    from . import retry as retry
    from . import testing as testing
    from . import types as types
    from . import usage as usage

    __version__: str
    from ._async_client import (
        AsyncClient,
    )
    from ._client import (
        Client,
    )
    from ._clock import (
        Clock,
    )
    from ._document.validation import (
        Problem,
    )
    from ._request.not_given import (
        NOT_GIVEN,
        NotGiven,
    )
    from ._request.unknown_values import (
        UnknownValueWarning,
    )
    from ._sending.async_streams import (
        AsyncStream,
    )
    from ._sending.streams import (
        Stream,
    )
    from ._version import (
        VERSION,
    )
    from .bulk import (
        Budget,
        Result,
    )
    from .errors import (
        AceDataError,
        AnswerError,
        APIStatusError,
        AuthenticationError,
        BadRequestError,
        BudgetExhaustedError,
        BulkStoppedError,
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
        RunError,
        ServerError,
        StreamError,
        StreamFailedError,
        StreamInterruptedError,
        TransportError,
        UnknownOutcomeError,
    )
    from .hooks import (
        Hook,
    )
    from .journal import (
        Journal,
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
    "AsyncStream": "._sending.async_streams",
    "Client": "._client",
    "Clock": "._clock",
    "HTTPResponse": ".types._http_response",
    "NOT_GIVEN": "._request.not_given",
    "NotGiven": "._request.not_given",
    "UnknownValueWarning": "._request.unknown_values",
    "Stream": "._sending.streams",
    "Problem": "._document.validation",
    "VERSION": "._version",
    "Budget": ".bulk",
    "Result": ".bulk",
    "Hook": ".hooks",
    "Journal": ".journal",
    "Limiter": ".limits",
    "Limits": ".limits",
    "Observation": ".observations",
    "Observations": ".observations",
    "Failure": ".retry",
    "RetryPolicy": ".retry",
    "APIStatusError": ".errors",
    "AceDataError": ".errors",
    "AnswerError": ".errors",
    "BudgetExhaustedError": ".errors",
    "BulkStoppedError": ".errors",
    "ConfigurationError": ".errors",
    "ConnectionFailedError": ".errors",
    "ConnectionLostError": ".errors",
    "JournalError": ".errors",
    "ReplyDecodeError": ".errors",
    "ReplyFailedError": ".errors",
    "RequestTimeoutError": ".errors",
    "RequestValidationError": ".errors",
    "RunError": ".errors",
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

_SUBMODULES = ("bulk", "errors", "hooks", "journal", "limits", "observations", "retry", "testing", "types", "usage")

__all__ = [
    "NOT_GIVEN",
    "VERSION",
    "APIStatusError",
    "AceDataError",
    "AnswerError",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "Budget",
    "BudgetExhaustedError",
    "BulkStoppedError",
    "Client",
    "Clock",
    "ConfigurationError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "Failure",
    "GatewayTimeoutError",
    "HTTPResponse",
    "Hook",
    "InsufficientBalanceError",
    "Journal",
    "JournalError",
    "Limiter",
    "Limits",
    "ModerationError",
    "NotFoundError",
    "NotGiven",
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
    "Result",
    "RetryPolicy",
    "RunError",
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
    from importlib import import_module

    if name in _SUBMODULES:
        return import_module(f".{name}", __name__)
    if name == "__version__":
        return import_module("._version", __name__).VERSION
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *_SUBMODULES, "__version__"])
