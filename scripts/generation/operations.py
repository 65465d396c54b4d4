"""The operations as the document describes them, and what in them the client does not express."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from openapi_python_client.config import Config
from openapi_python_client.strings import PythonIdentifier

from .document import Document, Node, below
from .parse import EVENTS, is_json
from .reduce import parameters_schema, reduced

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
IGNORED_HEADERS = frozenset({"accept", "authorization", "content-type"})
"""Header parameters that OpenAPI 3.1 (Parameter Object, `name`) tells tools to ignore."""

JSON = "application/json"
STYLES = {"path": "simple", "query": "form", "header": "simple"}
"""How OpenAPI 3.1 (Parameter Object, `style`) writes a parameter when nothing else is said: as the client does."""

_PATH = re.compile(
    r"/(?:[A-Za-z0-9._~%!$&'()*+,;=:@/-]|\{[^{}/]+\})*"
)  # RFC 3986, section 3.3, and parameters

Place = tuple[str, Node]
"""A part of the document and where it stands."""


def find(document: Document, config: Config) -> list[OperationSpec]:
    """Every operation, in the document's order. What the client does not express is reported."""
    found: list[OperationSpec] = []
    ids: dict[str, str] = {}
    for path, item in document.data.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                one = OperationSpec(document, config, path, method)
                with document.reporting():
                    one.check()
                    twin = ids.setdefault(one.id, one.pointer)
                    if twin != one.pointer:
                        text = f"the operationId {one.id!r} stands at {document.place(twin)} too"
                        raise document.error(below(one.pointer, "operationId"), text, "Rename one.")
                    found.append(one)
    if not ids and not document.problems:
        document.report("/paths", "the document has no operation", "Describe one.")
    return found


