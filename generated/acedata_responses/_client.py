"""The client: what a program holds, with a resource for each tag of the document."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from ._calls.sender import Sender
from ._clock import SYSTEM_CLOCK, Clock
from ._lazy_module import LazyModule
from ._request.log_level import log_as_the_environment_says
from ._request.not_given import NOT_GIVEN, NotGiven
from ._request.operation import Call
from ._request.settings import Settings
from ._request.timeouts import TimeoutLike
from ._transport.custom_transport import ClientLike, TransportLike, check_httpx_type, timeout_of
from ._transport.transport import Transport, make_transport
from .errors import ConfigurationError
from .limits import Limiter, Limits
from .retry import RetryPolicy
from .usage import Usage

if TYPE_CHECKING:
    from . import hooks as _hooks
    from . import journal as _journal
    from . import observations as _observations
    from ._calls.hooks_of_client import Hooks
    from .resources.models import Models
    from .resources.responses import Responses
else:
    _hooks, _journal, _observations = (
        LazyModule(f".{name}") for name in ("hooks", "journal", "observations")
    )

SelfT = TypeVar("SelfT", bound="Client")


class Client:
    """A client of Ace Data Cloud Responses.

    `client.responses.create(...)`: Ask a model for an answer.
    `client.models.list(...)`: List the models.

    Threads and tasks can share a client, and it can be pickled and copied. Close it, or use it in a `with` block,
    to close its connections.

    Args:
        token: The bearer token. When not given, the first of these environment variables that is set:
            ACEDATACLOUD_API_TOKEN, ACEDATACLOUD_API_KEY, ACEDATA_API_KEY.
        base_url: Where the service is: `http` or `https`, a host, perhaps a port and a path. By default
            what the environment variable ACEDATACLOUD_BASE_URL says, else
            the service's own address.
        timeout: Seconds for each phase of a try (making a connection, writing, each wait for the next bytes), an
            `httpx.Timeout` (or `httpx2.Timeout`), or None for no limit. 10 s to connect, 60 s to write and 600 s to read when not given.
            Its `pool` (600 s) is for turns: a call gives up when within the limits no other call has started or
            finished for so long.
        deadline: Seconds for a whole call, with its waits and further tries; None for no limit.
        max_retries: How many further tries a call may have; 0 or more.
        retry: What may be sent again, and after what wait.
        limits: How many calls may be in flight and how many may start in a second, None for no limit, or a
            `Limiter` to share with other clients. The vendor's limits when not given.
        headers: Header lines for each request; they win over the client's own.
        transport: A transport of httpx or httpx2 to send through.
        http_client: An `httpx.Client` or `httpx2.Client` to send through; it is not closed with this client.
            Its time-out holds where none is given here, unless it is the library's own, which no model keeps to.
        validate: Whether to hold each request against the document before it is sent.
        strict: Whether a reply that violates the document raises `ReplyDecodeError`, instead of only listing it in `reply.problems`.
        via_stream: Whether a plain call is sent as a stream and its reply put together from the events. By the vendor's
            guide a stream that did not reach its last event is not billed: so a connection that breaks, a silence and
            a crash lead to a further try instead of a doubt. It counts for the operations that have a stream.
        observations: Where to count replies that violate the document, and growth; nothing is counted by default.
        journal: A `Journal`, or the path of its file: requests and answers are written there, and what is answered
            there is not sent, so that nothing is paid twice. Safe methods such as GET are not in it.
        hooks: What to call before each try, after it, and at the end of each call; see `Hook`.
        clock: Where time, waits and chance come from; for tests, such as a `testing.ManualClock`.

    Raises:
        ConfigurationError: There is no token, or an argument is not one of the above.
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
        transport: TransportLike | None = None,
        http_client: ClientLike | None = None,
        validate: bool = True,
        strict: bool = False,
        via_stream: bool = False,
        observations: _observations.Observations | None = None,
        journal: _journal.Journal | str | os.PathLike[str] | None = None,
        hooks: Iterable[_hooks.Hook] = (),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        if transport is not None and http_client is not None:
            raise ConfigurationError(
                "pass transport or http_client, not both: a client has its own transport"
            )
        check_httpx_type("transport", transport, "BaseTransport")
        check_httpx_type("http_client", http_client, "Client")
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
        self._hooks = tuple(hooks)
        self._checked_hooks()
        self._journal = _opened(journal)
        self._owner: Client | None = None
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
        """A copy with other settings that shares the connections and the limits.

        The arguments are those of the client. Closing the copy does nothing; closing the original closes both.

        Raises:
            ConfigurationError: An argument is not one that the client takes.
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
    def responses(self) -> Responses:
        """Answers from a model."""
        from .resources.responses import Responses

        return Responses(self._send)

    @cached_property
    def models(self) -> Models:
        """The models that the service offers."""
        from .resources.models import Models

        return Models(self._send)

    @property
    def usage(self) -> Usage:
        """What the calls of this client and its copies took and cost so far."""
        return (self._owner or self)._sender.usage

    def close(self) -> None:
        """Close the connections, and the journal's file. Calls made after that raise `ConfigurationError`."""
        if self._owner is None:
            self._is_closed = True
            if "_sender" in self.__dict__:
                self._sender.transport.close()
            if self._journal is not None:
                self._journal.close()

    def __enter__(self: SelfT) -> SelfT:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

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

    def _send(self, call: Call) -> Any:
        owner = self._owner or self
        if owner._is_closed:
            raise ConfigurationError("the client is closed: make another one, or close it later")
        return owner._sender.send(call, self._settings)

    @cached_property
    def _sender(self) -> Sender:
        with _making:  # of threads that make their first call together, one makes it for all
            if "_sender" not in self.__dict__:
                _clients.add(self)
                self.__dict__["_sender"] = Sender(
                    self._make_transport(),
                    self._limiter(),
                    self._clock,
                    Usage(),
                    self._journal,
                    self._checked_hooks(),
                )
            sender: Sender = self.__dict__["_sender"]
            return sender

    def _checked_hooks(self) -> Hooks | None:
        if not self._hooks:
            return None
        from ._calls.hooks_of_client import checked_hooks

        return checked_hooks(self._hooks)

    def _limiter(self) -> Limiter | None:
        limits = Limits() if isinstance(self._limits, NotGiven) else self._limits
        return Limiter(limits, clock=self._clock) if isinstance(limits, Limits) else limits

    def _make_transport(self) -> Transport:
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


_clients: WeakSet[Client] = WeakSet()
_making = threading.Lock()


def _reset_after_fork() -> None:
    """Make clients open new connections in a forked process: on those of the parent, responses would mix."""
    _making.release()
    for client in _clients:
        client.__dict__.pop("_sender", None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_making.acquire, after_in_parent=_making.release, after_in_child=_reset_after_fork
    )
