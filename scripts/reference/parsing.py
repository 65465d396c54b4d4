"""Parses the text of a source as YAML, with the parser of openapi.yaml, or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.openapi import document
from scripts.openapi.document import Document
from scripts.openapi.problems import DocumentError

from .facts import UnreadableError

SOURCE = Path("the source")
LONGEST = 1024 * 1024
"""The maximum number of characters of YAML, which is slow to parse. JSON may be longer."""


def parse(text: str) -> Document:
    """Return the document in a text.

    Raises:
        UnreadableError: The text is neither JSON nor YAML, contains data that JSON does not have, or a duplicate key.
    """
    return _json(text) if text.lstrip().startswith("{") else _yaml(text)


def _yaml(text: str) -> Document:
    if len(text) > LONGEST:
        raise UnreadableError("is too much YAML to parse; pass it as JSON")
    try:
        return document.parse(SOURCE, text)
    except DocumentError as error:
        raise UnreadableError(str(error)) from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise UnreadableError(f"is not valid YAML ({type(error).__name__})") from None


def _json(text: str) -> Document:
    try:
        data = json.loads(text, object_pairs_hook=each_once)
    except RecursionError:
        raise UnreadableError("is nested too deeply") from None
    except ValueError as error:
        raise UnreadableError(f"is not valid JSON ({error})") from None
    return Document(SOURCE, data, {(): 1})


def each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object, for `object_pairs_hook`.

    Raises:
        ValueError: There is a duplicate key.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found
