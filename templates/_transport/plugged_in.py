"""What callers plug in: clients and transports of httpx, and of httpx2, which continues it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Protocol

from .._request.not_given import NOT_GIVEN
from ..errors import ConfigurationError

_LIBRARIES = ("httpx", "httpx2")
_TIMEOUT_BY_DEFAULT = 5.0  # seconds, in every phase; both libraries document it


class ClientLike(Protocol):
    """An `httpx.Client` or an `httpx2.Client`, by what is used of it. What it really is, is checked when it comes."""

    @property
    def is_closed(self) -> bool: ...
    @property
    def timeout(self) -> Any: ...
    def build_request(
        self, method: str, url: Any, *, headers: Any, content: Any, timeout: Any, extensions: Any
    ) -> Any: ...
    def send(self, request: Any, /, *, stream: bool, follow_redirects: Any) -> Any: ...
    def close(self) -> None: ...


class AsyncClientLike(Protocol):
    """An `httpx.AsyncClient` or an `httpx2.AsyncClient`, in the same way."""

    @property
    def is_closed(self) -> bool: ...
    @property
    def timeout(self) -> Any: ...
    def build_request(
        self, method: str, url: Any, *, headers: Any, content: Any, timeout: Any, extensions: Any
    ) -> Any: ...
    async def send(self, request: Any, /, *, stream: bool, follow_redirects: Any) -> Any: ...
    async def aclose(self) -> None: ...


class TransportLike(Protocol):
    """A transport for such a client."""

    def handle_request(self, request: Any, /) -> Any: ...
    def close(self) -> None: ...


class AsyncTransportLike(Protocol):
    """A transport for such an asynchronous client."""

    async def handle_async_request(self, request: Any, /) -> Any: ...
    async def aclose(self) -> None: ...


def library_of(value: object, class_name: str) -> ModuleType | None:
    """The library whose class of this name an object has. One that nobody imported has made no object."""
    for name in _LIBRARIES:
        library = sys.modules.get(name)
        if library is not None and isinstance(value, getattr(library, class_name)):
            return library
    return None


def check_plugged_in(argument: str, value: object, class_name: str) -> None:
    """Refuse what is not of this class, before a call is paid that cannot be answered.

    Raises:
        ConfigurationError: It is not, a client of the other flavour for example.
    """
    if value is not None and library_of(value, class_name) is None:
        found = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
        raise ConfigurationError(
            f"{argument} must be an httpx.{class_name} (or httpx2.{class_name}), not {found}"
        )


def timeout_of(http_client: Any) -> Any:
    """The time-out that a client was given; NOT_GIVEN for the library's own, which is too short for a model."""
    timeout = http_client.timeout
    return NOT_GIVEN if set(timeout.as_dict().values()) == {_TIMEOUT_BY_DEFAULT} else timeout
