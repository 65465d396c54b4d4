"""A change of an extension has the impact of what it decides for users: exceptions, billing, retries, limits."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from scripts.change import fact_changes
from scripts.change.versions import Finding, Impact
from scripts.openapi.document import load
from scripts.openapi.problems import DocumentError
from tests.reference import pages

NONE, FIX, ADDITION, BREAKING = Impact.NONE, Impact.FIX, Impact.ADDITION, Impact.BREAKING

Node = dict[str, Any]
Judge = Callable[[Node, Node], list[Finding]]

DOCUMENT: Node = {
    "x-limits": {"x-source": "guide", "in-flight": 20, "per-second": 60},
    "x-retry": {"waits": [1, 2, 4], "jitter": 1},
    "x-billing": {"4XX": False, "stream-closed": False, "reply-lost": None},
    "x-error-kinds": {
        "Denied": {"statuses": ["403"], "codes": {"off": {"statuses": [403]}}, "resend": False},
        "Moderation": {"parent": "Denied", "codes": {"forbidden": {"statuses": [403]}}, "meaning": "No."},
        "Server": {"statuses": ["5XX"], "codes": {"api_error": {"statuses": [500]}}, "resend": True},
        "Gateway": {"parent": "Server", "statuses": ["504"], "codes": {"timeout": {"statuses": [504]}}},
        "Rate": {"statuses": ["429"], "resend": True, "slow-down": True},
    },
    "paths": {"/a": {"post": {"x-alias-paths": ["/b"]}}},
    "components": {
        "securitySchemes": {"token": {"x-environment": ["A_TOKEN", "B_TOKEN"]}},
        "schemas": {
            "Reply": {
                "x-failed-when": {"status": "failed"},
                "x-text": ["output", "text"],
                "x-aliases": {"created_at": "created"},
                "x-source": "page",
            },
            "Event": {"x-event": {"ends": "completed", "reply": "response"}},
            "Stream": {"x-stream": {"selected-by": "stream", "end-marker": "[DONE]"}},
            "Chunk": {"x-assembles": {"reply": "Reply", "once": ["role"]}},
            "Error": {"x-error-body": {"code": ["error", "code"], "when": {"success": False}}},
            "Names": {"x-removed": {"old": {"since": "0.1.0"}}},
            "Item": {"discriminator": {"propertyName": "type", "mapping": {"text": "#/a", "call": "#/b"}}},
        },
    },
}

GONE = object()
REPLY, EVENT, STREAM = (f"components/schemas/{name}" for name in ("Reply/x-", "Event/x-event/", "Stream/x-stream/"))
KINDS, VARIABLES = "x-error-kinds/", "components/securitySchemes/token/x-environment"


def changed(pointer: str, value: Any) -> Node:
    tree = copy.deepcopy(DOCUMENT)
    *above, last = (token.replace("~1", "/") for token in pointer.split("/"))
    node = tree
    for key in above:
        node = node[key]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return tree


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Finds the changes between two documents."""

    def find(old: Node, new: Node) -> list[Finding]:
        for name, tree in (("old", old), ("new", new)):
            YAML().dump(tree, tmp_path / name)
        return list(fact_changes.find(load(tmp_path / "old"), load(tmp_path / "new")))

    return find


def highest(findings: list[Finding]) -> Impact:
    return max((finding.impact for finding in findings), default=NONE)


