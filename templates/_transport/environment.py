"""What a client takes from the machine it runs on: trusted certificates, and whether a proxy is in the way."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_PROXY_VARIABLES = frozenset({"all_proxy", "http_proxy", "https_proxy"})
_lock = threading.Lock()
_contexts: dict[tuple[str | None, ...], ssl.SSLContext] = {}


def tls_context() -> ssl.SSLContext:
    """A TLS context like that of httpx, made when the first connection needs it and shared from then on.

    Making it is nearly all that making a client would cost, and importing httpx for it would double that.
    `SSL_CERT_FILE` holds, else `SSL_CERT_DIR`, else what certifi brings.
    """
    places = tuple(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    with _lock:
        if places not in _contexts:
            _contexts[places] = _context(*places)
        return _contexts[places]


def _context(file: str | None, folder: str | None) -> ssl.SSLContext:
    import ssl

    import certifi

    if file or not folder:
        return ssl.create_default_context(cafile=file or certifi.where())
    return ssl.create_default_context(capath=folder)


def names_a_proxy() -> bool:
    """Whether the environment, or the system's settings, may ask for a proxy. httpx then decides for which hosts."""
    if any(value and name.lower() in _PROXY_VARIABLES for name, value in os.environ.items()):
        return True
    if sys.platform in ("darwin", "win32"):
        from urllib.request import getproxies

        return bool(getproxies())
    return False
