"""Reads facts from any source: fetches the text, detects its format, and parses it."""

from __future__ import annotations

import re

from scripts.openapi.document import Document
from scripts.openapi.problems import DocumentError

from . import model_list, observations, openapi_document, ours, page_html, page_markdown, page_text, parsing
from .facts import Facts, UnreadableError
from .openapi_document import Wanted
from .ours import OurDocument
from .source import fetch

LIVE = "live"
"""The source for the model list of the service."""


def read(where: str, wanted: Wanted | None = None) -> Facts:
    """Return the facts at a path, a URL, `-` (standard input) or `live`.

    Args:
        where: The source.
        wanted: The operation to read from a document with several operations.

    Raises:
        UnreadableError: The source could not be read. The message begins with the source.
    """
    try:
        return model_list.read() if where == LIVE else parse(fetch(where), wanted)
    except UnreadableError as error:
        raise UnreadableError(f"{_name(where)}: {error}") from None


def read_for(document: OurDocument, where: str | None = None) -> Facts:
    """Return the facts of a source about the operation that our document transcribes from the page.

    Args:
        document: Our document.
        where: The source. Defaults to the page on the vendor's website, as Markdown or else as HTML.

    Raises:
        UnreadableError: The source could not be read.
    """
    if where:
        return read(where, document.wanted)
    if not document.address:
        raise UnreadableError("openapi.yaml has no address of the page (externalDocs.url); name a source: FROM=...")
    try:
        return read(f"{document.address}.md", document.wanted)
    except UnreadableError as first:
        try:
            return read(document.address, document.wanted)
        except UnreadableError as second:
            raise UnreadableError(f"{first}\n{second}") from None


def parse(text: str, wanted: Wanted | None = None) -> Facts:
    """Return the facts in a text of any supported format.

    Raises:
        UnreadableError: The format is not supported, or the text is incomplete.
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
    """Read a document of the vendor, or one of ours, reduced to the facts from the page."""
    is_ours = ours.SOURCE in document.data
    return openapi_document.read(ours.page_part(document) if is_ours else document, wanted)


def _name(where: str) -> str:
    return {"-": "standard input", LIVE: "the live model list"}.get(where, where)
