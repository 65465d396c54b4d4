"""Failures of the network: each is translated once, where it is caught, to a `NetworkError`."""

from __future__ import annotations

from ..errors import ConnectionFailedError, ConnectionLostError, RequestTimeoutError, TransportError
from ..retry import Failure


class NetworkError(Exception):
    """The only exception that a transport, and the body of a response, raise for a failure of the network.

    It never leaves the package: what raised it may have the request, and so the token, hanging on it. The caller gets
    an error made from `failure`.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def reason_of(error: BaseException) -> str:
    """The class of an exception and its message, if it has one."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def read_failure(error: Exception) -> Failure:
    """The failure that an exception means which was raised while a response was awaited or read."""
    if isinstance(error, TimeoutError):
        return Failure("read_timeout", phase="read", reason=reason_of(error))
    return Failure("send", reason=reason_of(error))


def error_of(failure: Failure, after: float | None) -> TransportError:
    """The error for the caller.

    Args:
        failure: What happened.
        after: The seconds that were allowed, for a time-out.
    """
    sent = failure.stage != "connect"
    if failure.phase is not None:
        return RequestTimeoutError(
            _timeout_text(failure.phase, after, sent), phase=failure.phase, after=after, sent=sent
        )
    if not sent:
        return ConnectionFailedError(f"no connection could be made, nothing was sent ({failure.reason})")
    return ConnectionLostError(
        f"the connection broke before the answer was complete ({failure.reason}). The service may have done its work: "
        "before you send the request again, consider that both may be billed"
    )


_WAITED_FOR = {
    "connect": "no connection was made",
    "pool": "no connection became free",
    "write": "the request could not be written",
    "read": "nothing came from the service",
    "turn": "the turn of this call did not come, by the limits on calls at once and calls a second,",
    "deadline": "the call was not complete",
}


def _timeout_text(phase: str, after: float | None, sent: bool) -> str:
    within = f" within {after:g} s" if after is not None else " in time"
    if not sent:
        return f"{_WAITED_FOR[phase]}{within}; nothing was sent"
    return (
        f"{_WAITED_FOR[phase]}{within}. The service may still be at work: before you send the request again, "
        "consider that both may be billed"
    )
