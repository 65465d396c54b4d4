"""The lines of a page, and patterns that classify them independently of the language of the page."""

from __future__ import annotations

import json
import re

from .facts import UnreadableError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLACES = ("header", "query", "path", "cookie")
MOST_LINES = 20_000
LONGEST_LINE = 10_000

_WORD = r"(?:enum<\w+>|(?:string|number|integer|boolean|object|array|null|any|file)(?:<[\w.-]+>)?)(?:\[\])*"
_NUMBER = r"-?(?:\d{1,3}(?:[,' \u00a0\u202f]\d{3}){1,6}|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?"
_COUNT = r"\d{1,3}(?:[,' \u00a0\u202f]\d{3}){1,3}|\d{1,9}"
NAME = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)
TYPE = re.compile(rf"{_WORD}(?: \| {_WORD})*")
MEDIA_TYPE = re.compile(r"(?:200 - )?([\w.+-]+/[\w.+-]+)", re.ASCII)
STATUS = re.compile(r"\d{3}(?: - [\w.+-]+/[\w.+-]+)?", re.ASCII)
PARAMETERS = re.compile(r"(header|query|path|cookie)(?:s| parameters?)?", re.IGNORECASE)
"""The English headings of the groups of parameters, which state where the parameters are sent."""

DEFAULT = re.compile(r"[^\s:：]+\s?[:：](\S.*)")
RANGE = re.compile(rf"(?:.*[:：]\s*)?(?:({_NUMBER}) ?(<=?|≤) ?)?x(?: ?(<=?|>=?|≤|≥) ?({_NUMBER}))?")
LENGTH = re.compile(rf"([^\d:：]+)[:：]\s*({_COUNT})(?: - ({_COUNT}))?(?: \w+)?")
LABEL = re.compile(r".*\S\s*[:：]")
SENTENCE = re.compile(r""".*[.!?…。！？।؟]["'”’»)\]]*""")
LABELLED = re.compile(r"[^\s:：]+(?: [^\s:：]+){0,2}\s?[:：]\s*[^\s。]+")
"""A label with one word, such as `Pattern: ^a.`, is not a sentence even if it ends with a period."""

MEANINGLESS = re.compile(r"200|cURL|[Cc]opy|Show child attributes|Hide child attributes|Try it", re.ASCII)
"""Lines without facts: the usual status above a sample, and the buttons of the page."""

# Beginnings of `minimum length` and `maximum length` in the languages of the page, and in some others.
LEAST = re.compile(
    r"\bm[ií]n|\bmind|vähi|lägst|minst|\ben az|asgari|мін|мин|ελάχ|أدنى|न्यूनतम|מינימ|מזער|tối thiểu|"
    r"最小|最少|最短|最低|최소",
    re.IGNORECASE,
)
MOST = re.compile(
    r"\bm[aáà](?:x|ks|ss)|enim|enint|högst|störst|höchst|\ben (?:çok|fazla|uzun)|azami|макс|μέγ|أقصى|अधिकतम|מקסימ|"
    r"מרבי|מירבי|tối đa|最大|最多|最长|最長|최대",
    re.IGNORECASE,
)


class Line(str):
    """A line of the page, with its number."""

    __slots__ = ("number",)
    number: int


def split(text: str) -> list[Line]:
    """Return the lines that are not blank."""
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        if len(raw) > LONGEST_LINE or number > MOST_LINES:
            raise UnreadableError(f"line {number}: has too many or too long lines for a reference page")
        if stripped := raw.replace("\u00a0", " ").strip("\u200b\u200e\u200f\ufeff \t\f"):
            line = Line(stripped)
            line.number = number
            lines.append(line)
    return lines


def short(text: str) -> str:
    """Shorten a text for a message."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def number(text: str) -> str:
    """Return a number without what stands between its thousands."""
    return re.sub(r"[,' \u00a0\u202f]", "", text)


def is_prose(line: str) -> bool:
    """Whether a line belongs to a description, which consists of sentences."""
    is_one_word = line.isascii() and " " not in line
    return bool(SENTENCE.fullmatch(line)) and not is_one_word and not LABELLED.fullmatch(line)


def is_json(text: str) -> bool:
    """Whether a text is a JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
