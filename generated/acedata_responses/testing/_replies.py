"""The usual answers: the document's own examples, made to fit the request.

No field of the service is named here but `id`. What takes another value is found through the document: the
text by the path that it gives, the parts of a stream by what it says of its events; and a field of a reply
that has the name of a field of the request repeats what the request said.
"""

from __future__ import annotations

import copy
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
from ._synthesis import minimal

T = TypeVar("T")


@dataclass(frozen=True)
class Wish:
    """How an answer should be.

    Attributes:
        request: The fields of the request, for the reply to echo.
        number: The number of the request: the id that the answer gets.
        text: The text of the answer; None for that of the example.
        shape: The shape of the reply, by its discriminator's value; None for the usual one.
    """

    request: Mapping[str, Any]
    number: int
    text: str | None = None
    shape: str | None = None


def shapes() -> list[str]:
    """The shapes of replies that the document tells apart and has examples for."""
    found = [
        _shape(operation, reply) for operation in OPERATIONS for reply in REPLIES.get(operation["id"], [])
    ]
    return sorted({shape for shape in found if shape is not None})


def reply(operation: Mapping[str, Any], wish: Wish) -> Any:
    """The JSON reply of an operation."""
    example = _of_shape(
        [(_shape(operation, example), example) for example in REPLIES.get(operation["id"], [])],
        _wanted(operation, wish),
    )
    if example is None:
        example = minimal(_member(operation["reply"], wish.shape), SCHEMAS)
    if operation["id"] in LISTINGS:
        example = _listing(example, LISTINGS[operation["id"]])
    text_at = NOTES.get(_component(example, operation["reply"]) or "", {}).get("x-text")
    if text_at:
        example = _renewed(example, example, find(example, text_at), wish)
    return _echoing(example, operation["reply"], wish.request)


def events(operation: Mapping[str, Any], wish: Wish) -> list[Any]:
    """The events of an operation's stream, the marker of its end included where the stream needs one."""
    streams = [(stream.shape, stream) for stream in _streams(operation["id"])]
    stream = _of_shape(streams, _wanted(operation, wish)) or _read(operation, _made_up(operation["events"]))
    values = _renewed(_with_text(stream, wish.text), stream.identity, stream.text, wish)
    values = [_echoing(value, operation["events"], wish.request) for value in values]
    for number, value in enumerate(values):
        value.update(dict.fromkeys(stream.counters, number))
    marker = operation["stream"].get("end_marker")
    return values if stream.has_end or marker is None else [*values, marker]


