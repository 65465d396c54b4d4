"""One request of many, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeGuard, TypeVar

from attrs import frozen

from .._document.facts import IN_FLIGHT_LIMIT
from .._json import is_mapping, is_sequence
from ..errors import AceDataError, ConfigurationError, ReplyDecodeError, UnknownOutcomeError

ReplyT = TypeVar("ReplyT")
Outcome = Literal["answered", "failed", "unknown"]
_FACTS = ("code", "status_code", "trace_id", "retry_after")
_AT_ONCE = 8  # if the document has no limit


@frozen
class Result(Generic[ReplyT]):
    """The result of one request: a reply or an error.

    Attributes:
        key: The key of the request, if the caller gave one; else its number, counted from 0.
        request: The arguments of the call, including `key` if the caller gave one.
        reply: The reply; None if the call failed.
        error: The error; None if the call succeeded.
    """

    key: Any
    request: Mapping[str, Any]
    reply: ReplyT | None = None
    error: AceDataError | None = None

    @property
    def outcome(self) -> Outcome:
        """`answered` or `failed`; `unknown` if it failed and it is not known whether it is billed."""
        if self.error is None:
            return "answered"
        if isinstance(self.error, ReplyDecodeError):  # the reply was received, but cannot be read
            return "failed"
        is_unknown = isinstance(self.error, UnknownOutcomeError) or self.error.may_be_billed is None
        return "unknown" if is_unknown else "failed"

    @property
    def is_from_journal(self) -> bool:
        """Whether the response was read from a journal, so that nothing was sent."""
        answer: Any = self.reply if self.error is None else getattr(self.error, "reply", self.error)
        return bool(getattr(getattr(answer, "http", answer), "from_journal", False))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data, without the request."""
        data: dict[str, Any] = {"key": self.key, "outcome": self.outcome, "from_journal": self.is_from_journal}
        reply: Any = self.reply
        if self.error is not None:
            data["error"] = _error_data(self.error)
            reply = getattr(self.error, "reply", None)
        if hasattr(reply, "output_text"):
            data["output_text"] = reply.output_text
        return data if reply is None else {**data, "reply": _reply_data(reply)}


def _error_data(error: AceDataError) -> dict[str, Any]:
    facts = {name: getattr(error, name, None) for name in _FACTS}
    return {
        "type": type(error).__name__,
        "message": str(error),
        "may_be_billed": error.may_be_billed,
        **{name: value for name, value in facts.items() if value is not None},
    }


def _reply_data(reply: Any) -> Any:
    """The JSON data of a reply; the text of a response that is not JSON."""
    for method in ("to_dict", "to_list"):
        if hasattr(reply, method):
            return getattr(reply, method)()
    return reply.text


def result_for(number: int, item: Any) -> Result[Any]:
    """Return a `Result` for a request, with its key and still without a reply.

    If the caller gave a key, it is the key in the journal too, as text.

    Raises:
        TypeError: The item is neither a mapping of arguments nor a pair of a key and such a mapping.
    """
    if is_mapping(item):
        own = {"key": str(item["key"])} if "key" in item else {}
        return Result(item.get("key", number), {**item, **own})
    key, arguments = item if _is_pair(item) else (None, None)
    if is_mapping(arguments):
        return Result(key, {**arguments, "key": str(arguments.get("key", key))})
    raise TypeError(
        f"request {number} must be a mapping of arguments, or a pair of a key and such a mapping, not {item!r:.100}"
    )


def _is_pair(item: object) -> TypeGuard[tuple[Any, Any]]:
    return type(item) is tuple and is_sequence(item) and len(item) == 2


def calls_at_once(wanted: int | None) -> int:
    """Return the number of calls that may be in flight: by default as many as the document allows for one token.

    Raises:
        ConfigurationError: The number is not an integer of at least 1.
    """
    if wanted is None:
        return IN_FLIGHT_LIMIT or _AT_ONCE
    if type(wanted) is not int or wanted < 1:
        raise ConfigurationError(f"at_once must be an integer of at least 1, not {wanted!r}")
    return wanted
