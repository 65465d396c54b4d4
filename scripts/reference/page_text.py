"""Reads the reference page as saved text.

The page has each field twice: in the samples at its top and in the list below. If one lacks a field of the other, a
line is missing. Headings depend on the language of the page, so lines are classified only by their form: a name and a
type start a field, `default:1` and `1 <= x <= 128` are the same in any language, possible values end in a comma except
for the last one, and a line that ends in a colon is the label of a value. Other lines, except sentences of descriptions
and headings, are kept as lines that are not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import page_samples
from .facts import MISSING, PROPERTIES, Facts, Field, Json, UnknownLine, UnreadableError, by_place
from .page_field import Block, FieldLines
from .page_lines import (
    LABEL,
    LENGTH,
    MEANINGLESS,
    MEDIA_TYPE,
    NAME,
    PARAMETERS,
    PLACES,
    RANGE,
    SENTENCE,
    STATUS,
    TYPE,
    Line,
    is_json,
    is_prose,
    short,
    split,
)
from .page_samples import Samples


def read(text: str, *, ends_itself: bool = True) -> Facts:
    """Return the facts on a page.

    Args:
        text: The visible text, in lines.
        ends_itself: Whether the last line must be the end of a description. Pass False if the text is known to be
            complete.

    Raises:
        UnreadableError: The text is not a reference page, is incomplete, or contradicts itself.
    """
    lines = split(text)
    samples, rest = page_samples.read(lines)
    if ends_itself:
        _check_end(lines)
    intro, blocks = _blocks(rest)
    reader = _Reader(samples)
    fields = reader.fields(intro, blocks)
    return Facts(samples.operation, by_place(fields), unknown=tuple(reader.unknown))


def _check_end(lines: list[Line]) -> None:
    last = lines[-1]
    is_data = LENGTH.fullmatch(last) or RANGE.fullmatch(last) or is_json(last) or last == "}"
    if not is_data and not SENTENCE.fullmatch(last):
        raise UnreadableError(f"line {last.number}: the page is cut off at `{short(last)}`")


def _blocks(lines: list[Line]) -> tuple[list[Line], list[Block]]:
    """Split the lines into those above the first field, and the fields."""
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
    """Whether a field starts at this line. A field may be named `object`, in which case its type follows."""
    is_next_a_name = i + 2 < len(lines) and TYPE.fullmatch(lines[i + 2])
    return bool(NAME.fullmatch(lines[i]) and TYPE.fullmatch(lines[i + 1]) and not is_next_a_name)


class _Reader:
    """Parses the list of fields, and records the lines that are not understood."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.unknown: list[UnknownLine] = []
        self._note("page", samples.others)

    def fields(self, intro: list[Line], blocks: list[Block]) -> list[Field]:
        """Return all fields: credentials, parameters, request body, reply, and those that only the samples have."""
        first = _begin_of_body(self.samples, intro, blocks)
        self._note("page", intro[:-1] if first else intro)  # the last is the heading of the first part
        required = _words_for_required(blocks)
        found = [FieldLines(block, required) for block in blocks]
        reply = _begin_of_reply(self.samples, found, first)
        _check_all_listed(self.samples, found, first, reply)
        parameters = self._parameters(intro, found[:first])
        body = self._part("body", found[first:reply], self.samples.request, is_followed=reply < len(found))
        return [*parameters, *body, *self._part("reply", found[reply:], self.samples.reply, is_followed=False)]

    def _parameters(self, intro: list[Line], found: list[FieldLines]) -> Iterator[Field]:
        """Return the credentials and the parameters. An English heading tells where a parameter is sent."""
        heading = PARAMETERS.fullmatch(intro[-1]) if intro else None
        for one in found:
            is_last = one is found[-1]
            if one.block.place:
                if not one.prose and not is_last:
                    raise UnreadableError(f"line {one.block.name.number}: no heading follows `{one.block.name}`")
                at, stated = f"authorization.{one.block.name}", frozenset(PROPERTIES)
            else:
                at, stated = f"parameter.{one.block.name}", frozenset((*PROPERTIES, "description"))
                if heading:
                    one.facts["others"]["in"] = heading[1].lower()
            last = _last_heading(one.prose)
            following = PARAMETERS.fullmatch(one.prose[last]) if last >= 0 else None
            is_followed = not is_last and bool(one.block.place or following)
            is_described = self._described(at, one, is_followed=is_followed)
            heading = following or heading
            yield one.field(at, stated, is_described=is_described)

    def _part(
        self, where: str, found: list[FieldLines], sample: Mapping[str, Json], *, is_followed: bool
    ) -> Iterator[Field]:
        """Return the fields of the body or the reply, then those that only its sample has."""
        sampled = {field.at: field for field in page_samples.nested(where, sample)}
        types: dict[str, str] = {}
        for one in found:
            at = _place(where, str(one.block.name), types)
            types[at] = one.type
            value = sample.get(one.block.name, MISSING)
            if at in sampled:
                value = sampled.pop(at).sample
            is_child = "." in at[len(where) + 1 :]
            stated = {*PROPERTIES, "description"} | ({"sample"} if not is_child or value is not MISSING else set())
            is_described = self._described(at, one, is_followed=is_followed and one is found[-1])
            yield one.field(at, frozenset(stated), sample=value, is_described=is_described)
        yield from sampled.values()

    def _described(self, at: str, one: FieldLines, *, is_followed: bool) -> bool:
        """Whether a field has a description. The last heading below it may belong to the next part."""
        heading = _last_heading(one.prose) if is_followed else -1
        own = one.prose[:heading] if heading >= 0 else one.prose
        self._note(at, own)
        for line in one.prose[heading + 1 :] if heading >= 0 else ():
            if media_type := MEDIA_TYPE.fullmatch(line):
                self.samples.operation["reply's media type"] = media_type[1]
            else:
                self._note("reply", [line])
        return any(is_prose(line) for line in own)

    def _note(self, at: str, lines: list[Line]) -> None:
        self.unknown += [
            UnknownLine(at, str(line), line.number)
            for line in lines
            if not is_prose(line) and not MEANINGLESS.fullmatch(line)
        ]


