"""The operations as the document describes them: their parameters, bodies and responses.

The generator keeps no pointers of parameters and responses, and ignores what it does not know. So these are read from
the document itself, and what the client does not support is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client import strings
from openapi_python_client.config import Config

from .document import Document, Node, below
from .package_schemas import parameters_schema, reduced

JSON = "application/json"
EVENTS = "text/event-stream"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that OpenAPI 3.1 (Parameter Object, `name`) tells tools to ignore."""

STYLES = {"path": "simple", "query": "form", "header": "simple"}
"""How OpenAPI 3.1 (Parameter Object, `style`) writes a parameter by default, and the client always."""

_PATH = re.compile(r"/(?:[A-Za-z0-9._~%!$&'()*+,;=:@/-]|\{[^{}/]+\})*")  # RFC 3986, section 3.3, and parameters

Place = tuple[str, Node]
"""The pointer of a part of the document, and that part."""


def is_json(media_type: str, config: Config) -> bool:
    """Whether the generator treats a media type as JSON, by itself or by `content_type_overrides`."""
    type_ = strings.get_content_type(media_type, config) or ""
    return type_ == JSON or type_.endswith("+json")


@dataclass
class Operation:
    """An operation as the document describes it.

    Attributes:
        pointer: Its location in the document.
        path: Its path, with `{name}` for parameters.
        http_method: Its HTTP method.
        node: Its description.
        source: The source of that.
        parameters: Its parameters, with those of its path.
        body: The JSON of its request.
        responses: The successful responses, by `application/json` and `text/event-stream`.
    """

    pointer: str
    path: str
    http_method: str
    node: Node
    source: str | None = None
    parameters: list[Place] = field(default_factory=list)
    body: Place | None = None
    responses: dict[str, Place] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The operationId."""
        return str(self.node["operationId"])


def find(document: Document, config: Config) -> list[Operation]:
    """Return every operation, in the document's order. What the client does not support is reported."""
    operations: list[Operation] = []
    ids: dict[str, str] = {}
    paths = document.data.get("paths", {})
    for path, method in ((path, method) for path in paths for method in METHODS if method in paths[path]):
        pointer = below("/paths", path, method)
        node, before = paths[path][method], len(document.problems)
        source = node.get("x-source", document.data.get("x-source"))
        operation = Operation(pointer, path, method.upper(), node, source)
        for word in ("operationId", "tags"):
            if not operation.node.get(word):
                document.report(pointer, f"the operation has no `{word}`", "Add it.")
        id_ = operation.node.get("operationId")
        if id_ and ids.setdefault(id_, pointer) != pointer:
            text = f"the operationId {id_!r} is also used at {document.place(ids[id_])}"
            document.report(below(pointer, "operationId"), text, "Rename one.")
        operation.parameters = list(_parameters(document, operation))
        with document.reporting():
            _check_paths(document, operation)
        with document.reporting():
            operation.body = _body(document, operation)
        with document.reporting():
            operation.responses = _responses(document, config, operation)
        if len(document.problems) == before:
            operations.append(operation)
    if not operations and not document.problems:
        text = "the document has no `paths`, which OpenAPI 3.1 allows, but there is no method to generate"
        if "paths" in document.data:
            text = "`paths` has no operation, so there is no method to generate"
        document.report("/paths" if "paths" in document.data else "", text, "Describe an operation.")
    return operations


def _parameters(document: Document, operation: Operation) -> Iterator[Place]:
    """Yield the parameters of the operation, then those of its path; without the headers that tools ignore."""
    seen = set()
    for holder in (operation.pointer, below("/paths", operation.path)):
        for index in range(len(document.node(holder).get("parameters", []))):
            at, parameter = document.resolve(below(holder, "parameters", index))
            with document.reporting():
                _check_parameter(document, at, parameter)
            where, name = parameter["in"], parameter["name"]
            is_ignored = where == "header" and name.lower() in IGNORED_HEADERS
            if not is_ignored and (where, name) not in seen:
                seen.add((where, name))
                yield at, parameter


def _check_parameter(document: Document, at: str, parameter: Node) -> None:
    where = parameter["in"]
    if "schema" not in parameter:
        raise document.error(at, "a parameter without `schema` is not supported", "Add a `schema`.")
    if where == "cookie":
        raise document.error(at, "a cookie parameter is not supported", "Pass it as a header.")
    style = STYLES[where]
    if parameter.get("style", style) != style or parameter.get("allowReserved"):
        raise document.error(at, "this style of a parameter is not supported", f"Use `style: {style}` alone.")


