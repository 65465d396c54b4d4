"""OpenAPI documents for tests: those in files, and small.yaml with changes at JSON pointers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "openapi.yaml"
LIBRARY = Path(__file__).with_name("library.yaml")


def parsed(path: Path) -> dict[str, Any]:
    """Return a document as plain data, by a reader that is not the generator's own."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


SMALL = parsed(Path(__file__).with_name("small.yaml"))

# Places in it. A pointer that does not begin with a slash begins at the schemas.
SCHEMAS = "/components/schemas"
OPERATION = "/paths/~1things~1{id}/post"
BODY = f"{OPERATION}/requestBody"
BODY_SCHEMA = f"{BODY}/content/application~1json/schema"
REPLY = f"{OPERATION}/responses/200"
JSON = f"{REPLY}/content/application~1json"
STREAM = f"{REPLY}/content/text~1event-stream"
FIELD = "Thing/properties/it"

# Schemas
TEXT: dict[str, Any] = {"type": "string"}


def ref(component: str) -> dict[str, Any]:
    """Return a reference to a schema."""
    return {"$ref": f"#/components/schemas/{component}"}


def text(**more: Any) -> dict[str, Any]:
    """Return a schema of strings, with further keywords."""
    return {**TEXT, **more}


def array(items: Any) -> dict[str, Any]:
    """Return a schema of lists."""
    return {"type": "array", "items": items}


def an_object(*fields: str, required: bool = True, **more: Any) -> dict[str, Any]:
    """Return a schema of objects with some text fields, and others."""
    properties = {**dict.fromkeys(fields, TEXT), **more}
    return {"type": "object", "properties": properties, **({"required": list(properties)} if required else {})}


def kind(value: str, **more: Any) -> dict[str, Any]:
    """Return a schema of objects whose `kind` has one value."""
    return an_object(kind=text(const=value), **more)


def union(*members: str, **more: Any) -> dict[str, Any]:
    """Return a schema that is one of several components."""
    return {"anyOf": [ref(name) for name in members], **more}


# Parts of operations


def parameter(name: str, where: str = "query", **more: Any) -> dict[str, Any]:
    """Return a parameter that is a string."""
    return {"name": name, "in": where, "schema": TEXT, **more}


def response(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    """Return a response of status 200."""
    return {"description": "Done.", "content": {media_type: {"schema": schema}}}


def operation(**more: Any) -> dict[str, Any]:
    """Return another operation."""
    return {"operationId": "things.get", "tags": ["things"], "responses": {"204": {"description": "Done."}}, **more}


# Changes

GONE: Any = object()
"""As a changed value: the key is removed."""


def steps(pointer: str) -> list[str]:
    """Return the keys of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def absolute(pointer: str) -> str:
    """Return a pointer from the root of the document."""
    return pointer if pointer.startswith("/") or not pointer else f"{SCHEMAS}/{pointer}"


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a document with other values at some pointers; missing objects on the way are created."""
    result: Any = copy.deepcopy(dict(document))
    for pointer, value in changes.items():
        *path, last = steps(absolute(pointer))
        node = result
        for step in path:
            node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
        if value is GONE:
            del node[int(last) if isinstance(node, list) else last]
        elif isinstance(node, list):
            node.insert(int(last), copy.deepcopy(value))
        else:
            node[last] = copy.deepcopy(value)
    return result  # type: ignore[no-any-return]


STREAMING = changed(
    SMALL,
    {
        STREAM: {"schema": ref("Event"), "x-stream": {"selected-by": "live", "end-marker": "END"}},
        "Event": {
            **an_object("piece", whole=ref("Thing"), required=False),
            "x-event": {"ends": "completed", "reply": "whole"},
        },
    },
)
"""The small document, whose operation can stream."""
