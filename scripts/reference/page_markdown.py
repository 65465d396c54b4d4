"""Reads the reference page as Markdown, which contains an OpenAPI document.

The site appends the document in a block fenced by four backticks: ````yaml POST /openai/responses
"""

from __future__ import annotations

import re

from . import openapi_document
from .facts import Facts, UnreadableError
from .openapi_document import Wanted
from .parsing import parse

FENCE = re.compile(r"^````ya?ml\b(.*)$", re.MULTILINE)
OPERATION = re.compile(r"\b(GET|PUT|POST|DELETE|PATCH)\s+(/\S*)", re.IGNORECASE)


def read(text: str) -> Facts:
    """Return the facts in the OpenAPI block of the page.

    Raises:
        UnreadableError: The block is missing, incomplete, or describes another operation than its fence says.
    """
    fences = list(FENCE.finditer(text))
    if len(fences) != 1:
        raise UnreadableError(f"has {len(fences)} OpenAPI blocks (````yaml), not one")
    start = fences[0].end()
    end = re.compile(r"^````[ \t]*$", re.MULTILINE).search(text, start)
    if not end:
        raise UnreadableError("is cut off in its OpenAPI block")
    document = parse(text[start : end.start()])
    named = OPERATION.search(fences[0][1])
    facts = openapi_document.read(document, Wanted(named[1].upper(), (named[2],)) if named else None)
    if named and facts.title != f"{named[1].upper()} {named[2]}":
        raise UnreadableError(f"is about {named[1].upper()} {named[2]}, its OpenAPI block about {facts.title}")
    return facts
