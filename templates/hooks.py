"""Hooks: functions that a client calls for each call, for example to add headers, traces, metrics or logs.

    from acedata_responses import Client, Hook

    class Slow(Hook):
        def at_end(self, end):
            if end.seconds > 30:
                print(end.call.model, end.seconds, end.error or "answered")

    client = Client(hooks=[Slow()])

Subclass `Hook` and override the methods that you need. Hooks see every call that the client sends, whether plain,
streamed or in `map`. They never see the token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from attrs import field, frozen

from .types._summary import Summary, summary_of

__all__ = ["CallInfo", "EndInfo", "Hook", "Summary", "TryInfo"]

HeaderLines: TypeAlias = Mapping[str, str] | None


@frozen(eq=False)
class CallInfo:
    """A call. All methods of the hooks get the same object.

    Attributes:
        operation: The operationId in the document, such as `responses.create`.
        method: The HTTP method.
        url: The URL of the request, without the query.
        host: The host of the service.
        port: The port of the service.
        headers: The headers of the request by their lower-case names, without `authorization`.
        body: The body of the request as JSON data; None if it has none. Changing it does not change the request.
        model: The requested model; None if the operation calls no model.
        is_streamed: Whether the caller gets a stream.
        is_safe: Whether the operation only reads, so that it is not billed.
        key: The caller's key, which distinguishes several responses to the same request in a journal; else empty.
        started: When the call began, in seconds since 1970 by the client's clock.
        telemetry: The names of the operation and its fields in OpenTelemetry's conventions, from the document
            (`x-telemetry`); None if the operation calls no model.
        state: Data that hooks store about the call, under keys of their own; empty at first.
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
    """How one try of a call ended. For a stream, a try ends when the first event was received.

    Attributes:
        call: The call.
        number: The number of the try, from 1.
        status: The HTTP status of the response; None if there was no response.
        error: The error that ended the try; None if it succeeded. It is not always an `AceDataError`: for example, it
            may be a cancellation.
        resent_in: Seconds until the request is sent again; None if it is not.
        may_be_billed: Whether the call is billed if it ends with this try; None if that is not known.
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
        reply: The reply; for a stream, the whole reply. If the call ended with an error, the part of the reply that was
            received, or None.
        error: The error that the caller gets; None if there is none. If the caller closed a stream early, it is a
            `StreamInterruptedError`, although the caller gets that only by iterating further.
        tries: How many times the request was sent; 0 if it was not.
        seconds: How long the call took, including waits; for a stream, until its end.
        from_journal: Whether the response was read from the journal, so that nothing was sent or billed.
        may_be_billed: Whether the call is billed; None if that is not known.
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
        """A summary of the reply: model, finish reasons, tokens and cost."""
        return summary_of(self.reply)


class Hook:
    """The base class of hooks. Its methods do nothing: override those that you need.

    `before_send` of several hooks is called in the order of the hooks, the other methods in reverse order. A hook
    serves all calls of a client, or of several clients, so its methods are called from many threads and tasks at once.
    Store data about a call in `call.state`.

    Hooks are not called for a request that the client refuses before sending it.
    """

    def before_send(self, call: CallInfo) -> HeaderLines | Awaitable[HeaderLines]:
        """Called before each try, when the call has its turn and the request is about to be sent.

        For an `AsyncClient` it may be an `async def`. If it raises, the call raises the same, and nothing is sent.

        Returns:
            Headers that are added to the request for this try, or replace those of the same name; None for no change.
            They must not include `authorization`.
        """

    def after_try(self, attempt: TryInfo) -> None | Awaitable[None]:
        """Called after each try, in the thread or task that sent it.

        For an `AsyncClient` it may be an `async def`. An exception that it raises is logged, and has no other effect.
        """

    def at_end(self, end: EndInfo) -> None:
        """Called when the call has ended, with a reply or an error; for a stream, at the end of the stream.

        It must be a plain function, also for an `AsyncClient`: a stream that is dropped ends in a destructor, which
        cannot await and may run in another thread. An exception that it raises is logged, and has no other effect, as
        the caller must get a reply that may be billed.
        """
