"""What a client was told, checked once and put into the form in which each call needs it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from .._document import facts
from .._json import is_object
from .._version import VERSION
from ..errors import ConfigurationError, RequestValidationError
from ..retry import RetryPolicy
from .arguments import NOT_GIVEN, NotGiven
from .headers import header_lines

if TYPE_CHECKING:
    import httpx

    from ..observations import Observations

DEFAULT_TIMEOUT: dict[str, float | None] = {"connect": 10.0, "read": 600.0, "write": 60.0, "pool": 600.0}
"""Seconds. An answer may take minutes, and so may a turn (`pool`) when all places are taken; a connection must not."""

_LONGEST_WAIT = 2_147_483  # seconds: the system counts a wait for a socket in milliseconds, with 31 bits
_HOST = r"[A-Za-z0-9._-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?"


class Settings:
    """The settings of a client; immutable, so that copies can share them.

    Attributes:
        token: The bearer token.
        origin: Scheme, host and port of the service.
        path: What stands before the path of each operation; without a slash at the end.
        timeout: Seconds for `connect`, `read`, `write` and `pool`; None for no limit.
        deadline: Seconds for a whole call, None for no limit.
        max_retries: How many further tries a call may have.
        retry: What may be sent again, and when.
        headers: Header lines for each request.
        header_lines: All lines that each request has, as bytes.
        validate: Whether requests are checked against the document.
        strict: Whether a reply that departs from the document is an error.
        observations: Where departures of replies, and growth, are counted.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        timeout: float | httpx.Timeout | None | NotGiven = NOT_GIVEN,
        deadline: float | None = None,
        max_retries: int = 2,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        validate: bool = True,
        strict: bool = False,
        observations: Observations | None = None,
    ) -> None:
        self.token = _token(token)
        self.base_url = base_url or facts.BASE_URL
        self.scheme, self.host, self.port, self.path = _address(self.base_url, self.token)
        self.timeout = timeouts(timeout, DEFAULT_TIMEOUT)
        self.deadline = seconds("deadline", deadline)
        if type(max_retries) is not int or max_retries < 0:
            raise ConfigurationError(f"max_retries must be a whole number from 0, not {max_retries!r}")
        self.max_retries = max_retries
        self.retry = retry if retry is not None else RetryPolicy()
        if not callable(getattr(self.retry, "plan", None)):
            raise ConfigurationError(f"retry must be a RetryPolicy, not {type(retry).__name__}")
        self.headers = dict(headers or {})
        self.validate = validate
        self.strict = strict
        if observations is not None and not callable(getattr(observations, "add", None)):
            raise ConfigurationError(f"observations must be Observations, not {type(observations).__name__}")
        self.observations = observations
        self.header_lines = self._lines()

    @property
    def origin(self) -> str:
        """`https://api.example.com`, without a port that the scheme has anyway."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and port as the Host header has them (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def changed(self, **changes: Any) -> Settings:
        """The same settings but for some."""
        names = (
            "token", "base_url", "timeout", "deadline", "max_retries", "retry", "headers", "validate", "strict",
            "observations",
        )  # fmt: skip
        return Settings(**{name: changes.get(name, getattr(self, name)) for name in names})

    def __repr__(self) -> str:
        return f"base_url={self.base_url!r}, token='***'"

    def _lines(self) -> list[tuple[bytes, bytes]]:
        ours = {
            "host": self.netloc,
            "accept": "application/json",
            # A stream must not wait in a compressor's buffer, and a reply is small.
            "accept-encoding": "identity",
            "user-agent": f"{__name__.partition('.')[0]}/{VERSION}",
            **({"authorization": f"Bearer {self.token}"} if self.token else {}),
        }
        try:
            given = header_lines(self.headers)
        except (RequestValidationError, AttributeError) as error:
            raise ConfigurationError(str(error)) from None
        replaced = {name for name, _value in given}
        return [line for line in header_lines(ours) if line[0] not in replaced] + given


_PORTS = {"http": 80, "https": 443}


def _token(token: str | None) -> str:
    """The token that was passed, or the first one that the environment has.

    Raises:
        ConfigurationError: There is none, or it cannot be one. The text never shows it.
    """
    if token is None and not facts.NEEDS_TOKEN:
        return ""
    if token is None:
        token = next((os.environ[name] for name in facts.TOKEN_VARIABLES if os.environ.get(name)), None)
    if token is None:
        variables = f" or set one of {', '.join(facts.TOKEN_VARIABLES)}" if facts.TOKEN_VARIABLES else ""
        raise ConfigurationError(f"there is no token: pass token=…{variables}")
    if not isinstance(token, str) or not _is_visible_ascii(token):
        raise ConfigurationError(
            "the token is not one: expected visible ASCII characters without spaces (it is not shown here); "
            "look for quotes, a line end or the word Bearer in it"
        )
    return token


def _is_visible_ascii(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _address(base_url: str, token: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of a base URL.

    Raises:
        ConfigurationError: It is not an http or https URL, or it has parts that do not belong there.
    """
    expected = "expected http:// or https://, a host, and perhaps a port and a path"
    shown = repr(base_url).replace(token, "***") if token else repr(base_url)
    parts, host, port = _split(base_url)
    if parts is None:
        raise ConfigurationError(f"the base URL cannot be read: {expected}")
    scheme = parts.scheme.lower()
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError("the base URL holds a user name or password: pass the token as token=…")
    if scheme not in _PORTS or not re.fullmatch(_HOST, host) or port == 0 or parts.query or parts.fragment:
        raise ConfigurationError(f"the base URL {shown} cannot be used: {expected}")
    if not base_url.isprintable() or " " in base_url:
        raise ConfigurationError(f"the base URL {shown} cannot be used: it has white space in it; {expected}")
    path = parts.path.rstrip("/")
    if not path.isascii():
        raise ConfigurationError(f"the path of the base URL {shown} is not ASCII: percent-encode it")
    return scheme, host, port or _PORTS[scheme], path


