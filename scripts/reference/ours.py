"""Our own document, reduced to what it has from the page: the other side of the comparison.

`x-source` holds for a node and all below it until another one: what is not the page's is cut away, and with it all that
refers to it. What is left is an ordinary OpenAPI document.
"""

from __future__ import annotations

from typing import Any

from . import openapi_document, plain_yaml
from .facts import Facts, UnreadableError
from .openapi_document import Wanted

PAGE = "page"
SOURCE = "x-source"
VALUE_SOURCES = "x-value-sources"
CUT: Any = object()


class OurDocument:
    """openapi.yaml, whole and as the page has it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = plain_yaml.parse_yaml(text)
        self.page_tree = page_part(self.tree)

    @property
    def wanted(self) -> Wanted:
        """The operation that the page is about: method, path and its other paths."""
        found = openapi_document.operations(self.page_tree)
        if not found:
            raise UnreadableError("has no operation from the page")
        method, path = found[0]
        node = self.tree["paths"][path][method.lower()]
        return method, (path, *node.get("x-alias-paths", []))

    @property
    def address(self) -> str | None:
        """Where the vendor has the page."""
        method, (path, *_) = self.wanted
        places = (self.tree["paths"][path][method.lower()], self.tree)
        return next((place["externalDocs"]["url"] for place in places if "externalDocs" in place), None)

    def from_page(self) -> Facts:
        """What the document has from the page."""
        return openapi_document.read(self.page_tree, self.wanted)

    def from_all(self) -> Facts:
        """What the document has from any source."""
        return openapi_document.read(self.tree, self.wanted)


def page_part(tree: Any) -> Any:
    """A document without all that it has from other sources than the page."""
    part = _of_page(tree, PAGE)
    return _without_dangling(part) if part is not CUT else {}


def _of_page(node: Any, source: str) -> Any:
    """The part of a node that is the page's, or CUT. What is below may have another source than the node."""
    if isinstance(node, list):
        kept = [part for part in (_of_page(one, source) for one in node) if part is not CUT]
        return kept if kept or source == PAGE else CUT
    if not isinstance(node, dict):
        return node if source == PAGE else CUT
    source = node.get(SOURCE, source)
    others = node.get(VALUE_SOURCES)
    found = plain_yaml.Mapping()
    found.lines = getattr(node, "lines", {})
    for key, value in node.items():
        if key == "enum" and isinstance(value, list) and isinstance(others, dict):
            part = [one for one in value if others.get(str(one), source) == PAGE] or CUT
        else:
            part = _of_page(value, source)
        if part is not CUT and key not in (SOURCE, VALUE_SOURCES):
            found[key] = part
    return found if found or source == PAGE else CUT


def _without_dangling(tree: Any) -> Any:
    """Cuts off what refers to something that was cut off, until nothing does."""
    while True:
        missing = [0]
        tree = _cut(tree, tree, missing)
        if not missing[0]:
            return tree


def _cut(node: Any, tree: Any, missing: list[int]) -> Any:
    if isinstance(node, list):
        return [_cut(one, tree, missing) for one in node if not _dangles(one, tree, missing)]
    if not isinstance(node, dict):
        return node
    found = plain_yaml.Mapping()
    found.lines = getattr(node, "lines", {})
    for key, value in node.items():
        if not _dangles(value, tree, missing):
            found[key] = _cut(value, tree, missing)
    return found


def _dangles(node: Any, tree: Any, missing: list[int]) -> bool:
    reference = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return False
    target = tree
    for token in reference[2:].split("/"):
        key = token.replace("~1", "/").replace("~0", "~")
        if not isinstance(target, dict) or key not in target:
            missing[0] += 1
            return True
        target = target[key]
    return False
