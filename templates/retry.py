"""Decides whether a failed request is sent again, and when. By default, only if the failed try is not billed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NoReturn

import attrs

from ._clock import Clock
from ._document.facts import RETRY_JITTER, RETRY_WAITS, UNFINISHED_STREAMS_ARE_FREE

__all__ = ["Failure", "Phase", "RetryPolicy", "Stage"]

Stage = Literal["connect", "send", "write_timeout", "read_timeout", "reply_lost", "status"]
Phase = Literal["connect", "pool", "write", "read", "turn", "journal", "deadline"]

_LONGEST_WAIT = 86_400.0  # a day; a longer setting is a mistake
_FOREVER = 1e9  # seconds; a longer `Retry-After` is ignored

# RFC 9110, 10.2.3: Retry-After is a number of seconds or a date. Decimals are common, so they are accepted too.
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"

# RFC 9110, 5.6.7: the three formats of a date. dateutil alone would also parse "12 monkeys".
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_DATE = (
    f"{_DAY}, [0-9]{{2}} {_MONTH} [0-9]{{4}} {_TIME} GMT"
    f"|{_LONG_DAY}, [0-9]{{2}}-{_MONTH}-[0-9]{{2}} {_TIME} GMT"
    f"|{_DAY} {_MONTH} [0-9 ][0-9] {_TIME} [0-9]{{4}}"
)


@attrs.frozen
class Failure:
    """The failure of one try, as a retry policy sees it.

    `stage` says how far the try got:

    - `connect`: no connection was made, so nothing was sent;
    - `send`: the connection was lost while the request was sent, or before the head of the response was received;
    - `write_timeout`: the request could not be written in time;
    - `read_timeout`: the head of the response was not received in time;
    - `reply_lost`: the connection was lost, or timed out, while the body of the response was read;
    - `status`: the service responded with an error.
    """

    stage: Stage
    status: int | None = None
    """The status of the response; None if there was none."""
    resend: bool = False
    """Whether the document says that this error is not billed and the request may be sent again."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """The headers of the response, by lower-case names."""
    safe_method: bool = False
    """Whether the method only reads (GET, HEAD, OPTIONS: RFC 9110, 9.2.1)."""
    is_stream: bool = False
    """Whether the request asked for a stream, of which the caller has received no event."""
    phase: Phase | None = None
    """The phase that timed out; None if the failure is not a timeout."""
    reason: str = ""
    """The class and the message of the exception that was raised."""
    proxy: str = ""
    """The proxy of the request: scheme, host, port and the variable that names it; empty without one."""


def _as_tuple(value: Iterable[float]) -> tuple[float, ...]:
    try:
        return tuple(value)
    except TypeError:
        _refuse("waits", "a sequence of seconds", value)


def _check_seconds(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LONGEST_WAIT:
        _refuse(field.name, f"seconds from 0 to {_LONGEST_WAIT:.0f}", value)


def _check_waits(policy: object, field: attrs.Attribute[Any], value: tuple[object, ...]) -> None:
    if not value:
        _refuse(field.name, "a sequence of seconds with at least one item", value)
    for seconds in value:
        _check_seconds(policy, field, seconds)


def _check_flag(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, bool):
        _refuse(field.name, "True or False", value)


def _refuse(name: str, expected: str, value: object) -> NoReturn:
    from .errors import ConfigurationError

    raise ConfigurationError(f"RetryPolicy: {name} must be {expected}, not {value!r}")


@attrs.frozen
class RetryPolicy:
    """Decides when a request is sent again, and how long to wait before that.

    By default a request is sent again only if the failed try cannot be billed: no connection was made, or the service
    responded with an error that it does not bill. If the request was sent and the response was lost, the request may
    have been processed and billed, so it is sent again only if its method is safe, such as GET. Each `on_...` field
    allows a retry after one such failure, at the risk of paying twice.

    According to the document (`x-billing`), a stream that did not reach its last event is not billed. So a stream is
    retried until its first event is received, and with `via_stream` until its last event is received. A risk remains:
    the service may have sent the last event, and the network may have lost it.

    For other rules, override `should_resend` or `wait`.
    """

    waits: tuple[float, ...] = attrs.field(default=RETRY_WAITS, converter=_as_tuple, validator=_check_waits)
    """Seconds to wait before the second, third, … try; the last value is used for all later tries."""
    jitter: float = attrs.field(default=RETRY_JITTER, validator=_check_seconds)
    """The maximum of random seconds to add to each wait, so that calls that fail together are not retried together."""
    longest_retry_after: float = attrs.field(default=600.0, validator=_check_seconds)
    """The longest `Retry-After` in seconds to wait for in a call without a deadline; with a deadline, the deadline is
    the limit. If the wait would be longer, the call raises the error at once; see its `retry_after`."""
    on_write_timeout: bool = attrs.field(default=False, validator=_check_flag)
    """Also retry if the request could not be written in time; the service may have read enough of it."""
    on_read_timeout: bool = attrs.field(default=False, validator=_check_flag)
    """Also retry if the head of the response was not received in time."""
    on_connection_lost: bool = attrs.field(default=False, validator=_check_flag)
    """Also retry if the connection was lost before the head of the response was received."""
    on_reply_lost: bool = attrs.field(default=False, validator=_check_flag)
    """Also retry if the connection was lost, or timed out, while the body of the response was read."""

    def should_resend(self, failure: Failure) -> bool:
        """Whether the request may be sent again after this failure."""
        not_billed = failure.resend and failure.status is not None and failure.status >= 400
        if failure.stage == "status" or not_billed:
            return not_billed
        if failure.stage == "connect" or failure.safe_method:
            return True
        if failure.is_stream and UNFINISHED_STREAMS_ARE_FREE:
            return True
        return {
            "write_timeout": self.on_write_timeout,
            "read_timeout": self.on_read_timeout,
            "send": self.on_connection_lost,
            "reply_lost": self.on_reply_lost,
        }[failure.stage]

    def wait(self, failure: Failure, tries: int, clock: Clock) -> float:
        """Return the seconds to wait after `tries` tries (1 after the first).

        A `Retry-After` of the response takes precedence and is never shortened. The jitter that is added to it is at
        most as long, so `Retry-After: 0` means at once, and only the limiter spreads the retries of several calls.
        """
        requested = retry_after(failure.headers, clock)
        if requested is not None:
            return requested + min(self.jitter, requested) * clock.random()
        return self.waits[min(tries, len(self.waits)) - 1] + self.jitter * clock.random()

    def plan(
        self, failure: Failure, *, tries: int, max_retries: int, clock: Clock, give_up_at: float | None = None
    ) -> float | None:
        """Return the seconds to wait before the next try; None if the request is not sent again.

        It is not sent again if the wait would end after `give_up_at`, a time of `clock.monotonic()`. Without
        `give_up_at`, it is not sent again if the response asks for a wait longer than `longest_retry_after`.
        """
        is_out_of_time = failure.phase in ("turn", "journal", "deadline")
        if is_out_of_time or tries > max_retries or not self.should_resend(failure):
            return None
        seconds = self.wait(failure, tries, clock)
        if give_up_at is not None:
            return seconds if clock.monotonic() + seconds < give_up_at else None
        requested = retry_after(failure.headers, clock)
        return seconds if requested is None or min(requested, seconds) <= self.longest_retry_after else None


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Return the seconds that a response asks the client to wait, from `retry-after-ms` or else `Retry-After`.

    Args:
        headers: The headers of the response, by lower-case names or matched in any case.
        clock: The clock, which is needed if the header is a date.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return _until(value, clock) if seconds is None else seconds


def _number(value: str) -> float | None:
    text = value.strip(" \t")
    if not re.fullmatch(_NUMBER, text):
        return None
    number = float(text)
    return number if number < _FOREVER else None


def _until(value: str, clock: Clock) -> float | None:
    """Return the seconds until an HTTP date; None if the value is not an HTTP date, or not in the future."""
    text = value.strip(" \t")
    if not re.fullmatch(_DATE, text):
        return None
    from datetime import timezone

    from dateutil import parser

    try:
        # Every HTTP date is in UTC; dateutil would parse "GMT" as local time if that is the local time zone's name.
        date = parser.parse(text).replace(tzinfo=timezone.utc)
    except (ValueError, OverflowError):  # such as 31 February
        return None
    seconds = date.timestamp() - clock.time()
    return seconds if 0 < seconds < _FOREVER else None
