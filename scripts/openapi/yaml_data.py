"""YAML as JSON data, together with the line at which each thing stands.

OpenAPI limits YAML to JSON data (section 4.3). What it has beyond that (an alias, a tag, a merge, a key that is given
twice) is refused with its line.
"""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from .problems import DocumentError

_TAG = "tag:yaml.org,2002:"
_TEXTS = (f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value")
"""What stays text: a date, too, as JSON has none."""


def read(path: Path, text: str) -> tuple[dict[str, Any], nodes.MappingNode]:
    """The data of a text, and its nodes, which know their lines.

    Raises:
        DocumentError: The text is not YAML, holds more than JSON data, has a key twice, or is no mapping at the top.
    """
    reader = _Reader(path)
    root = reader.compose(text)
    if not isinstance(root, nodes.MappingNode):
        found = "nothing" if root is None else type(reader.value(root)).__name__
        advice = "Name an OpenAPI document."
        raise DocumentError(f"{path.name}: expected a mapping at the top, found {found}. {advice}")
    return reader.value(root), root


def child(node: nodes.Node, token: str) -> tuple[nodes.Node, int] | None:
    """What is under a key or an index, and the line at which that begins."""
    if isinstance(node, nodes.MappingNode):
        found = next(((key, child) for key, child in node.value if key.value == token), None)
        return (found[1], found[0].start_mark.line + 1) if found else None
    if isinstance(node, nodes.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        child = node.value[int(token)]
        return child, child.start_mark.line + 1
    return None


class _Reader:
    """Makes data from YAML nodes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._yaml = YAML(typ="safe", pure=True)
        self._seen: set[int] = set()

    def compose(self, text: str) -> nodes.Node | None:
        try:
            node: nodes.Node | None = self._yaml.compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._error(mark.line if mark else 0, f"not valid YAML ({error.problem or error.context})") from None
        except (YAMLError, RecursionError, ValueError) as error:
            raise self._error(0, f"not valid YAML ({' '.join(str(error).split())})") from None
        return node

    def value(self, node: nodes.Node) -> Any:
        """The data of a node.

        Raises:
            DocumentError: It is not JSON data.
        """
        if id(node) in self._seen:
            raise self._error_at(node, "an alias repeats this part, and JSON has none", "Use `$ref` to a component")
        self._seen.add(id(node))
        if isinstance(node, nodes.MappingNode):
            return self._mapping(node)
        if isinstance(node, nodes.SequenceNode):
            return [self.value(entry) for entry in node.value]
        return self._scalar(node)

    def _mapping(self, node: nodes.MappingNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, nodes.ScalarNode) or key.tag == f"{_TAG}merge":
                raise self._error_at(key, "this key is not a string", "Write out what is meant")
            name = self._text(key)
            if name in found:
                raise self._error_at(key, f"the key {name!r} appears twice", "Keep one")
            found[name] = self.value(child)
        return found

    def _scalar(self, node: nodes.Node) -> Any:
        if node.tag in _TEXTS:
            return self._text(node)
        if node.tag in {f"{_TAG}{kind}" for kind in ("bool", "float", "int", "null")}:
            value = self._yaml.constructor.construct_object(node)
            if not isinstance(value, float) or isfinite(value):
                return value
        raise self._error_at(node, f"`{node.value}` is not JSON data", "Put text in quotes")

    def _text(self, node: nodes.Node) -> str:
        """The text of a scalar, in which the two halves that JSON may write a character in are one."""
        try:
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error_at(node, "half a character (a lone surrogate)", "Write it whole") from None

    def _error_at(self, node: nodes.Node, found: str, advice: str) -> DocumentError:
        return self._error(node.start_mark.line, found, advice)

    def _error(self, line: int, found: str, advice: str = "Correct the line") -> DocumentError:
        return DocumentError(f"{self._path.name}:{line + 1}: {found}. {advice}.")
