"""The places of the small document, pieces to put there, and what is said of a document that is refused."""

from __future__ import annotations

from typing import Any

OPERATION = "/paths/~1things~1{id}/post"
BODY = f"{OPERATION}/requestBody"
REPLY = f"{OPERATION}/responses/200"
SCHEMAS = "/components/schemas"
THING, PART, NEW = f"{SCHEMAS}/Thing", f"{SCHEMAS}/Part", f"{SCHEMAS}/NewThing"
FIELD = f"{THING}/properties/it"
TEXT: dict[str, Any] = {"type": "string"}
REF: dict[str, Any] = {"$ref": "#/components/schemas/Part"}


def an_object(*fields: str, required: bool = True, **more: Any) -> dict[str, Any]:
    """A schema with some text fields, and others."""
    properties = {**dict.fromkeys(fields, TEXT), **more}
    return {"type": "object", "properties": properties, **({"required": list(properties)} if required else {})}


def kind(value: str, **more: Any) -> dict[str, Any]:
    """A schema whose `kind` has one value."""
    return an_object(kind={"type": "string", "const": value}, **more)


def union(*members: str, **more: Any) -> dict[str, Any]:
    """One of several components."""
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in members], **more}


def parameter(name: str, where: str = "query", **more: Any) -> dict[str, Any]:
    """A parameter that is text."""
    return {"name": name, "in": where, "schema": TEXT, **more}


def answer(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    """A successful answer."""
    return {"description": "Done.", "content": {media_type: {"schema": schema}}}


def operation(**more: Any) -> dict[str, Any]:
    """One more operation."""
    return {"operationId": "things.get", "tags": ["things"], "responses": {"204": {"description": "Done."}}, **more}


STREAM = {
    f"{REPLY}/content/text~1event-stream": {
        "schema": {"$ref": "#/components/schemas/Event"},
        "x-stream": {"selected-by": "live", "end-marker": "END"},
    },
    f"{SCHEMAS}/Event": {
        **an_object("piece", whole={"$ref": "#/components/schemas/Thing"}, required=False),
        "x-event": {"ends": "completed", "reply": "whole"},
    },
}
"""What makes the operation stream."""

Case = tuple[dict[str, Any], str, str]
"""What is changed in the small document, the place that the message names, and its words."""
