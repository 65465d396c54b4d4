"""Edits of a YAML text that leave every other byte as it is: comments, order, quotes, line ends.

The text is cut where the parser says that things stand, and never written out anew. Lists and mappings that are edited
have to be in block style, an entry a line: a machine's edit of them is then as readable as a person's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")
NOT_TEXT = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


class EditError(Exception):
    """The text is not in a form that can be edited. The message says where and what to do."""


class YamlEdit:
    """A text with the edits that are to be made to it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.end_of_line = "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"
        self._edits: list[tuple[int, int, str]] = []
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def result(self) -> str:
        """The text with all edits made."""
        text = self.text
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def set_scalar(self, node: Node, value: str) -> None:
        """Another value for a scalar, in its quotes."""
        start, end = node.start_mark.index, node.end_mark.index
        quote = self.text[start] if self.text[start] in "\"'" else ""
        self._edits.append((start, end, f"{quote}{value}{quote}"))

    def set_items(self, node: Node, values: Sequence[str]) -> None:
        """Other items for a list, in this order. What stays takes along the comments above and beside it.

        Comments above the first item stay there: they may be about the list.
        """
        self._require(
            isinstance(node, SequenceNode) and not node.flow_style and node.value,
            node,
            "a list with an item a line",
        )
        nodes = {item.value: item for item in node.value}
        first = node.value[0].start_mark
        quote = self.text[first.index] if self.text[first.index] in "\"'" else ""
        dash = " " * node.start_mark.column + "-" + " " * (first.column - node.start_mark.column - 1)
        spans = [(item.start_mark.line, item.end_mark.line + 1) for item in node.value]
        new = {value: f"{dash}{_quoted(value, quote)}" for value in values}
        self._replace_lines(list(nodes), spans, new)

    def set_entries(self, parent: Node, key: str, entries: Mapping[str, str], *, above: str) -> None:
        """Other entries for the mapping under a key: those that are there already stay as they are.

        Args:
            parent: The mapping that has the key.
            key: The key, which is written above another if it is new and goes away with its last entry.
            entries: Name -> its value as YAML.
            above: The key above which a new one is written.
        """
        pairs = {key_node.value: (key_node, value_node) for key_node, value_node in parent.value}
        if key not in pairs:
            if entries:
                self._insert_mapping(pairs[above][0], key, entries)
            return
        key_node, mapping = pairs[key]
        is_block = isinstance(mapping, MappingNode) and not mapping.flow_style and mapping.value
        if not entries or not is_block:
            start, end = key_node.start_mark.line, _last_line(mapping) + 1
            self._require(is_block or start + 1 == end, mapping, "a mapping with an entry a line")
            indent = " " * key_node.start_mark.column
            self._edit_lines(start, end, self._mapping(indent, key, entries) if entries else "")
            return
        indent = " " * mapping.start_mark.column
        spans = [(name.start_mark.line, _last_line(value) + 1) for name, value in mapping.value]
        new = {name: f"{indent}{_quoted(name)}: {value}" for name, value in entries.items()}
        self._replace_lines([name.value for name, _ in mapping.value], spans, new)

    def _insert_mapping(self, above: Node, key: str, entries: Mapping[str, str]) -> None:
        line = above.start_mark.line
        indent = " " * above.start_mark.column
        self._require(
            self.lines[line].startswith(indent + above.value), above, "a key at the beginning of its line"
        )
        self._edit_lines(line, line, self._mapping(indent, key, entries))

    def _mapping(self, indent: str, key: str, entries: Mapping[str, str]) -> str:
        rows = [
            f"{indent}{key}:",
            *(f"{indent}  {_quoted(name)}: {value}" for name, value in entries.items()),
        ]
        return "".join(row + self.end_of_line for row in rows)

    def _replace_lines(self, old: list[str], spans: list[tuple[int, int]], new: Mapping[str, str]) -> None:
        """Put other entries in place of old ones, each of which has whole lines of its own."""
        starts = [spans[0][0], *(end for _, end in spans[:-1])]
        chunks: dict[str, str] = {}
        comments = ""
        for name, above, (start, end) in zip(old, starts, spans, strict=True):
            comments += "".join(self.lines[above:start])
            if name in new:  # the comments above an entry that goes away stay, above the next
                chunks[name] = comments + self._whole(start, end)
                comments = ""
        text = "".join(chunks.get(name, row + self.end_of_line) for name, row in new.items())
        self._edit_lines(spans[0][0], spans[-1][1], text + comments)

    def _whole(self, start: int, end: int) -> str:
        text = "".join(self.lines[start:end])
        return text if text.endswith("\n") else text + self.end_of_line

    def _edit_lines(self, start: int, end: int, text: str) -> None:
        self._edits.append((self._starts[start], self._starts[end], text))

    def _require(self, holds: object, node: Node, form: str) -> None:
        if not holds:
            raise EditError(f"openapi.yaml:{node.start_mark.line + 1}: write this as {form}, then run again")


def _last_line(node: Node) -> int:
    """The last line on which something of a node stands: a block's own end is where the next thing begins."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, MappingNode) else last)


def _quoted(value: str, quote: str = "") -> str:
    if not quote and (not PLAIN.fullmatch(value) or value.lower() in NOT_TEXT):
        quote = '"'
    return f"{quote}{value}{quote}"
