"""Reduces openapi.yaml to the facts from the page, to compare them with it.

`x-source` applies to a node and all nodes below it until another one. Nodes from other sources are removed, with the
extensions and everything that refers to removed nodes, which leaves an ordinary OpenAPI document. Removed entries of a
list become None, so that JSON pointers stay the same.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.openapi.document import Document, parse
from scripts.openapi.problems import DocumentError

from . import openapi_document
from .facts import Facts, UnreadableError
from .openapi_document import Selection

PAGE = "page"
SOURCE = "x-source"
VALUE_SOURCES = "x-value-sources"
SPECIFICATION = "x-specification"
OWN_FORMATS = ("unix-time",)
"""Formats that are conventions of the client, not facts about the API."""

CUT: Any = object()


class OurDocument:
    """openapi.yaml, complete and reduced to the facts from the page."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.complete = parse(Path("openapi.yaml"), text)
        except DocumentError as error:
            raise UnreadableError(str(error)) from None
        self.page = page_part(self.complete)

    @property
    def selection(self) -> Selection:
        """The operation that the page describes: method, path and alias paths."""
        operations = openapi_document.operations(self.page)
        if not operations:
            raise UnreadableError("has no operation from the page")
        method, path = operations[0]
        node = self.complete.data["paths"][path][method.lower()]
        bodies = [schema.get("x-error-body", {}) for schema in self.complete.components("schemas").values()]
        error_code = next((tuple(body["code"]) for body in bodies if "code" in body), ())
        return Selection(method, (path, *node.get("x-alias-paths", [])), error_code)

    @property
    def address(self) -> str | None:
        """The URL of the page."""
        method, path = self.selection.method, self.selection.paths[0]
        places = (self.complete.data["paths"][path][method.lower()], self.complete.data)
        return next((place["externalDocs"]["url"] for place in places if "externalDocs" in place), None)

    def from_page(self) -> Facts:
        """Return the facts from the page."""
        return openapi_document.read(self.page, self.selection)

    def from_all(self) -> Facts:
        """Return the facts from all sources."""
        facts = openapi_document.read(replace(self.complete, data=_part(self.complete.data)), self.selection)
        kinds = self.complete.data.get("x-error-kinds", {}).values()
        codes = [code for kind in kinds for code in kind.get("codes", {})]
        return replace(facts, operation={**facts.operation, "error codes": ", ".join(codes) or "none"})


def page_part(document: Document) -> Document:
    """Return a document without the facts from other sources than the page."""
    part = _part(document.data, PAGE)
    reduced = replace(document, data={} if part is CUT else part)
    while (remaining := _without_dangling(reduced.data, reduced)) != reduced.data:
        reduced = replace(document, data=remaining)
    return reduced


def _part(node: Any, source: str | None = None) -> Any:
    """Return a node without extensions, except `x-specification`, and without the parts that are not from the page.

    Args:
        node: A part of the document.
        source: The source of the node, unless a mapping names another one; None to keep the parts from any source.

    Returns:
        The node, or CUT if nothing of it remains.
    """
    is_of_page = source in (None, PAGE)
    if isinstance(node, list):
        parts = [_part(item, source) for item in node]
        is_empty = all(part is CUT for part in parts) and not is_of_page
        return CUT if is_empty else [None if part is CUT else part for part in parts]
    if not isinstance(node, dict):
        return node if is_of_page else CUT
    source = source and node.get(SOURCE, source)
    others = node.get(VALUE_SOURCES)
    mapping = {}
    for key, value in node.items():
        if (key.startswith("x-") and key != SPECIFICATION) or (key == "format" and value in OWN_FORMATS):
            continue
        if source and key == "enum" and isinstance(value, list) and isinstance(others, dict):
            part = [item for item in value if others.get(str(item), source) == PAGE] or CUT
        else:
            part = _part(value, source)
        if part is not CUT:
            mapping[key] = part
    return mapping if mapping or source in (None, PAGE) else CUT


def _without_dangling(node: Any, document: Document) -> Any:
    """Return a node without references to removed nodes."""
    if isinstance(node, list):
        return [None if _dangles(value, document) else _without_dangling(value, document) for value in node]
    if isinstance(node, dict):
        return {key: _without_dangling(value, document) for key, value in node.items() if not _dangles(value, document)}
    return node


def _dangles(node: Any, document: Document) -> bool:
    """Whether a node is a reference to a removed node."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return False
    try:
        return document.node(reference[1:]) is None
    except (KeyError, IndexError, TypeError, ValueError):
        return True
