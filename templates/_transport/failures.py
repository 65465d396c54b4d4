"""What a failure of the network means: how far the request had come, and which error tells the caller."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import ConnectionFailedError, ConnectionLostError, RequestTimeoutError, TransportError
from ..retry import Stage


class NetworkFault(Exception):  # noqa: N818 - never leaves the package; `error_of` makes the error of it
    """What our own connections raise where an exception of Python does not say how far the request had come."""


class ConnectError(NetworkFault):
    """No connection was made."""


class ConnectTimeout(NetworkFault):
    """None was made in time."""


class WriteTimeout(NetworkFault):
    """The request could not be written in time."""


class DeadlineExceeded(NetworkFault):
    """The deadline of the call passed while something was waited for."""


class Fault(NamedTuple):
    """A failure of the network in one try.

    Attributes:
        stage: How far the try had come, for the retry policy.
        phase: What was waited for, when it was a time-out.
        text: The words of the library below.
    """

    stage: Stage
    phase: str | None
    text: str


_FAULTS: dict[str, tuple[Stage, str | None]] = {
    "ConnectTimeout": ("connect", "connect"),
    "PoolTimeout": ("connect", "pool"),
    "ConnectError": ("connect", None),
    "ProxyError": ("connect", None),
    "UnsupportedProtocol": ("connect", None),
    "WriteTimeout": ("write_timeout", "write"),
    "ReadTimeout": ("read_timeout", "read"),
    "DeadlineExceeded": ("read_timeout", "deadline"),
    "LimitTimeout": ("connect", "turn"),
    "NetworkError": ("send", None),
    "ProtocolError": ("send", None),
    "TransportError": ("send", None),
    "RequestError": ("send", None),
    "TimeoutError": ("read_timeout", "read"),
    "OSError": ("send", None),
}
"""By class name, since httpx and h11 are not always imported. A name covers its subclasses."""


def fault_of(error: BaseException) -> Fault | None:
    """Tell what an exception from below says of the network; None when it is about something else."""
    for cls in type(error).__mro__:
        if cls.__name__ in _FAULTS:
            stage, phase = _FAULTS[cls.__name__]
            return Fault(stage, phase, f"{type(error).__name__}: {error}".rstrip(": "))
    return None


def error_of(fault: Fault, after: float | None) -> TransportError:
    """The error for the caller.

    Args:
        fault: What happened.
        after: The seconds that were allowed, for a time-out.
    """
    sent = fault.stage != "connect"
    if fault.phase is not None:
        return RequestTimeoutError(
            _timeout_text(fault.phase, after, sent), phase=fault.phase, after=after, sent=sent
        )
    if not sent:
        return ConnectionFailedError(f"no connection could be made, nothing was sent ({fault.text})")
    return ConnectionLostError(
        f"the connection broke before the answer was complete ({fault.text}). The service may have done its work: "
        "before you send the request again, consider that both may be billed"
    )


_WAITED_FOR = {
    "connect": "no connection was made",
    "pool": "no connection became free",
    "write": "the request could not be written",
    "read": "nothing came from the service",
    "turn": "the turn of this call did not come, by the limits on calls at once and calls a second,",
    "deadline": "the call was not complete",
}


def _timeout_text(phase: str, after: float | None, sent: bool) -> str:
    within = f" within {after:g} s" if after is not None else " in time"
    if not sent:
        return f"{_WAITED_FOR[phase]}{within}; nothing was sent"
    return (
        f"{_WAITED_FOR[phase]}{within}. The service may still be at work: before you send the request again, "
        "consider that both may be billed"
    )
