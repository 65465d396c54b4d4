"""The reference page as saved text.

The page says everything twice: the samples at its head name each field, the list below describes it. What one has and
the other lacks shows that a line is missing. Headings differ from language to language, so that lines are told apart by
their shape alone: a name followed by a type opens a field, `default:1` and `1 <= x <= 128` are what they are in any
language, possible values end in a comma except for the last, and a line that ends in a colon announces a value.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .facts import MISSING, PROPERTIES, Facts, Field, Json, UnreadableError, bounds, by_place

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLACES = ("header", "query", "path", "cookie")
MOST_LINES = 20_000
LONGEST_LINE = 10_000

_WORD = r"(?:enum<\w+>|(?:string|number|integer|boolean|object|array|null|any|file)(?:<[\w.-]+>)?)(?:\[\])*"
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
NAME = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)
TYPE = re.compile(rf"{_WORD}(?: \| {_WORD})*")
MEDIA_TYPE = re.compile(r"(?:\d{3} - )?([\w.+-]+/[\w.+-]+)", re.ASCII)
DEFAULT = re.compile(r"[^\s:：]+\s?[:：]\s?(\S.*)")
RANGE = re.compile(rf"(?:.*[:：]\s*)?(?:({_NUMBER}) (<=?) )?x(?: (<=?|>=?) ({_NUMBER}))?")
LENGTH = re.compile(r"[^\d:：]+[:：]\s*(\d{1,9})(?: - (\d{1,9}))?(?: \w+)?")
LABEL = re.compile(r".*\S\s*[:：]")
MOST = re.compile(r"m[aáà][xs]|макс|最大|最多|최대|أقصى", re.IGNORECASE)
SENTENCE_END = re.compile(r""".*[.!?…。！？।؟]["'”’»)\]]*""")


class Line(str):
    """A line of the page that knows its number."""

    __slots__ = ("number",)
    number: int


@dataclass
class _Head:
    """What stands above the list of fields."""

    operation: dict[str, str]
    headers: set[str]
    request: dict[str, Json]
    reply: dict[str, Json]


@dataclass
class _Block:
    """The lines of one field, and those below it up to the next."""

    name: Line
    type: Line
    below: list[Line]
    place: str = ""


def read(text: str, *, ends_itself: bool = True) -> Facts:
    """The facts on a page.

    Args:
        text: The visible text, in lines.
        ends_itself: Whether the last line is the end of a description; otherwise the caller knows that it is whole.

    Raises:
        UnreadableError: It is no reference page, is cut off, or contradicts itself.
    """
    lines = _lines(text)
    head, rest = _head(lines)
    if ends_itself:
        _check_end(lines)
    intro, blocks = _blocks(rest)
    fields = list(_fields(head, intro, blocks))
    return Facts(head.operation, by_place(fields))


def _lines(text: str) -> list[Line]:
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        if len(raw) > LONGEST_LINE or number > MOST_LINES:
            raise UnreadableError(f"line {number}: is no reference page: it has too many or too long lines")
        if stripped := raw.replace("\u00a0", " ").strip("\u200b\u200e\u200f\ufeff \t\f"):
            line = Line(stripped)
            line.number = number
            found.append(line)
    return found


def _check_end(lines: list[Line]) -> None:
    last = lines[-1]
    is_data = LENGTH.fullmatch(last) or RANGE.fullmatch(last) or _is_json(last) or last == "}"
    if not is_data and not SENTENCE_END.fullmatch(last):
        raise UnreadableError(f"line {last.number}: the page breaks off at `{_short(last)}`")


# ---- The head: method, path, and a sample of request and reply ---------------------------------------------------


def _head(lines: list[Line]) -> tuple[_Head, list[Line]]:
    starts = [i for i, line in enumerate(lines[:-1]) if line in METHODS and lines[i + 1].startswith("/")]
    if len(starts) != 1:
        raise UnreadableError("is no reference page: it should show one method with its path")
    start = starts[0]
    path, title = _path(lines, start + 1)
    at = next((i for i in range(title, len(lines)) if lines[i].startswith("curl ")), 0)
    if at <= title:
        raise UnreadableError("shows no title with a sample of a request (a line that begins with `curl`) below it")
    command, after = _command(lines, at)
    head = _request(command, lines[start], path)
    reply, after = _reply(lines, after)
    head.reply = reply
    return head, lines[after:]


def _path(lines: list[Line], at: int) -> tuple[str, int]:
    """The path, of which the page shows each slash and each segment in a line of its own, and where it ends."""
    path = ""
    while at < len(lines) and (path.endswith("/") or lines[at].startswith("/")):
        path += lines[at]
        at += 1
    return path, at