@dataclass(frozen=True)
class _Stream:
    """An example stream, with what the document says of it.

    Attributes:
        events: The events.
        shape: The shape of the reply that they build.
        identity: The object that has the reply's id.
        text: The whole text.
        text_paths: For each event that has a piece of the text, where it is.
        counters: The keys that count the events.
        has_end: Whether the last event says that it is the last.
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
    """The example streams of an operation, read once."""
    operation = next(one for one in OPERATIONS if one["id"] == operation_id)
    return [_read(operation, values) for values in STREAMS.get(operation_id, [])]


def _read(operation: Mapping[str, Any], values: list[Any]) -> _Stream:
    """What the document says of a stream."""
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
        counters=[key for key in last if _counted(value.get(key) for value in values)],
        has_end="ends" in meaning,
    )


def _counted(numbers: Iterable[Any]) -> bool:
    return all(type(number) is int and number == place for place, number in enumerate(numbers))


def _made_up(schema: Mapping[str, Any]) -> list[Any]:
    """A stream of which the document has no example: the smallest event of each kind, up to a good end."""
    events = [(NOTES.get(name, {}).get("x-event", {}), name) for name in _members(schema)]
    names = [name for meaning, name in events if "ends" not in meaning]
    names += [name for meaning, name in events if meaning.get("ends") == "completed"][:1]
    return [minimal({"$ref": name}, SCHEMAS) for name in names] or [minimal(schema, SCHEMAS)]


def _members(schema: Mapping[str, Any]) -> list[str]:
    """The named schemas that a union comes down to."""
    named = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    members = [*named.get("anyOf", []), *named.get("oneOf", [])]
    if members:
        return [name for member in members for name in _members(member)]
    return [schema["$ref"]] if "$ref" in schema else []


def _member(schema: Mapping[str, Any], shape: str | None) -> Mapping[str, Any]:
    """The member of a union that has a shape, or the union."""
    named = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    mapping = named.get("discriminator", {}).get("mapping", {})
    return {"$ref": mapping[shape]} if shape in mapping else schema


def _with_text(stream: _Stream, text: str | None) -> list[Any]:
    """The events with another text: its first piece is the pattern of all, one for each word."""
    if text is None or not stream.text_paths:
        return stream.events
    pattern, path = next(iter(stream.text_paths.items()))
    pieces: list[Any] = []
    for word in re.findall(r"\s*\S+|\s+", text):
        piece = copy.deepcopy(stream.events[pattern])
        put(piece, path, word)
        pieces.append(piece)
    rest = [
        value
        for number, value in enumerate(stream.events)
        if number > pattern and number not in stream.text_paths
    ]
    return [*stream.events[:pattern], *pieces, *rest]


def _renewed(data: Any, identity: Any, text: Any, wish: Wish) -> Any:
    """A copy of an example with an id of its own, and with the wished text wherever the whole text stands."""
    old = identity.get("id")
    ids = {old: f"{old}{wish.number:06x}"} if isinstance(old, str) else {}
    texts = {text: wish.text} if isinstance(text, str) and text and wish.text is not None else {}
    return _exchanged(data, ids, texts)


def _exchanged(data: Any, ids: Mapping[str, str], texts: Mapping[str, str]) -> Any:
    if is_object(data):
        return {key: _exchanged(value, ids, ids if key == "id" else texts) for key, value in data.items()}
    if is_list(data):
        return [_exchanged(value, ids, texts) for value in data]
    return texts.get(data, data) if isinstance(data, str) else data


def _echoing(data: Any, schema: Mapping[str, Any], request: Mapping[str, Any]) -> Any:
    """A copy of a reply or event that repeats what the request said, where the field allows the value."""
    name = _component(data, schema)
    if name is None or not is_object(data):
        return data
    properties = SCHEMAS[name].get("properties", {})
    result = dict(data)
    for key in data.keys() & properties.keys():
        if request.get(key) is not None and not request_problems(request[key], properties[key], SCHEMAS):
            result[key] = request[key]
        elif "x-text" in NOTES.get(_component(data[key], properties[key]) or "", {}):
            result[key] = _echoing(data[key], properties[key], request)
    return result


def _listing(example: Any, listing: Mapping[str, str]) -> Any:
    """A reply whose list has an entry for each value that an open enum knows, and those of the example."""
    entries, key = example[listing["list"]], listing["key"]
    names = dict.fromkeys([*SCHEMAS[listing["values"]]["x-known"], *(entry[key] for entry in entries)])
    return {**example, listing["list"]: [{**entries[0], key: name} for name in names]}


def _component(data: Any, schema: Mapping[str, Any]) -> str | None:
    """The innermost named schema that describes data: a union is followed to the member that holds."""
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
    """The value of the discriminator of an operation's replies."""
    schema: Mapping[str, Any] = operation["reply"] or {}
    schema = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    return reply.get(schema["discriminator"]["propertyName"]) if "discriminator" in schema else None


def _wanted(operation: Mapping[str, Any], wish: Wish) -> str | None:
    """The shape that is wished for, or that of the first example stream: replies and streams agree."""
    streams = _streams(operation["id"])
    return wish.shape or (streams[0].shape if streams else None)


def _of_shape(candidates: list[tuple[str | None, T]], shape: str | None) -> T | None:
    """The first example of the shape, or the first at all."""
    ranked = sorted(candidates, key=lambda candidate: candidate[0] != shape)
    return ranked[0][1] if ranked else None
