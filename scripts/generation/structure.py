"""Whether the document is built as it should be: like OpenAPI, and with extensions that can be read.

OpenAPI is checked by the models with which openapi-python-client reads it. Their errors carry the way to the place
within the models; here it becomes the place in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi_python_client.schema import OpenAPI
from pydantic import ValidationError

from .document import Document, DocumentError, below

_EXTENSIONS: dict[str, type] = {
    **dict.fromkeys(["x-alias-paths", "x-environment", "x-text"], list),
    **dict.fromkeys(
        ["x-aliases", "x-assembles", "x-error-body", "x-error-kinds", "x-event", "x-failed-when"], dict
    ),
    **dict.fromkeys(
        ["x-billing", "x-example-events", "x-example-lists", "x-limits", "x-removed", "x-retry"],
        dict,
    ),
    **dict.fromkeys(
        ["x-specification", "x-stream", "x-value-sources"],
        dict,
    ),
    "x-source": str,
}
_IN_WORDS: dict[type, str] = {dict: "a mapping", list: "a list", str: "text"}


def check(document: Document) -> None:
    """Refuse what is not built as it should be.

    Raises:
        DocumentError: With the place.
    """
    try:
        OpenAPI.model_validate(document.data)
    except ValidationError as error:
        raise _told(document, error) from None
    for pointer, node in document.mappings():
        for word in sorted(node.keys() & _EXTENSIONS.keys()):
            kind = _EXTENSIONS[word]
            if not isinstance(node[word], kind):
                found = f"`{word}` cannot be `{node[word]}`"
                raise document.error(below(pointer, word), found, f"It takes {_IN_WORDS[kind]}.")


def _told(document: Document, error: ValidationError) -> DocumentError:
    """Of several errors the one that lies deepest: in a union of models the others are guesses."""
    found = [(_pointer(document.data, one["loc"]), one) for one in error.errors()]
    pointer, deepest = max(found, key=lambda pair: (pair[0].count("/"), "Reference" not in pair[1]["loc"]))
    said = f"`{deepest['loc'][-1]}` is missing" if deepest["type"] == "missing" else deepest["msg"]
    return document.error(pointer, said[:1].lower() + said[1:], "See the OpenAPI Specification.")


def _pointer(data: Any, steps: Sequence[int | str]) -> str:
    """The JSON pointer for the steps of an error, of which some name a model and not a key."""
    pointer = ""
    for step in steps:
        is_entry = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if is_entry or (isinstance(data, dict) and step in data):
            pointer, data = below(pointer, step), data[step]
    return pointer
