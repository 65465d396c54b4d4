"""Detects whether a tool has patched httpx, such as a mock, a recorder or a tracer."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import FunctionType
from typing import Any

_CLIENT_METHODS = (
    "__init__", "send", "_send_handling_auth", "_send_handling_redirects", "_send_single_request", "_transport_for_url",
)  # fmt: skip
_ENTRY_POINTS: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "httpx": (
        ("httpx._client", "Client", _CLIENT_METHODS),
        ("httpx._client", "AsyncClient", _CLIENT_METHODS),
        ("httpx._transports.default", "HTTPTransport", ("__init__", "handle_request")),
        ("httpx._transports.default", "AsyncHTTPTransport", ("__init__", "handle_async_request")),
    ),
    "httpcore": (
        ("httpcore._sync.connection_pool", "ConnectionPool", ("handle_request",)),
        ("httpcore._sync.connection", "HTTPConnection", ("handle_request",)),
        ("httpcore._sync.http11", "HTTP11Connection", ("handle_request",)),
        ("httpcore._async.connection_pool", "AsyncConnectionPool", ("handle_async_request",)),
        ("httpcore._async.connection", "AsyncHTTPConnection", ("handle_async_request",)),
        ("httpcore._async.http11", "AsyncHTTP11Connection", ("handle_async_request",)),
    ),
}
"""The methods that each request goes through: for each library the module, the class and the methods."""

_PATCH_ON_IMPORT = ("ddtrace", "newrelic", "wrapt")
"""Libraries that may patch httpx when it is imported."""

_Member = tuple[Mapping[str, Any], str, Any]
_originals: dict[str, tuple[_Member, ...]] = {}


def is_httpx_patched() -> bool:
    """Whether httpx or httpcore is patched.

    It is checked at each call, since tests add and remove mocks. It does not import httpx, unless a library is loaded
    that may patch httpx when it is imported.
    """
    modules = sys.modules
    if "httpx" not in modules:
        for library in _PATCH_ON_IMPORT:
            if library in modules:
                import_module("httpx")
                break
        else:
            return False
    return _is_patched("httpx") or ("httpcore" in modules and _is_patched("httpcore"))


def _is_patched(library: str) -> bool:
    originals = _originals.get(library)
    if originals is None:
        originals = _members(library)
        if originals is None:
            return True
        _originals[library] = originals
    for members, name, original in originals:  # noqa: SIM110 `any` takes twice as long
        if members[name] is not original:
            return True
    return False


def _members(library: str) -> tuple[_Member, ...] | None:
    """The original members of a library: namespace, name and object of each; None if the library is patched already."""
    public = vars(sys.modules[library])
    found: list[_Member] = []
    for module, class_name, methods in _ENTRY_POINTS[library]:
        cls: type[Any] = getattr(sys.modules[module], class_name)
        own: Mapping[str, Any] = vars(cls)
        if public.get(class_name, cls) is not cls:
            return None
        found += [(public, class_name, cls)] if class_name in public else []
        for name in methods:
            method = own.get(name)
            if type(method) is not FunctionType or method.__globals__["__name__"] != module:
                return None
            found.append((own, name, method))
    return tuple(found)
