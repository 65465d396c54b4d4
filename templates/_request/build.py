"""Builds the request of a call: validates it against the document, then writes its path, headers and JSON body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from attrs import define, evolve

from .._document.schemas import SCHEMAS
from .._document.validation import Problem, Schema, child_pointer, request_problems, shown, unknown_values
from .._json import is_list, is_mapping, is_unicode
from .._redact import redact_key, redact_text
from ..errors import ConfigurationError, RequestValidationError
from .headers import header_lines
from .json_data import Converter, Show
from .not_given import NotGiven
from .operation import SAFE_METHODS, Call, Operation
from .settings import Settings
from .unknown_values import warn_of_unknown_values

Values = dict[str, dict[str, Any]]
"""The JSON data of the fields in each location of a request: `path`, `query`, `header` and `body`."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_FURTHER = {"extra_query": "query", "extra_headers": "header", "extra_body": "body"}


@define(eq=False, repr=False)
class Request:
    """A request, the same for each attempt.

    Attributes:
        method: The HTTP method.
        target: The request target: path and query.
        headers: The headers, with lower-case names.
        content: The body as bytes.
        plain_content: The body as bytes, before `via_stream` changes it.
        body: The body as JSON data, before `via_stream` changes it.
        model: The requested model, with the token redacted; None if the operation does not call a model.
        is_safe: Whether sending the request twice costs nothing.
        is_streamed: Whether the request asks for a stream.
        is_via_stream: Whether it asks for a stream although the caller wants a whole reply.
        is_whole: Whether the caller wants a whole reply.
    """

    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    content: bytes
    plain_content: bytes
    body: Any
    model: str | None
    is_safe: bool
    is_streamed: bool
    is_via_stream: bool
    is_whole: bool

    def with_headers(self, added: list[tuple[bytes, bytes]]) -> Request:
        """Return a copy with additional headers, which override headers of the same name."""
        return evolve(self, headers=_replaced(self.headers, added))


def build(call: Call, settings: Settings) -> Request:
    """Build the request of a call.

    Raises:
        RequestValidationError: The request violates the OpenAPI document, or cannot be encoded as JSON, URL or header.
        ConfigurationError: `key` is not text; `via_stream` is neither True nor False, or the operation has no stream.
    """
    operation = call.operation
    if not isinstance(call.key, str) or not is_unicode(call.key):
        raise ConfigurationError(f"{operation.id}: key must be text, not {call.key!r:.100}")
    is_via_stream = _is_via_stream(call, settings)
    values = _Arguments(call, settings.token).values(validate=settings.validate)
    has_body = "body" in operation.schemas or call.extra_body
    body = values["body"]
    content = _json(call, body) if has_body else b""
    model = body.get(operation.telemetry["model"]) if operation.telemetry else None
    plain_content = content
    if is_via_stream and operation.selected_by is not None:
        content = _json(call, {**body, operation.selected_by: True})
    is_streamed = is_via_stream or operation.is_asked_to_stream(call.arguments)
    return Request(
        operation.method,
        settings.path + _target(operation.path, values),
        _headers(operation, settings, values["header"], content),
        content,
        plain_content,
        body=body if has_body else None,
        model=redact_text(model, settings.token) if isinstance(model, str) else None,
        is_safe=operation.is_safe,
        is_streamed=is_streamed,
        is_via_stream=is_via_stream,
        is_whole=is_via_stream or not is_streamed,
    )


def _is_via_stream(call: Call, settings: Settings) -> bool:
    """Whether to send a call for a whole reply as a stream."""
    operation, wanted = call.operation, call.via_stream
    if isinstance(wanted, NotGiven):
        wanted = settings.via_stream
    elif not isinstance(wanted, bool):
        raise ConfigurationError(f"{operation.id}: via_stream must be True or False, not {wanted!r}")
    elif wanted and operation.selected_by is None:
        raise ConfigurationError(
            f"{operation.id}: via_stream=True: this operation has no stream. Leave via_stream out here"
        )
    return wanted and operation.selected_by is not None and not operation.is_asked_to_stream(call.arguments)


