"""Each extension of the document is judged by what it decides for the caller: exceptions, money, waits."""

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

KINDS = DOCUMENT["x-error-kinds"]
SCHEMAS = "components/schemas"

Case = tuple[str, Any, Impact]
GONE = object()

CASES: dict[str, Case] = {
    "fewer calls at once": ("x-limits/in-flight", 10, FIX),
    "no limit any more": ("x-limits/per-second", GONE, FIX),
    "longer waits": ("x-retry/waits", [2, 4, 8], FIX),
    "a call that is billed now": ("x-billing/stream-closed", True, BREAKING),
    "a bill that nobody knows of": ("x-billing/4XX", None, BREAKING),
    "a bill that is known now": ("x-billing/reply-lost", True, ADDITION),
    "an outcome more": ("x-billing/replied", True, ADDITION),
    "resend off": ("x-error-kinds/Server/resend", False, BREAKING),
    "resend on": ("x-error-kinds/Denied/resend", True, BREAKING),
    "resend on, which was not said": ("x-error-kinds/Gateway/resend", True, BREAKING),
    "resend left out where it was off": ("x-error-kinds/Denied/resend", GONE, NONE),
    "an error of every request": ("x-error-kinds/Denied/every-request", True, BREAKING),
    "a code of every request": ("x-error-kinds/Denied/codes/off/every-request", True, BREAKING),
    "a code of every request where it was not": ("x-error-kinds/Denied/codes/off/every-request", False, NONE),
    "no slowing down": ("x-error-kinds/Rate/slow-down", False, FIX),
    "a kind less": ("x-error-kinds/Rate", GONE, BREAKING),
    "a kind more": ("x-error-kinds/New", {"codes": {"new": {"statuses": [400]}}}, ADDITION),
    "a kind below a new parent": ("x-error-kinds/Rate/parent", "Denied", ADDITION),
    "a kind without its parent": ("x-error-kinds/Moderation/parent", GONE, BREAKING),
    "a kind below another parent": ("x-error-kinds/Gateway/parent", "Denied", BREAKING),
    "a status of a kind less": ("x-error-kinds/Rate/statuses", [], BREAKING),
    "a status that was in a range": ("x-error-kinds/Gateway/statuses", ["503", "504"], ADDITION),
    "a code less, whose status is of the same kind": ("x-error-kinds/Server/codes/api_error", GONE, NONE),
    "a code less, whose status is of the parent": ("x-error-kinds/Moderation/codes/forbidden", GONE,
        BREAKING),
    "other words": ("x-error-kinds/Moderation/meaning", "Never.", NONE),
    "another path": ("paths/~1a/post/x-alias-paths", [], FIX),
    "a token variable less": ("components/securitySchemes/token/x-environment", ["B_TOKEN"], BREAKING),
    "a token variable more": ("components/securitySchemes/token/x-environment",
        ["A_TOKEN", "B_TOKEN", "C_TOKEN"], ADDITION),
    "variables in another order": ("components/securitySchemes/token/x-environment", ["B_TOKEN", "A_TOKEN"],
        BREAKING),
    "another status that fails": (f"{SCHEMAS}/Reply/x-failed-when/status", "cancelled", BREAKING),
    "nothing fails": (f"{SCHEMAS}/Reply/x-failed-when", GONE, BREAKING),
    "something can fail": (f"{SCHEMAS}/Chunk/x-failed-when", {"status": "failed"}, BREAKING),
    "text from elsewhere": (f"{SCHEMAS}/Reply/x-text", ["text"], BREAKING),
    "an alias less": (f"{SCHEMAS}/Reply/x-aliases/created_at", GONE, BREAKING),
    "an alias more": (f"{SCHEMAS}/Reply/x-aliases/made", "created", ADDITION),
    "an event that no longer ends": (f"{SCHEMAS}/Event/x-event/ends", GONE, BREAKING),
    "an event that ends otherwise": (f"{SCHEMAS}/Event/x-event/ends", "failed", BREAKING),
    "another end of streams": (f"{SCHEMAS}/Stream/x-stream/end-marker", "[END]", BREAKING),
    "another way to add up": (f"{SCHEMAS}/Chunk/x-assembles/once", [], BREAKING),
    "another error body": (f"{SCHEMAS}/Error/x-error-body/code", ["code"], BREAKING),
    "another mark of errors": (f"{SCHEMAS}/Error/x-error-body/when/success", 0, BREAKING),
    "a withdrawn value is forgotten": (f"{SCHEMAS}/Names/x-removed/old", GONE, FIX),
    "a kind of item less": (f"{SCHEMAS}/Item/discriminator/mapping/call", GONE, BREAKING),
    "a kind of item more": (f"{SCHEMAS}/Item/discriminator/mapping/image", "#/c", ADDITION),
    "a call that is safe now": ("paths/~1a/post/x-safe", True, BREAKING),
    "another source": (f"{SCHEMAS}/Reply/x-source", "guide", NONE),
    "an extension that nobody has judged": ("x-new", {"a": 1}, BREAKING),
}  # fmt: skip


