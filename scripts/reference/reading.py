"""From any source to its facts: fetches the text, sees which form it has, and has it read."""

from __future__ import annotations

import re

from scripts.generation.document import Document
from scripts.generation.problems import DocumentError

from . import model_list, observations, openapi_document, ours, page_html, page_markdown, page_text, parsing
from .facts import Facts, UnreadableError
from .openapi_document import Wanted
from .ours import OurDocument
from .source import fetch

LIVE = "live"
"""The source that stands for the service's own list of models."""


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
    """The facts in a text of any form.

    Raises:
        UnreadableError: It has none of the forms, or is not whole.
    """
    text = text.replace("\r\n", "\n")
    if observations.is_observations(text):
        return observations.read(text)
    try:
        if text.lstrip().startswith("<"):
            return page_html.read(text)
        if page_markdown.FENCE.search(text):
            return page_markdown.read(text)
        if text.lstrip().startswith("{") or re.search(r"^[\"']?openapi[\"']?\s*:", text, re.MULTILINE):
            return _document(parsing.parse(text), wanted)
    except DocumentError as error:
        raise UnreadableError(str(error)) from None
    return page_text.read(text)


def _document(document: Document, wanted: Wanted | None) -> Facts:
    """A document of the vendor's, or one of ours, of which only the page's part counts."""
    is_ours = ours.SOURCE in document.data
    return openapi_document.read(ours.page_part(document) if is_ours else document, wanted)


def _name(where: str) -> str:
    return {"-": "standard input", LIVE: "the live model list"}.get(where, where)
