"""The form of our extensions of OpenAPI. What each one means is described at the head of openapi.yaml.

`EventRole`, `Assembly`, `ReplyRole`, `Calls`, `Incomplete` and `DataPart` have the names and fields of the classes in
`templates/types/_roles.py`: generation writes calls of those from these.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter
from pydantic.functional_validators import AfterValidator, BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from .document import Node


class LeadsTo(NamedTuple):
    """On a path or the name of a field: the JSON type of what is there; empty for any."""

    type: str


def _scalar(value: Any) -> Any:
    if not (value is None or isinstance(value, (str, int, float))):
        raise PydanticCustomError("scalar", "input should be text, a number, true, false or null")
    return value


def _without_source(value: Any) -> Any:
    return {key: item for key, item in value.items() if key != "x-source"} if isinstance(value, dict) else value


def _kind_of_step(step: Any) -> str:
    return "<values>" if isinstance(step, dict) else "<key>"


Scalar: TypeAlias = Annotated[Any, AfterValidator(_scalar)]
Key: TypeAlias = Annotated[str, Tag("<key>")]
Path: TypeAlias = Annotated[
    list[Annotated[Key | Annotated[dict[str, Scalar], Tag("<values>")], Discriminator(_kind_of_step)]],
    Field(min_length=1),
]
"""A path into data. A step is a key, or a mapping that selects the entries of a list with these values."""

Place: TypeAlias = Annotated[
    list[
        Annotated[
            Key | Annotated[dict[Literal["place"], str], Field(min_length=1), Tag("<values>")],
            Discriminator(_kind_of_step),
        ]
    ],
    Field(min_length=1),
]
"""A place in a reply. A step is a key, or `{place: field}` for the entry whose index an event has in that field."""

Names: TypeAlias = Annotated[list[str], Field(min_length=1)]
Variables: TypeAlias = list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]]


class _Extension(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class EventRole(_Extension):
    """The part of an event in its stream."""

    text: Annotated[Path | None, LeadsTo("string")] = None
    ends: Literal["completed", "incomplete", "failed", "error"] | None = None
    reply: Annotated[str | None, LeadsTo("object")] = None
    puts: Annotated[str | None, LeadsTo("")] = None
    adds: Annotated[str | None, LeadsTo("string")] = None
    at: Place | None = None
    code: Annotated[Path | None, LeadsTo("string")] = None
    message: Annotated[Path | None, LeadsTo("string")] = None

    @model_validator(mode="after")
    def _check_place(self) -> EventRole:
        given = [key for key in (self.puts, self.adds) if key is not None]
        if len(given) != (self.at is not None) or (self.at and not isinstance(self.at[0], str)):
            text = "`at` is a place in the reply, `[key, {place: field}]`, next to either `puts` or `adds`"
            raise PydanticCustomError("place", text)
        return self


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
    once: Names | None = None
    pieces: Names | None = None


class Calls(_Extension):
    """Where the calls of functions are in a reply, and the parts of each."""

    at: Path
    id: Annotated[Path, LeadsTo("string")]
    name: Annotated[Path, LeadsTo("string")]
    arguments: Annotated[Path, LeadsTo("string")]


class Incomplete(_Extension):
    """The values of a field that say that an answer is not whole."""

    at: Annotated[Path, LeadsTo("string")]
    values: Names


class ReplyRole(_Extension):
    """What a reply is to a conversation."""

    items: Annotated[Path | None, LeadsTo("object")] = None
    calls: Calls | None = None
    refusal: Annotated[Path | None, LeadsTo("string")] = None
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
    media_types: Names


class ErrorBody(_Extension):
    """Where an error body has its parts, and the values that mark a body as an error."""

    code: Annotated[Path, LeadsTo("string")] = []
    message: Annotated[Path, LeadsTo("string")] = []
    trace_id: Annotated[Path, LeadsTo("string")] = []
    when: dict[str, Scalar] = {}


class Summary(_Extension):
    """Where a reply has what a trace or an account of calls needs."""

    id: Annotated[Path | None, LeadsTo("")] = None
    model: Annotated[Path | None, LeadsTo("")] = None
    finish_reasons: Annotated[Path | None, LeadsTo("")] = None
    input_tokens: Annotated[Path | None, LeadsTo("")] = None
    output_tokens: Annotated[Path | None, LeadsTo("")] = None
    cached_tokens: Annotated[Path | None, LeadsTo("")] = None
    reasoning_tokens: Annotated[Path | None, LeadsTo("")] = None
    total_tokens: Annotated[Path | None, LeadsTo("")] = None
    cost: Annotated[Path | None, LeadsTo("")] = None


class Telemetry(_Extension):
    """What a trace calls an operation, and the fields of its request that it shows."""

    operation: str
    provider: str
    model: str
    attributes: dict[str, str] = {}


class ErrorCode(_Extension):
    statuses: list[Annotated[int, Field(ge=100, le=599)]] = []
    every_request: bool = False
    meaning: str | None = None


class ErrorKind(_Extension):
    parent: str | None = None
    statuses: list[Annotated[str, Field(pattern=r"^[1-5](\d\d|XX)$")]] = []
    codes: dict[str, ErrorCode] = {}
    resend: bool = False
    slow_down: bool = False
    every_request: bool = False
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
    "x-environment": Variables,
    "x-error-body": ErrorBody,
    "x-error-kinds": dict[str, ErrorKind],
    "x-event": EventRole,
    "x-example-events": dict[str, Annotated[list[dict[str, Any]], Field(min_length=1)]],
    "x-example-lists": ExampleLists,
    "x-failed-when": dict[str, Scalar],
    "x-limits": Limits,
    "x-log-environment": Variables,
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
    "x-unfinished-when": dict[str, Annotated[list[Scalar], Field(min_length=1)]],
    "x-value-sources": dict[str, str],
}
FORMS: dict[str, TypeAdapter[Any]] = {word: TypeAdapter(form) for word, form in _FORMS.items()}


def read(node: Node, word: str, default: Any = None) -> Any:
    """Return the value of an extension in its form, or the default where it is not given."""
    return FORMS[word].validate_python(node[word]) if word in node else default
