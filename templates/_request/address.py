"""Finds and parses the base URL of the service."""

from __future__ import annotations

import os
import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from .._document.facts import BASE_URL, BASE_URL_VARIABLES
from .._document.schemas import OPERATIONS
from .._redact import redact_text
from ..errors import ConfigurationError

_PORTS = {"http": 80, "https": 443}
_HOST = r"[A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?"
_EXPECTED = "expected http:// or https://, a host, and optionally a port and a path"


class Address(NamedTuple):
    """The parts of the base URL.

    Attributes:
        scheme: `http` or `https`.
        host: The host in ASCII; an IPv6 address without brackets.
        port: The port.
        path: The prefix of all paths, without a trailing slash.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_and_port(self) -> str:
        """Host and port, such as `[::1]:80`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def netloc(self) -> str:
        """The value of the Host header (RFC 9110, section 7.2): the default port is left out."""
        return self.host_and_port.removesuffix(f":{_PORTS[self.scheme]}")


def find_base_url(base_url: str | None) -> str:
    """Return the given base URL, or else the one in the environment, or else the official one."""
    from_environment = (os.environ[name] for name in BASE_URL_VARIABLES if os.environ.get(name))
    return base_url or next(from_environment, BASE_URL)


def parse_base_url(base_url: str, token: str) -> Address:
    """Return the parts of a base URL.

    If the URL ends with the first path segment that all operations share, it is removed: other clients of the service
    have it in their base URLs.

    Args:
        base_url: The base URL.
        token: The token, to redact it in errors.

    Raises:
        ConfigurationError: It is not an http or https URL, or has a query, a fragment or a user name.
    """
    text = redact_text(repr(base_url), token)
    parts, host, port = _split(base_url)
    if parts is None:
        raise ConfigurationError(f"the base URL cannot be parsed: {_EXPECTED}")
    scheme = parts.scheme.lower()
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError("the base URL contains a user name or password: pass the token as token=…")
    if scheme not in _PORTS or not re.fullmatch(_HOST, host) or port == 0 or parts.query or parts.fragment:
        raise ConfigurationError(f"the base URL {text} is not valid: {_EXPECTED}")
    if not base_url.isprintable() or " " in base_url:
        raise ConfigurationError(f"the base URL {text} contains spaces or control characters: {_EXPECTED}")
    if not parts.path.isascii():
        raise ConfigurationError(f"the path of the base URL {text} is not ASCII: percent-encode it")
    path = parts.path.rstrip("/").removesuffix(_folder_of_operations())
    return Address(scheme, host, port or _PORTS[scheme], path.rstrip("/"))


def _folder_of_operations() -> str:
    """Return the first path segment that all operations share, such as `/openai` of `/openai/models`; may be empty."""
    folders = {operation["path"].rpartition("/")[0].partition("/")[2].partition("/")[0] for operation in OPERATIONS}
    folder = folders.pop() if len(folders) == 1 else ""
    return f"/{folder}" if folder and "{" not in folder else ""


def _split(base_url: str) -> tuple[SplitResult | None, str, int | None]:
    """Return the parts of a base URL, its host in ASCII and its port; None for the parts if it cannot be parsed."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if "[" in parts.netloc and ":" not in host:  # Python 3.10 accepts any name in brackets
            return None, "", None
        return parts, host if host.isascii() else host.encode("idna").decode("ascii"), parts.port
    except (ValueError, AttributeError, TypeError):
        return None, "", None
