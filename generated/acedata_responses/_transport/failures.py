"""Translates exceptions of the network to `NetworkError`, where they are caught."""

from __future__ import annotations

from ..errors import ConfigurationError
from ..retry import Failure


class NetworkError(Exception):
    """The exception that a transport and the body of a response raise for a failure of the network.

    It never leaves the package, since the original exception may refer to the request, and so to the token. The caller
    gets an error that is made from `failure`.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def reason_of(error: BaseException) -> str:
    """The class of an exception and its message, if it has one."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def not_allowed(error: BaseException) -> ConfigurationError:
    """The error for a connection that something in the process refuses, such as pytest-socket."""
    return ConfigurationError(f"connections are not allowed here ({reason_of(error)}); nothing was sent")


def read_failure(error: Exception) -> Failure:
    """The failure for an exception that was raised while waiting for a response or reading it."""
    if isinstance(error, TimeoutError):
        return Failure("read_timeout", phase="read", reason=reason_of(error))
    return Failure("send", reason=reason_of(error))
