"""Finds the certificates to trust, and the proxy that the environment names."""

from __future__ import annotations

import os
import re
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ..errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

_PROXY_VARIABLES = frozenset({"all_proxy", "http_proxy", "https_proxy"})
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")
_WHOLE_STORE = 50  # certificates; a folder with fewer only has additions to a store that is elsewhere
_lock = threading.Lock()
_contexts: dict[tuple[str | None, ...], ssl.SSLContext] = {}


class Proxy(NamedTuple):
    """A proxy.

    Attributes:
        url: Its URL, which may contain a password.
        name: Its name in messages: scheme, host and port, and the variable that names it.
    """

    url: str
    name: str

    def __repr__(self) -> str:
        return f"<Proxy {self.name}>"


def tls_context() -> ssl.SSLContext:
    """Return the TLS context of all connections, which is created for the first connection, since that is slow.

    It trusts the certificates of `SSL_CERT_FILE`, else those of `SSL_CERT_DIR`, else those of the operating system.

    Raises:
        ConfigurationError: A variable names a file or folder without certificates.
    """
    paths = tuple(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    with _lock:
        if paths not in _contexts:
            _contexts[paths] = _context(*paths)
        return _contexts[paths]


def _context(file: str | None, folder: str | None) -> ssl.SSLContext:
    import ssl

    if not file and not folder:
        return system_context()
    try:
        if file:
            return ssl.create_default_context(cafile=file)
        from pathlib import Path

        next(Path(folder or "").iterdir(), None)  # OpenSSL ignores an unreadable folder, and would trust nothing
        return ssl.create_default_context(capath=folder)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{'SSL_CERT_FILE' if file else 'SSL_CERT_DIR'} is {file or folder!r}, where no certificates can be read "
            f"({error}): set it to certificates in PEM format, or unset it to trust those of the system"
        ) from None


def system_context() -> ssl.SSLContext:
    """Create a TLS context that trusts the certificates of the operating system.

    On Linux a folder is preferred to a file: OpenSSL reads from a folder only the certificates that it needs, while
    parsing a whole file takes longer than the rest of a first call. The stores of macOS and Windows can be read with
    truststore, which is used if it is installed. If no store can be read, certifi's certificates are used.
    """
    import ssl

    if sys.platform in ("darwin", "win32"):
        if find_spec("truststore") is not None:
            import truststore

            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        paths = ssl.get_default_verify_paths()
        if paths.capath and _is_whole_store(paths.capath):
            return ssl.create_default_context(capath=paths.capath)
        if paths.cafile:
            return ssl.create_default_context(cafile=paths.cafile)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _is_whole_store(folder: str) -> bool:
    from pathlib import Path

    return sum(bool(_HASHED_NAME.fullmatch(path.name)) for path in Path(folder).iterdir()) >= _WHOLE_STORE


def find_proxy(scheme: str, host: str, port: int) -> Proxy | None:
    """Return the proxy that the environment or the system's settings name for a host; None if there is none.

    `NO_PROXY` lists hosts, domains and networks (10.0.0.0/8) that are reached without a proxy. `localhost` and the
    loopback addresses never use a proxy, as in Go's net/http, since to the proxy they would mean its own machine.

    Raises:
        ConfigurationError: The URL of the proxy is not valid.
    """
    if not _may_name_a_proxy() or _is_loopback(host):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    url = proxies.get(scheme) or proxies.get("all")
    if not url or proxy_bypass(f"{host}:{port}") or _is_in_network(host, proxies.get("no", "")):
        return None
    return _proxy(url, _source(url, scheme))


def _may_name_a_proxy() -> bool:
    """Whether to look for a proxy; importing `urllib.request` is slow, so it is avoided where none can be set."""
    if any(value and name.lower() in _PROXY_VARIABLES for name, value in os.environ.items()):
        return True
    return sys.platform in ("darwin", "win32")


def _is_loopback(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_in_network(host: str, listed: str) -> bool:
    """Whether a host is an address of one of the networks in a list."""
    for entry in listed.split(","):
        with suppress(ValueError):  # the host or the entry is a name
            if ip_address(host.partition("%")[0]) in ip_network(entry.strip(), strict=False):
                return True
    return False


def _proxy(url: str, source: str) -> Proxy:
    url = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in _PROXY_SCHEMES or not host:
        raise ConfigurationError(
            f"{source} is not a supported proxy URL (it is not shown, since it may contain a password): "
            f"expected one of {', '.join(f'{each}://' for each in _PROXY_SCHEMES)}, a host and a port"
        )
    host = f"[{host}]" if ":" in host else host
    address = host if port is None else f"{host}:{port}"
    return Proxy(url, f"{parts.scheme}://{address} of {source}")


def _source(url: str, scheme: str) -> str:
    """Return the variable that names a proxy."""
    for name, value in os.environ.items():
        if value == url and name.lower() in (f"{scheme}_proxy", "all_proxy"):
            return name
    return "the system's settings"
