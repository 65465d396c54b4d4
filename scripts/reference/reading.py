"""From any source to its facts: fetches the text, sees which form it has, and has it read."""

from __future__ import annotations

import re
from typing import Any

from . import model_list, openapi_document, ours, page_html, page_markdown, page_text, plain_yaml
from .facts import Facts, UnreadableError
from .openapi_document import Wanted
from .ours import OurDocument
from .source import fetch

LIVE = "live"
"""The word that stands for the service's own model list."""


def read(where: str, wanted: Wanted | None = None) -> Facts:
    """The facts at a path, a URL, `-` (standard input) or `live`.

    Args:
        where: The source.
        wanted: Which operation, in a document that has several.

    Raises:
        UnreadableError: It could not be read; the text begins with the source.
    """
    try:
        return model_list.read() if where == LIVE else parse(fetch(where), wanted)
    except UnreadableError as error:
        raise UnreadableError(f"{_name(where)}: {error}") from None


def read_for(document: OurDocument, where: str | None = None) -> Facts:
    """The facts about the operation that our document has from the page.

    Args:
        document: Ours.
        where: The source. Without it the page is read where the vendor has it: as Markdown, or else as HTML.

    Raises:
        UnreadableError: It could not be read.
    """
    if where:
        return read(where, document.wanted)
    if not document.address:
        raise UnreadableError(
            "openapi.yaml has no address of the page (externalDocs.url); name a source: FROM=..."
        )
    try:
        return read(f"{document.address}.md", document.wanted)
    except UnreadableError as first:
        try:
            return read(document.address, document.wanted)
        except UnreadableError as second:
            raise UnreadableError(f"{first}\n{second}") from None


def parse(text: str, wanted: Wanted | None = None) -> Facts:
    """The facts in a text of any form."""
    start = text.lstrip()[:1]
    if start == "{":
        return _document(plain_yaml.parse_json(text), wanted)
    if start == "<":
        return page_html.read(text)
    if page_markdown.FENCE.search(text):
        return page_markdown.read(text)
    if re.search(r"^[\"']?openapi[\"']?\s*:", text, re.MULTILINE):
        return _document(plain_yaml.parse_yaml(text), wanted)
    return page_text.read(text)


def _document(tree: dict[str, Any], wanted: Wanted | None) -> Facts:
    """A document of the vendor's, or one of ours, of which only the page's part counts."""
    return openapi_document.read(ours.page_part(tree) if ours.SOURCE in tree else tree, wanted)


def _name(where: str) -> str:
    return {"-": "standard input", LIVE: "the live model list"}.get(where, where)