def _place(where: str, name: str, types: Mapping[str, str]) -> str:
    """Return the place of a field. The page shows nested fields as `input.role`, also if `input` is a list."""
    at = where
    for token in name.split("."):
        at += "[]" * types.get(at, "").split(" | ")[0].count("[]") + f".{token}"
    return at


def _begin_of_body(samples: Samples, intro: list[Line], blocks: list[Block]) -> int:
    """The first field of the body: above it stand a heading and the media type. Both are taken away."""
    above = [intro, *(block.below for block in blocks)]
    for i, lines in enumerate(above[: len(blocks)]):
        media_type = MEDIA_TYPE.fullmatch(lines[-1]) if len(lines) > 1 else None
        is_value = len(lines) > 1 and (LABEL.fullmatch(lines[-2]) or lines[-2].endswith(","))
        if media_type and not is_value:
            if media_type[1] != samples.operation.get("media type"):
                raise UnreadableError(f"line {lines[-1].number}: `{lines[-1]}` is not the sample's Content-Type")
            del lines[-2:]
            return i
    if samples.request or "media type" in samples.operation:
        raise UnreadableError("has no list of the fields that its sample request has")
    return next((i for i, block in enumerate(blocks) if block.name in samples.reply and not block.place), len(blocks))


def _begin_of_reply(samples: Samples, found: list[FieldLines], first: int) -> int:
    """The index of the first field of the reply: the samples name its fields, and a heading stands above it."""
    names = [str(one.block.name) for one in found]
    least = first + _length_with(names[first:], list(samples.request))
    most = len(names) - _length_with(names[first:][::-1], list(samples.reply)[::-1])
    candidates = [i for i in range(least, most + 1) if i == first or _last_heading(found[i - 1].prose) >= 0]
    if len(candidates) != 1:
        between = ", ".join(names[max(least - 1, 0) : most + 1])
        raise UnreadableError(f"cannot tell where the fields of the reply begin (see {between})")
    return candidates[0]


def _length_with(names: list[str], wanted: list[str]) -> int:
    """Return the length of the shortest prefix of `names` that has all the wanted names, in order."""
    at = 0
    for name in wanted:
        try:
            at = names.index(name, at) + 1
        except ValueError:
            raise UnreadableError(f"names `{short(name)}` in a sample and not, in this order, in its list") from None
    return at


def _last_heading(prose: list[Line]) -> int:
    """Return the index of the last heading among these lines, or -1. Sentences belong to descriptions."""
    return max((i for i, line in enumerate(prose) if _is_heading(line)), default=-1)


def _is_heading(line: Line) -> bool:
    return not is_prose(line) and not any(form.fullmatch(line) for form in (STATUS, MEDIA_TYPE, MEANINGLESS))


def _words_for_required(blocks: list[Block]) -> set[str]:
    """Return the mark of required fields in the language of the page, which the first field, the credentials, has.

    The line counts as the mark only if it is also below the type of another field; otherwise it is the next heading.
    """
    credentials = next((block.below[0] for block in blocks if block.place and block.below), None)
    others = [block.below[0] for block in blocks if block.below and not block.place]
    return {"required", str(credentials)} if credentials in others else {"required"}


def _check_all_listed(samples: Samples, found: list[FieldLines], first: int, reply: int) -> None:
    listed = {one.block.name for one in found[:first]}
    if missing := samples.headers - listed:
        raise UnreadableError(f"names the header `{short(min(missing))}` in its sample and not in its list")
    if samples.reply and reply == len(found):
        raise UnreadableError("has no list of the fields that its sample reply has")
