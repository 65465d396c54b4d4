"""Parses the lines of a field in the list of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from .facts import MISSING, Field, Json, UnreadableError, bounds
from .page_lines import DEFAULT, LABEL, LEAST, LENGTH, MOST, PLACES, RANGE, TYPE, Line, is_json, number, short


class FieldLines:
    """The lines of a field, up to the next field: name, type, badges, description, possible values, bounds, example.

    Attributes:
        place: Where a parameter is sent, such as `header`; empty if the page does not state it.
        below: The lines below name, type and place.
        facts: The facts, by the names of the attributes of `Field`.
        prose: The lines that state no fact.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.name, type_line, *self.below = lines
        self.place = str(self.below.pop(0)) if self.below and self.below[0] in PLACES else ""
        for line in self.below:
            if TYPE.fullmatch(line):
                raise UnreadableError(f"line {line.number}: `{line}` is the type of no field")
        types = type_line.split(" | ")
        names = [re.sub(r"<[\w.-]+>", "", re.sub(r"^enum<(\w+)>", r"\1", type_)) for type_ in types if type_ != "null"]
        formats = {
            "items: " * type_.count("[]") + "format": match[1]
            for type_ in types
            if (match := re.search(r"(?<!enum)<([\w.-]+)>", type_))
        }
        self.type = " | ".join(names) or "null"
        self.is_enum = type_line.startswith("enum<")
        self.facts: dict[str, Any] = {
            "nullable": "null" in types,
            "others": {**formats, **({"in": self.place} if self.place else {})},
        }
        self.prose: list[Line] = []
        self._at = 0

    def parse(self, required: set[str]) -> None:
        """Parse the lines below.

        Args:
            required: The marks of required fields.

        Raises:
            UnreadableError: The field is incomplete, or states a fact twice.
        """
        while (line := self._next) is not None and self._is_badge(line, required):
            self._at += 1
        while (line := self._next) is not None:
            if not self._is_fact(line):
                self.prose.append(self._take())
        if self.is_enum and not self.facts.get("enum"):
            raise UnreadableError(f"line {self.name.number}: the possible values of `{self.name}` are missing")

    def field(self, at: str, stated: set[str], *, sample: Json = MISSING, is_described: bool = True) -> Field:
        """Return the field with its path."""
        return Field(at, self.type, **self.facts, description=is_described, sample=sample, stated=frozenset(stated))

    @property
    def _next(self) -> Line | None:
        """The next line, if there is one."""
        return self.below[self._at] if self._at < len(self.below) else None

    def _take(self) -> Line:
        """Return the next line, and go on to the one after it."""
        self._at += 1
        return self.below[self._at - 1]

    def _put(self, name: str, value: Any, line: Line) -> None:
        if name in self.facts:
            raise UnreadableError(f"line {line.number}: `{short(line)}` repeats what the field already states")
        self.facts[name] = value

    def _is_badge(self, line: Line, required: set[str]) -> bool:
        """Parse the badges next to the type: whether the field is required, and its default."""
        default = DEFAULT.fullmatch(line)
        if line in required:
            self._put("required", True, line)
        elif default and not LABEL.fullmatch(line):
            self._put("default", _value(default[1], self.type), line)
        else:
            return False
        return True

    def _is_fact(self, line: Line) -> bool:
        """Takes the next lines if they state a fact."""
        if (match := RANGE.fullmatch(line)) and (match[1] or match[4]):
            self._put("range", _range(match), self._take())
        elif (length := self._length(line)) is not None:
            for name, value in length.items():
                self._put(name, value, line)
            self._take()
        elif not LABEL.fullmatch(line):
            return False
        elif self.is_enum and "enum" not in self.facts and not self._is_followed_by_label():
            self._put("enum", tuple(self._values()), line)
        elif (example := self._example()) is not None:
            self._put("example", example[0], line)
        else:
            return False
        return True

    def _length(self, line: Line) -> dict[str, int] | None:
        """Return the bounds of a length, or None if the label is neither a minimum nor a maximum."""
        match = LENGTH.fullmatch(line)
        if not match or self.type.startswith(("number", "integer", "boolean")):
            return None
        label, *values = match.groups()
        if values[1] is not None:
            return {"min_length": int(number(values[0])), "max_length": int(number(values[1]))}
        names = [name for name, words in (("min_length", LEAST), ("max_length", MOST)) if words.search(label)]
        return {names[0]: int(number(values[0]))} if len(names) == 1 else None

    def _is_followed_by_label(self) -> bool:
        return self._at + 1 < len(self.below) and bool(LABEL.fullmatch(self.below[self._at + 1]))

    def _values(self) -> Iterator[Json]:
        """Yield the possible values below a label: each but the last ends in a comma."""
        line = self._take()
        while True:
            if self._next is None:
                raise UnreadableError(f"line {line.number}: the list of values is cut off after `{short(line)}`")
            line = self._take()
            if LABEL.fullmatch(line):
                raise UnreadableError(f"line {line.number}: the list of values has no end before `{short(line)}`")
            yield _value(line.removesuffix(",").rstrip(), self.type)
            if not line.endswith(","):
                break
        if self._next is not None and self._next.endswith(","):
            raise UnreadableError(f"line {line.number}: no comma follows `{short(line)}` in the list of values")

    def _example(self) -> tuple[Json] | None:
        """Return the JSON value below a label; None (and nothing taken) where there is none."""
        text = ""
        for end in range(self._at + 1, min(len(self.below), self._at + 50)):
            text += self.below[end] + "\n"
            if is_json(text):
                self._at = end + 1
                return (json.loads(text),)
        return None


def _range(match: re.Match[str]) -> str | None:
    low, low_sign, sign, high = (group and number(group).replace("≤", "<=") for group in match.groups())
    sign = sign and sign.replace("≥", ">=")
    if sign and sign.startswith(">"):  # x >= 1
        low, low_sign, high, sign = high, sign.replace(">", "<"), None, None
    return bounds(low, high, open_low=low_sign == "<", open_high=sign == "<")


def _value(text: str, type_: str) -> Json:
    """Return a default or possible value: JSON, or the bare text of a string."""
    if type_.startswith("string") and not text.startswith('"'):
        return text
    if type_.startswith(("number", "integer")):
        text = number(text)
    return json.loads(text) if is_json(text) else text
