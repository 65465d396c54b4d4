"""Translates the exceptions of httpx, and of libraries with the same interface, to `NetworkError`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from traceback import walk_tb
from types import ModuleType

from attrs import evolve

from ..retry import Failure, Phase, Stage
from .failures import NetworkError, not_allowed, read_failure, reason_of

_MEANINGS: tuple[tuple[str, Stage, Phase | None], ...] = (
    ("ConnectTimeout", "connect", "connect"),
    ("PoolTimeout", "connect", "pool"),
    ("ConnectError", "connect", None),
    ("ProxyError", "connect", None),
    ("UnsupportedProtocol", "connect", None),
    ("WriteTimeout", "write_timeout", "write"),
    ("ReadTimeout", "read_timeout", "read"),
    ("RequestError", "send", None),
)
"""The exceptions of httpx, subclasses first, with the stage and the phase in which they are raised."""


@contextmanager
def network_errors(proxy: str = "") -> Generator[None, None, None]:
    """Translate exceptions that httpx, or the caller's transport, raises for a failure of the network.

    Args:
        proxy: The name of the proxy, for the message.

    Raises:
        NetworkError: The network failed.
        ConfigurationError: Something in the process refuses connections. Any other exception passes through.
    """
    try:
        yield
    except Exception as error:
        failure = _failure_of(error)
        if failure is None:
            cause = _first_of(error)
            if isinstance(cause, RuntimeError) and _is_from_connecting(error):
                raise not_allowed(cause) from None
            raise
        raise NetworkError(evolve(failure, proxy=proxy)) from None


def _failure_of(error: Exception) -> Failure | None:
    library = _library_of(error)
    if library is not None:
        for name, stage, phase in _MEANINGS:
            if isinstance(error, getattr(library, name)):
                return Failure(stage, phase=phase, reason=reason_of(error))
    if isinstance(error, asyncio.TimeoutError):  # before Python 3.11 it is not an OSError
        return Failure("read_timeout", phase="read", reason=reason_of(error))
    return read_failure(error) if isinstance(error, OSError) else None


def _first_of(error: BaseException) -> BaseException:
    """The first exception of a group, such as anyio raises for a failed connection; else the exception itself."""
    inner: Sequence[BaseException] = getattr(error, "exceptions", ())
    return _first_of(inner[0]) if inner else error


def _is_from_connecting(error: Exception) -> bool:
    """Whether it was raised within the `connect_tcp` of httpcore."""
    return any(frame.f_code.co_name == "connect_tcp" for frame, _line in walk_tb(error.__traceback__))


def _library_of(error: Exception) -> ModuleType | None:
    """The library that defines an exception: httpx, or one with the same names, such as httpx2."""
    for cls in type(error).__mro__:
        library = sys.modules.get(cls.__module__.partition(".")[0])
        if library is not None and all(hasattr(library, name) for name, _stage, _phase in _MEANINGS):
            return library
    return None
