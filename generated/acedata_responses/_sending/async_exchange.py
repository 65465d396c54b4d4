"""What all tries of one call share (async)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._document.facts import BILLING
from ..errors import AceDataError
from ..types._http_response import HTTPResponse
from .budget import TimeBudget
from .report import Report

if TYPE_CHECKING:
    from .._replies.format import ReplyFormat
    from .._request.build import Request
    from .._request.operation import Call
    from .._request.settings import Settings
    from .._transport.async_response import AsyncResponseStream
    from ..journal import Claim
    from .async_hooks import AsyncCallHooks


class Exchange(NamedTuple):
    """The state of one call that all of its tries share."""

    call: Call
    request: Request
    settings: Settings
    budget: TimeBudget
    report: Report
    claim: Claim | None = None  # with a journal
    hooks: AsyncCallHooks | None = None  # with hooks

    def http_response(self, response: AsyncResponseStream, content: bytes) -> HTTPResponse:
        """The response with the part of its body that was read."""
        report = self.report
        return HTTPResponse(response.status_code, response.headers, content, report.method, report.url, report.tries)

    def billed(self, error: BaseException | None, *, is_whole: bool = True) -> bool | None:
        """Whether the call is billed if it ends now: with this error, or, if `is_whole`, with a complete reply."""
        if self.request.is_safe or not self.report.tries:
            return False
        if error is not None:
            return error.may_be_billed if isinstance(error, AceDataError) else self.report.if_left
        return BILLING.get("stream-ended" if self.request.is_streamed else "replied") if is_whole else None

    def settle(self, reply: Any, error: BaseException | None) -> None:
        """Note whether the call is billed, and record in the journal how it ended.

        This comes before the hooks, in which the call may be cancelled.
        """
        self.report.if_left = self.billed(error)
        if self.claim is not None:
            from .journal_outcomes import record

            record(self.claim, reply, error, self.settings.token)

    def reply_format(self) -> ReplyFormat:
        """How to read the responses to this call."""
        settings = self.settings
        return self.call.operation.reply_format(
            token=settings.token, strict=settings.strict, observations=settings.observations
        )
