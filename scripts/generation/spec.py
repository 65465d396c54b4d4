"""The part of OpenAPI that the client supports, and the form of our extensions.

The document is checked by the models with which openapi-python-client reads it. These let every word pass that they do
not know, so the words that have a meaning here are listed; any other would be left out without a notice. What an
extension means is described at the head of openapi.yaml.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeAlias

from openapi_python_client import schema as oai
from openapi_python_client.schema import openapi_schema_pydantic as models
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from .document import Document, Node, below, marked, pointer_of

COMPONENT = "#/components/schemas/"
TYPES = ("string", "number", "integer", "boolean", "null", "array", "object")

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


# The form of extensions


class _Extension(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


def _scalar(value: Any) -> Any:
    if not (value is None or isinstance(value, (str, int, float))):
        raise PydanticCustomError("scalar", "input should be text, a number, true, false or null")
    return value


def _without_source(value: Any) -> Any:
    return {key: one for key, one in value.items() if key != "x-source"} if isinstance(value, dict) else value


def _kind_of_step(step: Any) -> str:
    return "<values>" if isinstance(step, dict) else "<key>"


Scalar: TypeAlias = Annotated[Any, AfterValidator(_scalar)]
Step: TypeAlias = Annotated[
    Annotated[str, Tag("<key>")] | Annotated[dict[str, Scalar], Tag("<values>")],
    Discriminator(_kind_of_step),
]
Path: TypeAlias = Annotated[list[Step], Field(min_length=1)]
"""A path into data. A step is a key, or a mapping that selects the entries of a list with these values."""


class EntryAt(_Extension):
    """The entry of a list whose index an event has in a field."""

    place: str


PlacePath: TypeAlias = Annotated[
    list[
        Annotated[
            Annotated[str, Tag("<key>")] | Annotated[EntryAt, Tag("<values>")], Discriminator(_kind_of_step)
        ]
    ],
    Field(min_length=1),
]
"""Where in a reply something belongs: a key, or the entry of a list by its index."""


class EventRole(_Extension):
    """The part of an event in its stream."""

    text: Path | None = None
    puts: str | None = None
    at: PlacePath | None = None
    ends: Literal["completed", "incomplete", "failed", "error"] | None = None
    reply: str | None = None
    code: Path | None = None
    message: Path | None = None


class Assembly(_Extension):
    """How a series of events adds up to a reply."""

    reply: str
    list: str
    key: str
    delta: str
    into: str
    id: str | None = None
    finished: str | None = None
    constants: dict[str, Scalar] = {}
    once: Sequence[str] = ()
    pieces: Sequence[str] = ()


class Calls(_Extension):
    """Where the calls of functions are in a reply, and the parts of each."""

    at: Path
    id: Path
    name: Path
    arguments: Path


class Incomplete(_Extension):
    """The values of a field that say that an answer is not whole."""

    at: Path
    values: Annotated[list[str], Field(min_length=1)]


class ReplyRole(_Extension):
    """What a reply is to a conversation."""

    items: Path | None = None
    calls: Calls | None = None
    refusal: Path | None = None
    incomplete: Incomplete | None = None


class StrictSchemas(_Extension):
    """What a JSON Schema must have and must not have to be kept to."""

    objects: dict[str, Scalar] = {}
    all_required: bool = False
    typed: bool = False
    bare_references: bool = False
    without: list[str] = []


class Conversation(_Extension):
    """The forms in which a conversation is written."""

    operation: str
    input: str
    tools: str
    tool_choice: str
    user: dict[str, Any]
    assistant: dict[str, Any]
    refusal: dict[str, Any]
    call: dict[str, Any]
    result: dict[str, Any]
    tool: dict[str, Any]
    answer_schema: dict[str, Any]
    strict_schemas: StrictSchemas = StrictSchemas()
    x_source: str | None = None


class DataPart(_Extension):
    """Which fields of a part take the content of a file."""

    url: str
    name: str | None = None
    media_types: Annotated[list[str], Field(min_length=1)]


class ErrorBody(_Extension):
    """Where an error body has its parts, and the values that mark a body as an error."""

    code: Path = []
    message: Path = []
    trace_id: Path = []
    when: dict[str, Scalar] = {}


class Summary(_Extension):
    """Where a reply has what a trace or an account of calls needs."""

    id: Path | None = None
    model: Path | None = None
    finish_reasons: Path | None = None
    input_tokens: Path | None = None
    output_tokens: Path | None = None
    cached_tokens: Path | None = None
    reasoning_tokens: Path | None = None
    total_tokens: Path | None = None
    cost: Path | None = None


class Telemetry(_Extension):
    """What a trace calls an operation, and the fields of its request that it shows."""

    operation: str
    provider: str
    model: str
    attributes: dict[str, str] = {}


class ErrorCode(_Extension):
    statuses: list[Annotated[int, Field(ge=100, le=599)]] = []
    meaning: str | None = None


class ErrorKind(_Extension):
    parent: str | None = None
    statuses: list[Annotated[str, Field(pattern=r"^[1-5](\d\d|XX)$")]] = []
    codes: dict[str, ErrorCode] = {}
    resend: bool = False
    slow_down: bool = False
    meaning: str | None = None
    advice: str | None = None
    x_source: str | None = None


class Limits(_Extension):
    in_flight: Annotated[int, Field(ge=1)] | None = None
    per_second: Annotated[float, Field(gt=0)] | None = None
    x_source: str | None = None


class Retry(_Extension):
    waits: Annotated[list[Annotated[float, Field(ge=0)]], Field(min_length=1)] = [1.0, 2.0, 4.0, 8.0, 16.0]
    jitter: Annotated[float, Field(ge=0)] = 1.0
    x_source: str | None = None


class Streaming(_Extension):
    selected_by: str | None = None
    end_marker: str | None = None
    heartbeats: list[str] = []


class ExampleLists(_Extension):
    """Where a reply lists each value that an open enum knows."""

    list: str
    key: str
    values: str


class Removed(_Extension):
    since: str


_OUTCOMES = "not-sent|replied|reply-lost|stream-closed|stream-ended|stream-unfinished"
"""How a call can end other than with an error of the service."""

_FORMS: dict[str, Any] = {
    "x-alias-paths": list[str],
    "x-aliases": dict[str, str],
    "x-assembles": Assembly,
    "x-billing": Annotated[
        dict[Annotated[str, Field(pattern=rf"^([3-5](\d\d|XX)|{_OUTCOMES})$")], bool | None],
        BeforeValidator(_without_source),
    ],
    "x-conversation": Conversation,
    "x-data": DataPart,
    "x-environment": list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]],
    "x-error-body": ErrorBody,
    "x-error-kinds": dict[str, ErrorKind],
    "x-event": EventRole,
    "x-example-events": dict[str, Annotated[list[dict[str, Any]], Field(min_length=1)]],
    "x-example-lists": ExampleLists,
    "x-failed-when": dict[str, Scalar],
    "x-limits": Limits,
    "x-log-environment": list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]],
    "x-python-name": Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")],
    "x-removed": dict[str, Removed],
    "x-reply": ReplyRole,
    "x-retry": Retry,
    "x-safe": bool,
    "x-source": str,
    "x-specification": dict[str, Any],
    "x-stream": Streaming,
    "x-summary": Summary,
    "x-telemetry": Telemetry,
    "x-text": Path,
    "x-value-sources": dict[str, str],
}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {word: TypeAdapter(form) for word, form in _FORMS.items()}


# The check


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
        for word in node.keys() & _FORMS.keys():
            try:
                _ADAPTERS[word].validate_python(node[word], strict=True)
            except ValidationError as error:
                _report(document, below(pointer, word), error)
    document.raise_problems()
    for model in _models_in(document_model):
        _check_words(document, model)


def _models_in(value: Any) -> Iterator[BaseModel]:
    """A model and all those below it."""
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
            beside = "beside `$ref`" if isinstance(model, models.Reference) else "here"
            near = get_close_matches(word, known, 1)
            advice = f"Take it out, or write `{near[0]}`." if near else "Take it out."
            document.report(below(pointer, word), f"`{word}` is not supported {beside}", advice)


def _report(document: Document, pointer: str, error: ValidationError) -> None:
    """Report each error; of several alternatives that do not match one value, only the first."""
    guessed: set[str] = set()
    for one in error.errors(include_url=False):
        at, node = _place(document, pointer, one)
        word = one["loc"][-1] if one["loc"] else ""
        if one["type"] == "missing":
            document.report(at, f"`{word}` is missing", "Add it.")
        elif one["type"] == "extra_forbidden":
            document.report(at, f"`{word}` is not supported here", "Take it out or correct it.")
        elif at not in guessed:
            guessed.add(at)
            message = re.sub(r" or instance of \w+", "", one["msg"])
            found = reprlib.repr(one["input"] if word == "[key]" else node)
            document.report(at, f"{message[:1].lower()}{message[1:]}, found {found}", "Correct it.")


def _place(document: Document, pointer: str, error: ErrorDetails) -> tuple[str, Node]:
    """The place of an error, from its steps, some of which name a pydantic model instead of a key."""
    node: Node = document.node(pointer)
    for step in error["loc"]:
        is_index = isinstance(node, list) and isinstance(step, int)
        if is_index or (isinstance(node, dict) and step in node):
            pointer, node = below(pointer, step), node[step]
    return pointer, node
