"""The test server without I/O: decides how to respond to a request.

`Server` and `Transport` are subclasses that serve it over sockets and in process.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard, cast

from .._json import is_list, is_mapping, is_object, is_sequence
from .._request.json_data import Converter
from ..limits import Limits
from ..types._list_reply import ListReply
from ..types._model import Model
from . import _contract, _replies
from ._answers import Answer, Fault, documented_codes, error
from ._record import Record, Request

Text: TypeAlias = str | Callable[[Request], str]
"""The text of an answer, or a function of the request that returns it."""

Reply: TypeAlias = Mapping[str, Any] | Sequence[Any] | Model | ListReply[Any]
"""JSON data, or a reply object of the client."""

Answered: TypeAlias = Answer | Reply | str | Fault | Sequence[Fault]
"""An answer to a request."""

Scripted: TypeAlias = Answered | Callable[[Request], Answered | None]
"""An argument of `reply_with`."""

TOKEN = "test-token"  # noqa: S105 not a real token
"""The token that the service accepts by default."""

MAX_BODY = 32 * 1024 * 1024
"""The default maximum size of a request body in bytes."""

_STATUS_BY_HTTP = {
    "bad_request": 400, "no_token": 401, "invalid_token": 401, "no_api": 404, "request_too_large": 413,
    "rate_limited": 429, "too_many_requests": 429,
}  # fmt: skip
"""The error codes of refusals, and the HTTP status (RFC 9110, section 15.5; RFC 6585, section 4) of each. Used if the
OpenAPI document does not list the code."""


class Service(Record):
    """The service that the test server and the in-process transport simulate.

    Attributes:
        url: The base URL of the service.
        token: The token that the service accepts.
        max_body: The maximum size of a request body in bytes. Larger requests are refused.
        limits: The limits of the token. Calls above them are refused with 429. None for no limits.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        shape: str | None = None,
        text: Text | None = None,
        max_body: int = MAX_BODY,
        limits: Limits | None = None,
    ) -> None:
        super().__init__()
        self.url = "http://service.test"
        self.token = token
        self.max_body = max_body
        self.limits = limits
        self._scripted: deque[Scripted] = deque()
        self._always: Scripted | None = None
        self._shape: str | None = None
        self._text: Text | None = None
        self.answers(shape=shape, text=text)

    @property
    def unused(self) -> int:
        """How many of the answers passed to `reply_with` are not used yet."""
        return len(self._scripted)

    def answers(self, *, shape: str | None = None, text: Text | None = None) -> None:
        """Change the default answers. Arguments that are left out keep their values.

        Args:
            shape: The shape of the replies, by the value of their discriminator in the OpenAPI document. Initially
                that of the first example.
            text: The text of the answers, or a function of the request that returns it. Initially that of the
                example.
        """
        if shape is not None and shape not in _replies.shapes():
            known = ", ".join(_replies.shapes())
            raise ValueError(f"The OpenAPI document has no reply of shape {shape!r}. Known shapes: {known}.")
        self._shape = shape or self._shape
        self._text = self._text if text is None else text

    def reply_with(self, *answers: Scripted, always: Scripted | None = None) -> None:
        """Set the answers to the next requests.

        An answer is an `Answer`; JSON data (a dict or a list) or a reply object, sent with status 200; a string, which
        becomes the text of the default answer; a `Fault` or a list of them, which disturb the default answer; or a
        function of the request that returns one of these, or None for the default answer.

        Args:
            answers: One for each of the next requests, in order.
            always: The answer to all later requests, until `clear()`.

        Raises:
            TypeError: An answer is not one of these.
        """
        for answer in (*answers, *([] if always is None else [always])):
            _check_scripted(answer)
        with self._changed:
            self._scripted.extend(answers)
            self._always = always if always is not None else self._always

    def clear(self) -> None:
        """Forget the requests and the answers passed to `reply_with`, and reset `most_in_flight`."""
        with self._changed:
            super().clear()
            self._scripted.clear()
            self._always = None

    def usual_answer(self, request: Request, text: Text | None = None) -> Answer:
        """Return the default answer to a request, ignoring `reply_with`: a refusal or a reply.

        Args:
            request: The request.
            text: The text of the reply. Defaults to that of `answers()`.
        """
        found = _contract.operation_of(request.method, request.path)
        if found is None:
            return refused("no_api", f"There is no {request.method} {request.path}.")
        operation, in_path = found
        refusal = self._refusal(operation, request)
        if refusal is not None:
            return refusal
        problems = _contract.problems(operation, in_path, request)
        if problems:
            return refused("bad_request", "; ".join(map(str, problems)))
        return self._reply(operation, request, self._text if text is None else text)

    def _refusal(self, operation: _contract.Operation, request: Request) -> Answer | None:
        """Return the refusal of a request whose token, size or rate is not allowed, or None."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        has_token = scheme.lower() == "bearer" and bool(token.strip())
        if operation["security"] == "required" and not has_token:
            return refused("no_token")
        if operation["security"] != "none" and has_token and token.strip() != self.token:
            return refused("invalid_token")
        if len(request.body) > self.max_body:
            return refused("request_too_large")
        return self._over_the_limits(request)

    def _over_the_limits(self, request: Request) -> Answer | None:
        limits = self.limits
        if limits is None:
            return None
        with self._changed:
            in_flight = self.in_flight
            recent = sum(one.arrived > request.arrived - 1 for one in self._requests)
        if limits.in_flight is not None and in_flight > limits.in_flight:
            return refused("rate_limited")
        if limits.per_second is not None and recent > limits.per_second:
            return refused("too_many_requests")
        return None

    def _reply(self, operation: _contract.Operation, request: Request, text: Text | None) -> Answer:
        fields: dict[str, Any] = request.json if is_object(request.json) else {}
        options = _replies.ReplyOptions(
            request=fields, number=request.number, text=_text_for(request, text), shape=self._shape
        )
        stream = operation["stream"]
        if stream and fields.get(stream["selected_by"]) is True:
            return Answer(operation["status"], events=_replies.events(operation, options))
        if operation["reply"] is None:
            return Answer(operation["status"])
        return Answer(operation["status"], json=_replies.reply(operation, options))

    def _begin(self, request: Request) -> Answer:
        """Record a request and return its answer."""
        with self._changed:
            scripted = self._scripted.popleft() if self._scripted else self._always
            self._arrive(request)
        try:
            answer = self._resolved(scripted, request)
        except Exception as error:  # noqa: BLE001 a function of the test may raise anything; the answer shows it
            answer = Answer(500, body=f"The answer could not be made: {error}\n{traceback.format_exc()}")
        request.status = answer.status
        return answer

    def _resolved(self, scripted: Scripted | None, request: Request) -> Answer:
        """Return the answer to a request from what was passed to `reply_with`.

        Raises:
            TypeError: A function of the test returned a value that is not an answer.
        """
        if scripted is None:
            return self.usual_answer(request)
        if callable(scripted):
            return self._resolved(cast("Scripted", scripted(request)), request)
        _check_scripted(scripted)
        if isinstance(scripted, str):
            return self.usual_answer(request, scripted)
        if _is_faults(scripted):
            faults = [scripted] if isinstance(scripted, Fault) else scripted
            return self.usual_answer(request).but(*faults)
        return scripted if isinstance(scripted, Answer) else Answer(json=Converter().convert(scripted, ""))


def _text_for(request: Request, text: Text | None) -> str | None:
    made: Any = text(request) if callable(text) else text
    return made  # type: ignore[no-any-return]


def refused(code: str, message: str | None = None) -> Answer:
    """Return the error with which the service refuses a request."""
    return error(code, message, status=None if code in documented_codes() else _STATUS_BY_HTTP[code])


def _check_scripted(answer: Any) -> None:
    """Reject values that cannot be sent as an answer, before a client waits for it.

    Raises:
        TypeError: `reply_with` does not accept the value, or JSON cannot represent it.
    """
    if isinstance(answer, (Answer, str, Fault)) or _is_faults(answer):
        return
    if isinstance(answer, (Model, ListReply)) or is_mapping(answer) or is_list(answer):
        converter = Converter()
        converter.convert(answer, "")
        if converter.problems:
            raise TypeError(f"the reply is not JSON data: {'; '.join(map(str, converter.problems))}")
        return
    if not callable(answer) or isinstance(answer, type):
        raise TypeError(
            "an answer must be an Answer, JSON data (a dict or a list), a reply object, a string, a Fault or "
            f"several, or a function of the request, not {answer!r}"
        )


def _is_faults(answer: Any) -> TypeGuard[Fault | Sequence[Fault]]:
    if is_sequence(answer):
        return bool(answer) and all(isinstance(one, Fault) for one in answer)
    return isinstance(answer, Fault)
