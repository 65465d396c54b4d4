"""The default answers: examples of the OpenAPI document, adapted to the request.

No field of the service is named here except `id`. The OpenAPI document has the paths to the text and the meaning of
the events. A field of a reply that has the name of a field of the request repeats the value from the request.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from .._document.schemas import OPERATIONS, SCHEMAS
from .._document.validation import request_problems
from .._json import is_list, is_object
from .._paths import find, put
from ._examples import LISTINGS, NOTES, REPLIES, STREAMS

T = TypeVar("T")

_BY_FORMAT = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


@dataclass(frozen=True)
class ReplyOptions:
    """Options for an answer.

    Attributes:
        request: The fields of the request, for the reply to echo.
        number: The number of the request, which becomes part of the reply's id.
        text: The text of the answer; None for that of the example.
        shape: The shape of the reply, by the value of its discriminator; None for the default.
    """

    request: Mapping[str, Any]
    number: int
    text: str | None = None
    shape: str | None = None


def shapes() -> list[str]:
    """Return the shapes of replies that have examples in the OpenAPI document."""
    found = [_shape(operation, reply) for operation in OPERATIONS for reply in REPLIES.get(operation["id"], [])]
    return sorted({shape for shape in found if shape is not None})


def reply(operation: Mapping[str, Any], options: ReplyOptions) -> Any:
    """Return the JSON reply of an operation."""
    example = _pick_shape(
        [(_shape(operation, example), example) for example in REPLIES.get(operation["id"], [])],
        _selected_shape(operation, options),
    )
    if example is None:
        example = minimal(_member(operation["reply"], options.shape), SCHEMAS)
    if operation["id"] in LISTINGS:
        example = _listing(example, LISTINGS[operation["id"]])
    text_at = NOTES.get(_component(example, operation["reply"]) or "", {}).get("x-text")
    if text_at:
        example = _with_id_and_text(example, example, find(example, text_at), options)
    return _echo_request(example, operation["reply"], options.request)


def events(operation: Mapping[str, Any], options: ReplyOptions) -> list[Any]:
    """Return the events of an operation's stream, including the end marker if the stream needs one."""
    streams = [(stream.shape, stream) for stream in _streams(operation["id"])]
    stream = _pick_shape(streams, _selected_shape(operation, options)) or _analyze(
        operation, _minimal_events(operation["events"])
    )
    values = _with_id_and_text(_with_text(stream, options.text), stream.identity, stream.text, options)
    values = [_echo_request(value, operation["events"], options.request) for value in values]
    for number, value in enumerate(values):
        value.update(dict.fromkeys(stream.counters, number))
    marker = operation["stream"].get("end_marker")
    return values if stream.has_end or marker is None else [*values, marker]


@dataclass(frozen=True)
class _Stream:
    """An example stream and what the OpenAPI document says about its events.

    Attributes:
        events: The events.
        shape: The shape of the reply that they build.
        identity: The object with the id of the reply.
        text: The whole text.
        text_paths: For each event with a piece of the text, the path to it.
        counters: The keys that count the events.
        has_end: Whether the last event marks the end of the stream.
    """

    events: list[Any]
    shape: str | None
    identity: Any
    text: str
    text_paths: dict[int, Any]
    counters: list[str]
    has_end: bool


@cache
def _streams(operation_id: str) -> list[_Stream]:
    """Return the example streams of an operation."""
    operation = next(one for one in OPERATIONS if one["id"] == operation_id)
    return [_analyze(operation, values) for values in STREAMS.get(operation_id, [])]


def _analyze(operation: Mapping[str, Any], values: list[Any]) -> _Stream:
    """Find the text and the meaning of the events of a stream."""
    notes = [NOTES.get(_component(value, operation["events"]) or "", {}) for value in values]
    meanings = [note.get("x-event", {}) for note in notes]
    paths = {
        number: meaning["text"]
        for number, (value, meaning) in enumerate(zip(values, meanings, strict=True))
        if "text" in meaning and find(value, meaning["text"])
    }
    last, meaning, note = values[-1], meanings[-1], notes[-1]
    whole = last[meaning["reply"]] if "reply" in meaning else last
    constants = note.get("x-assembles", {}).get("constants", {})
    return _Stream(
        events=values,
        shape=_shape(operation, {**whole, **constants}),
        identity=whole,
        text="".join(find(values[number], path) for number, path in paths.items()),
        text_paths=paths,
        counters=[key for key in last if _is_counter(value.get(key) for value in values)],
        has_end="ends" in meaning,
    )


def _is_counter(numbers: Iterable[Any]) -> bool:
    return all(type(number) is int and number == place for place, number in enumerate(numbers))


def _minimal_events(schema: Mapping[str, Any]) -> list[Any]:
    """Return a stream for operations without an example: the minimal event of each type, up to a successful end."""
    events = [(NOTES.get(name, {}).get("x-event", {}), name) for name in _members(schema)]
    names = [name for meaning, name in events if "ends" not in meaning]
    names += [name for meaning, name in events if meaning.get("ends") == "completed"][:1]
    return [minimal({"$ref": name}, SCHEMAS) for name in names] or [minimal(schema, SCHEMAS)]


def _members(schema: Mapping[str, Any]) -> list[str]:
    """Return the names of all schemas in a union, including nested ones."""
    named = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    members = [*named.get("anyOf", []), *named.get("oneOf", [])]
    if members:
        return [name for member in members for name in _members(member)]
    return [schema["$ref"]] if "$ref" in schema else []