def _split(base_url: str) -> tuple[SplitResult | None, str, int | None]:
    """The parts of a base URL, its host in ASCII, its port; None where it cannot be read."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if (
            "[" in parts.netloc and ":" not in host
        ):  # Python 3.10 takes any name in the brackets of an IPv6 address
            return None, "", None
        return parts, host if host.isascii() else host.encode("idna").decode("ascii"), parts.port
    except (ValueError, AttributeError, TypeError):
        return None, "", None


def timeouts(value: Any, default: dict[str, float | None]) -> dict[str, float | None]:
    """A time-out as seconds for each phase.

    Args:
        value: Seconds for every phase, an `httpx.Timeout`, None for no limit, NOT_GIVEN for the default.
        default: What holds otherwise.

    Raises:
        ConfigurationError: It is none of these, or not above 0.
    """
    if value is NOT_GIVEN:
        return default
    if value is None or isinstance(value, (int, float)):
        limit = seconds("timeout", value)
        return dict.fromkeys(DEFAULT_TIMEOUT, limit)
    phases: Any = value.as_dict() if hasattr(value, "as_dict") else value
    if not is_object(phases) or phases.keys() != DEFAULT_TIMEOUT.keys():
        raise ConfigurationError(
            f"timeout must be seconds, an httpx.Timeout or None, not {type(value).__name__}"
        )
    return {phase: seconds(f"timeout.{phase}", limit) for phase, limit in phases.items()}


def seconds(name: str, value: Any) -> float | None:
    """A span of time that was passed in.

    Raises:
        ConfigurationError: It is not a number above 0 that the system's timers can express, nor None.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= _LONGEST_WAIT:
        raise ConfigurationError(
            f"{name} must be a number of seconds above 0 and up to {_LONGEST_WAIT}, or None for no limit, "
            f"not {value!r}"
        )
    return float(value)


__all__ = ["Settings", "seconds", "timeouts"]