class _Arguments:
    """Converts the arguments of a call to JSON data, validates them, and collects all problems."""

    def __init__(self, call: Call, token: str) -> None:
        self._call = call
        self._show: Show = lambda value: shown(value, lambda text: redact_text(text, token))
        self._token = token
        self._converter = Converter(self._show)
        self._problems: list[Problem] = []
        self._unknown_values: list[tuple[str, Schema]] = []

    def values(self, *, validate: bool) -> Values:
        """Return the data for each location of the request.

        Raises:
            RequestValidationError: There are problems. The error lists all of them, with the token redacted.
        """
        values = self._given()
        if validate:
            self._validate(values)
        self._add_unknown_keywords(values, validate=validate)
        values["header"] = {name: _text(value) for name, value in values["header"].items()}
        self._add_further_fields(values)
        problems = self._problems + self._without_duplicates(self._converter.problems)
        if problems:
            raise refused(self._call, [self._redacted(problem) for problem in problems])
        warn_of_unknown_values(self._unknown_values)
        return values

    def _given(self) -> Values:
        operation = self._call.operation
        values: Values = {"path": {}, "query": {}, "header": {}, "body": {}}
        arguments = self._call.arguments
        for name, (place, key) in operation.places.items():
            if name in arguments:
                values[place][key] = self._converter.convert(
                    arguments[name], child_pointer("", key), unix_times=name in operation.unix_times
                )
        return values

    def _add_unknown_keywords(self, values: Values, *, validate: bool) -> None:
        """Report undocumented arguments as problems, or without validation add them to the body."""
        operation = self._call.operation
        for name, value in self._call.arguments.items():
            if name in operation.places:
                continue
            pointer = child_pointer("", name)
            if validate or "body" not in operation.schemas:
                expected = "a documented field (pass further ones in extra_body)"
                self._problems.append(Problem(pointer, "unknown", expected, self._show(value)))
            else:
                values["body"][name] = self._converter.convert(value, pointer)

    def _validate(self, values: Values) -> None:
        """Validate the fields of each location. A value that cannot be converted is reported only once."""
        unconverted = {problem.pointer for problem in self._converter.problems}
        for place, schema in self._call.operation.schemas.items():
            try:
                found = request_problems(values[place], schema, SCHEMAS, show=self._show)
                self._unknown_values += unknown_values(values[place], schema, SCHEMAS)
            except RecursionError:
                found = [Problem("", "type", "JSON data", "data that is nested too deeply")]
            self._problems += (
                problem for problem in found if problem.rule == "type" or problem.pointer not in unconverted
            )

    def _without_duplicates(self, problems: list[Problem]) -> list[Problem]:
        listed = {problem.pointer for problem in self._problems}
        return [problem for problem in problems if problem.pointer not in listed]

    def _add_further_fields(self, values: Values) -> None:
        """Add `extra_query`, `extra_headers` and `extra_body`, which override other fields and are not validated."""
        for name, place in _FURTHER.items():
            further = getattr(self._call, name)
            if further is None:
                continue
            if not is_mapping(further):
                self._problems.append(Problem(f"/{name}", "type", "a mapping", self._show(further)))
            elif place == "header":
                values[place].update(further)  # validated by `header_lines`
            else:
                fields: dict[str, Any] = self._converter.convert(further, "") or {}
                if place == "query":
                    self._check_query(fields)
                values[place].update(fields)

    def _check_query(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            if any(isinstance(one, (dict, list)) for one in _each(value)):
                expected = "text, a number, true or false, or a list of these"
                self._problems.append(Problem(child_pointer("", name), "type", expected, self._show(value)))

    def _redacted(self, problem: Problem) -> Problem:
        """Redact the token in the pointer of a problem, in case it was used as a key."""
        return evolve(problem, pointer=redact_key(problem.pointer, self._token))


def refused(call: Call, problems: list[Problem]) -> RequestValidationError:
    """Return the error for a request that violates the OpenAPI document."""
    lines = "\n".join(f"  {problem}" for problem in problems)
    text = f"{call.operation.id}: the request was not sent, because it violates the OpenAPI document:\n{lines}"
    if any(problem.found == "None" and problem.pointer.count("/") == 1 for problem in problems):
        text += "\nNone is sent as null. Pass NOT_GIVEN to leave an argument out."
    return RequestValidationError(text, problems=problems, method=call.operation.method)


def _json(call: Call, body: dict[str, Any]) -> bytes:
    try:
        return _encode(body).encode()
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, data nested too deeply
        problem = Problem("", "type", "JSON data", f"{type(error).__name__}: {error}")
        raise refused(call, [problem]) from None


def _headers(
    operation: Operation, settings: Settings, further: Mapping[str, Any], content: bytes
) -> list[tuple[bytes, bytes]]:
    lines = settings.header_lines[operation.sends_token, bool(content)]
    if further:
        lines = _replaced(lines, header_lines(further, settings.token))
    if content or operation.method not in SAFE_METHODS:
        lines = [*lines, (b"content-length", b"%d" % len(content))]
    return lines


def _replaced(lines: list[tuple[bytes, bytes]], added: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return headers with additional ones, which override headers of the same name."""
    names = {name for name, _value in added}
    return [line for line in lines if line[0] not in names] + added


def _target(path: str, values: Values) -> str:
    for name, value in values["path"].items():
        path = path.replace(f"{{{name}}}", _segment(_text(value)))
    if not values["query"]:
        return path
    pairs = [(name, _text(one)) for name, value in values["query"].items() for one in _each(value)]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _segment(value: str) -> str:
    """Percent-encode a path segment, including `.` and `..`, which would otherwise change the path."""
    quoted = quote(value, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def _each(value: Any) -> list[Any]:
    """Return the values of a query parameter, one for each entry of a list (OpenAPI 3.1: style form, explode)."""
    return value if is_list(value) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