def changed(place: str, value: Any) -> Node:
    tree = copy.deepcopy(DOCUMENT)
    *above, last = (token.replace("~1", "/") for token in place.split("/"))
    node = tree
    for key in above:
        node = node[key]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return tree


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[Node, Node], list[Finding]]:
    """What is found between two documents."""

    def find(old: Node, new: Node) -> list[Finding]:
        for name, tree in (("old", old), ("new", new)):
            YAML().dump(tree, tmp_path / name)
        return list(fact_changes.find(load(tmp_path / "old"), load(tmp_path / "new")))

    return find


Judge = Callable[[Node, Node], list[Finding]]


def gravest(found: list[Finding]) -> Impact:
    return max((one.impact for one in found), default=NONE)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_change_of_a_fact_is_judged(judged: Judge, case: Case) -> None:
    place, value, impact = case
    found = judged(DOCUMENT, changed(place, value))
    assert gravest(found) is impact, found
    word = next(token for token in place.split("/") if token.startswith(("x-", "discriminator")))
    assert all(word in one.where for one in found)


def test_the_same_facts_are_no_change(judged: Judge) -> None:
    assert judged(DOCUMENT, DOCUMENT) == []


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
def test_a_code_that_moves_to_another_kind_matters_to_who_catches_the_old_one(
    judged: Judge, code: str, kind: str, impact: Impact
) -> None:
    tree = copy.deepcopy(DOCUMENT)
    kinds = tree["x-error-kinds"]
    for one in kinds.values():
        if code in one.get("codes", {}):
            described = one["codes"].pop(code)
    kinds[kind].setdefault("codes", {})[code] = described
    found = judged(DOCUMENT, tree)
    assert gravest(found) is impact
    assert any(f"the error {code} is {kind}" in one.what for one in found)


@pytest.mark.parametrize(
    ("place", "value"),
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
def test_malformed_error_kinds_are_refused_with_their_place(judged: Judge, place: str, value: Any) -> None:
    for documents in [(DOCUMENT, changed(place, value)), (changed(place, value), DOCUMENT)]:
        with pytest.raises(DocumentError, match=rf"\(#/{place}\): Input should be a valid"):
            judged(*documents)


def test_a_word_of_error_kinds_that_only_another_version_has_is_no_change(judged: Judge) -> None:
    assert judged(changed("x-error-kinds/Rate/formerly", "Pace"), DOCUMENT) == []


def test_a_new_schema_is_judged_as_a_whole(judged: Judge) -> None:
    tree = changed(f"{SCHEMAS}/New", {"type": "object", "x-failed-when": {"a": "b"}})
    assert judged(DOCUMENT, tree) == []


def test_every_extension_of_openapi_yaml_has_a_rule() -> None:
    words = set(_extensions(load(pages.ROOT / "openapi.yaml").data))
    assert words - {fact_changes.KINDS, fact_changes.VARIABLES} <= fact_changes.RULES.keys()


def _extensions(node: Any) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if isinstance(key, str) and key.startswith("x-"):
            yield key
        yield from _extensions(value)
