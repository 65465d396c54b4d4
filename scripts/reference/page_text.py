"""Reads the reference page as saved text.

The page has each field twice: in the samples at its top and in the list below. If one lacks a field of the other, a
line is missing. Headings depend on the language of the page, so lines are classified only by their form: a name and a
type start a field, `default:1` and `1 <= x <= 128` are the same in any language, possible values end in a comma except
for the last one, and a line that ends in a colon is the label of a value. Other lines, except sentences of descriptions
and headings, are kept as lines that are not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import page_lines, page_samples
from .facts import MISSING, PROPERTIES, Facts, Field, Json, UnknownLine, UnreadableError, by_path
from .page_field import FieldLines
from .page_lines import Line, is_json, is_prose, short
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
    lines = page_lines.split(text)
    samples, listed = page_samples.read(lines)
    if ends_itself:
        _check_end(lines[-1])
    starts = [i for i in range(len(listed) - 1) if _opens_field(listed, i)]
    if not starts or starts[0] == 0:
        raise UnreadableError("has no list of fields below its samples, or the list's heading is missing")
    fields = [FieldLines(listed[a:b]) for a, b in zip(starts, [*starts[1:], len(listed)], strict=True)]
    return _Page(samples, listed[: starts[0]], fields).facts()


def _check_end(last: Line) -> None:
    is_data = page_lines.LENGTH.fullmatch(last) or page_lines.RANGE.fullmatch(last) or is_json(last) or last == "}"
    if not is_data and not page_lines.SENTENCE.fullmatch(last):
        raise UnreadableError(f"line {last.number}: the page is cut off at `{short(last)}`")


def _opens_field(lines: list[Line], i: int) -> bool:
    """Whether a field starts at this line. A field may be named `object`, in which case its type follows."""
    is_type = [bool(page_lines.TYPE.fullmatch(line)) for line in lines[i + 1 : i + 3]]
    return bool(page_lines.NAME.fullmatch(lines[i])) and is_type in ([True], [True, False])


class _Page:
    """A page, split into its samples, the lines between them and the first field, and the fields.

    Attributes:
        unknown: The lines that are not understood.
    """

    def __init__(self, samples: Samples, intro: list[Line], fields: list[FieldLines]) -> None:
        self.samples = samples
        self.intro = intro
        self.fields = fields
        self.unknown: list[UnknownLine] = []

    def facts(self) -> Facts:
        """Return all facts: of credentials, parameters, request body, reply, and of what only the samples have."""
        body = self._begin_of_body()
        self._note("page", [*self.samples.others, *(self.intro[:-1] if body else self.intro)])  # without the heading
        required = self._marks_of_required()
        for field in self.fields:
            field.parse(required)
        reply = self._begin_of_reply(body)
        self._check_listed(body, reply)
        is_followed = reply < len(self.fields)
        fields = [
            *self._parameters(self.fields[:body]),
            *self._part("body", self.fields[body:reply], self.samples.request, is_followed=is_followed),
            *self._part("reply", self.fields[reply:], self.samples.reply, is_followed=False),
        ]
        return Facts(self.samples.operation, by_path(fields), unknown=tuple(self.unknown))

    # ---- The parts of the list -------------------------------------------------------------------------------------

    def _begin_of_body(self) -> int:
        """Return the index of the first field of the body, and remove the lines above it: heading and media type."""
        for i, lines in enumerate([self.intro, *(field.below for field in self.fields[:-1])]):
            media_type = page_lines.MEDIA_TYPE.fullmatch(lines[-1]) if len(lines) > 1 else None
            if media_type and not page_lines.LABEL.fullmatch(lines[-2]) and not lines[-2].endswith(","):
                if media_type[1] != self.samples.operation.get("media type"):
                    raise UnreadableError(f"line {lines[-1].number}: `{lines[-1]}` is not the sample's Content-Type")
                del lines[-2:]
                return i
        if self.samples.request or "media type" in self.samples.operation:
            raise UnreadableError("has no list of the fields that its sample request has")
        replied = (i for i, field in enumerate(self.fields) if field.name in self.samples.reply and not field.place)
        return next(replied, len(self.fields))

    def _begin_of_reply(self, body: int) -> int:
        """Return the index of the first field of the reply: the samples name its fields, and a heading is above it."""
        names = [str(field.name) for field in self.fields]
        least = body + _length_with(names[body:], list(self.samples.request))
        most = len(names) - _length_with(names[body:][::-1], list(self.samples.reply)[::-1])
        candidates = [i for i in range(least, most + 1) if i == body or _last_heading(self.fields[i - 1].prose) >= 0]
        if len(candidates) != 1:
            between = ", ".join(names[max(least - 1, 0) : most + 1])
            raise UnreadableError(f"cannot tell where the fields of the reply begin (see {between})")
        return candidates[0]

    def _marks_of_required(self) -> set[str]:
        """Return the marks of required fields: in English, and in the language of the page.

        The first field, the credentials, is required. The line below its type counts as the mark only if it is also
        below the type of another field; otherwise it is the next heading.
        """
        credentials = next((field.below[0] for field in self.fields if field.place and field.below), None)
        others = [field.below[0] for field in self.fields if field.below and not field.place]
        return {"required", str(credentials)} if credentials in others else {"required"}

    def _check_listed(self, body: int, reply: int) -> None:
        if missing := self.samples.headers - {field.name for field in self.fields[:body]}:
            raise UnreadableError(f"names the header `{short(min(missing))}` in its sample and not in its list")
        if self.samples.reply and reply == len(self.fields):
            raise UnreadableError("has no list of the fields that its sample reply has")

    # ---- The fields of a part --------------------------------------------------------------------------------------

    def _parameters(self, fields: list[FieldLines]) -> Iterator[Field]:
        """Return the credentials and the parameters. An English heading states where a parameter is sent."""
        heading = page_lines.PARAMETERS.fullmatch(self.intro[-1]) if self.intro else None
        for lines in fields:
            is_last = lines is fields[-1]
            last = _last_heading(lines.prose)
            following = page_lines.PARAMETERS.fullmatch(lines.prose[last]) if last >= 0 else None
            at, stated = f"parameter.{lines.name}", {*PROPERTIES, "description"}
            if lines.place:
                at, stated = f"authorization.{lines.name}", {*PROPERTIES}
                if not lines.prose and not is_last:
                    raise UnreadableError(f"line {lines.name.number}: no heading follows `{lines.name}`")
            elif heading:
                lines.facts["others"]["in"] = heading[1].lower()
            is_followed = not is_last and bool(lines.place or following)
            yield lines.field(at, stated, is_described=self._is_described(at, lines, is_followed=is_followed))
            heading = following or heading

    def _part(
        self, where: str, fields: list[FieldLines], sample: Mapping[str, Json], *, is_followed: bool
    ) -> Iterator[Field]:
        """Return the fields of the body or the reply, then those that only its sample has."""
        sampled = {field.at: field for field in page_samples.nested(where, sample)}
        types: dict[str, str] = {}
        for lines in fields:
            at = _path(where, str(lines.name), types)
            types[at] = lines.type
            value = sampled.pop(at).sample if at in sampled else sample.get(lines.name, MISSING)
            is_child = "." in at[len(where) + 1 :]
            stated = {*PROPERTIES, "description"} | ({"sample"} if not is_child or value is not MISSING else set())
            is_described = self._is_described(at, lines, is_followed=is_followed and lines is fields[-1])
            yield lines.field(at, stated, sample=value, is_described=is_described)
        yield from sampled.values()

    def _is_described(self, at: str, lines: FieldLines, *, is_followed: bool) -> bool:
        """Whether a field has a description. The last heading below it may belong to the next part."""
        heading = _last_heading(lines.prose) if is_followed else -1
        own = lines.prose[:heading] if heading >= 0 else lines.prose
        self._note(at, own)
        for line in lines.prose[heading + 1 :] if heading >= 0 else ():
            if media_type := page_lines.MEDIA_TYPE.fullmatch(line):
                self.samples.operation["reply's media type"] = media_type[1]
            else:
                self._note("reply", [line])
        return any(is_prose(line) for line in own)

    def _note(self, at: str, lines: list[Line]) -> None:
        """Record the lines that are not understood."""
        self.unknown += [
            UnknownLine(at, str(line), line.number)
            for line in lines
            if not is_prose(line) and not page_lines.MEANINGLESS.fullmatch(line)
        ]


def _path(where: str, name: str, types: Mapping[str, str]) -> str:
    """Return the path of a field. The page shows nested fields as `input.role`, also if `input` is a list."""
    at = where
    for token in name.split("."):
        at += "[]" * types.get(at, "").split(" | ")[0].count("[]") + f".{token}"
    return at


def _length_with(names: list[str], expected: list[str]) -> int:
    """Return the length of the shortest prefix of `names` that has all the expected names, in order."""
    at = 0
    for name in expected:
        try:
            at = names.index(name, at) + 1
        except ValueError:
            raise UnreadableError(f"names `{short(name)}` in a sample and not, in this order, in its list") from None
    return at


def _last_heading(prose: list[Line]) -> int:
    """Return the index of the last heading among these lines, or -1. Sentences belong to descriptions."""
    others = (page_lines.STATUS, page_lines.MEDIA_TYPE, page_lines.MEANINGLESS)
    headings = (
        i for i, line in enumerate(prose) if not is_prose(line) and not any(form.fullmatch(line) for form in others)
    )
    return max(headings, default=-1)
