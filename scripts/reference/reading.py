"""Reads facts from any source: fetches the text, detects its format, and parses it."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.openapi import document
from scripts.openapi.document import Document
from scripts.openapi.problems import DocumentError

from . import observations, openapi_document, our_document, page_html, page_text
from .facts import Facts, Field, UnreadableError, load_json
from .openapi_document import Selection
from .our_document import OurDocument
from .source import fetch

LIVE = "live"
"""The source for the model list of the service."""

MODEL = "body.model"
"""The field whose possible values are the model names."""

LONGEST_YAML = 1024 * 1024
"""The maximum number of characters of YAML, which is slow to parse. JSON may be longer."""

_OPENAPI_KEY = re.compile(r"^[\"']?openapi[\"']?\s*:", re.MULTILINE)
_FENCE = re.compile(r"^````ya?ml\b(.*)$", re.MULTILINE)
_FENCE_END = re.compile(r"^````[ \t]*$", re.MULTILINE)
_OPERATION = re.compile(r"\b(GET|PUT|POST|DELETE|PATCH)\s+(/\S*)", re.IGNORECASE)


def read(where: str, selection: Selection | None = None) -> Facts:
    """Return the facts at a path, a URL, `-` (standard input) or `live`.

    Args:
        where: The source.
        selection: The operation to read from a document with several operations.

    Raises:
        UnreadableError: The source could not be read. The message begins with the source.
    """
    try:
        return _live_models() if where == LIVE else parse(fetch(where), selection)
    except UnreadableError as error:
        name = {"-": "standard input", LIVE: "the live model list"}.get(where, where)
        raise UnreadableError(f"{name}: {error}") from None


def read_for(document: OurDocument, where: str | None = None) -> Facts:
    """Return the facts of a source about the operation that our document transcribes from the page.

    Args:
        document: Our document.
        where: The source. Defaults to the page on the vendor's website, as Markdown or else as HTML.

    Raises:
        UnreadableError: The source could not be read.
    """
    address = document.address
    if not (where or address):
        raise UnreadableError("openapi.yaml has no address of the page (externalDocs.url); name a source: FROM=...")
    reasons = []
    for source in [where] if where else [f"{address}.md", str(address)]:
        try:
            return read(source, document.selection)
        except UnreadableError as error:
            reasons.append(str(error))
    raise UnreadableError("\n".join(reasons))


def parse(text: str, selection: Selection | None = None) -> Facts:
    """Return the facts in a text of any supported format.

    Raises:
        UnreadableError: The format is not supported, or the text is incomplete.
    """
    text = text.replace("\r\n", "\n")
    if observations.is_observations(text):
        return observations.read(text)
    if text.lstrip().startswith("<"):
        return page_text.read(page_html.visible_text(text), ends_itself=False)
    try:
        if _FENCE.search(text):
            return _parse_markdown(text)
        if text.lstrip().startswith("{") or _OPENAPI_KEY.search(text):
            document = _parse_document(text)
            is_ours = our_document.SOURCE in document.data
            return openapi_document.read(our_document.page_part(document) if is_ours else document, selection)
    except DocumentError as error:
        raise UnreadableError(str(error)) from None
    return page_text.read(text)


def _parse_markdown(text: str) -> Facts:
    """Parse the page as Markdown, to which the site appends the document: ````yaml POST /openai/responses."""
    fences = list(_FENCE.finditer(text))
    if len(fences) != 1:
        raise UnreadableError(f"has {len(fences)} OpenAPI blocks (````yaml), not one")
    end = _FENCE_END.search(text, fences[0].end())
    if not end:
        raise UnreadableError("is cut off in its OpenAPI block")
    document = _parse_document(text[fences[0].end() : end.start()])
    named = _OPERATION.search(fences[0][1])
    if not named:
        return openapi_document.read(document)
    method, path = named[1].upper(), named[2]
    facts = openapi_document.read(document, Selection(method, (path,)))
    if facts.title != f"{method} {path}":
        raise UnreadableError(f"is about {method} {path}, its OpenAPI block about {facts.title}")
    return facts


def _parse_document(text: str) -> Document:
    """Parse JSON, or YAML with the parser of openapi.yaml."""
    name = Path("the source")
    if text.lstrip().startswith("{"):
        try:
            return Document(name, load_json(text), {(): 1})
        except ValueError as error:
            raise UnreadableError(f"is not valid JSON ({error})") from None
    if len(text) > LONGEST_YAML:
        raise UnreadableError("is too much YAML to parse; pass it as JSON")
    try:
        return document.parse(name, text)
    except (RecursionError, ValueError, OverflowError) as error:
        raise UnreadableError(f"is not valid YAML ({type(error).__name__})") from None


def _live_models() -> Facts:
    """Return the names of `GET /openai/models`. The client takes the token from the environment."""
    from acedata_responses import AceDataError, Client

    try:
        with Client() as client:
            listed = client.models.list()
    except AceDataError as error:
        raise UnreadableError(f"could not be fetched from the service ({error})") from None
    return from_names([getattr(model, "id", None) for model in listed.data])


def from_names(names: list[object]) -> Facts:
    """Return the facts in a list of model names, whose order has no meaning.

    Raises:
        UnreadableError: It is not a list of names.
    """
    if not names or not all(isinstance(name, str) for name in names):
        raise UnreadableError("is not a list of model names")
    return Facts({}, {MODEL: Field(MODEL, "string", enum=tuple(names), stated=frozenset({"names"}))}, is_complete=False)
