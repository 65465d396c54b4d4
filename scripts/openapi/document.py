"""The OpenAPI document as plain data, with a JSON pointer and a line for each node, and the problems in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import yaml_data
from .problems import DocumentError, Problem

Node = Any
"""A value of the document: a mapping, a list or a scalar."""

_NO_OBJECTS = frozenset({"const", "default", "enum", "example", "examples", "security", "callbacks"})
"""Keys below which there is data of the API, or nothing that the client uses."""

_MAPS = frozenset(
    """
    content encoding headers links mapping parameters paths pathItems properties requestBodies responses schemas
    scopes securitySchemes variables
    """.split()
)
"""Keys of mappings from names to objects: their own keys are names, not words of OpenAPI."""


SCHEMAS = "/components/schemas"
"""The pointer of the schemas that have a name."""

COMPONENT = f"#{SCHEMAS}/"
"""How a reference to one of them begins."""

POINTER = "x-pointer"
"""The key under which each object of a `marked` copy carries its own pointer."""

_LOOKED_UP: Node = object()


def below(pointer: str, *keys: object) -> str:
    """Return the JSON pointer (RFC 6901) of what is under some keys."""
    return "/".join([pointer, *(str(key).replace("~", "~0").replace("/", "~1") for key in keys)])


def tokens(pointer: str) -> list[str]:
    """Return the keys of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


@dataclass
class Document:
    """The document and the problems in it.

    Attributes:
        path: The file it was read from.
        data: The content as plain dictionaries, lists and scalars.
        lines: The line of each value.
        problems: What was reported so far.
    """

    path: Path
    data: dict[str, Any]
    lines: yaml_data.Lines
    problems: list[Problem] = field(default_factory=list)

    def line(self, pointer: str) -> int:
        """Return the line (from 1) of a JSON pointer, or of its nearest ancestor that exists in the file."""
        keys = tuple(tokens(pointer))
        while keys not in self.lines:
            keys = keys[:-1]
        return self.lines[keys]

    def place(self, pointer: str) -> str:
        """`openapi.yaml:123 (#/components/schemas/Usage)`, for messages."""
        return f"{self.path.name}:{self.line(pointer)} (#{pointer})"

    def error(self, pointer: str, problem: str, advice: str) -> DocumentError:
        """Return an error with the location, the problem and what to do."""
        return DocumentError(Problem(self.line(pointer), f"{self.place(pointer)}: {problem}. {advice}"))

    def report(self, pointer: str, problem: str, advice: str) -> None:
        """Record a problem without stopping, so that one run shows all problems."""
        self.problems += self.error(pointer, problem, advice).problems

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Record the problem that a block raises, and continue after the block."""
        try:
            yield
        except DocumentError as error:
            self.problems += error.problems

    def raise_problems(self) -> None:
        """Stop if any problem was recorded.

        Raises:
            DocumentError: All of them, in the order of the document.
        """
        if self.problems:
            raise DocumentError(*self.problems)

    def components(self, section: str) -> dict[str, Node]:
        """Return the components of a section by name. The sections are `schemas`, `securitySchemes` and so on."""
        components: dict[str, Node] = (self.data.get("components") or {}).get(section, {})
        return components

    def objects(self) -> Iterator[tuple[str, dict[str, Node]]]:
        """Return every object of OpenAPI (a schema, an operation, a reference and so on) with its pointer."""
        return objects(self.data)

    def node(self, pointer: str) -> Node:
        """Return the value at a JSON pointer.

        Raises:
            KeyError, IndexError, TypeError, ValueError: The pointer leads nowhere.
        """
        node: Node = self.data
        for token in tokens(pointer):
            node = node[int(token)] if isinstance(node, list) else node[token]
        return node

    def resolve(self, pointer: str, node: Node = _LOOKED_UP) -> tuple[str, Node]:
        """Follow every `$ref` from a node; return the pointer and the node at the end.

        Args:
            pointer: The node.
            node: The value there; looked up by default.
        """
        seen: list[str] = []
        node = self.node(pointer) if node is _LOOKED_UP else node
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                raise self.error(pointer, f"`$ref: {reference}` refers back to itself", "Break the cycle.")
            seen.append(reference)
            pointer, node = self.target(pointer, reference)
        return pointer, node

    def target(self, pointer: str, reference: str) -> tuple[str, Node]:
        """Return the pointer and the node that a reference points to.

        Args:
            pointer: The reference.
            reference: Such as `#/components/schemas/Usage`.
        """
        if not reference.startswith("#/"):
            problem = f"`$ref: {reference}` points outside of the document"
            raise self.error(pointer, problem, "Use `#/components/...`.")
        try:
            return reference[1:], self.node(reference[1:])
        except (KeyError, IndexError, TypeError, ValueError):
            advice = "Correct the name or add the component."
            raise self.error(pointer, f"`$ref: {reference}` points to nothing", advice) from None


def load(path: Path) -> Document:
    """Read an OpenAPI document from a YAML (or JSON) file.

    Raises:
        DocumentError: The file is missing, is not YAML, contains more than JSON data, has a duplicate key, is not a
            mapping, or has a `$ref` without a target.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path}: cannot be read ({error}). Name an OpenAPI document in UTF-8.") from None
    for character in "\x85\u2028\u2029":
        if character in text:
            line = text[: text.index(character)].count("\n") + 1
            problem = f"U+{ord(character):04X}, which YAML 1.1 treats as a line break"
            raise DocumentError(
                Problem(line, f'{path.name}:{line}: {problem}. Write "\\u{ord(character):04x}" for it.')
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
        DocumentError: The text is not YAML, contains more than JSON data, has a duplicate key, or is not a mapping.
    """
    return Document(path, *yaml_data.read(path, text))


def _write_null_as_in_3_1(schema: dict[str, Node]) -> None:
    """OpenAPI 3.0 has `nullable: true` next to a single type; 3.1 has a type for null."""
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
    """Yield every object of OpenAPI at or below a node, with its pointer."""
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
    """Return a copy of the document in which each object contains its pointer, so that models made from it keep it."""
    data = deepcopy(document.data)
    data.setdefault("paths", {})
    for pointer, node in objects(data):
        node[POINTER] = pointer
        if "operationId" in node:
            node.setdefault("responses", {})  # OpenAPI 3.1 has both optional
    return data


def pointer_of(model: Any) -> str | None:
    """Return the pointer of the object that a pydantic model was made from, or None."""
    return (getattr(model, "model_extra", None) or {}).get(POINTER)
