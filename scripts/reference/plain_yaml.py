"""YAML and JSON as plain data, with the line of each key, safe to read whoever wrote it.

Only mappings, lists and scalars come out: there is no tag that makes an object. An alias is one node seen twice, and is
refused where writing it out would give more than `LARGEST` nodes. A key that stands twice is an error.
"""

from __future__ import annotations

import json
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .facts import UnreadableError

LARGEST = 200_000
"""Nodes, with all aliases written out."""

LONGEST = 1024 * 1024
"""Characters of YAML, which takes its time to read. JSON may be longer."""

DEEPEST = 100

_TAG = "tag:yaml.org,2002:"
_TEXT = (f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value")
"""Kinds that stay text: a date, too, since JSON has no dates."""


class Mapping(dict[str, Any]):
    """A mapping that knows the line (from 1) of each of its keys."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


def parse_yaml(text: str) -> Mapping:
    """The document in a YAML text.

    Raises:
        UnreadableError: It is not valid YAML, no mapping, or built to do harm.
    """
    root = compose(text)
    if not isinstance(root, MappingNode):
        raise UnreadableError("is YAML, but no mapping at the top")
    data: Mapping = _Reader().value(root, 0)[0]
    return data


def compose(text: str) -> Node | None:
    """The YAML nodes of a text, which know where in the text they stand.

    Raises:
        UnreadableError: It is not valid YAML.
    """
    if len(text) > LONGEST:
        raise UnreadableError("is more YAML than can be read in good time; give it as JSON")
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise UnreadableError(
            f"{where}is not valid YAML ({getattr(error, 'problem', None) or error})"
        ) from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise UnreadableError(f"is not valid YAML ({type(error).__name__})") from None
    return root


def parse_json(text: str) -> dict[str, Any]:
    """The object in a JSON text.

    Raises:
        UnreadableError: It is not valid JSON, or no object.
    """
    try:
        value = json.loads(text, object_pairs_hook=_each_once)
    except RecursionError:
        raise UnreadableError("is nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(f"is not valid JSON ({error})") from None
    if not isinstance(value, dict):
        raise UnreadableError("is JSON, but no object")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


class _Reader:
    """Turns nodes into data, each node once, and counts as if aliases were written out."""

    def __init__(self) -> None:
        self._plain = YAML(typ="safe", pure=True).constructor
        self._done: dict[int, tuple[Any, int]] = {}
        self._open: set[int] = set()

    def value(self, node: Node, depth: int) -> tuple[Any, int]:
        """The data of a node, and how many nodes it stands for."""
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open or depth > DEEPEST:
            raise UnreadableError(
                f"line {node.start_mark.line + 1}: contains itself, or is nested too deeply"
            )
        self._open.add(id(node))
        value: Any
        if isinstance(node, MappingNode):
            value, size = self._mapping(node, depth)
        elif isinstance(node, SequenceNode):
            value, size = self._sequence(node, depth)
        else:
            value, size = self._scalar(node), 1
        self._open.discard(id(node))
        if size > LARGEST:
            raise UnreadableError(f"line {node.start_mark.line + 1}: stands for more than {LARGEST} nodes")
        self._done[id(node)] = value, size
        return value, size

    def _mapping(self, node: MappingNode, depth: int) -> tuple[Mapping, int]:
        found, total = Mapping(), 1
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key_node, ScalarNode) or key_node.tag == f"{_TAG}merge" or key in found:
                raise UnreadableError(f"line {line}: is no key, or one that stands twice")
            found[key], size = self.value(value_node, depth + 1)
            found.lines[key] = line
            total += size
        return found, total

    def _sequence(self, node: SequenceNode, depth: int) -> tuple[list[Any], int]:
        pairs = [self.value(item, depth + 1) for item in node.value]
        return [value for value, _ in pairs], 1 + sum(size for _, size in pairs)

    def _scalar(self, node: Node) -> Any:
        if node.tag in _TEXT:
            return node.value
        if node.tag in (f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"):
            try:
                return self._plain.construct_object(node)
            except (ValueError, OverflowError, YAMLError):
                pass
        raise UnreadableError(
            f"line {node.start_mark.line + 1}: is not a plain value (`{str(node.tag)[:40]}`)"
        )
