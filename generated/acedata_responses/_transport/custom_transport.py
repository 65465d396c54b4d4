"""The clients and transports that callers may pass: those of httpx, and of its successor httpx2."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Protocol

from .._request.not_given import NOT_GIVEN
from ..errors import ConfigurationError

_LIBRARIES = ("httpx", "httpx2")
_DEFAULT_TIMEOUT = 5.0  # seconds for each phase; both libraries document it


class _AnyClient(Protocol):
    @property
    def is_closed(self) -> bool: ...
    @property
    def timeout(self) -> Any: ...
    def build_request(
        self, method: str, url: Any, *, headers: Any, content: Any, timeout: Any, extensions: Any
    ) -> Any: ...


class ClientLike(_AnyClient, Protocol):
    """The used part of an `httpx.Client` or an `httpx2.Client`, for type checkers; at run time the class is checked."""

    def send(self, request: Any, /, *, stream: bool, follow_redirects: Any) -> Any: ...
    def close(self) -> None: ...


class AsyncClientLike(_AnyClient, Protocol):
    """The used part of an `httpx.AsyncClient` or an `httpx2.AsyncClient`."""

    async def send(self, request: Any, /, *, stream: bool, follow_redirects: Any) -> Any: ...
    async def aclose(self) -> None: ...


class TransportLike(Protocol):
    """The used part of an `httpx.BaseTransport` or an `httpx2.BaseTransport`."""

    def handle_request(self, request: Any, /) -> Any: ...
    def close(self) -> None: ...


class AsyncTransportLike(Protocol):
    """The used part of an `httpx.AsyncBaseTransport` or an `httpx2.AsyncBaseTransport`."""

    async def handle_async_request(self, request: Any, /) -> Any: ...
    async def aclose(self) -> None: ...


def library_of(value: object, class_name: str) -> ModuleType | None:
    """The library whose class of this name an object is an instance of; None if there is none."""
    for name in _LIBRARIES:
        library = sys.modules.get(name)  # not imported: then the object cannot be from it
        if library is not None and isinstance(value, getattr(library, class_name)):
            return library
    return None


def check_httpx_type(argument: str, value: object, class_name: str) -> None:
    """Check that an argument is None or an instance of this class of httpx or httpx2.

    Raises:
        ConfigurationError: It is not; for example, it is a synchronous client where an asynchronous one is needed.
    """
    if value is not None and library_of(value, class_name) is None:
        found = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
        raise ConfigurationError(f"{argument} must be an httpx.{class_name} (or httpx2.{class_name}), not {found}")


def timeout_of(http_client: Any) -> Any:
    """The timeout of a client; NOT_GIVEN if it is the library's default, which is too short for a model."""
    timeout = http_client.timeout
    return NOT_GIVEN if set(timeout.as_dict().values()) == {_DEFAULT_TIMEOUT} else timeout