class OperationSpec:
    """An operation as the document has it.

    Attributes:
        path: The path, with `{name}` for parameters.
        method: The HTTP method.
        pointer: Where it stands.
        node: The operation itself.
    """

    def __init__(self, document: Document, config: Config, path: str, method: str) -> None:
        self.document = document
        self.config = config
        self.path = path
        self.method = method.upper()
        self.pointer = below("/paths", path, method)
        self.node: Node = document.node(self.pointer)

    def check(self) -> None:
        """Refuse what a method cannot do.

        Raises:
            DocumentError: With the first such thing.
        """
        for word in ("operationId", "tags"):
            if not self.node.get(word):
                raise self.document.error(self.pointer, f"the operation has no `{word}`", "Add it.")
        self._check_paths()
        self._check_body()
        _ = self.answers

    @property
    def id(self) -> str:
        """The operationId."""
        return str(self.node["operationId"])

    def tag_place(self, generated: str) -> tuple[str, str]:
        """The place of the tag that the generator writes in a certain way, and how the document writes it."""
        tags: list[str] = self.node["tags"]
        index = next(i for i, tag in enumerate(tags) if PythonIdentifier(tag, "tag") == generated)
        return below(self.pointer, "tags", index), tags[index]

    @property
    def source(self) -> str | None:
        """Where the vendor describes it."""
        found: str | None = self.node.get("x-source", self.document.data.get("x-source"))
        return found

    # The request

    @cached_property
    def parameters(self) -> list[Place]:
        """The parameters of the path and the operation, the latter's first, without the headers that tools ignore."""
        item = below("/paths", self.path)
        listed = [
            below(holder, "parameters", index)
            for holder in (self.pointer, item)
            for index in range(len(self.document.node(holder).get("parameters", [])))
        ]
        result: dict[tuple[str, str], Place] = {}
        for at in listed:
            place, parameter = self.document.resolve(at)
            self._check_parameter(place, parameter)
            if parameter["in"] != "header" or parameter["name"].lower() not in IGNORED_HEADERS:
                result.setdefault((parameter["in"], parameter["name"]), (place, parameter))
        return list(result.values())

    def _check_parameter(self, at: str, parameter: Node) -> None:
        error = self.document.error
        if "schema" not in parameter:
            raise error(at, "a parameter without `schema` is not expressed", "Give it one.")
        if parameter["in"] == "cookie":
            raise error(at, "a cookie parameter is not expressed", "Pass it as a header.")
        if parameter["in"] == "path" and parameter.get("required") is not True:
            found = f"the path parameter {parameter['name']!r} is not required"
            raise error(at, found, "Say `required: true`.")
        style = STYLES[parameter["in"]]
        if parameter.get("style", style) != style or parameter.get("allowReserved"):
            raise error(at, "this style of a parameter is not expressed", f"Use `style: {style}` alone.")

    def _check_paths(self) -> None:
        """The path and its aliases have just the parameters that are described."""
        ours = {parameter["name"] for _at, parameter in self.parameters if parameter["in"] == "path"}
        at = below(self.pointer, "x-alias-paths")
        aliases = [(below(at, i), alias) for i, alias in enumerate(self.node.get("x-alias-paths", []))]
        for pointer, path in [(self.pointer, self.path), *aliases]:
            if not _PATH.fullmatch(path):
                advice = "Begin it with / and percent-encode what is not allowed in it."
                raise self.document.error(pointer, f"{path!r} is no path", advice)
            for name in sorted(ours.symmetric_difference(re.findall(r"\{([^{}]+)\}", path))):
                where = (
                    "described, but not in the path" if name in ours else "in the path, but not described:"
                )
                found = f"the parameter {name!r} is {where} {path}"
                raise self.document.error(pointer, found, "Correct one of them.")

    @cached_property
    def body(self) -> Place | None:
        """The request body's media type and its place; None when there is none."""
        if "requestBody" not in self.node:
            return None
        at, body = self.document.resolve(below(self.pointer, "requestBody"))
        return below(at, "content", JSON), body["content"][JSON]

    def _check_body(self) -> None:
        if "requestBody" not in self.node:
            return
        at, body = self.document.resolve(below(self.pointer, "requestBody"))
        if list(body["content"]) != [JSON] or "schema" not in body["content"][JSON]:
            found = f"a body as {', '.join(body['content']) or 'nothing'} is not expressed"
            raise self.document.error(at, found, f"Describe `{JSON}` with a schema.")
        _at, schema = self.document.resolve(below(at, "content", JSON, "schema"))
        if schema.get("required") and not body.get("required"):
            found = "the body may be left out, but some of its fields not"
            raise self.document.error(at, found, "Say `required: true` of it.")

    # The answer

    @cached_property
    def answers(self) -> dict[str, Place]:
        """What is answered with success, as JSON (under its usual name) and as events."""
        found: dict[str, Place] = {}
        if self.method == "HEAD":
            return found  # It is never answered with content (RFC 9110, section 9.3.2).
        for at, reply in self._successes:
            content = {
                JSON if is_json(name, self.config) else name: below(at, "content", name)
                for name in reversed(reply.get("content", {}))
            }
            known = [name for name in (JSON, EVENTS) if name in content]
            for name, place in content.items() if not known else [(one, content[one]) for one in known]:
                media = self._checked_answer(place, name)
                _at, twin = found.setdefault(name, (place, media))
                if twin["schema"] != media["schema"]:
                    found_twice = f"two successful answers differ in their {name}"
                    raise self.document.error(place, found_twice, "Give them one schema.")
            if found and not content:
                text = "one successful answer has content, this one has none"
                raise self.document.error(at, text, "Take one out.")
        return found

    @cached_property
    def _successes(self) -> list[Place]:
        """The successful answers; those with content first."""
        responses = self.node.get("responses", {})
        found = [
            self.document.resolve(below(self.pointer, "responses", status))
            for status in responses
            if status.startswith("2")
        ]
        if responses and not found:
            at = below(self.pointer, "responses")
            raise self.document.error(at, "no successful answer is described", "Add one, such as 200 or 204.")
        return sorted(found, key=lambda place: not place[1].get("content"))

    def _checked_answer(self, at: str, media_type: str) -> Node:
        media = self.document.node(at)
        if media_type not in (JSON, EVENTS):
            found = f"an answer as {media_type} is not expressed"
            raise self.document.error(at, found, "Describe JSON or events.")
        if "schema" not in media:
            raise self.document.error(at, "an answer without `schema` is not expressed", "Give it one.")
        return media

    # What the run time knows

    def data(self) -> dict[str, Any]:
        """The operation as plain data."""
        stream = self.answers[EVENTS][1]["x-stream"] if EVENTS in self.answers else {}
        return {
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "alias_paths": self.node.get("x-alias-paths", []),
            "safe": self.method in SAFE_METHODS or self.node.get("x-safe", False),
            "security": self._security(),
            "parameters": {place: self._parameters_at(place) for place in STYLES},
            "body": reduced(self.document, below(self.body[0], "schema")) if self.body else None,
            "status": self._status(),
            "reply": self._answer_schema(JSON),
            "events": self._answer_schema(EVENTS),
            "stream": {key.replace("-", "_"): value for key, value in stream.items()} or None,
        }

    def _security(self) -> str:
        """Whether the token is `required`, `optional` or `none` of the operation's business."""
        requirements = self.node.get("security", self.document.data.get("security"))
        if requirements is None:
            return "required" if self.document.components("securitySchemes") else "none"
        if not any(requirements):
            return "none"
        return "required" if all(requirements) else "optional"

    def _parameters_at(self, place: str) -> dict[str, Any] | None:
        found = [(at, parameter) for at, parameter in self.parameters if parameter["in"] == place]
        return parameters_schema(self.document, found) if found else None

    def _status(self) -> int:
        status = next((one for one in self.node.get("responses", {}) if one.startswith("2")), "200")
        return int(status) if status.isdigit() else 200

    def _answer_schema(self, media_type: str) -> dict[str, Any] | None:
        if media_type not in self.answers:
            return None
        return reduced(self.document, below(self.answers[media_type][0], "schema"))
