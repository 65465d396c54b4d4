"""The client (async). It has an attribute for each tag of the OpenAPI document."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from ._clock import SYSTEM_CLOCK, Clock
from ._lazy_module import LazyModule
from ._request.not_given import NOT_GIVEN, NotGiven
from ._request.operation import Call
from ._request.settings import Settings
from ._request.timeouts import TimeoutLike
from ._sending.async_sender import AsyncSender
from ._sending.report import log_as_the_environment_says
from ._transport.async_transport import AsyncTransport, make_transport
from ._transport.custom_transport import AsyncClientLike, AsyncTransportLike, check_httpx_type, timeout_of
from .errors import ConfigurationError
from .limits import Limiter, Limits
from .retry import RetryPolicy
from .usage import Usage

if TYPE_CHECKING:
    from . import hooks as _hooks
    from . import journal as _journal
    from . import observations as _observations
    from ._sending.hooks_of_client import Hooks
    from .resources import models as _resource_models
    from .resources import responses as _resource_responses
else:
    _hooks, _journal, _observations = (LazyModule(f".{name}") for name in ("hooks", "journal", "observations"))
    _resource_responses = LazyModule(".resources.responses")
    _resource_models = LazyModule(".resources.models")

SelfT = TypeVar("SelfT", bound="AsyncClient")


class AsyncClient:
    """A client of Ace Data Cloud Responses.

    `client.responses.create(...)`: Ask a model for an answer.
    `client.models.list(...)`: List the models.

    A client can be shared by threads and tasks, and it can be pickled and copied. Close it, or use it in an `async with`
    block, to close its connections.

    Args:
        token: The bearer token. Defaults to the first of these environment variables that is set:
            ACEDATACLOUD_API_TOKEN, ACEDATACLOUD_API_KEY, ACEDATA_API_KEY.
        base_url: The base URL of the service: `http` or `https`, a host, and optionally a port and a path. Defaults to
            the environment variable ACEDATACLOUD_BASE_URL, or else the official address.
        timeout: Seconds for each phase of an attempt (connecting, writing, each wait for data), an `httpx.Timeout` (or
            `httpx2.Timeout`), or None for no limit. Defaults to 10 s for connecting, 60 s for writing and 600 s for
            reading. `pool` (600 s) limits the wait for `limits`: a call fails if no other call starts or finishes for
            that long.
        deadline: Seconds for a whole call, including waits and retries, or None for no limit.
        max_retries: The maximum number of retries of a call; 0 or more.
        retry: Decides which failures are retried, and after what wait.
        limits: How many calls may be in flight and how many may start per second, None for no limit, or a `Limiter`
            to share with other clients. Defaults to the vendor's limits.
        headers: Headers for each request. They override the client's own.
        transport: An httpx or httpx2 transport to send requests with.
        http_client: An `httpx.AsyncClient` or `httpx2.AsyncClient` to send requests with. Closing this client does not
            close it. Its timeout applies if `timeout` is not given, unless it is the library's default of 5 s, which
            is too short for models.
        validate: Whether to validate each request against the OpenAPI document before sending it.
        strict: Whether a reply that violates the OpenAPI document raises `ReplyDecodeError`. Otherwise the violations
            are only listed in `reply.problems`.
        via_stream: Whether to send calls that do not stream as streams, and assemble the reply from the events. The
            vendor's guide says that a stream without its last event is not billed, so a call that fails before it can
            be retried safely. Applies to operations that can stream.
        observations: Counts replies that violate the OpenAPI document or contain something new. Nothing is counted by
            default.
        journal: A `Journal`, or the path of its file. It records requests and replies. A request whose reply is
            recorded is not sent again, so it is not billed twice. Safe methods such as GET are not recorded.
        hooks: Called before each attempt, after it, and at the end of each call; see `Hook`.
        clock: The source of time, sleep and randomness; replaced in tests, for example by a `testing.ManualClock`.

    Raises:
        ConfigurationError: There is no token, or an argument is invalid.
        JournalError: The journal cannot be opened.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None = None,
        max_retries: int = 2,
        retry: RetryPolicy | None = None,
        limits: Limits | Limiter | None | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str] | None = None,
        transport: AsyncTransportLike | None = None,
        http_client: AsyncClientLike | None = None,
        validate: bool = True,
        strict: bool = False,
        via_stream: bool = False,
        observations: _observations.Observations | None = None,
        journal: _journal.Journal | str | os.PathLike[str] | None = None,
        hooks: Iterable[_hooks.Hook] = (),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if transport is not None and http_client is not None:
            raise ConfigurationError("pass transport or http_client, not both: a client has its own transport")
        check_httpx_type("transport", transport, "AsyncBaseTransport")
        check_httpx_type("http_client", http_client, "AsyncClient")
        if http_client is not None and isinstance(timeout, NotGiven):
            timeout = timeout_of(http_client)
        log_as_the_environment_says()
        self._settings = Settings(
            token=token,
            base_url=base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            retry=retry,
            headers=headers,
            validate=validate,
            strict=strict,
            via_stream=via_stream,
            observations=observations,
        )
        if limits is not None and not isinstance(limits, (Limits, Limiter, NotGiven)):
            raise ConfigurationError(f"limits must be Limits, a Limiter or None, not {type(limits).__name__}")
        self._limits = limits
        self._transport = transport
        self._http_client = http_client
        self._clock = clock
        if not isinstance(hooks, Iterable):
            raise ConfigurationError(f"hooks must be a list of hooks, not {type(hooks).__name__}")
        self._hooks = tuple(hooks)
        self._checked_hooks()
        self._journal = _opened(journal)
        self._owner: AsyncClient | None = None
        self._is_closed = False

    def with_options(
        self: SelfT,
        *,
        token: str | NotGiven = NOT_GIVEN,
        timeout: float | TimeoutLike | None | NotGiven = NOT_GIVEN,
        deadline: float | None | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        retry: RetryPolicy | NotGiven = NOT_GIVEN,
        headers: Mapping[str, str] | NotGiven = NOT_GIVEN,
        validate: bool | NotGiven = NOT_GIVEN,
        strict: bool | NotGiven = NOT_GIVEN,
        via_stream: bool | NotGiven = NOT_GIVEN,
    ) -> SelfT:
        """Return a copy with other settings that shares the connections and the limits.

        The arguments are those of the client. Closing the copy does nothing; closing the original closes both.

        Raises:
            ConfigurationError: An argument is invalid.
        """
        changes = {
            "token": token,
            "timeout": timeout,
            "deadline": deadline,
            "max_retries": max_retries,
            "retry": retry,
            "headers": headers,
            "validate": validate,
            "strict": strict,
            "via_stream": via_stream,
        }
        copy = type(self).__new__(type(self))
        copy.__dict__.update(self.__getstate__())
        copy._settings = self._settings.changed(
            **{name: value for name, value in changes.items() if value is not NOT_GIVEN}
        )
        copy._owner = self._owner or self
        return copy

    @cached_property
    def responses(self) -> _resource_responses.AsyncResponses:
        """Answers from models."""
        return _resource_responses.AsyncResponses(self._send)

    @cached_property
    def models(self) -> _resource_models.AsyncModels:
        """The models that the service offers."""
        return _resource_models.AsyncModels(self._send)

    @property
    def usage(self) -> Usage:
        """The tokens and the cost of all calls of this client and its copies so far."""
        return (self._owner or self)._sender.usage

    async def close(self) -> None:
        """Close the connections and the journal. Later calls raise `ConfigurationError`."""
        if self._owner is None:
            self._is_closed = True
            if "_sender" in self.__dict__:
                await self._sender.transport.aclose()
            if self._journal is not None:
                self._journal.close()

    async def __aenter__(self: SelfT) -> SelfT:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._settings!r}>"

    def __getstate__(self) -> dict[str, Any]:
        shared = (
            "_clock",
            "_hooks",
            "_http_client",
            "_journal",
            "_limits",
            "_settings",
            "_transport",
            "_is_closed",
            "_owner",
        )
        return {name: self.__dict__[name] for name in shared}

    async def _send(self, call: Call) -> Any:
        owner = self._owner or self
        if owner._is_closed:
            raise ConfigurationError("the client is closed: create a new one, or close this one later")
        return await owner._sender.send(call, self._settings)

    @cached_property
    def _sender(self) -> AsyncSender:
        with _making:  # threads that make their first calls at the same time share one sender
            if "_sender" not in self.__dict__:
                _clients.add(self)
                self.__dict__["_sender"] = AsyncSender(
                    self._make_transport(), self._limiter(), self._clock, Usage(), self._journal, self._checked_hooks()
                )
            sender: AsyncSender = self.__dict__["_sender"]
            return sender

    def _checked_hooks(self) -> Hooks | None:
        if not self._hooks:
            return None
        from ._sending.hooks_of_client import checked_hooks_async

        return checked_hooks_async(self._hooks)

    def _limiter(self) -> Limiter | None:
        limits = Limits() if isinstance(self._limits, NotGiven) else self._limits
        return Limiter(limits, clock=self._clock) if isinstance(limits, Limits) else limits

    def _make_transport(self) -> AsyncTransport:
        return make_transport(self._settings, self._transport, self._http_client, self._clock)


def _opened(journal: _journal.Journal | str | os.PathLike[str] | None) -> _journal.Journal | None:
    if journal is None:
        return None
    from .journal import Journal

    if isinstance(journal, (str, os.PathLike)):
        return Journal(journal)
    if not isinstance(journal, Journal):
        raise ConfigurationError(f"journal must be a Journal or a path, not {type(journal).__name__}")
    return journal


_clients: WeakSet[AsyncClient] = WeakSet()
_making = threading.Lock()


def _reset_after_fork() -> None:
    """Make clients in a forked process open new connections; sharing the parent's would mix up responses."""
    _making.release()
    for client in _clients:
        client.__dict__.pop("_sender", None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_making.acquire, after_in_parent=_making.release, after_in_child=_reset_after_fork)
