"""What the exceptions of httpx, and of libraries made after it, mean for a call."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType

from attrs import evolve

from ..retry import Failure, Phase, Stage
from .failures import NetworkError, read_failure, reason_of

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
"""The exceptions of httpx, special ones first, with the stage and the phase in which they are raised."""


@contextmanager
def network_errors(proxy: str = "") -> Generator[None, None, None]:
    """Translate what httpx, or a transport that was passed in, raises for a failure of the network.

    Args:
        proxy: The proxy that is in the way, for the failure to name.

    Raises:
        NetworkError: The network failed. Any other exception passes through.
    """
    try:
        yield
    except Exception as error:
        failure = _failure_of(error)
        if failure is None:
            raise
        raise NetworkError(evolve(failure, proxy=proxy)) from None


def _failure_of(error: Exception) -> Failure | None:
    library = _library_of(error)
    if library is not None:
        for name, stage, phase in _MEANINGS:
            if isinstance(error, getattr(library, name)):
                return Failure(stage, phase=phase, reason=reason_of(error))
    if isinstance(error, asyncio.TimeoutError):  # before Python 3.11 not the TimeoutError that is an OSError
        return Failure("read_timeout", phase="read", reason=reason_of(error))
    return read_failure(error) if isinstance(error, OSError) else None


def _library_of(error: Exception) -> ModuleType | None:
    """The library that defines an exception: httpx, or one with the same names, such as httpx2."""
    for cls in type(error).__mro__:
        library = sys.modules.get(cls.__module__.partition(".")[0])
        if library is not None and all(hasattr(library, name) for name, _stage, _phase in _MEANINGS):
            return library
    return None
