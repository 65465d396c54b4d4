"""openapi.yaml as plain data, together with the line at which each thing stands.

Only JSON data comes out: OpenAPI limits YAML to that (section 4.3). What YAML has beyond it (an alias, a tag, a merge,
a key that stands twice) is refused with its place, and so is a `$ref` that names nothing: openapi-python-client would
drop the part in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import nodes as yaml_nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Node = Any
"""A value of the document: a mapping, a list or a scalar."""

_TAG = "tag:yaml.org,2002:"
_TEXTS = (f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value")
"""What stays text: a date, too, as JSON has none."""

_DATA = frozenset({"const", "default", "enum", "example", "examples", "x-example-events"})
"""Keys with data of the API below them, in which a `$ref` is a field like any other."""


class DocumentError(Exception):
    """The document cannot be turned into a client. The text names the place and says what to do."""


def below(pointer: str, *keys: object) -> str:
    """The JSON pointer (RFC 6901) of what is under some keys."""
    return "/".join([pointer, *(str(key).replace("~", "~0").replace("/", "~1") for key in keys)])


@dataclass
class Document:
    """The parsed document.

    Attributes:
        path: The file it was read from.
        data: The content as plain dictionaries, lists and scalars.
        root: The same as nodes of YAML, which know their lines.
    """

    path: Path
    data: dict[str, Any]
    root: yaml_nodes.Node

    def line(self, pointer: str) -> int:
        """The line (from 1) of what is at a JSON pointer, or of the nearest thing above it that is there."""
        node, line = self.root, 1
        for token in tokens(pointer):
            child = _child(node, token)
            if child is None:
                break
            node, line = child
        return line

    def place(self, pointer: str) -> str:
        """`openapi.yaml:123 (#/components/schemas/Usage)`, for messages."""
        return f"{self.path.name}:{self.line(pointer)} (#{pointer})"

    def error(self, pointer: str, found: str, advice: str) -> DocumentError:
        """An error that says where the trouble is, what was found and what to do."""
        return DocumentError(f"{self.place(pointer)}: {found}. {advice}")

    def components(self, kind: str) -> dict[str, Node]:
        """The components of a kind by name: `schemas`, `securitySchemes` and so on."""
        found: dict[str, Node] = self.data.get("components", {}).get(kind, {})
        return found

    def mappings(self) -> Iterator[tuple[str, dict[str, Node]]]:
        """Every mapping with its pointer; data of the API (an example, a default) is passed over."""
        return _mappings(self.data, "")

    def resolve(self, pointer: str, node: Node) -> tuple[str, Node]:
        """Follow `$ref` to the node that it names; a node without `$ref` is returned as it is."""
        seen: list[str] = []
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                raise self.error(pointer, f"`$ref: {reference}` leads back to itself", "Break the circle.")
            seen.append(reference)
            pointer, node = self._target(pointer, reference)
        return pointer, node

    def _target(self, pointer: str, reference: str) -> tuple[str, Node]:
        if not reference.startswith("#/"):
            advice = "Use `#/components/...`."
            raise self.error(pointer, f"`$ref: {reference}` points outside of the document", advice)
        node: Node = self.data
        for token in tokens(reference[1:]):
            try:
                node = node[int(token)] if isinstance(node, list) else node[token]
            except (KeyError, IndexError, TypeError, ValueError):
                advice = "Correct the name or add the component."
                raise self.error(pointer, f"`$ref: {reference}` names nothing", advice) from None
        return reference[1:], node


def load(path: Path) -> Document:
    """Read an OpenAPI document from a YAML (or JSON) file.

    Raises:
        DocumentError: The file is missing, is not YAML, holds more than JSON data, has a key twice, is no mapping at
            the top, or has a `$ref` that names nothing.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path}: cannot be read ({error}). Name an OpenAPI document in UTF-8.") from None
    document = parse(path, text)
    for pointer, node in document.mappings():
        document.resolve(pointer, node)
    return document


