"""A call as the bytes that go over the wire: the check against the document, the address, the headers, the JSON."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from attrs import evolve

from .._document.schemas import SCHEMAS
from .._json import is_sequence
from .._redact import redact_key, redact_text
from ..errors import RequestValidationError
from .headers import header_lines
from .operation import SAFE_METHODS

if TYPE_CHECKING:
    from .._document.validation import Problem
    from .operation import Call
    from .settings import Settings

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_warned: set[tuple[str, str]] = set()


class UnknownValueWarning(UserWarning):
    """A value, such as a model's name, that the document does not list. It is sent all the same."""


class Request:
    """What is sent, the same for each try.

    Attributes:
        method: The HTTP method.
        target: Path and query, as they stand in the request line.
        headers: The header lines, names in lower case.
        content: The body.
        is_safe: Whether sending it twice costs nothing.
    """

    __slots__ = ("content", "headers", "is_safe", "method", "target")

    def __init__(
        self, method: str, target: str, headers: list[tuple[bytes, bytes]], content: bytes, is_safe: bool
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.content = content
        self.is_safe = is_safe


def build(call: Call, settings: Settings) -> Request:
    """Turn a call into a request.

    Raises:
        RequestValidationError: The document forbids it, or it cannot be written as JSON or as a header.
    """
    operation = call.operation
    if settings.validate:
        _check(call, settings.token)
    headers = settings.header_lines if operation.sends_token else settings.header_lines_without_token
    if call.extra_headers or "header" in call.values:
        headers = _with_headers(
            headers, {**_texts(call.values.get("header", {})), **(call.extra_headers or {})}
        )
    content = b""
    if "body" in call.values or call.extra_body:
        content = _json(call)
        headers = (
            [*headers, (b"content-type", b"application/json")]
            if not _has(headers, b"content-type")
            else headers
        )
    if content or operation.method not in SAFE_METHODS:
        headers = [*headers, (b"content-length", b"%d" % len(content))]
    return Request(operation.method, settings.path + _target(call), headers, content, operation.is_safe)


def _check(call: Call, token: str) -> None:
    """Hold every value against the document, and warn of names that it does not list.

    Raises:
        RequestValidationError: With all problems.
    """
    from .._document.validation import Problem, shown, unknown_values, violations

    problems: list[Problem] = []
    for place, schema in call.operation.schemas.items():
        try:
            problems += violations(call.values.get(place, {}), schema, SCHEMAS)
        except RecursionError:
            problems.append(
                Problem("", "type", "JSON data", "data that holds itself, or is nested too deeply")
            )
    for name, value in call.values.get("unknown", {}).items():
        advice = "a documented field (pass further ones in extra_body)"
        problems.append(Problem(f"/{name}", "unknown", advice, shown(value)))
    if problems:
        raise _refused(call, [_without(problem, token) for problem in problems])
    if "body" in call.values:
        for _pointer, value, schema in unknown_values(
            call.values["body"], call.operation.schemas["body"], SCHEMAS
        ):
            _warn_of_unknown(value, schema)


def _without(problem: Problem, token: str) -> Problem:
    """Return the problem as it may be shown, should the token have got into a field by mistake."""
    found = redact_text(problem.found.replace(repr(token), repr("***")), token)
    return evolve(problem, found=found, pointer=redact_key(problem.pointer, token))


def _refused(call: Call, problems: list[Problem]) -> RequestValidationError:
    lines = "\n".join(f"  {problem}" for problem in problems)
    text = f"{call.operation.id}: the request was not sent, since the document forbids it:\n{lines}"
    return RequestValidationError(text, problems=problems, method=call.operation.method)


def _warn_of_unknown(value: str, schema: Mapping[str, Any]) -> None:
    """Once per value: a name may be mistyped, or newer than the document."""
    removed = schema.get("x-removed", {}).get(value)
    category: type[Warning] = DeprecationWarning if removed else UnknownValueWarning
    if (value, category.__name__) in _warned:
        return
    _warned.add((value, category.__name__))
    if removed:
        text = f"{value!r} was withdrawn by the vendor: the client has not listed it since version {removed['since']}"
    else:
        from difflib import get_close_matches

        known: list[str] = schema["x-known"]
        close = get_close_matches(value, known, n=1, cutoff=0)
        text = f"{value!r} is not a name that the document lists; the closest one is {close[0]!r}. It is sent as it is."
    warnings.warn(text, category, stacklevel=_frames_of_the_package())


def _frames_of_the_package() -> int:
    """How far up the caller's own line is, so that the warning names it."""
    import sys

    package = __name__.partition(".")[0]
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level


def _json(call: Call) -> bytes:
    body = call.values.get("body", {})
    if call.extra_body:
        from .arguments import plain

        body = {**body, **plain(call.extra_body)}
    try:
        return _encode(body).encode()
    except (TypeError, ValueError, RecursionError) as error:
        from .._document.validation import Problem

        problem = Problem("", "type", "JSON data", f"{type(error).__name__}: {error}")
        raise _refused(call, [problem]) from None


def _target(call: Call) -> str:
    path = call.operation.path
    if "path" in call.values:
        for name, value in _texts(call.values["path"]).items():
            path = path.replace(f"{{{name}}}", _segment(value))
    if "query" not in call.values and not call.extra_query:
        return path
    query = {**call.values.get("query", {}), **(call.extra_query or {})}
    pairs = [(name, _text(one)) for name, value in query.items() for one in _each(value)]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _segment(value: str) -> str:
    """A path segment. A lone dot or two would be resolved away on the way, and name another resource."""
    quoted = quote(value, safe="")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


def _each(value: Any) -> list[Any]:
    """A list in a query is sent as one pair for each entry (OpenAPI 3.1: style form, explode)."""
    return list(value) if is_sequence(value) else [value]


def _texts(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in fields.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _has(headers: list[tuple[bytes, bytes]], name: bytes) -> bool:
    return any(key == name for key, _value in headers)


def _with_headers(lines: list[tuple[bytes, bytes]], further: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    added = header_lines(further)
    replaced = {name for name, _value in added}
    return [line for line in lines if line[0] not in replaced] + added