def _check_paths(document: Document, operation: Operation) -> None:
    """Check that the path and its aliases have exactly the parameters that are described."""
    described = {parameter["name"] for _at, parameter in operation.parameters if parameter["in"] == "path"}
    at = below(operation.pointer, "x-alias-paths")
    aliases = [(below(at, index), path) for index, path in enumerate(operation.node.get("x-alias-paths", []))]
    for pointer, path in [(operation.pointer, operation.path), *aliases]:
        if not _PATH.fullmatch(path):
            advice = "Begin it with / and percent-encode what is not allowed in it."
            raise document.error(pointer, f"{path!r} is not a path", advice)
        for name in sorted(described.symmetric_difference(re.findall(r"\{([^{}]+)\}", path))):
            where = "described, but not in the path" if name in described else "not described, but in the path"
            raise document.error(pointer, f"the parameter {name!r} is {where} {path}", "Correct one of them.")


def _body(document: Document, operation: Operation) -> Place | None:
    if "requestBody" not in operation.node:
        return None
    at, body = document.resolve(below(operation.pointer, "requestBody"))
    if "schema" not in body["content"].get(JSON, {}):
        types = ", ".join(body["content"]) or "nothing"
        problem = f"a body of type {types} is not supported: the client sends JSON only"
        advice = f"Describe it as `{JSON}` with a schema, or take the operation out."
        raise document.error(at, problem, advice)
    _at, schema = document.resolve(below(at, "content", JSON, "schema"))
    if schema.get("required") and not body.get("required"):
        problem = "the body is optional, but some of its fields are required"
        raise document.error(at, problem, "Say `required: true` of it.")
    return below(at, "content", JSON), body["content"][JSON]


def _responses(document: Document, config: Config, operation: Operation) -> dict[str, Place]:
    """Return the JSON, under its usual name, and the events of successful responses. Other media types are left out."""
    if operation.http_method == "HEAD":
        return {}  # its response has no content (RFC 9110, section 9.3.2)
    responses = operation.node.get("responses", {})
    successes = [
        document.resolve(below(operation.pointer, "responses", status))
        for status in responses
        if status.startswith("2")
    ]
    if responses and not successes:
        at = below(operation.pointer, "responses")
        raise document.error(at, "no successful response is described", "Add one, such as 200 or 204.")
    by_type: dict[str, Place] = {}
    for at, reply in sorted(successes, key=lambda place: not place[1].get("content")):
        content = {
            JSON if is_json(name, config) else name: below(at, "content", name)
            for name in reversed(reply.get("content", {}))
        }
        known = [name for name in (JSON, EVENTS) if name in content]
        for name in known or content:
            media = _media_of_response(document, content[name], name)
            if by_type.setdefault(name, (content[name], media))[1]["schema"] != media["schema"]:
                text = f"two successful responses have different schemas for {name}"
                raise document.error(content[name], text, "Give them one schema.")
        if by_type and not content:
            text = "one successful response has content, this one has none"
            raise document.error(at, text, "Take one out.")
    return by_type


def _media_of_response(document: Document, at: str, media_type: str) -> Node:
    media = document.node(at)
    if media_type not in (JSON, EVENTS):
        problem = f"a response of type {media_type} is not supported"
        raise document.error(at, problem, "Describe JSON or events.")
    if "schema" not in media:
        raise document.error(at, "a response without `schema` is not supported", "Add a `schema`.")
    return media


def data_of(document: Document, operation: Operation) -> dict[str, Any]:
    """Return an operation as plain data, for use at run time."""
    statuses = [status for status in operation.node.get("responses", {}) if status.startswith("2")] or ["200"]
    schemas = {name: reduced(document, below(at, "schema")) for name, (at, _media) in operation.responses.items()}
    stream = operation.responses[EVENTS][1].get("x-stream", {}) if EVENTS in operation.responses else {}
    by_path: dict[str, list[Place]] = {place: [] for place in STYLES}
    for at, parameter in operation.parameters:
        by_path[parameter["in"]].append((at, parameter))
    return {
        "id": operation.id,
        "method": operation.http_method,
        "path": operation.path,
        "alias_paths": operation.node.get("x-alias-paths", []),
        "safe": operation.http_method in SAFE_METHODS or operation.node.get("x-safe", False),
        "security": _security(document, operation),
        "telemetry": operation.node.get("x-telemetry"),
        "parameters": {
            place: parameters_schema(document, parameters) if parameters else None
            for place, parameters in by_path.items()
        },
        "body": reduced(document, below(operation.body[0], "schema")) if operation.body else None,
        "status": int(statuses[0]) if statuses[0].isdigit() else 200,
        "reply": schemas.get(JSON),
        "events": schemas.get(EVENTS),
        "stream": {key.replace("-", "_"): value for key, value in stream.items()} or None,
    }


def _security(document: Document, operation: Operation) -> str:
    """Whether the token is `required`, `optional`, or has nothing to do with the operation (`none`)."""
    requirements = operation.node.get("security", document.data.get("security"))
    if requirements is None:
        return "required" if document.components("securitySchemes") else "none"
    if not any(requirements):
        return "none"
    return "required" if all(requirements) else "optional"
