"""The tries of one call: what each may take, and whether there is another. It decides; the sender does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve

from .._redact import redact_response, redact_text
from .._replies.error_body import error_from
from .._replies.whole import read_reply
from .._transport.failures import error_of
from ..errors import AceDataError, APIStatusError, RequestTimeoutError
from ..retry import Failure
from ..types._http_response import HTTPResponse

if TYPE_CHECKING:
    from .._clock import Clock
    from .._request.build import Request
    from .._request.operation import Operation
    from .._request.settings import Settings

ErrorT = TypeVar("ErrorT", bound=AceDataError)
logger = logging.getLogger(__name__.partition(".")[0])
_SHOWN_CHARACTERS = 200


class Attempts:
    """The tries of one call.

    Attributes:
        request: What is sent.
        url: Where to, without the query.
        tries: How many were begun; one begins when the call has its turn.
        give_up_at: The moment (of `clock.monotonic()`) at which the call as a whole has taken too long.
    """

    __slots__ = (
        "_clock", "_deadline", "_may_have_worked", "_settings", "_started", "_timeouts",
        "give_up_at", "request", "tries", "url",
    )  # fmt: skip

    def __init__(
        self,
        request: Request,
        settings: Settings,
        clock: Clock,
        timeouts: dict[str, float | None],
        deadline: float | None,
    ) -> None:
        self.request = request
        self._settings = settings
        self._clock = clock
        self._timeouts = timeouts
        self._deadline = deadline
        self._started = clock.monotonic()
        self.give_up_at = None if deadline is None else self._started + deadline
        self.tries = 0
        self._may_have_worked = False
        self.url = settings.origin + request.target.partition("?")[0]

    def check_time(self) -> None:
        """Look at the clock before a try.

        Raises:
            RequestTimeoutError: The call as a whole has no time left.
        """
        if self.give_up_at is not None and self._clock.monotonic() >= self.give_up_at:
            raise self._over(self.error_for(Failure("connect", phase="deadline")))

    def timeouts(self) -> dict[str, float | None]:
        """The seconds for each phase of this try, none beyond the deadline."""
        if self.give_up_at is None:
            return self._timeouts
        left = max(self.give_up_at - self._clock.monotonic(), 0.001)
        return {phase: left if limit is None else min(limit, left) for phase, limit in self._timeouts.items()}

    def after_failure(self, failure: Failure | None, http: HTTPResponse | None = None) -> float:
        """The seconds to wait before the next try.

        Raises:
            TransportError: There is none.
        """
        assert failure is not None
        error = self.error_for(failure, http)
        is_out_of_time = isinstance(error, RequestTimeoutError) and error.phase in ("turn", "deadline")
        wait = self._wait(evolve(failure, safe_method=self.request.is_safe))
        if wait is None or is_out_of_time:
            raise self._over(error)
        self._may_have_worked = self._may_have_worked or (
            failure.stage != "connect" and not self.request.is_safe
        )
        self._log_resend(type(error).__name__, wait)
        return wait

    def after_lost_reply(self, failure: Failure, http: HTTPResponse) -> float:
        """The same for an answer with success that broke off, of which some had come."""
        return self.after_failure(evolve(failure, stage="reply_lost"), http)

    def error_from(self, http: HTTPResponse) -> APIStatusError:
        """The error with which the service answered."""
        return error_from(http, self._settings.token)

    def after_error(self, error: APIStatusError) -> float:
        """The seconds to wait after the service answered with an error.

        Raises:
            APIStatusError: There is no further try.
        """
        lines = error.http.raw_headers
        failure = Failure(
            "status",
            status=error.status_code,
            resend=error.is_safe_to_resend,
            headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in lines},
            safe_method=self.request.is_safe,
        )
        wait = self._wait(failure)
        if wait is None:
            raise self._over(error)
        self._log_resend(_in_short(error), wait)
        return wait

    def error_for(self, failure: Failure, http: HTTPResponse | None = None) -> AceDataError:
        """The error for a failure of the network, with what had come of the answer."""
        if failure.phase in ("deadline", "turn"):
            after = self._deadline
        else:
            after = self._timeouts.get(failure.phase or "")
            if self.give_up_at is not None and failure.phase and self._clock.monotonic() >= self.give_up_at:
                failure, after = evolve(failure, phase="deadline"), self._deadline
        if self._may_have_worked and failure.stage == "connect":
            failure = evolve(failure, stage="send")  # this try did nothing, but an earlier one may have
        # The message of the library below may quote what the service sent.
        reason = redact_text(failure.reason, self._settings.token)[:_SHOWN_CHARACTERS]
        error = error_of(evolve(failure, reason=reason), after)
        if http is not None:
            error.__dict__["http"] = redact_response(http, self._settings.token)
        return self.described(error)

    def answer(
        self, status_code: int, raw_headers: list[tuple[bytes, bytes]], content: bytes
    ) -> HTTPResponse:
        """The HTTP side of an answer."""
        return HTTPResponse(status_code, raw_headers, content, self.request.method, self.url, self.tries)

    def reply(self, operation: Operation, http: HTTPResponse) -> Any:
        """The reply that a whole answer holds; the answer itself where the operation promises no JSON.

        Raises:
            AceDataError: It holds none, or an error.
        """
        reply: Any = http
        if operation.read_reply is not None:
            settings = self._settings
            try:
                reply = read_reply(http, operation.reply_format(token=settings.token, strict=settings.strict))
            except AceDataError as error:
                self._over(error)
                raise
        self.log(str(http.status_code))
        return reply

    def described(self, error: ErrorT) -> ErrorT:
        """The error with the facts of the request on it."""
        error.__dict__.update(method=self.request.method, url=self.url, tries=self.tries)
        return error

    def _wait(self, failure: Failure) -> float | None:
        return self._settings.retry.plan(
            failure,
            tries=self.tries,
            max_retries=self._settings.max_retries,
            clock=self._clock,
            give_up_at=self.give_up_at,
        )

    def _over(self, error: AceDataError) -> AceDataError:
        """The error in which the call ends."""
        self.log(_in_short(error))
        return error

    def log(self, outcome: str) -> None:
        """Tell how the call went: the one line for each that is there at INFO."""
        if logger.isEnabledFor(logging.INFO):
            took = self._clock.monotonic() - self._started
            tries = "" if self.tries < 2 else f" after {self.tries} tries"
            logger.info("%s %s: %s in %.2f s%s", self.request.method, self.url, outcome, took, tries)

    def _log_resend(self, outcome: str, wait: float) -> None:
        logger.debug(
            "%s %s: %s at try %d, sent again in %.2f s",
            self.request.method, self.url, outcome, self.tries, wait,
        )  # fmt: skip


def _in_short(error: AceDataError) -> str:
    """An error for the log: its class, and the service's code for it on one line."""
    code = " ".join((getattr(error, "code", None) or "").split())[:_SHOWN_CHARACTERS]
    status = f"{error.status_code} " if isinstance(error, APIStatusError) else ""
    return f"{status}{type(error).__name__}{f' ({code})' if code else ''}"
