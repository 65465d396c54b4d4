"""The part of OpenAPI that the client supports.

The document is checked by the models with which openapi-python-client reads it. These let every keyword pass that they
do not know, so the keywords that have a meaning here are listed; any other would be left out without a notice.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from openapi_python_client import schema as oai
from openapi_python_client.schema import openapi_schema_pydantic as models
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .document import Document, Node, below, marked, pointer_of
from .extensions import FORMS

_ANNOTATIONS = """
    default deprecated description example examples externalDocs readOnly title writeOnly xml
"""
_WORDS: dict[Any, frozenset[str]] = {
    model: frozenset(words.split())
    for model, words in {
        oai.PathItem: "delete description get head options parameters patch post put summary trace",
        oai.Operation: """
            callbacks deprecated description externalDocs operationId parameters requestBody responses security summary
            tags
        """,
        oai.Parameter: """
            allowEmptyValue allowReserved deprecated description example examples explode in name required schema style
        """,
        models.Reference: f"$ref summary {_ANNOTATIONS}",
        oai.Schema: f"""
            additionalProperties allOf anyOf const discriminator enum format items maxItems maxLength maximum minItems
            minLength minimum oneOf pattern properties required type {_ANNOTATIONS}
        """,
    }.items()
}
"""The supported keywords of each OpenAPI object. Of objects not listed here, every keyword is supported or ignored."""

_MAY_BE_NULL = frozenset({"const", "default", "example"})


def check(document: Document) -> None:
    """Report keywords and values that the client does not support.

    Raises:
        DocumentError: A value has the wrong form, so that nothing else can be checked.
    """
    document_model: oai.OpenAPI | None = None
    try:
        # As JSON: only then do strict models accept a string for a member of an enum.
        document_model = oai.OpenAPI.model_validate_json(json.dumps(marked(document)), strict=True)
    except ValidationError as error:
        _report(document, "", error)
    for pointer, node in document.objects():
        for word in (word for word, value in node.items() if value is None and word not in _MAY_BE_NULL):
            document.report(below(pointer, word), f"`{word}` has no value", "Write one, or take it out.")
        for word in node.keys() & FORMS.keys():
            try:
                FORMS[word].validate_python(node[word], strict=True)
            except ValidationError as error:
                _report(document, below(pointer, word), error)
    document.raise_problems()
    for model in _models_in(document_model):
        _check_words(document, model)


def _models_in(value: Any) -> Iterator[BaseModel]:
    """Yield a model and all those below it."""
    if isinstance(value, BaseModel):
        yield value
        value = dict(value)
    if isinstance(value, (Mapping, list)):
        for child in value.values() if isinstance(value, Mapping) else value:
            yield from _models_in(child)


def _check_words(document: Document, model: BaseModel) -> None:
    known, pointer = _WORDS.get(type(model)), pointer_of(model)
    if known is None or pointer is None:
        return
    for word in document.node(pointer):
        if word not in known and not word.startswith("x-"):
            beside = "next to `$ref`" if isinstance(model, models.Reference) else "here"
            near = get_close_matches(word, known, 1)
            advice = f"Take it out, or write `{near[0]}`." if near else "Take it out."
            document.report(below(pointer, word), f"`{word}` is not supported {beside}", advice)


def _report(document: Document, pointer: str, error: ValidationError) -> None:
    """Report each error; of several alternatives that do not match one value, only the first."""
    guessed: set[str] = set()
    for detail in error.errors(include_url=False):
        at, node = _place(document, pointer, detail)
        word = detail["loc"][-1] if detail["loc"] else ""
        if detail["type"] == "missing":
            document.report(at, f"`{word}` is missing", "Add it.")
        elif detail["type"] == "extra_forbidden":
            document.report(at, f"`{word}` is not supported here", "Take it out or correct it.")
        elif at not in guessed:
            guessed.add(at)
            message = re.sub(r" or instance of \w+", "", detail["msg"])
            value = reprlib.repr(detail["input"] if word == "[key]" else node)
            document.report(at, f"{message[:1].lower()}{message[1:]}, found {value}", "Correct it.")


def _place(document: Document, pointer: str, error: ErrorDetails) -> tuple[str, Node]:
    """Return the place of an error, from its steps, some of which name a pydantic model instead of a key."""
    node: Node = document.node(pointer)
    for step in error["loc"]:
        is_index = isinstance(node, list) and isinstance(step, int)
        if is_index or (isinstance(node, dict) and step in node):
            pointer, node = below(pointer, step), node[step]
    return pointer, node
