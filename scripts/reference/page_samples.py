"""Parses the head of a page: method, path, and the samples of a request and its reply."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .facts import Field, Json, UnreadableError, load_json
from .page_lines import METHODS, Line, short


@dataclass
class Samples:
    """The part above the list of fields. `others` are lines in it that are not understood."""

    operation: dict[str, str]
    headers: set[str]
    request: dict[str, Json]
    reply: dict[str, Json] = field(default_factory=dict)
    others: list[Line] = field(default_factory=list)


def read(lines: list[Line]) -> tuple[Samples, list[Line]]:
    """Return the head, and the lines below it.

    Raises:
        UnreadableError: The head is missing, incomplete, or contradicts itself.
    """
    starts = [i for i, line in enumerate(lines[:-1]) if line in METHODS and lines[i + 1].startswith("/")]
    if len(starts) != 1:
        raise UnreadableError("is not a reference page: it should show one method with its path")
    start = starts[0]
    path, title = _path(lines, start + 1)
    at = next((i for i in range(title, len(lines)) if lines[i].startswith("curl ")), 0)
    if at <= title:
        raise UnreadableError("shows no title with a sample of a request (a line that begins with `curl`) below it")
    command, after = _command(lines, at)
    samples = _request(command, lines[start], path)
    begin = next((i for i in range(after, len(lines)) if lines[i] == "{"), after)
    samples.reply, end = _reply(lines, begin)
    samples.others = [*lines[title + 1 : at], *lines[after:begin]]
    return samples, lines[end:]


def _path(lines: list[Line], at: int) -> tuple[str, int]:
    """Return the path, whose slashes and segments are separate lines on the page, and the index after it."""
    path = ""
    while at < len(lines) and (path.endswith("/") or lines[at].startswith("/")):
        path += lines[at]
        at += 1
    return path, at


def _command(lines: list[Line], at: int) -> tuple[list[str], int]:
    """Return the words of the shell command that begins at a line, and the index after it."""
    is_quoted = False
    for end in range(at, len(lines)):
        line = lines[end]
        is_quoted ^= line.replace(r"\'", "").count("'") % 2 == 1
        if not is_quoted and not line.endswith("\\"):
            text = "\n".join(lines[at : end + 1]).replace("\\\n", " ")
            try:
                return shlex.split(text), end + 1
            except ValueError as error:
                raise UnreadableError(f"line {lines[at].number}: the sample request is broken ({error})") from None
    raise UnreadableError(f"line {lines[at].number}: the sample request has no end")


def _request(words: list[str], method: Line, path: str) -> Samples:
    options: dict[str, list[str]] = {"--request": [], "--url": [], "--header": [], "--data": []}
    for option, value in zip(words[1::2], words[2::2], strict=False):
        if option not in options:
            raise UnreadableError(f"the sample request has an unknown option `{short(option)}`")
        options[option].append(value)
    if len(words) % 2 == 0 or len(options["--request"]) != 1 or len(options["--url"]) != 1:
        raise UnreadableError("the sample request is incomplete")
    try:
        address = urlsplit(options["--url"][0])
    except ValueError as error:
        raise UnreadableError(f"the sample request has a malformed address ({error})") from None
    if (options["--request"][0], address.path) != (method, path):
        shown = f"{options['--request'][0]} {address.path}"
        raise UnreadableError(f"line {method.number}: the page shows {method} {path}, its sample {shown}")
    headers = {name: value.strip() for name, _, value in (h.partition(":") for h in options["--header"])}
    operation = {"method": str(method), "path": path, "server": f"{address.scheme}://{address.netloc}"}
    if address.query:
        operation["query of the sample"] = address.query
    if credentials := headers.get("Authorization"):
        operation["credentials"] = credentials.split()[0]
    if media_type := headers.pop("Content-Type", ""):
        operation["media type"] = media_type
    request = _json("\n".join(options["--data"]), "the sample request") if options["--data"] else {}
    return Samples(operation, set(headers), request)


def _reply(lines: list[Line], at: int) -> tuple[dict[str, Json], int]:
    if at >= len(lines) or lines[at] != "{":
        raise UnreadableError("shows no sample of a reply below that of the request")
    depth = 0
    for end in range(at, len(lines)):
        depth += lines[end].count("{") - lines[end].count("}")
        if depth <= 0 and lines[end] == "}":
            text = "\n".join(lines[at : end + 1])
            return _json(text, f"line {lines[at].number}: the sample reply"), end + 1
    raise UnreadableError(f"line {lines[at].number}: the sample reply has no end")


def _json(text: str, what: str) -> dict[str, Json]:
    try:
        value = load_json(text)
    except ValueError as error:
        raise UnreadableError(f"{what} is incomplete ({error})") from None
    if not isinstance(value, dict):
        raise UnreadableError(f"{what} is not an object")
    return value


def nested(at: str, sample: Mapping[str, Json], depth: int = 0) -> Iterator[Field]:
    """Yield nested fields, which the page shows only in its samples, with few facts."""
    if depth > 20:
        raise UnreadableError("has samples that are nested too deeply")
    for name, value in sample.items():
        place = f"{at}.{name}"
        if depth:
            kind = _type_of(value)
            stated = frozenset({"sample", "type"} if kind else {"sample"})
            yield Field(place, kind, sample=value, stated=stated)
        inner = value
        while isinstance(inner, list) and inner:
            inner, place = inner[0], f"{place}[]"
        if isinstance(inner, dict):
            yield from nested(place, inner, depth + 1)


def _type_of(sample: Json) -> str:
    if isinstance(sample, list):
        return f"{_type_of(sample[0])}[]" if sample else "array"
    if isinstance(sample, str):
        placeholder = re.fullmatch(r"<(\w+)>", sample)
        return placeholder[1] if placeholder else "string"
    names = {bool: "boolean", int: "number", float: "number", dict: "object"}
    return names.get(type(sample), "")
