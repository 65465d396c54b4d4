"""Edits lines of YAML, so that all other lines stay the same byte for byte.

Lists and mappings that are edited must have one entry per line, which is not checked: read the result again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher

from scripts.openapi.document import Document, below

_PLAIN = re.compile(r"(?!(?:true|false|yes|no|on|off|y|n|null)$)[a-z][a-z0-9._/-]*", re.IGNORECASE)
"""Strings that need no quotes, in any version of YAML."""


class Editor:
    """Collects changes of a document. Pointers refer to the original document."""

    def __init__(self, document: Document, text: str) -> None:
        self._document = document
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._lines = text.replace("\r\n", "\n").split("\n")
        self._edits: list[tuple[int, int, list[str]]] = []

    def text(self) -> str:
        """Return the text with all changes."""
        lines = list(self._lines)
        for start, end, new in sorted(self._edits, reverse=True):
            lines[start:end] = new
        return self._newline.join(lines)

    def set_text(self, pointer: str, value: str) -> None:
        """Replace a string, and keep its quotes."""
        at = self._index(pointer)
        self._edits.append((at, at + 1, [self._lines[at].replace(self._document.node(pointer), value, 1)]))

    def set_items(self, pointer: str, values: Sequence[str]) -> None:
        """Replace the items of a list. The lines of unchanged items and the comments between items stay the same."""
        old = self._document.node(pointer)
        lines = [self._index(below(pointer, i)) for i in range(len(old))]
        self._replace(lines, old, values, lambda value: f"- {_scalar(value)}")

    def set_entries(
        self, pointer: str, key: str, entries: Mapping[str, Mapping[str, str] | str], *, above: str
    ) -> None:
        """Replace the entries of the mapping under a key. The lines of unchanged entries stay the same.

        Args:
            pointer: The mapping with the key.
            key: The key. It is added if it is new, and removed with its last entry.
            entries: The values by name.
            above: The existing key above which a new key is inserted.
        """
        old = list(self._document.node(pointer).get(key, {}))
        new = sorted(entries, key=lambda name: old.index(name) if name in old else len(old))
        lines = [self._index(below(pointer, key, name)) for name in old]

        def entry(name: str) -> str:
            return f"{_scalar(name)}: {_value(entries[name])}"

        if old and new:
            self._replace(lines, old, new, entry)
        elif new:
            at = self._index(below(pointer, above))
            indent = _indent(self._lines[at])
            self._edits.append((at, at, [f"{indent}{key}:", *(f"{indent}  {entry(name)}" for name in new)]))
        elif old:
            self._edits.append((self._index(below(pointer, key)), max(lines) + 1, []))

    def _index(self, pointer: str) -> int:
        return self._document.line(pointer) - 1

    def _replace(
        self, lines: Sequence[int], old: Sequence[str], new: Sequence[str], line_of: Callable[[str], str]
    ) -> None:
        """Remove the lines of old entries, and insert those of new ones."""
        indent = _indent(self._lines[lines[0]])
        for operation, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if operation != "equal":
                at = lines[first - 1] + 1 if operation == "insert" and first else lines[first]
                self._edits.append((at, at, [indent + line_of(name) for name in new[start:end]]))
                self._edits += [(line, line + 1, []) for line in lines[first:last]]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _value(value: Mapping[str, str] | str) -> str:
    if isinstance(value, str):
        return _scalar(value)
    return "{" + ", ".join(f"{name}: {json.dumps(text)}" for name, text in value.items()) + "}"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
