"""Hooks: what a program adds to each call of a client, such as header lines, traces, counts or a log of its own.

    from acedata_responses import Client, Hook

    class Slow(Hook):
        def at_end(self, end):
            if end.seconds > 30:
                print(end.call.model, end.seconds, end.error or "answered")

    client = Client(hooks=[Slow()])

Subclass `Hook` and override the methods that you need. Hooks see each call that the client sends, plain, streamed and
in `map`, and none sees the token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from attrs import field, frozen

from .types._summary import Summary, summary_of

__all__ = ["CallInfo", "EndInfo", "Hook", "Summary", "TryInfo"]

HeaderLines: TypeAlias = "Mapping[str, str] | None"


@frozen(eq=False)
class CallInfo:
    """A call, the same object at each moment of it.

    Attributes:
        operation: The operationId of the document, such as `responses.create`.
        method: The HTTP method.
        url: Where the request goes, without the query.
        host: The service's host.
        port: The service's port.
        headers: The header lines of the request by their names in lower case, without the token's.
        body: The request body as JSON data; None if there is none. Changing it has no effect on what is sent.
        model: The model that is asked for; None where the operation calls no model.
        is_streamed: Whether the caller gets a stream.
        is_safe: Whether the operation only reads, so that it is not billed.
        key: What tells several answers to one request apart in a journal; empty unless the caller gave one.
        started: When the call began, in seconds since 1970 by the client's clock.
        telemetry: What OpenTelemetry's conventions call the operation and its fields, by the document
            (`x-telemetry`); None where the operation calls no model.
        state: Empty at first; for what hooks keep about the call from one moment to the next, by keys of their own.
    """

    operation: str
    method: str
    url: str
    host: str
    port: int
    headers: Mapping[str, str]
    body: Any = field(repr=False)
    model: str | None
    is_streamed: bool
    is_safe: bool
    key: str
    started: float
    telemetry: Mapping[str, Any] | None = field(repr=False)
    state: dict[Any, Any] = field(factory=dict[Any, Any], repr=False)


@frozen(eq=False)
class TryInfo:
    """How one try of a call ended. For a stream, the try has ended once its first event is there.

    Attributes:
        call: The call.
        number: Which try it was, from 1.
        status: The HTTP status of the response; None if none came.
        error: The error in which the try ended; None for a reply or an opened stream. What cut the try short, such as a
            cancellation, is no `AceDataError`.
        resent_in: Seconds until the request is sent again; None if it is not.
        may_be_billed: Whether the call is billed, if it ends with this try; None where that is not known.
    """

    call: CallInfo
    number: int
    status: int | None = None
    error: BaseException | None = None
    resent_in: float | None = None
    may_be_billed: bool | None = None


@frozen(eq=False)
class EndInfo:
    """How a call ended.

    Attributes:
        call: The call.
        reply: The reply; for a stream the whole reply, once it has ended. Of a call that ended in an error, the reply
            as far as it came, and None if nothing came.
        error: The error that the caller gets; None if there is none. A stream that the caller closed early ends in a
            `StreamInterruptedError`, which the caller only sees when reading on.
        tries: How many times the request was sent; 0 if it was not.
        seconds: How long the call took, with its waits; for a stream until its end.
        from_journal: Whether the answer was read from the journal, so that nothing was sent or paid.
        may_be_billed: Whether the call is billed: True, False, or None where that is not known.
    """

    call: CallInfo
    reply: Any = None
    error: BaseException | None = None
    tries: int = 0
    seconds: float = 0.0
    from_journal: bool = False
    may_be_billed: bool | None = None

    @cached_property
    def summary(self) -> Summary:
        """What the reply says of itself in short: model, finish reasons, tokens, cost."""
        return summary_of(self.reply)


class Hook:
    """What a program adds to each call. Every method here does nothing: override those that you need.

    The hooks of a client are called in their order before a request is sent, and in reverse order after that. One hook
    serves all calls of a client, and several clients, so its methods are called from many threads and tasks at once;
    what belongs to one call can be kept in `call.state`.

    A request that is refused by the client itself is not told to hooks: nothing about it is ever sent.
    """

    def before_send(self, call: CallInfo) -> HeaderLines | Awaitable[HeaderLines]:
        """Do something before each try, when the call has its turn and the request is about to be sent.

        For an `AsyncClient` it may be an `async def`. What it raises is raised by the call, and nothing is sent.

        Returns:
            Header lines to add to the request, or to put in the place of those it has, for this try. The token's line
            (`authorization`) cannot be among them. None for no change.
        """

    def after_try(self, attempt: TryInfo) -> None | Awaitable[None]:
        """Do something after each try, in the task or thread that sent it.

        For an `AsyncClient` it may be an `async def`. What it raises is logged and has no further effect.
        """

    def at_end(self, end: EndInfo) -> None:
        """Do something when the call has ended: with its reply, its error, or the end of its stream.

        It must be a plain function, also for an `AsyncClient`: a stream that is dropped ends in a destructor, where
        nothing can be awaited, and perhaps in another thread. What it raises is logged, and has no further effect: the
        answer may be paid, and is given to the caller in any case.
        """