@pytest.mark.parametrize(
    ("pointer", "value", "impact"),
    [
        ("x-limits/in-flight", 10, FIX),
        ("x-limits/per-second", GONE, FIX),
        ("x-retry/waits", [2, 4, 8], FIX),
        ("x-billing/stream-closed", True, BREAKING),
        ("x-billing/4XX", None, BREAKING),  # no longer known
        ("x-billing/reply-lost", True, ADDITION),  # was not known
        ("x-billing/replied", True, ADDITION),
        (KINDS + "Server/resend", False, BREAKING),
        (KINDS + "Denied/resend", True, BREAKING),
        (KINDS + "Gateway/resend", True, BREAKING),  # was not stated
        (KINDS + "Denied/resend", GONE, NONE),  # was false
        (KINDS + "Denied/every-request", True, BREAKING),
        (KINDS + "Denied/codes/off/every-request", True, BREAKING),
        (KINDS + "Denied/codes/off/every-request", False, NONE),
        (KINDS + "Rate/slow-down", False, FIX),
        (KINDS + "Rate", GONE, BREAKING),
        (KINDS + "New", {"codes": {"new": {"statuses": [400]}}}, ADDITION),
        (KINDS + "Rate/parent", "Denied", ADDITION),
        (KINDS + "Moderation/parent", GONE, BREAKING),
        (KINDS + "Gateway/parent", "Denied", BREAKING),
        (KINDS + "Rate/statuses", [], BREAKING),
        (KINDS + "Gateway/statuses", ["503", "504"], ADDITION),  # 503 was in 5XX of the parent
        (KINDS + "Server/codes/api_error", GONE, NONE),  # its status has the same kind
        (KINDS + "Moderation/codes/forbidden", GONE, BREAKING),  # its status has the kind of the parent
        (KINDS + "Moderation/meaning", "Never.", NONE),
        ("paths/~1a/post/x-alias-paths", [], FIX),
        ("paths/~1a/post/x-safe", True, BREAKING),
        (VARIABLES, ["B_TOKEN"], BREAKING),
        (VARIABLES, ["A_TOKEN", "B_TOKEN", "C_TOKEN"], ADDITION),
        (VARIABLES, ["B_TOKEN", "A_TOKEN"], BREAKING),
        (REPLY + "failed-when/status", "cancelled", BREAKING),
        (REPLY + "failed-when", GONE, BREAKING),
        ("components/schemas/Chunk/x-failed-when", {"status": "failed"}, BREAKING),
        (REPLY + "text", ["text"], BREAKING),
        (REPLY + "aliases/created_at", GONE, BREAKING),
        (REPLY + "aliases/made", "created", ADDITION),
        (REPLY + "source", "guide", NONE),
        (EVENT + "ends", GONE, BREAKING),
        (EVENT + "ends", "failed", BREAKING),
        (STREAM + "end-marker", "[END]", BREAKING),
        ("components/schemas/Chunk/x-assembles/once", [], BREAKING),
        ("components/schemas/Error/x-error-body/code", ["code"], BREAKING),
        ("components/schemas/Error/x-error-body/when/success", 0, BREAKING),  # was false
        ("components/schemas/Names/x-removed/old", GONE, FIX),
        ("components/schemas/Item/discriminator/mapping/call", GONE, BREAKING),
        ("components/schemas/Item/discriminator/mapping/image", "#/c", ADDITION),
        ("x-new", {"a": 1}, BREAKING),  # has no rule
    ],
)
def test_a_change_of_a_fact_has_its_impact(judge: Judge, pointer: str, value: Any, impact: Impact) -> None:
    findings = judge(DOCUMENT, changed(pointer, value))
    assert highest(findings) is impact, findings
    word = next(token for token in pointer.split("/") if token.startswith(("x-", "discriminator")))
    assert all(word in finding.where for finding in findings)


def test_equal_facts_new_schemas_and_unknown_words_of_an_old_version_are_no_change(judge: Judge) -> None:
    assert judge(DOCUMENT, DOCUMENT) == []
    new = changed("components/schemas/New", {"type": "object", "x-failed-when": {"a": "b"}})
    assert judge(DOCUMENT, new) == []  # the schema is an addition as a whole
    assert judge(changed("x-error-kinds/Rate/formerly", "Pace"), DOCUMENT) == []


@pytest.mark.parametrize(
    ("code", "kind", "impact"),
    [
        ("forbidden", "Rate", BREAKING),
        ("forbidden", "Denied", BREAKING),
        ("off", "Moderation", ADDITION),
        ("api_error", "Gateway", ADDITION),
        ("timeout", "Server", BREAKING),
    ],
)
def test_a_code_that_moves_to_a_kind_that_is_no_subclass_is_breaking(
    judge: Judge, code: str, kind: str, impact: Impact
) -> None:
    tree = copy.deepcopy(DOCUMENT)
    kinds = tree["x-error-kinds"]
    for rules in kinds.values():
        if code in rules.get("codes", {}):
            described = rules["codes"].pop(code)
    kinds[kind].setdefault("codes", {})[code] = described
    findings = judge(DOCUMENT, tree)
    assert highest(findings) is impact
    assert any(f"the error {code} is {kind}" in finding.what for finding in findings)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("x-error-kinds", ["Rate"]),
        ("x-error-kinds/Rate", None),
        ("x-error-kinds/Rate/parent", ["Denied"]),
        ("x-error-kinds/Rate/statuses", 429),
        ("x-error-kinds/Denied/codes", ["off"]),
        ("x-error-kinds/Denied/codes/off", "Not now."),
        ("x-error-kinds/Denied/codes/off/statuses", 403),
    ],
)
def test_malformed_error_kinds_are_refused_with_their_pointer(judge: Judge, pointer: str, value: Any) -> None:
    for documents in [(DOCUMENT, changed(pointer, value)), (changed(pointer, value), DOCUMENT)]:
        with pytest.raises(DocumentError, match=rf"\(#/{pointer}\): Input should be a valid"):
            judge(*documents)


def test_every_extension_of_openapi_yaml_has_a_rule() -> None:
    words = set(_extensions(load(pages.ROOT / "openapi.yaml").data))
    assert words - {fact_changes.KINDS, fact_changes.VARIABLES} <= fact_changes.RULES.keys()


def _extensions(node: Any) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if isinstance(key, str) and key.startswith("x-"):
            yield key
        yield from _extensions(value)