def _command(lines: list[Line], at: int) -> tuple[list[str], int]:
    """The words of the shell command that begins at a line, and where it ends."""
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


def _request(words: list[str], method: Line, path: str) -> _Head:
    options: dict[str, list[str]] = {"--request": [], "--url": [], "--header": [], "--data": []}
    for option, value in zip(words[1::2], words[2::2], strict=False):
        if option not in options:
            raise UnreadableError(f"the sample request has an unknown option `{_short(option)}`")
        options[option].append(value)
    if len(words) % 2 == 0 or len(options["--request"]) != 1 or len(options["--url"]) != 1:
        raise UnreadableError("the sample request is not whole")
    address = urlsplit(options["--url"][0])
    if (options["--request"][0], address.path) != (method, path):
        told = f"{options['--request'][0]} {address.path}"
        raise UnreadableError(f"line {method.number}: the page shows {method} {path}, its sample {told}")
    headers = {name: value.strip() for name, _, value in (h.partition(":") for h in options["--header"])}
    operation = {"method": str(method), "path": path, "server": f"{address.scheme}://{address.netloc}"}
    if credentials := headers.get("Authorization"):
        operation["credentials"] = credentials.split()[0] if credentials else ""
    if media_type := headers.pop("Content-Type", ""):
        operation["media type"] = media_type
    request = _json("\n".join(options["--data"]), "the sample request") if options["--data"] else {}
    return _Head(operation, set(headers), request, {})


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
        value = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{what} is not whole ({error})") from None
    if not isinstance(value, dict):
        raise UnreadableError(f"{what} is no object")
    return value


def _each_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("it names a field twice")
    return dict(pairs)


# ---- The list: which lines belong to which field -----------------------------------------------------------------


def _blocks(lines: list[Line]) -> tuple[list[Line], list[_Block]]:
    """The lines above the first field, and the fields."""
    starts = [i for i in range(len(lines) - 1) if _opens_field(lines, i)]
    if not starts or starts[0] == 0:
        raise UnreadableError("has no list of fields below its samples, or the list's heading is missing")
    ends = [*starts[1:], len(lines)]
    blocks = [_Block(lines[a], lines[a + 1], lines[a + 2 : b]) for a, b in zip(starts, ends, strict=True)]
    for block in blocks:
        if block.below and block.below[0] in PLACES:
            block.place = block.below.pop(0)
        for line in block.below:
            if TYPE.fullmatch(line):
                raise UnreadableError(f"line {line.number}: `{line}` is the type of no field")
    return lines[: starts[0]], blocks


def _opens_field(lines: list[Line], i: int) -> bool:
    """Whether a field opens here. A field may be called `object`: then its own type follows, and this is no name."""
    is_next_a_name = i + 2 < len(lines) and TYPE.fullmatch(lines[i + 2])
    return bool(NAME.fullmatch(lines[i]) and TYPE.fullmatch(lines[i + 1]) and not is_next_a_name)


def _fields(head: _Head, intro: list[Line], blocks: list[_Block]) -> Iterator[Field]:
    """All fields: credentials, parameters, the request's body, the reply; then those of the samples alone."""
    first = _begin_of_body(head, intro, blocks)
    required = _words_for_required(blocks)
    found = [_Reader(block, required).read() for block in blocks]
    reply = _begin_of_reply(head, found, first)
    for i, one in enumerate(found):
        # Below the last field of a part stand the next part's heading and description.
        last_of_part = i + 1 in (reply, len(found)) or i + 1 < first
        if one.after and not last_of_part:
            raise UnreadableError(f"line {one.after[0].number}: `{_short(one.after[0])}` is not expected here")
        if i < first:
            yield _parameter(one, is_last=i + 1 == first)
        else:
            where, samples = ("body", head.request) if i < reply else ("reply", head.reply)
            sample = samples.get(one.block.name, MISSING)
            said = frozenset((*PROPERTIES, "description", "sample"))
            is_described = _last_heading(one.prose) > 0 if i + 1 == reply else bool(one.prose)
            yield one.field(where, said, sample=sample, is_described=is_described)
    _check_all_listed(head, found, first, reply)
    yield from _nested("body", head.request)
    yield from _nested("reply", head.reply)


def _parameter(one: _Found, *, is_last: bool) -> Field:
    if one.block.place:
        if not one.prose and not is_last:
            raise UnreadableError(f"line {one.block.name.number}: no heading follows `{one.block.name}`")
        return one.field("authorization", frozenset(PROPERTIES))
    said = frozenset((*PROPERTIES, "description"))
    return one.field("parameter", said, is_described=bool(one.prose))


