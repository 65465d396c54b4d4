"""Records in the journal how a call ended."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .._redact import redact_response
from ..errors import AceDataError, JournalError, ReplyDecodeError, ReplyFailedError, StreamFailedError
from ..types._http_response import HTTPResponse

if TYPE_CHECKING:
    from ..journal import Claim


def record(claim: Claim, reply: Any, error: BaseException | None, token: str) -> None:
    """Record a complete reply, or the error that ended the call."""
    if error is not None:
        record_error(claim, error)
    else:
        record_response(claim, redact_response(reply if isinstance(reply, HTTPResponse) else reply.http, token))


def record_error(claim: Claim, error: BaseException, http: HTTPResponse | None = None) -> None:
    """Record how the request ended. A complete response counts as answered, even if it reports a failure."""
    http = http or getattr(error, "http", None)
    if isinstance(error, ReplyFailedError):
        http = error.reply.http
    is_whole = isinstance(error, (ReplyDecodeError, ReplyFailedError, StreamFailedError))
    try:
        if isinstance(error, JournalError) or not isinstance(error, AceDataError):
            claim.interrupted()
        elif error.may_be_billed is False:
            claim.refused(str(error), http)
        elif is_whole and http is not None and http.content:
            claim.answered(http)
        else:
            claim.unknown(str(error))
    except JournalError as failed:
        _warn(failed)


def record_response(claim: Claim, http: HTTPResponse) -> None:
    """Record a complete response, from which the token was redacted."""
    try:
        claim.answered(http)
    except JournalError as failed:
        _warn(failed)


def _warn(failed: JournalError) -> None:
    """Warn instead of raising: the caller must still get a reply that may be billed."""
    warnings.warn(f"the outcome of a call is not in the journal: {failed}", RuntimeWarning, stacklevel=2)
