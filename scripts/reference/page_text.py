"""The reference page as saved text.

The page says everything twice: the samples at its head name each field, the list below describes it. What one has and
the other lacks shows that a line is missing. Headings differ from language to language, so that lines are told apart by
their shape alone: a name followed by a type opens a field, `default:1` and `1 <= x <= 128` are what they are in any
language, possible values end in a comma except for the last, and a line that ends in a colon announces a value.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import page_samples
from .facts import MISSING, PROPERTIES, Facts, Field, UnreadableError, by_place
from .page_field import Block, Found, Reader
from .page_lines import (
    LABEL,
    LENGTH,
    MEDIA_TYPE,
    NAME,
    PLACES,
    RANGE,
    SENTENCE,
    TYPE,
    Line,
    is_json,
    short,
    split,
)
from .page_samples import Samples


def read(text: str, *, ends_itself: bool = True) -> Facts:
    """The facts on a page.

    Args:
        text: The visible text, in lines.
        ends_itself: Whether the last line is the end of a description; otherwise the caller knows that it is whole.

    Raises:
        UnreadableError: It is no reference page, is cut off, or contradicts itself.
    """
    lines = split(text)
    samples, rest = page_samples.read(lines)
    if ends_itself:
        _check_end(lines)
    intro, blocks = _blocks(rest)
    fields = list(_fields(samples, intro, blocks))
    return Facts(samples.operation, by_place(fields))


def _check_end(lines: list[Line]) -> None:
    last = lines[-1]
    is_data = LENGTH.fullmatch(last) or RANGE.fullmatch(last) or is_json(last) or last == "}"
    if not is_data and not SENTENCE.fullmatch(last):
        raise UnreadableError(f"line {last.number}: the page breaks off at `{short(last)}`")


def _blocks(lines: list[Line]) -> tuple[list[Line], list[Block]]:
    """The lines above the first field, and the fields."""
    starts = [i for i in range(len(lines) - 1) if _opens_field(lines, i)]
    if not starts or starts[0] == 0:
        raise UnreadableError("has no list of fields below its samples, or the list's heading is missing")
    ends = [*starts[1:], len(lines)]
    blocks = [Block(lines[a], lines[a + 1], lines[a + 2 : b]) for a, b in zip(starts, ends, strict=True)]
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


def _fields(samples: Samples, intro: list[Line], blocks: list[Block]) -> Iterator[Field]:
    """All fields: credentials, parameters, the request's body, the reply; then those of the samples alone."""
    first = _begin_of_body(samples, intro, blocks)
    required = _words_for_required(blocks)
    found = [Reader(block, required).read() for block in blocks]
    reply = _begin_of_reply(samples, found, first)
    for i, one in enumerate(found):
        # Below the last field of a part stand the next part's heading and description.
        last_of_part = i + 1 in (reply, len(found)) or i + 1 < first
        if one.after and not last_of_part:
            raise UnreadableError(f"line {one.after[0].number}: `{short(one.after[0])}` is not expected here")
        if i < first:
            yield _parameter(one, is_last=i + 1 == first)
        else:
            where, sample = ("body", samples.request) if i < reply else ("reply", samples.reply)
            said = frozenset((*PROPERTIES, "description", "sample"))
            is_described = _last_heading(one.prose) > 0 if i + 1 == reply else bool(one.prose)
            yield one.field(
                where, said, sample=sample.get(one.block.name, MISSING), is_described=is_described
            )
    _check_all_listed(samples, found, first, reply)
    yield from page_samples.nested("body", samples.request)
    yield from page_samples.nested("reply", samples.reply)


def _parameter(one: Found, *, is_last: bool) -> Field:
    if one.block.place:
        if not one.prose and not is_last:
            raise UnreadableError(f"line {one.block.name.number}: no heading follows `{one.block.name}`")
        return one.field("authorization", frozenset(PROPERTIES))
    said = frozenset((*PROPERTIES, "description"))
    return one.field("parameter", said, is_described=bool(one.prose))


def _begin_of_body(samples: Samples, intro: list[Line], blocks: list[Block]) -> int:
    """The first field of the body: above it stand a heading and the media type. Both are taken away."""
    above = [intro, *(block.below for block in blocks)]
    for i, lines in enumerate(above[: len(blocks)]):
        media_type = MEDIA_TYPE.fullmatch(lines[-1]) if len(lines) > 1 else None
        is_value = len(lines) > 1 and (LABEL.fullmatch(lines[-2]) or lines[-2].endswith(","))
        if media_type and not is_value:
            if media_type[1] != samples.operation.get("media type"):
                raise UnreadableError(
                    f"line {lines[-1].number}: `{lines[-1]}` is not the sample's Content-Type"
                )
            del lines[-2:]
            return i
    if samples.request or "media type" in samples.operation:
        raise UnreadableError("has no list of the fields that its sample request has")
    return next(
        (i for i, block in enumerate(blocks) if block.name in samples.reply and not block.place), len(blocks)
    )


def _begin_of_reply(samples: Samples, found: list[Found], first: int) -> int:
    """The first field of the reply: the samples tell which fields are whose, and a heading stands above it."""
    names = [str(one.block.name) for one in found]
    least = first + _length_with(names[first:], list(samples.request))
    most = len(names) - _length_with(names[first:][::-1], list(samples.reply)[::-1])
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
            raise UnreadableError(
                f"names `{short(name)}` in a sample and not, in this order, in its list"
            ) from None
    return at


def _last_heading(prose: list[Line]) -> int:
    """Which of these lines is a heading, from the end; -1 for none. A description is made of sentences."""
    return max((i for i, line in enumerate(prose) if not SENTENCE.fullmatch(line)), default=-1)


def _words_for_required(blocks: list[Block]) -> set[str]:
    """The page's word for a required field, in its language: the first field, the credentials, has it.

    It is believed if it also stands below the type of another field; else it is the next heading.
    """
    credentials = next((block.below[0] for block in blocks if block.place and block.below), None)
    others = [block.below[0] for block in blocks if block.below and not block.place]
    return {"required", str(credentials)} if credentials in others else {"required"}


def _check_all_listed(samples: Samples, found: list[Found], first: int, reply: int) -> None:
    listed = {one.block.name for one in found[:first]}
    if missing := samples.headers - listed:
        raise UnreadableError(f"names the header `{short(min(missing))}` in its sample and not in its list")
    if samples.reply and reply == len(found):
        raise UnreadableError("has no list of the fields that its sample reply has")
