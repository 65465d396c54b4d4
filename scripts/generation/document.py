"""openapi.yaml as plain data, together with the line at which each thing stands.

Only JSON data comes out, since OpenAPI limits YAML to that (section 4.3). What YAML has beyond it (an alias, a tag, a
merge, a key that is given twice) is refused with its line, and so is a `$ref` that names nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml import nodes as yaml_nodes
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Node = Any
"""A value of the document: a mapping, a list or a scalar."""

_TAG = "tag:yaml.org,2002:"
_TEXTS = (f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value")
"""What stays text: a date, too, as JSON has none."""

_NO_OBJECTS = frozenset({"const", "default", "enum", "example", "examples", "security", "callbacks"})
"""Keys below which there is data of the API, or nothing that the client uses."""

_MAPS = frozenset(
    """
    content encoding headers links mapping parameters paths pathItems properties requestBodies responses schemas
    scopes securitySchemes variables
    """.split()
)
"""Keys of mappings from names to objects: their own keys are names, not words of OpenAPI."""


_POINTER = "x-pointer"
_LOOKED_UP: Node = object()


class Problem(NamedTuple):
    """Something that keeps a document from being turned into a client.

    Attributes:
        line: The line of the document, from 1.
        text: The place, what was found there and what to do.
    """

    line: int
    text: str


class DocumentError(Exception):
    """The inputs cannot be turned into a client.

    Attributes:
        problems: Each with its place.
    """

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = [Problem(0, one) if isinstance(one, str) else one for one in problems]
        texts = list(dict.fromkeys(one.text for one in sorted(self.problems)))
        super().__init__(texts[0] if len(texts) == 1 else "\n  ".join([f"{len(texts)} problems:", *texts]))


def below(pointer: str, *keys: object) -> str:
    """The JSON pointer (RFC 6901) of what is under some keys."""
    return "/".join([pointer, *(str(key).replace("~", "~0").replace("/", "~1") for key in keys)])


def tokens(pointer: str) -> list[str]:
    """The keys of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


@dataclass
class Document:
    """The document and the problems found in it so far.

    Attributes:
        path: The file it was read from.
        data: The content as plain dictionaries, lists and scalars.
        root: The same as nodes of YAML, which know their lines.
        problems: What was reported.
    """

    path: Path
    data: dict[str, Any]
    root: yaml_nodes.Node
    problems: list[Problem] = field(default_factory=list)

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
        """An error that says where the problem is, what was found and what to do."""
        return DocumentError(Problem(self.line(pointer), f"{self.place(pointer)}: {found}. {advice}"))

    def report(self, pointer: str, found: str, advice: str) -> None:
        """Note a problem and go on, so that one run shows all of them."""
        self.problems += self.error(pointer, found, advice).problems

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Note the problem that ends a block, and go on behind the block."""
        try:
            yield
        except DocumentError as error:
            self.problems += error.problems

    def raise_problems(self) -> None:
        """End the run if anything was reported.

        Raises:
            DocumentError: With all of it, in the order of the document.
        """
        if self.problems:
            raise DocumentError(*self.problems)

    def components(self, kind: str) -> dict[str, Node]:
        """The components of a kind by name: `schemas`, `securitySchemes` and so on."""
        found: dict[str, Node] = (self.data.get("components") or {}).get(kind, {})
        return found

    def objects(self) -> Iterator[tuple[str, dict[str, Node]]]:
        """Every object of OpenAPI (a schema, an operation, a reference and so on) with its pointer."""
        return objects(self.data)

    def node(self, pointer: str) -> Node:
        """What is at a JSON pointer; KeyError, IndexError, TypeError or ValueError when there is nothing."""
        node: Node = self.data
        for token in tokens(pointer):
            node = node[int(token)] if isinstance(node, list) else node[token]
        return node

    def resolve(self, pointer: str, node: Node = _LOOKED_UP) -> tuple[str, Node]:
        """What a place leads to when every `$ref` is followed: its pointer and the node.

        Args:
            pointer: The place.
            node: What stands there; it is looked up when not given.
        """
        seen: list[str] = []
        node = self.node(pointer) if node is _LOOKED_UP else node
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                raise self.error(pointer, f"`$ref: {reference}` leads back to itself", "Break the circle.")
            seen.append(reference)
            pointer, node = self.target(pointer, reference)
        return pointer, node

    def target(self, pointer: str, reference: str) -> tuple[str, Node]:
        """What a reference names, and its pointer.

        Args:
            pointer: Where the reference stands.
            reference: Such as `#/components/schemas/Usage`.
        """
        if not reference.startswith("#/"):
            found = f"`$ref: {reference}` points outside of the document"
            raise self.error(pointer, found, "Use `#/components/...`.")
        try:
            return reference[1:], self.node(reference[1:])
        except (KeyError, IndexError, TypeError, ValueError):
            advice = "Correct the name or add the component."
            raise self.error(pointer, f"`$ref: {reference}` names nothing", advice) from None


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
    for character in "\x85\u2028\u2029":
        if character in text:
            line = text[: text.index(character)].count("\n") + 1
            found = f"U+{ord(character):04X}, which YAML 1.1 takes for the end of a line"
            raise DocumentError(
                Problem(line, f'{path.name}:{line}: {found}. Write "\\u{ord(character):04x}" for it.')
            )
    document = parse(path, text)
    if str(document.data.get("openapi")).startswith("3.0."):
        for _pointer, node in document.objects():
            _write_null_as_in_3_1(node)
    for pointer, _node in document.objects():
        with document.reporting():
            document.resolve(pointer)
    document.raise_problems()
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


def _write_null_as_in_3_1(schema: dict[str, Node]) -> None:
    """OpenAPI 3.0 says `nullable: true` beside one type; 3.1 has a type for null."""
    if schema.pop("nullable", False) is not True:
        return
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            schema[word] = [*schema[word], {"type": "null"}]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]


def objects(node: Node, pointer: str = "", *, is_map: bool = False) -> Iterator[tuple[str, dict[str, Node]]]:
    """Every object of OpenAPI at or below a node, with its pointer."""
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from objects(child, below(pointer, index))
    elif isinstance(node, dict):
        if not is_map:
            yield pointer, node
        for key, child in node.items():
            if is_map or not (key in _NO_OBJECTS or key.startswith("x-")):
                is_named = isinstance(child, dict) and key in _MAPS and not is_map
                yield from objects(child, below(pointer, key), is_map=is_named)


def marked(document: Document) -> dict[str, Any]:
    """A copy of the document in which each object carries its own pointer, which models that are made of it keep."""
    data = deepcopy(document.data)
    data.setdefault("paths", {})
    for pointer, node in objects(data):
        node[_POINTER] = pointer
        if "operationId" in node:
            node.setdefault("responses", {})  # OpenAPI 3.1 has both optional
    return data


def pointer_of(model: Any) -> str | None:
    """The pointer of the object that a pydantic model was made of; None for one that something else gave."""
    return (getattr(model, "model_extra", None) or {}).get(_POINTER)


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


def _child(node: yaml_nodes.Node, token: str) -> tuple[yaml_nodes.Node, int] | None:
    """What is under a key or an index, and the line at which that begins."""
    if isinstance(node, yaml_nodes.MappingNode):
        found = next(((key, child) for key, child in node.value if key.value == token), None)
        return (found[1], found[0].start_mark.line + 1) if found else None
    if isinstance(node, yaml_nodes.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        child = node.value[int(token)]
        return child, child.start_mark.line + 1
    return None
