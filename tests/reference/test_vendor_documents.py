"""The vendor's own OpenAPI documents, from which its pages are rendered, are read although they are not valid."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.reference.reading import parse
from tests.reference import pages

Node = dict[str, Any]


def rough() -> Node:
    """Return a document as the vendor writes them.

    It is 3.0 with its `nullable`, has no `info` and no `operationId`, a `rank` for each field, arrays without `items`,
    errors as examples, and a `required` that names undescribed fields.
    """
    tree = pages.openapi(pages.facts())
    del tree["info"]
    tree["openapi"] = "3.0.0"
    operation = tree["paths"]["/openai/responses"]["post"]
    operation["summary"] = "A sample."
    error = {
        "type": "object",
        "example": {"error": {"code": "api_error"}},
        "properties": {"trace_id": {"type": "string"}},
    }
    for status in ("400", "401", "429", "500"):
        content = {"application/json": {"schema": {"oneOf": [error]}}}
        operation["responses"][status] = {"description": "No.", "content": content}
    body = tree["components"]["schemas"].pop("body")
    operation["requestBody"]["content"]["application/json"] = {"schema": body, "example": {"model": "x"}}
    for rank, schema in enumerate(body["properties"].values()):
        schema["rank"] = rank
    reply = operation["responses"]["200"]["content"]["application/json"]["schema"]
    choice = reply["properties"]["choices"]["items"]
    choice["properties"]["index"]["type"] = "number"
    choice["properties"]["finish_reason"] = {"type": "string", "enum": list(FINISH_REASONS)}
    choice["properties"]["message"]["properties"]["role"]["enum"] = ["assistant"]
    choice["required"] += ["finish_reason", "logprobs"]
    form = body["properties"]["response_format"]["properties"]["type"]
    form.update(enum=["text", "json_object"], default="text")
    for schema in _schemas(tree):
        if "null" in schema.get("type", ()):
            schema["type"] = next(type_ for type_ in schema["type"] if type_ != "null")
            schema["nullable"] = True
    return tree


FINISH_REASONS = ("stop", "length", "tool_calls", "content_filter", "function_call")


def _schemas(node: Any) -> list[Node]:
    if isinstance(node, list):
        return [schema for child in node for schema in _schemas(child)]
    if not isinstance(node, dict):
        return []
    schemas = [node] if isinstance(node.get("type"), (str, list)) else []
    return schemas + [schema for child in node.values() for schema in _schemas(child)]


def rows(tree: Node) -> list[tuple[str, str, str, str]]:
    return pages.rows(json.dumps(tree))


def test_a_rough_document_is_no_difference_in_json_and_in_yaml() -> None:
    assert rows(rough()) == []
    assert parse(pages.as_yaml(rough())) == parse(json.dumps(rough()))


def test_openapi_yaml_records_the_known_differences_of_the_vendors_document() -> None:
    recorded = {at: field.specification for at, field in pages.everything().fields.items() if field.specification}
    assert recorded == {
        "reply.choices[].index": {"type": "number"},
        "reply.choices[].finish_reason": {"required": True, "nullable": False},
        "reply.choices[].logprobs": {"required": True},
    }


@pytest.mark.parametrize(
    ("name", "change", "row"),
    [
        ("index", {"type": "string"}, ("reply.choices[].index", "type", "string", "integer")),
        ("index", {"nullable": True}, ("reply.choices[].index", "nullable", "yes", "no")),
        (
            "finish_reason",
            {"enum": [*FINISH_REASONS, "paused"]},
            ("reply.choices[].finish_reason", "possible values", "also paused", "no others"),
        ),
    ],
)
def test_a_known_difference_hides_no_other(name: str, change: Node, row: tuple[str, str, str, str]) -> None:
    tree = rough()
    reply = tree["paths"]["/openai/responses"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    reply["properties"]["choices"]["items"]["properties"][name].update(change)
    assert rows(tree) == [row]


def test_a_parameter_may_be_a_reference_and_a_reply_may_be_missing() -> None:
    tree = rough()
    operation = tree["paths"]["/openai/responses"]["post"]
    tree["components"]["parameters"] = {"accept": operation["parameters"][0]}
    operation["parameters"] = [{"$ref": "#/components/parameters/accept"}]
    assert rows(tree) == []
    operation["responses"] = {"200": {"$ref": "#/components/responses/ok"}}
    tree["components"]["responses"] = {"ok": {"description": ""}}
    assert {row[2] for row in rows(tree) if row[0].startswith("reply.")} == {"none"}
