"""Whether a failed call is sent again, and when: only where the service cannot have done paid work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NoReturn

import attrs

from ._clock import Clock
from ._document.facts import RETRY_JITTER, RETRY_WAITS, UNFINISHED_STREAMS_ARE_FREE

__all__ = ["Failure", "Phase", "RetryPolicy", "Stage"]

Stage = Literal["connect", "send", "write_timeout", "read_timeout", "reply_lost", "status"]
Phase = Literal["connect", "pool", "write", "read", "turn", "deadline"]

_LONGEST_WAIT = 86_400.0  # a day; a longer setting is a mistake
_FOREVER = 1e9  # seconds; a reply that asks for more makes no sense

# RFC 9110, 10.2.3: Retry-After is a number of seconds or a date. Decimals are common, so they count too.
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"

# RFC 9110, 5.6.7: the three forms of a date. dateutil alone would also take "12 monkeys" for one.
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
    """What went wrong in one try: what a retry policy needs to know of it.

    `stage` is how far the try got:

    - `connect`: no connection was made, so nothing was sent;
    - `send`: the connection was lost while the request was sent, or before the head of a reply was complete;
    - `write_timeout`: the request could not be written in time;
    - `read_timeout`: the head of a reply did not come in time;
    - `reply_lost`: the body of a reply broke off, or did not go on in time;
    - `status`: the service answered with an error.
    """

    stage: Stage
    status: int | None = None
    """The status of the reply, if one came."""
    resend: bool = False
    """Whether the document says of this error that it is not billed and may be sent again."""
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """The headers of the reply, by lower-case names."""
    safe_method: bool = False
    """Whether the method asks for no work at all (GET, HEAD, OPTIONS: RFC 9110, 9.2.1)."""
    is_stream: bool = False
    """Whether the answer was to come as a stream, of which the caller has had no event."""
    phase: Phase | None = None
    """What was waited for when time ran out; None for a failure that is no time-out."""
    reason: str = ""
    """The class and the message of the exception that was raised."""
    proxy: str = ""
    """The proxy that the request goes through: scheme, host, port and what names it; empty without one."""


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
    """When a call is sent again, and after what wait.

    A call is sent again where the service cannot have done paid work: no connection was made, or the service answered
    with an error that it does not bill. A request that was sent and whose reply did not come whole may have been
    answered and billed: it is sent again only with a method that asks for no work, such as GET. Each of the fields
    `on_...` allows it for one way to fail, at the risk of paying for both.

    A stream without its last event is not billed, by the document (`x-billing`). So it is sent again until its first
    event has come, and never after that; with `via_stream` until its last one has come. One doubt remains: the last
    event may have been sent, and be lost on its way.

    To decide otherwise, override `should_resend` or `wait`.
    """

    waits: tuple[float, ...] = attrs.field(default=RETRY_WAITS, converter=_as_tuple, validator=_check_waits)
    """Seconds before the second, third, … try; the last one also holds for all that follow."""
    jitter: float = attrs.field(default=RETRY_JITTER, validator=_check_seconds)
    """Up to so many seconds more, at random, so that those who failed together do not return together."""
    longest_retry_after: float = attrs.field(default=600.0, validator=_check_seconds)
    """The longest wait in seconds that a reply may ask for in a call without a deadline. A call with a deadline waits
    for as long as that allows. A call that cannot wait so long ends at once with the error; see its `retry_after`."""
    on_write_timeout: bool = attrs.field(default=False, validator=_check_flag)
    """Send again also when the request could not be written in time: the service may have read enough of it."""
    on_read_timeout: bool = attrs.field(default=False, validator=_check_flag)
    """Send again also when no head of a reply came in time."""
    on_connection_lost: bool = attrs.field(default=False, validator=_check_flag)
    """Send again also when the connection broke while the request was sent, or before a reply's head was complete."""
    on_reply_lost: bool = attrs.field(default=False, validator=_check_flag)
    """Send again also when the body of a reply broke off, or did not go on in time."""

    def should_resend(self, failure: Failure) -> bool:
        """Whether the request may be sent a second time after this failure."""
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
        """Return the seconds to wait after so many tries (1 after the first).

        What the reply asks for comes first, and is never cut short: the random part comes on top, no
        larger than what was asked for. So 0 means at once; it is then the limiter that keeps all calls
        of a client from coming back in the same moment.
        """
        asked = retry_after(failure.headers, clock)
        if asked is not None:
            return asked + min(self.jitter, asked) * clock.random()
        return self.waits[min(tries, len(self.waits)) - 1] + self.jitter * clock.random()

    def plan(
        self, failure: Failure, *, tries: int, max_retries: int, clock: Clock, give_up_at: float | None = None
    ) -> float | None:
        """Return the seconds to wait before the next try; None if there is to be none.

        `give_up_at` is a moment of `clock.monotonic()`: a wait that would not end before it is not begun. Without one,
        a wait is not begun that the reply asks for and that is longer than `longest_retry_after`.
        """
        is_out_of_time = failure.phase in ("turn", "deadline")
        if is_out_of_time or tries > max_retries or not self.should_resend(failure):
            return None
        seconds = self.wait(failure, tries, clock)
        if give_up_at is not None:
            return seconds if clock.monotonic() + seconds < give_up_at else None
        asked = retry_after(failure.headers, clock)
        return seconds if asked is None or min(asked, seconds) <= self.longest_retry_after else None


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Return the seconds that a reply asks its client to wait, by `retry-after-ms`, else by `Retry-After`.

    Args:
        headers: The headers of the reply, by lower-case names or matched in any case.
        clock: Its `time()` tells how far off a date is.
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
    """Return the seconds until an HTTP date; None if the value is no such date or not in the future."""
    text = value.strip(" \t")
    if not re.fullmatch(_DATE, text):
        return None
    from datetime import timezone

    from dateutil import parser

    try:
        # Every HTTP date is in UTC; dateutil would take "GMT" for local time where London's clocks are kept.
        date = parser.parse(text).replace(tzinfo=timezone.utc)
    except (ValueError, OverflowError):  # such as 31 February
        return None
    seconds = date.timestamp() - clock.time()
    return seconds if 0 < seconds < _FOREVER else None