def _begin_of_body(head: _Head, intro: list[Line], blocks: list[_Block]) -> int:
    """The first field of the body: above it stand a heading and the media type. Both are taken away."""
    above = [intro, *(block.below for block in blocks)]
    for i, lines in enumerate(above[: len(blocks)]):
        media_type = MEDIA_TYPE.fullmatch(lines[-1]) if len(lines) > 1 else None
        is_value = len(lines) > 1 and (LABEL.fullmatch(lines[-2]) or lines[-2].endswith(","))
        if media_type and not is_value:
            if media_type[1] != head.operation.get("media type"):
                raise UnreadableError(f"line {lines[-1].number}: `{lines[-1]}` is not the sample's Content-Type")
            del lines[-2:]
            return i
    if head.request or "media type" in head.operation:
        raise UnreadableError("has no list of the fields that its sample request has")
    return next((i for i, block in enumerate(blocks) if block.name in head.reply and not block.place), len(blocks))


def _begin_of_reply(head: _Head, found: list[_Found], first: int) -> int:
    """The first field of the reply: the samples tell which fields are whose, and a heading stands above it."""
    names = [str(one.block.name) for one in found]
    least = first + _length_with(names[first:], list(head.request))
    most = len(names) - _length_with(names[first:][::-1], list(head.reply)[::-1])
    candidates = [i for i in range(least, most + 1) if i == first or _last_heading(found[i - 1].prose) >= 0]
    if len(candidates) != 1:
        between = ", ".join(names[max(least - 1, 0) : most + 1])
        raise UnreadableError(f"cannot tell where the fields of the reply begin (see {between})")
    return candidates[0]


def _length_with(names: list[str], wanted: list[str]) -> int:
    """How long a beginning of `names` has all the wanted ones, in their order."""
    at = 0
    for name in wanted:
        try:
            at = names.index(name, at) + 1
        except ValueError:
            raise UnreadableError(f"names `{_short(name)}` in a sample and not, in this order, in its list") from None
    return at


def _last_heading(prose: list[Line]) -> int:
    """Which of these lines is a heading, from the end; -1 for none. A description is made of sentences."""
    return max((i for i, line in enumerate(prose) if not SENTENCE_END.fullmatch(line)), default=-1)


def _words_for_required(blocks: list[_Block]) -> set[str]:
    """The page's word for a required field, in its language: the first field, the credentials, has it.

    It is believed if it also stands below the type of another field; else it is the next heading.
    """
    credentials = next((block.below[0] for block in blocks if block.place and block.below), None)
    others = [block.below[0] for block in blocks if block.below and not block.place]
    return {"required", str(credentials)} if credentials in others else {"required"}


def _check_all_listed(head: _Head, found: list[_Found], first: int, reply: int) -> None:
    listed = {one.block.name for one in found[:first]}
    if missing := head.headers - listed:
        raise UnreadableError(f"names the header `{_short(min(missing))}` in its sample and not in its list")
    if head.reply and reply == len(found):
        raise UnreadableError("has no list of the fields that its sample reply has")


# ---- One field ---------------------------------------------------------------------------------------------------


@dataclass
class _Found:
    """What the lines of one field say.

    Attributes:
        prose: The lines that state no fact.
        after: Those of them that stand below the last fact.
    """

    block: _Block
    type: str
    is_nullable: bool
    facts: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    prose: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)

    def put(self, name: str, value: Any, line: Line) -> None:
        """Note a fact."""
        if name in self.facts:
            raise UnreadableError(f"line {line.number}: `{_short(line)}` says again what a field has once")
        self.facts[name] = value
        self.lines[name] = line.number
        self.after = []

    def field(self, where: str, said: frozenset[str], *, sample: Json = MISSING, is_described: bool = True) -> Field:
        """The field, at its place."""
        at = f"{where}.{self.block.name}"
        return Field(
            at,
            self.type,
            self.is_nullable,
            **self.facts,
            description=is_described,
            sample=sample,
            said=said,
            lines=self.lines,
        )


