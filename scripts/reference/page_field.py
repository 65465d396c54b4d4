"""Parses the lines of a field in the list of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .facts import MISSING, Field, Json, UnreadableError, bounds
from .page_lines import DEFAULT, LABEL, LEAST, LENGTH, MOST, RANGE, Line, is_json, number, short


@dataclass
class Block:
    """The lines of a field, up to the next field."""

    name: Line
    type: Line
    below: list[Line]
    place: str = ""


@dataclass
class Found:
    """The facts in the lines of a field.

    Attributes:
        prose: The lines that state no fact.
    """

    block: Block
    type: str
    is_nullable: bool
    facts: dict[str, Any] = field(default_factory=dict)
    prose: list[Line] = field(default_factory=list)

    def put(self, name: str, value: Any, line: Line) -> None:
        """Note a fact."""
        if name in self.facts:
            raise UnreadableError(f"line {line.number}: `{short(line)}` says again what a field has once")
        self.facts[name] = value

    def field(
        self, at: str, stated: frozenset[str], *, sample: Json = MISSING, is_described: bool = True
    ) -> Field:
        """The field, at its place."""
        return Field(
            at,
            self.type,
            self.is_nullable,
            **self.facts,
            description=is_described,
            sample=sample,
            stated=stated,
        )


class Reader:
    """Parses the lines of a field in order: badges, description, possible values, bounds, example."""

    def __init__(self, block: Block, required: set[str]) -> None:
        kinds = block.type.split(" | ")
        self.is_enum = block.type.startswith("enum<")
        names = [
            re.sub(r"<[\w.-]+>", "", re.sub(r"^enum<(\w+)>", r"\1", kind)) for kind in kinds if kind != "null"
        ]
        self.type = " | ".join(names) or "null"
        formats = {
            "items: " * kind.count("[]") + "format": match[1]
            for kind in kinds
            if (match := re.search(r"(?<!enum)<([\w.-]+)>", kind))
        }
        self.others = {**formats, **({"in": str(block.place)} if block.place else {})}
        self.lines = block.below
        self.required = required
        self.at = 0
        self.found = Found(block, self.type, "null" in kinds, {"others": self.others})

    @property
    def next(self) -> Line | None:
        """The line to be read, if there is one."""
        return self.lines[self.at] if self.at < len(self.lines) else None

    def take(self) -> Line:
        """The line to be read, which then is read."""
        self.at += 1
        return self.lines[self.at - 1]

    def read(self) -> Found:
        """Read them all."""
        while (line := self.next) is not None and self._is_badge(line):
            self.take()
        while (line := self.next) is not None:
            if not self._is_fact(line):
                self.found.prose.append(self.take())
        if self.is_enum and not self.found.facts.get("enum"):
            name = self.found.block.name
            raise UnreadableError(f"line {name.number}: the possible values of `{name}` are missing")
        return self.found

    def _is_badge(self, line: Line) -> bool:
        """Parse the badges next to the type: whether the field is required, and its default."""
        default = DEFAULT.fullmatch(line)
        if line in self.required:
            self.found.put("required", True, line)
        elif default and not LABEL.fullmatch(line):
            self.found.put("default", _value(default[1], self.type), line)
        else:
            return False
        return True

    def _is_fact(self, line: Line) -> bool:
        """Takes the next lines if they state a fact."""
        if (match := RANGE.fullmatch(line)) and (match[1] or match[4]):
            self.found.put("range", _range(match), self.take())
        elif (length := self._length(line)) is not None:
            for name, value in length.items():
                self.found.put(name, value, line)
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
        return self.at + 1 < len(self.lines) and bool(LABEL.fullmatch(self.lines[self.at + 1]))

    def _values(self) -> Iterator[Json]:
        """The possible values below a label: each but the last ends in a comma."""
        line = self.take()
        while True:
            if self.next is None:
                raise UnreadableError(
                    f"line {line.number}: the list of values breaks off after `{short(line)}`"
                )
            line = self.take()
            if LABEL.fullmatch(line):
                raise UnreadableError(
                    f"line {line.number}: the list of values has no end before `{short(line)}`"
                )
            yield _value(line.removesuffix(",").rstrip(), self.type)
            if not line.endswith(","):
                break
        if self.next is not None and self.next.endswith(","):
            raise UnreadableError(
                f"line {line.number}: no comma follows `{short(line)}` in the list of values"
            )

    def _example(self) -> tuple[Json] | None:
        """The JSON value below a label; None (and nothing taken) where there is none."""
        text = ""
        for end in range(self.at + 1, min(len(self.lines), self.at + 50)):
            text += self.lines[end] + "\n"
            if is_json(text):
                self.at = end + 1
                return (json.loads(text),)
        return None


def _range(match: re.Match[str]) -> str | None:
    low, low_sign, sign, high = (group and number(group).replace("≤", "<=") for group in match.groups())
    sign = sign and sign.replace("≥", ">=")
    if sign and sign.startswith(">"):  # x >= 1
        low, low_sign, high, sign = high, sign.replace(">", "<"), None, None
    return bounds(low, high, open_low=low_sign == "<", open_high=sign == "<")


def _value(word: str, kind: str) -> Json:
    """A default or possible value: JSON, or the bare text of a string."""
    if kind.startswith("string") and not word.startswith('"'):
        return word
    if kind.startswith(("number", "integer")):
        word = number(word)
    return json.loads(word) if is_json(word) else word
