"""The lines of a page, and the shapes by which they are told apart, whatever the language of the page."""

from __future__ import annotations

import json
import re

from .facts import UnreadableError

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
SENTENCE = re.compile(r""".*[.!?…。！？।؟]["'”’»)\]]*""")


class Line(str):
    """A line of the page that knows its number."""

    __slots__ = ("number",)
    number: int


def split(text: str) -> list[Line]:
    """The lines that are not blank."""
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        if len(raw) > LONGEST_LINE or number > MOST_LINES:
            raise UnreadableError(f"line {number}: is no reference page: it has too many or too long lines")
        if stripped := raw.replace("\u00a0", " ").strip("\u200b\u200e\u200f\ufeff \t\f"):
            line = Line(stripped)
            line.number = number
            found.append(line)
    return found


def short(text: str) -> str:
    """A text for a message, cut off where it is long."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def is_json(text: str) -> bool:
    """Whether a text is a JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