def _member(schema: Mapping[str, Any], shape: str | None) -> Mapping[str, Any]:
    """Return the member of a union with this shape, or else the union."""
    named = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    mapping = named.get("discriminator", {}).get("mapping", {})
    return {"$ref": mapping[shape]} if shape in mapping else schema


def _with_text(stream: _Stream, text: str | None) -> list[Any]:
    """Return the events with another text: one copy of the first text event for each word."""
    if text is None or not stream.text_paths:
        return stream.events
    pattern, path = next(iter(stream.text_paths.items()))
    pieces: list[Any] = []
    for word in re.findall(r"\s*\S+|\s+", text):
        piece = copy.deepcopy(stream.events[pattern])
        put(piece, path, word)
        pieces.append(piece)
    rest = [value for number, value in enumerate(stream.events) if number > pattern and number not in stream.text_paths]
    return [*stream.events[:pattern], *pieces, *rest]


def _with_id_and_text(data: Any, identity: Any, text: Any, options: ReplyOptions) -> Any:
    """Copy an example with a unique id, and replace each occurrence of the whole text with the requested text."""
    old = identity.get("id")
    ids = {old: f"{old}{options.number:06x}"} if isinstance(old, str) else {}
    texts = {text: options.text} if isinstance(text, str) and text and options.text is not None else {}
    return _replaced(data, ids, texts)


def _replaced(data: Any, ids: Mapping[str, str], texts: Mapping[str, str]) -> Any:
    if is_object(data):
        return {key: _replaced(value, ids, ids if key == "id" else texts) for key, value in data.items()}
    if is_list(data):
        return [_replaced(value, ids, texts) for value in data]
    return texts.get(data, data) if isinstance(data, str) else data


def _echo_request(data: Any, schema: Mapping[str, Any], request: Mapping[str, Any]) -> Any:
    """Copy a reply or event with the values of the request, where the fields allow them."""
    name = _component(data, schema)
    if name is None or not is_object(data):
        return data
    properties = SCHEMAS[name].get("properties", {})
    result = dict(data)
    for key in data.keys() & properties.keys():
        if request.get(key) is not None and not request_problems(request[key], properties[key], SCHEMAS):
            result[key] = request[key]
        elif "x-text" in NOTES.get(_component(data[key], properties[key]) or "", {}):
            result[key] = _echo_request(data[key], properties[key], request)
    return result


def _listing(example: Any, listing: Mapping[str, str]) -> Any:
    """Return a reply with a list entry for each known value of an open enum, and those of the example."""
    entries, key = example[listing["list"]], listing["key"]
    names = dict.fromkeys([*SCHEMAS[listing["values"]]["x-known"], *(entry[key] for entry in entries)])
    return {**example, listing["list"]: [{**entries[0], key: name} for name in names]}


def _component(data: Any, schema: Mapping[str, Any]) -> str | None:
    """Return the name of the innermost schema that describes data; unions are resolved to the matching member."""
    name = schema.get("$ref")
    schema = SCHEMAS[name] if name else schema
    if "discriminator" in schema:
        kind = data.get(schema["discriminator"]["propertyName"]) if is_object(data) else None
        member = schema["discriminator"]["mapping"].get(kind)
        return _component(data, {"$ref": member}) if member else None
    for member in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
        if not request_problems(data, member, SCHEMAS):
            return _component(data, member)
    return name


def _shape(operation: Mapping[str, Any], reply: Any) -> str | None:
    """Return the value of a reply's discriminator, None if the operation has only one shape of reply."""
    schema: Mapping[str, Any] = operation["reply"] or {}
    schema = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    return reply.get(schema["discriminator"]["propertyName"]) if "discriminator" in schema else None


def _selected_shape(operation: Mapping[str, Any], options: ReplyOptions) -> str | None:
    """Return the requested shape, or else that of the first example stream, so that replies and streams agree."""
    streams = _streams(operation["id"])
    return options.shape or (streams[0].shape if streams else None)


def _pick_shape(candidates: list[tuple[str | None, T]], shape: str | None) -> T | None:
    """Return the first candidate with the shape, or else the first of all."""
    ranked = sorted(candidates, key=lambda candidate: candidate[0] != shape)
    return ranked[0][1] if ranked else None


def minimal(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return a minimal value of a schema, for replies without an example. `pattern` is ignored."""
    if "$ref" in schema:
        return minimal(schemas[schema["$ref"]], schemas)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf"):
        if word in schema and "properties" not in schema:
            return minimal(schema[word][0], schemas)
    kinds = schema.get("type", "object" if "properties" in schema else "null")
    kind: str = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        # A union next to `properties` says which properties belong together.
        members: list[dict[str, Any]] = schema.get("anyOf") or schema.get("oneOf") or [{}]
        chosen: dict[str, Any] = schemas[members[0]["$ref"]] if "$ref" in members[0] else members[0]
        properties = {**schema.get("properties", {}), **chosen.get("properties", {})}
        required: dict[str, None] = dict.fromkeys([*schema.get("required", []), *chosen.get("required", [])])
        return {key: minimal(properties.get(key, {}), schemas) for key in required}
    if kind == "array":
        return [minimal(schema.get("items", {}), schemas) for _ in range(schema.get("minItems", 0))]
    return _scalar(kind, schema)


def _scalar(kind: str, schema: Mapping[str, Any]) -> Any:
    if kind == "string":
        text = _BY_FORMAT.get(schema.get("format", ""), "text")
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
    if kind in ("number", "integer"):
        number = min(max(0, schema.get("minimum", -math.inf)), schema.get("maximum", math.inf))
        return math.ceil(number) if kind == "integer" else number
    return False if kind == "boolean" else None
