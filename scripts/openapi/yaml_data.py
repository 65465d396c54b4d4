"""YAML as JSON data, together with the line of each value.

OpenAPI limits YAML to JSON data (section 4.3). What it has beyond that (an alias, a tag, a merge, a key that is given
twice) is refused with its line.
"""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML, nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .problems import DocumentError

Lines: TypeAlias = dict[tuple[str, ...], int]
"""The line (from 1) of each value, by the keys and indices that lead to it."""

_TAG = "tag:yaml.org,2002:"
_TEXTS = (f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value")
"""Tags of scalars that stay text: dates too, because JSON has none."""


def read(path: Path, text: str) -> tuple[dict[str, Any], Lines]:
    """Return the data of a text and its lines.

    Raises:
        DocumentError: The text is not YAML, contains more than JSON data, has a duplicate key, or is not a mapping.
    """
    reader = _Reader(path)
    data = reader.read(text)
    if not isinstance(data, dict):
        actual = "nothing" if data is None else type(data).__name__
        raise DocumentError(f"{path.name}: expected a mapping at the top, found {actual}. Name an OpenAPI document.")
    return data, reader.lines


class _Reader:
    """Makes data from YAML nodes."""

    def __init__(self, path: Path) -> None:
        self.lines: Lines = {}
        self._path = path
        self._yaml = YAML(typ="safe", pure=True)
        self._seen: set[int] = set()

    def read(self, text: str) -> Any:
        try:
            root = self._yaml.compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._error(mark.line if mark else 0, f"not valid YAML ({error.problem or error.context})") from None
        except (YAMLError, RecursionError, ValueError) as error:
            raise self._error(0, f"not valid YAML ({' '.join(str(error).split())})") from None
        return None if root is None else self._value(root, (), 0)

    def _value(self, node: nodes.Node, keys: tuple[str, ...], line: int) -> Any:
        self.lines[keys] = line + 1
        if id(node) in self._seen:
            raise self._error_at(node, "an alias repeats this part, and JSON has none", "Use `$ref` to a component")
        self._seen.add(id(node))
        if isinstance(node, nodes.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, nodes.SequenceNode):
            entries = enumerate(node.value)
            return [self._value(entry, (*keys, str(index)), entry.start_mark.line) for index, entry in entries]
        return self._scalar(node)

    def _mapping(self, node: nodes.MappingNode, keys: tuple[str, ...]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, nodes.ScalarNode) or key.tag == f"{_TAG}merge":
                raise self._error_at(key, "this key is not a string", "Write out what is meant")
            name = self._text(key)
            if name in mapping:
                raise self._error_at(key, f"the key {name!r} appears twice", "Keep one")
            mapping[name] = self._value(child, (*keys, name), key.start_mark.line)
        return mapping

    def _scalar(self, node: nodes.Node) -> Any:
        if node.tag in _TEXTS:
            return self._text(node)
        if node.tag in {f"{_TAG}{name}" for name in ("bool", "float", "int", "null")}:
            value = self._yaml.constructor.construct_object(node)
            if not isinstance(value, float) or isfinite(value):
                return value
        raise self._error_at(node, f"`{node.value}` is not JSON data", "Put text in quotes")

    def _text(self, node: nodes.Node) -> str:
        """Return the text of a scalar, with surrogate pairs, as JSON may write a character, joined."""
        try:
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error_at(node, "half a character (a lone surrogate)", "Write it whole") from None

    def _error_at(self, node: nodes.Node, problem: str, advice: str) -> DocumentError:
        return self._error(node.start_mark.line, problem, advice)

    def _error(self, line: int, problem: str, advice: str = "Correct the line") -> DocumentError:
        return DocumentError(f"{self._path.name}:{line + 1}: {problem}. {advice}.")
