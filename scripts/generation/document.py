"""openapi.yaml as plain data, together with the line at which each thing stands.

Reading is strict: a key that stands twice, a tag, an anchor's merge into something else or a dangling `$ref`
is refused with its place, since openapi-python-client would drop the part in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

Node = Any
"""A value of the document: a mapping, a list or a scalar."""


class DocumentError(Exception):
    """The document cannot be turned into a client. The text names the place and says what to do."""


@dataclass
class Document:
    """The parsed document.

    Attributes:
        path: The file it was read from.
        data: The content as plain dictionaries, lists and scalars.
    """

    path: Path
    data: dict[str, Any]

    @cached_property
    def _marked(self) -> CommentedMap:
        """The content with line numbers: slow to make, so made only when a message needs a place."""
        return YAML(typ="rt").load(self.path.read_text(encoding="utf-8"))

    def line(self, pointer: str) -> int:
        """The line (from 1) of the node at a JSON pointer, or of its nearest ancestor that has one."""
        node: Node = self._marked
        line = 1
        for token in _tokens(pointer):
            key: str | int = token
            if isinstance(node, CommentedSeq):
                key = int(token)
            elif isinstance(node, CommentedMap):
                key = next((name for name in node if str(name) == token), token)
            try:
                line = _line_of_key(node, key)
                node = node[key]
            except (KeyError, IndexError, TypeError, AttributeError):
                break
        return line

    def place(self, pointer: str) -> str:
        """`openapi.yaml:123 (#/components/schemas/Usage)`, for messages."""
        return f"{self.path.name}:{self.line(pointer)} (#{pointer})"

    def error(self, pointer: str, found: str, advice: str) -> DocumentError:
        """An error that says where the trouble is, what was found and what to do."""
        return DocumentError(f"{self.place(pointer)}: {found}. {advice}")

    def resolve(self, pointer: str, node: Node) -> tuple[str, Node]:
        """Follow `$ref` to the node that it names; a node without `$ref` is returned as it is."""
        seen: list[str] = []
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if reference in seen:
                raise self.error(pointer, f"`$ref: {reference}` leads back to itself", "Break the circle.")
            seen.append(reference)
            pointer, node = self._target(pointer, reference)
        return pointer, node

    def _target(self, pointer: str, reference: Node) -> tuple[str, Node]:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise self.error(
                pointer, f"`$ref: {reference}` points outside of the document", "Use `#/components/...`."
            )
        node: Node = self.data
        for token in _tokens(reference[1:]):
            try:
                node = node[int(token)] if isinstance(node, list) else node[token]
            except (KeyError, IndexError, TypeError, ValueError):
                raise self.error(
                    pointer, f"`$ref: {reference}` names nothing", "Correct the name or add the component."
                ) from None
        return reference[1:], node


def load(path: Path) -> Document:
    """Read an OpenAPI document from a YAML (or JSON) file.

    Raises:
        DocumentError: The file is missing, is not YAML, has a key twice, or is not a mapping at the top.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path}: cannot be read ({error}). Name an OpenAPI document in UTF-8.") from None
    try:
        data = YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        raise DocumentError(f"{where}: not valid YAML ({error.problem}). Correct the line.") from None
    if not isinstance(data, dict):
        raise DocumentError(f"{path.name}: expected a mapping at the top, found {type(data).__name__}.")
    document = Document(path, data)
    for pointer, node in walk(data):
        if isinstance(node, dict) and "$ref" in node:
            document.resolve(pointer, node)
    return document


def walk(node: Node, pointer: str = "") -> list[tuple[str, Node]]:
    """Every node with its JSON pointer, the root first, in the document's order."""
    found = [(pointer, node)]
    children: list[tuple[Any, Node]] = []
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    for key, child in children:
        found += walk(child, f"{pointer}/{_escape(str(key))}")
    return found


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _line_of_key(node: Node, key: str | int) -> int:
    line, _column = node.lc.item(key) if isinstance(node, CommentedSeq) else node.lc.key(key)
    return int(line) + 1
