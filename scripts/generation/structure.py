"""Whether the document is OpenAPI at all, by the models with which openapi-python-client reads it.

Their errors carry the way to the place within the models; here it becomes the place in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi_python_client.schema import OpenAPI
from pydantic import ValidationError

from .document import Document, below


def check(document: Document) -> None:
    """Refuse what is not built like an OpenAPI document.

    Raises:
        DocumentError: With the place of the error that lies deepest: in a union of models the others are guesses.
    """
    try:
        OpenAPI.model_validate(document.data)
    except ValidationError as error:
        found = [(_pointer(document.data, one["loc"]), one) for one in error.errors()]
        pointer, deepest = max(
            found, key=lambda pair: (pair[0].count("/"), "Reference" not in pair[1]["loc"])
        )
        missing = f"`{deepest['loc'][-1]}` is missing" if deepest["type"] == "missing" else deepest["msg"]
        raise document.error(
            pointer, missing[:1].lower() + missing[1:], "See the OpenAPI Specification."
        ) from None


def _pointer(data: Any, steps: Sequence[int | str]) -> str:
    """The JSON pointer for the steps of an error, of which some name a model and not a key."""
    pointer = ""
    for step in steps:
        is_entry = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if is_entry or (isinstance(data, dict) and step in data):
            pointer, data = below(pointer, step), data[step]
    return pointer
