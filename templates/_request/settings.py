"""The settings of a client, validated and prepared for its calls."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._document.facts import NEEDS_TOKEN, TOKEN_VARIABLES
from .._version import VERSION
from ..errors import ConfigurationError, RequestValidationError
from ..retry import RetryPolicy
from .address import find_base_url, parse_base_url
from .headers import header_lines
from .not_given import NOT_GIVEN, NotGiven
from .timeouts import DEFAULT_TIMEOUT, TimeoutLike, seconds, timeouts

if TYPE_CHECKING:
    from ..observations import Observations


class Settings:
    """The settings of a client. They are not changed, so that copies of the client can share them.

    Attributes:
        address: The parts of the base URL; also as `scheme`, `host`, `port` and `path`.
        origin: Scheme, host and port, such as `https://api.example.com`. The default port is left out.
        timeout: Seconds for `connect`, `read`, `write` and `pool`; None for no limit.
        header_lines: The headers of requests, as bytes, by whether they have the token and whether they have a body.

    The other attributes are the arguments of the client.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None = None,
        max_retries: int = 2,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
        validate: bool = True,
        strict: bool = False,
        via_stream: bool = False,
        observations: Observations | None = None,
    ) -> None:
        self.token = _find_token(token)
        self.base_url = find_base_url(base_url)
        self.address = parse_base_url(self.base_url, self.token)
        self.scheme, self.host, self.port, self.path = self.address
        self.origin = f"{self.scheme}://{self.address.netloc}"
        self.timeout = timeouts(timeout, DEFAULT_TIMEOUT)
        self.deadline = seconds("deadline", deadline)
        if type(max_retries) is not int or max_retries < 0:
            raise ConfigurationError(f"max_retries must be an integer of at least 0, not {max_retries!r}")
        self.max_retries = max_retries
        self.retry = retry if retry is not None else RetryPolicy()
        if not callable(getattr(self.retry, "plan", None)):
            raise ConfigurationError(f"retry must be a RetryPolicy, not {type(retry).__name__}")
        self.headers = dict(headers or {})
        self.validate = validate
        self.strict = strict
        if not isinstance(via_stream, bool):
            raise ConfigurationError(f"via_stream must be True or False, not {via_stream!r}")
        self.via_stream = via_stream
        if observations is not None and not callable(getattr(observations, "add", None)):
            raise ConfigurationError(f"observations must be Observations, not {type(observations).__name__}")
        self.observations = observations
        self.header_lines = {
            (sends_token, has_body): self._lines(sends_token=sends_token, has_body=has_body)
            for sends_token in (True, False)
            for has_body in (True, False)
        }

    def changed(self, **changes: Any) -> Settings:
        names = (
            "token", "base_url", "timeout", "deadline", "max_retries", "retry", "headers", "validate", "strict",
            "via_stream", "observations",
        )  # fmt: skip
        return Settings(**{name: changes.get(name, getattr(self, name)) for name in names})

    def __repr__(self) -> str:
        return f"base_url={self.base_url!r}, token='***'"

    def _lines(self, *, sends_token: bool, has_body: bool) -> list[tuple[bytes, bytes]]:
        ours = {
            "host": self.address.netloc,
            "accept": "application/json",
            # Compression would delay the events of a stream, and replies are small.
            "accept-encoding": "identity",
            "user-agent": f"{__name__.partition('.')[0]}/{VERSION}",
            **({"authorization": f"Bearer {self.token}"} if sends_token and self.token else {}),
            **({"content-type": "application/json"} if has_body else {}),
        }
        try:
            given = header_lines(self.headers, self.token)
        except (RequestValidationError, AttributeError) as error:
            raise ConfigurationError(str(error)) from None
        replaced = {name for name, _value in given}
        return [line for line in header_lines(ours) if line[0] not in replaced] + given


def _find_token(token: str | None) -> str:
    """Return the given token, or else the first one in the environment; empty if none is needed.

    Raises:
        ConfigurationError: There is no token, or it is not valid. The error never shows it.
    """
    if token is None and not NEEDS_TOKEN:
        return ""
    if token is None:
        token = next((os.environ[name] for name in TOKEN_VARIABLES if os.environ.get(name)), None)
    if token is None:
        variables = f" or set one of {', '.join(TOKEN_VARIABLES)}" if TOKEN_VARIABLES else ""
        raise ConfigurationError(f"there is no token: pass token=…{variables}")
    if not isinstance(token, str) or not _is_visible_ascii(token):
        raise ConfigurationError(
            "the token is not valid: expected visible ASCII characters without spaces (it is not shown here); "
            "check it for quotes, line breaks or the word Bearer"
        )
    return token


def _is_visible_ascii(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
