"""openapi.yaml, reduced to what it has from the page: the other side of the comparison.

`x-source` holds for a node and all below it until another one: what is not the page's is cut away, with the extensions
and all that refers to what was cut. What is left is an ordinary OpenAPI document. An entry that is cut out of a list
leaves None there, so that JSON pointers lead to the same places in both.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.generation import document
from scripts.generation.document import Document, tokens
from scripts.generation.problems import DocumentError

from . import openapi_document
from .facts import Facts, UnreadableError
from .openapi_document import Wanted

PAGE = "page"
SOURCE = "x-source"
VALUE_SOURCES = "x-value-sources"
SPECIFICATION = "x-specification"
OWN_FORMATS = ("unix-time",)
"""Formats that are the client's own convention, and no fact of the API."""

CUT: Any = object()


class OurDocument:
    """openapi.yaml, whole and as the page has it."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.whole = document.parse(Path("openapi.yaml"), text)
        except DocumentError as error:
            raise UnreadableError(str(error)) from None
        self.page = page_part(self.whole)

    @property
    def wanted(self) -> Wanted:
        """The operation that the page is about: method, path and its other paths."""
        found = openapi_document.operations(self.page)
        if not found:
            raise UnreadableError("has no operation from the page")
        method, path = found[0]
        node = self.whole.data["paths"][path][method.lower()]
        bodies = [schema.get("x-error-body", {}) for schema in self.whole.components("schemas").values()]
        error_code = next((tuple(body["code"]) for body in bodies if "code" in body), ())
        return Wanted(method, (path, *node.get("x-alias-paths", [])), error_code)

    @property
    def address(self) -> str | None:
        """Where the vendor has the page."""
        method, path = self.wanted.method, self.wanted.paths[0]
        places = (self.whole.data["paths"][path][method.lower()], self.whole.data)
        return next((place["externalDocs"]["url"] for place in places if "externalDocs" in place), None)

    def from_page(self) -> Facts:
        """What the document has from the page."""
        return openapi_document.read(self.page, self.wanted)

    def from_all(self) -> Facts:
        """What the document has from any source."""
        data = _without_extensions(self.whole.data)
        facts = openapi_document.read(replace(self.whole, data=data), self.wanted)
        codes = [
            code
            for kind in self.whole.data.get("x-error-kinds", {}).values()
            for code in kind.get("codes", {})
        ]
        return replace(facts, operation={**facts.operation, "error codes": ", ".join(codes) or "none"})


def page_part(whole: Document) -> Document:
    """A document without all that it has from other sources than the page."""
    part = _of_page(whole.data, PAGE)
    data = {} if part is CUT else part
    while (left := _without_dangling(data, data)) != data:
        data = left
    return replace(whole, data=data)


def _of_page(node: Any, source: str) -> Any:
    """The part of a node that is the page's, or CUT. What is below may have another source than the node."""
    if isinstance(node, list):
        parts = [_of_page(one, source) for one in node]
        is_empty = all(part is CUT for part in parts) and source != PAGE
        return CUT if is_empty else [None if part is CUT else part for part in parts]
    if not isinstance(node, dict):
        return node if source == PAGE else CUT
    source = node.get(SOURCE, source)
    others = node.get(VALUE_SOURCES)
    found = {}
    for key, value in node.items():
        if key == "enum" and isinstance(value, list) and isinstance(others, dict):
            part = [one for one in value if others.get(str(one), source) == PAGE] or CUT
        else:
            part = _of_page(value, source)
        if part is not CUT and not _is_own(key, value):
            found[key] = part
    return found if found or source == PAGE else CUT


def _is_own(key: str, value: Any) -> bool:
    return key.startswith("x-") or (key == "format" and value in OWN_FORMATS)


def _without_extensions(node: Any) -> Any:
    """A node without the project's own words, apart from what the vendor's OpenAPI document says otherwise."""
    if isinstance(node, list):
        return [_without_extensions(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value if key == SPECIFICATION else _without_extensions(value)
        for key, value in node.items()
        if key == SPECIFICATION or not _is_own(key, value)
    }


def _without_dangling(node: Any, root: Any) -> Any:
    """A node without what refers to something that was cut away."""
    if isinstance(node, list):
        return [None if _dangles(one, root) else _without_dangling(one, root) for one in node]
    if isinstance(node, dict):
        return {key: _without_dangling(one, root) for key, one in node.items() if not _dangles(one, root)}
    return node


def _dangles(node: Any, root: Any) -> bool:
    reference = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return False
    for token in tokens(reference[1:]):
        if not isinstance(root, dict) or token not in root:
            return True
        root = root[token]
    return False