class _Reader:
    """Takes the lines of a field one after another: badges, description, possible values, bounds, example."""

    def __init__(self, block: _Block, required: set[str]) -> None:
        kinds = block.type.split(" | ")
        self.is_enum = block.type.startswith("enum<")
        names = [re.sub(r"<[\w.-]+>", "", re.sub(r"^enum<(\w+)>", r"\1", kind)) for kind in kinds if kind != "null"]
        self.type = " | ".join(names) or "null"
        self.lines = block.below
        self.required = required
        self.at = 0
        self.found = _Found(block, self.type, "null" in kinds)
        self.found.lines = {"": block.name.number, "type": block.type.number}

    @property
    def next(self) -> Line | None:
        """The line to be read, if there is one."""
        return self.lines[self.at] if self.at < len(self.lines) else None

    def take(self) -> Line:
        """The line to be read, which then is read."""
        self.at += 1
        return self.lines[self.at - 1]

    def read(self) -> _Found:
        """Read them all."""
        while (line := self.next) is not None and self._is_badge(line):
            self.take()
        while (line := self.next) is not None:
            if not self._is_fact(line):
                self.found.after.append(line)
                self.found.prose.append(self.take())
        if not self.found.facts.keys() - {"required", "default"}:
            self.found.after = []
        if self.is_enum and not self.found.facts.get("enum"):
            name = self.found.block.name
            raise UnreadableError(f"line {name.number}: the possible values of `{name}` are missing")
        return self.found

    def _is_badge(self, line: Line) -> bool:
        """What stands beside the type: whether the field is required, and its default."""
        default = DEFAULT.fullmatch(line)
        if line in self.required and "required" not in self.found.facts:
            self.found.put("required", True, line)
        elif default and not LABEL.fullmatch(line) and "default" not in self.found.facts:
            self.found.put("default", _value(default[1], self.type), line)
        else:
            return False
        return True

    def _is_fact(self, line: Line) -> bool:
        """Takes the next lines if they state a fact."""
        if (match := RANGE.fullmatch(line)) and (match[1] or match[4]):
            self.found.put("range", _range(match), self.take())
        elif (match := LENGTH.fullmatch(line)) and not self.type.startswith(("number", "integer", "boolean")):
            low, high = (None, match[1]) if not match[2] and MOST.search(line) else (match[1], match[2])
            for name, value in (("min_length", low), ("max_length", high)):
                if value is not None:
                    self.found.put(name, int(value), line)
            self.take()
        elif not LABEL.fullmatch(line):
            return False
        elif self.is_enum and "enum" not in self.found.facts and not self._is_followed_by_label():
            self.found.put("enum", tuple(self._values()), line)
        elif (example := self._example()) is not None:
            self.found.put("example", example[0], line)
        else:
            return False
        return True

    def _is_followed_by_label(self) -> bool:
        return self.at + 1 < len(self.lines) and bool(LABEL.fullmatch(self.lines[self.at + 1]))

    def _values(self) -> Iterator[Json]:
        """The possible values below a label: each but the last ends in a comma."""
        line = self.take()
        while True:
            if self.next is None:
                raise UnreadableError(f"line {line.number}: the list of values breaks off after `{_short(line)}`")
            line = self.take()
            if LABEL.fullmatch(line):
                raise UnreadableError(f"line {line.number}: the list of values has no end before `{_short(line)}`")
            yield _value(line.removesuffix(",").rstrip(), self.type)
            if not line.endswith(","):
                return

    def _example(self) -> tuple[Json] | None:
        """The JSON value below a label; None (and nothing taken) where there is none."""
        text = ""
        for end in range(self.at + 1, min(len(self.lines), self.at + 50)):
            text += self.lines[end] + "\n"
            if _is_json(text):
                self.at = end + 1
                return (json.loads(text),)
        return None


def _range(match: re.Match[str]) -> str | None:
    low, low_sign, sign, high = match.groups()
    if sign and sign.startswith(">"):  # x >= 1
        low, low_sign, high, sign = high, sign.replace(">", "<"), None, None
    return bounds(low, high, open_low=low_sign == "<", open_high=sign == "<")


def _value(word: str, kind: str) -> Json:
    """A default or possible value: JSON, or the bare text of a string."""
    if kind.startswith("string") and not word.startswith('"'):
        return word
    return json.loads(word) if _is_json(word) else word


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


# ---- The samples -------------------------------------------------------------------------------------------------


def _nested(at: str, sample: dict[str, Json], depth: int = 0) -> Iterator[Field]:
    """The fields within fields: the page shows them in its samples alone, and so says little about them."""
    if depth > 20:
        raise UnreadableError("has samples that are nested too deeply")
    for name, value in sample.items():
        place = f"{at}.{name}"
        if depth:
            kind = _type_of(value)
            said = frozenset({"sample", "type"} if kind else {"sample"})
            yield Field(place, kind, sample=value, said=said)
        inner = value
        while isinstance(inner, list) and inner:
            inner, place = inner[0], f"{place}[]"
        if isinstance(inner, dict):
            yield from _nested(place, inner, depth + 1)


def _type_of(sample: Json) -> str:
    if isinstance(sample, list):
        return f"{_type_of(sample[0])}[]" if sample else "array"
    if isinstance(sample, str):
        placeholder = re.fullmatch(r"<(\w+)>", sample)
        return placeholder[1] if placeholder else "string"
    names = {bool: "boolean", int: "number", float: "number", dict: "object"}
    return names.get(type(sample), "")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