def parse(path: Path, text: str) -> Document:
    """Read a document from a text; `path` is its name in messages. Whether each `$ref` names something is not checked.

    Raises:
        DocumentError: The text is not YAML, holds more than JSON data, has a key twice, or is no mapping at the top.
    """
    reader = _Reader(path)
    root = reader.compose(text)
    if not isinstance(root, yaml_nodes.MappingNode):
        found = "nothing" if root is None else type(reader.value(root)).__name__
        raise DocumentError(
            f"{path.name}: expected a mapping at the top, found {found}. Name an OpenAPI document."
        )
    return Document(path, reader.value(root), root)


class _Reader:
    """Makes data from YAML nodes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._yaml = YAML(typ="safe", pure=True)
        self._seen: set[int] = set()

    def compose(self, text: str) -> yaml_nodes.Node | None:
        try:
            node: yaml_nodes.Node | None = self._yaml.compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self._error(
                mark.line if mark else 0, f"not valid YAML ({error.problem or error.context})"
            ) from None
        except (YAMLError, RecursionError, ValueError) as error:
            raise self._error(0, f"not valid YAML ({' '.join(str(error).split())})") from None
        return node

    def value(self, node: yaml_nodes.Node) -> Node:
        """The data of a node.

        Raises:
            DocumentError: It is not JSON data.
        """
        if id(node) in self._seen:
            raise self._error_at(
                node, "an alias repeats this part, and JSON has none", "Use `$ref` to a component"
            )
        self._seen.add(id(node))
        if isinstance(node, yaml_nodes.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml_nodes.SequenceNode):
            return [self.value(entry) for entry in node.value]
        return self._scalar(node)

    def _mapping(self, node: yaml_nodes.MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, child in node.value:
            if not isinstance(key, yaml_nodes.ScalarNode) or key.tag == f"{_TAG}merge":
                raise self._error_at(key, "this key is no text", "Write out what is meant")
            name = self._text(key)
            if name in found:
                raise self._error_at(key, f"the key {name!r} stands twice", "Keep one")
            found[name] = self.value(child)
        return found

    def _scalar(self, node: yaml_nodes.Node) -> Node:
        if node.tag in _TEXTS:
            return self._text(node)
        if node.tag in {f"{_TAG}{kind}" for kind in ("bool", "float", "int", "null")}:
            value = self._yaml.constructor.construct_object(node)
            if not isinstance(value, float) or isfinite(value):
                return value
        raise self._error_at(node, f"`{node.value}` is not JSON data", "Put text in quotes")

    def _text(self, node: yaml_nodes.Node) -> str:
        """The text of a scalar, in which the two halves that JSON may write a character in are one."""
        try:
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error_at(node, "half a character (a lone surrogate)", "Write it whole") from None

    def _error_at(self, node: yaml_nodes.Node, found: str, advice: str) -> DocumentError:
        return self._error(node.start_mark.line, found, advice)

    def _error(self, line: int, found: str, advice: str = "Correct the line") -> DocumentError:
        return DocumentError(f"{self._path.name}:{line + 1}: {found}. {advice}.")


def _mappings(node: Node, pointer: str, *, are_names: bool = False) -> Iterator[tuple[str, dict[str, Node]]]:
    """Every mapping with its pointer; data of the API is passed over, and what only gives names to other things."""
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from _mappings(child, below(pointer, index))
    elif isinstance(node, dict):
        if not are_names:
            yield pointer, node
        for key, child in node.items():
            if are_names or key not in _DATA:
                yield from _mappings(
                    child, below(pointer, key), are_names=key == "properties" and not are_names
                )


def _child(node: yaml_nodes.Node, token: str) -> tuple[yaml_nodes.Node, int] | None:
    """What is under a key or an index, and the line at which that begins."""
    if isinstance(node, yaml_nodes.MappingNode):
        found = next(((key, child) for key, child in node.value if key.value == token), None)
        return (found[1], found[0].start_mark.line + 1) if found else None
    if isinstance(node, yaml_nodes.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        child = node.value[int(token)]
        return child, child.start_mark.line + 1
    return None


def tokens(pointer: str) -> list[str]:
    """The keys of a JSON pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
