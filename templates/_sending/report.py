"""What a call reports: errors with the details of the request, and log messages."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve

from .._document.facts import BILLING, LOG_VARIABLES, UNFINISHED_STREAMS_ARE_FREE
from .._redact import redact_response, redact_text
from ..errors import (
    AceDataError,
    APIStatusError,
    ConfigurationError,
    ConnectionFailedError,
    ConnectionLostError,
    RequestTimeoutError,
    TransportError,
)
from ..retry import retry_after

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .._request.settings import Settings
    from ..retry import Failure
    from ..types._http_response import HTTPResponse
    from .budget import TimeBudget

ErrorT = TypeVar("ErrorT", bound=AceDataError)
logger = logging.getLogger(__name__.partition(".")[0])
_SHOWN_CHARACTERS = 200
_LEVELS = ("debug", "info", "warning", "error")

_WAITED_FOR = {
    "connect": "no connection to {address}{proxy} was made",
    "pool": "no connection to {address}{proxy} became free",
    "write": "the request{proxy} could not be written",
    "read": "nothing was received from the service{proxy}",
    "turn": "the rate limits did not let this call start",
    "journal": "another call with the same request, in this or another process, did not end",
    "deadline": "the call{proxy} was not complete",
}


class Report:
    """The errors and the log of one call.

    Attributes:
        method: The HTTP method of the request.
        url: The URL of the request, without the query.
        tries: How many times the request was tried; a failed connection counts.
        if_left: Whether the call is billed if its caller leaves it now; None if that is not known.
    """

    __slots__ = (
        "_budget", "_clock", "_earlier_tries_billed", "_is_safe", "_settings", "if_left", "method", "tries", "url",
    )  # fmt: skip

    def __init__(self, request: Request, settings: Settings, budget: TimeBudget, clock: Clock) -> None:
        self.method = request.method
        self.url = settings.origin + request.target.partition("?")[0]
        self.tries = 0
        self.if_left: bool | None = False
        self._is_safe = request.is_safe
        self._settings = settings
        self._budget = budget
        self._clock = clock
        self._earlier_tries_billed: bool | None = False

    def error_for(self, failure: Failure, http: HTTPResponse | None = None) -> TransportError:
        """The error for a failure of the network, with the part of the response that was received."""
        if failure.phase not in (None, "turn", "journal") and self._budget.is_spent:
            failure = evolve(failure, phase="deadline")
        may_have_worked = self._earlier_tries_billed is not False and not self._is_safe
        if failure.stage == "connect" and may_have_worked:
            failure = evolve(failure, stage="send")  # this try sent nothing, but an earlier one may have
        if failure.phase != "turn":  # any other reason may quote what the service sent
            reason = redact_text(failure.reason, self._settings.token)[:_SHOWN_CHARACTERS]
            failure = evolve(failure, reason=reason)
        error = self._transport_error(failure)
        if http is not None:
            error.__dict__["http"] = redact_response(http, self._settings.token)
        return self.describe(error)

    def describe(self, error: ErrorT) -> ErrorT:
        """Set the attributes of an error that describe the call, and return it."""
        error.__dict__.update(
            method=self.method, url=self.url, tries=self.tries, _earlier_tries_billed=self._earlier_tries_billed
        )
        http: HTTPResponse | None = getattr(error, "http", None)
        if http is not None:
            error.retry_after = retry_after(http.lower_headers(), self._clock)
        return error

    def sent(self, *, is_streamed: bool) -> None:
        """Note that the request was sent once more."""
        self.tries += 1
        left = BILLING.get("stream-closed" if is_streamed else "reply-lost")
        self.if_left = self._earlier_tries_billed if left is False else left

    def log(self, outcome: str) -> None:
        """Log how the call ended; each call logs this one line at INFO."""
        if logger.isEnabledFor(logging.INFO):
            tries = "" if self.tries < 2 else f" after {self.tries} tries"
            logger.info("%s %s: %s in %.2f s%s", self.method, self.url, outcome, self._budget.elapsed, tries)

    def log_status(self, status: int) -> None:
        logger.debug("%s %s: status %d, reading the body", self.method, self.url, status)

    def log_error(self, error: AceDataError) -> None:
        self.log(_in_short(error))

    def resent(self, error: AceDataError, wait: float) -> None:
        """Record and log that the request is sent again, `wait` seconds after this error."""
        self._earlier_tries_billed = error.may_be_billed
        logger.debug(
            "%s %s: %s at try %d, sent again in %.2f s",
            self.method, self.url, _in_short(error), self.tries, wait,
        )  # fmt: skip

    def _transport_error(self, failure: Failure) -> TransportError:
        sent = failure.stage != "connect"
        address = self._settings.address.host_and_port
        proxy = f" through the proxy {failure.proxy}" if failure.proxy else ""
        if failure.phase is not None:
            after = self._budget.allowed(failure.phase)
            text = _WAITED_FOR[failure.phase].format(address=address, proxy=proxy)
            text += f" within {after:g} s" if after is not None else " in time"
            if sent:
                text += f". {_billing('The service may still be processing the request', failure)}"
            else:
                text += "; nothing was sent"
                text += f". {failure.reason}" if failure.phase == "turn" else ""
            return RequestTimeoutError(text, phase=failure.phase, after=after, sent=sent, is_stream=failure.is_stream)
        if sent:
            return ConnectionLostError(
                f"the connection{proxy} broke before the response was complete ({failure.reason}). "
                f"{_billing('The service may have processed the request', failure)}",
                is_stream=failure.is_stream,
            )
        return ConnectionFailedError(
            f"no connection to {address}{proxy} could be made, nothing was sent ({failure.reason})"
        )


def _billing(what_may_be: str, failure: Failure) -> str:
    """What the document says about billing a response that was not complete."""
    if failure.is_stream and UNFINISHED_STREAMS_ARE_FREE:
        return "According to the vendor, a stream that did not reach its last event is not billed"
    return f"{what_may_be}: if you send it again, both may be billed"


def _in_short(error: AceDataError) -> str:
    """An error in one line for the log: its status, class, and the service's code."""
    code = " ".join((getattr(error, "code", None) or "").split())[:_SHOWN_CHARACTERS]
    status = f"{error.status_code} " if isinstance(error, APIStatusError) else ""
    return f"{status}{type(error).__name__}{f' ({code})' if code else ''}"


def log_as_the_environment_says() -> None:
    """Log to standard error at the level in the environment variable. Do nothing if it is not set.

    Raises:
        ConfigurationError: The value is not a log level.
    """
    name = next((name for name in LOG_VARIABLES if os.environ.get(name)), None)
    if name is None:
        return
    level = os.environ[name].lower()
    if level not in _LEVELS:
        raise ConfigurationError(f"{name} must be one of {', '.join(_LEVELS)}, not {os.environ[name]!r}")
    logger.setLevel(level.upper())
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
