"""Finds changes of the document with Redocly's `diff`, which knows whether a schema is used in requests or replies.

There are three exceptions to its results. Additional values in a reply are not breaking, since the client keeps unknown
values. Descriptions, examples and the version itself need no release. Extensions, the known values of open enums and
the known variants of unions are handled by `fact_changes`: Redocly gets the documents without extensions, with plain
strings and numbers instead of open enums, and with `allOf` merged, since it does not recognize equivalent schemas.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.openapi.document import Document

from .fact_changes import known_values, known_variants
from .versions import Finding, Impact

IMPACTS = {"major": Impact.BREAKING, "minor": Impact.ADDITION, "patch": Impact.FIX}
WORDS = {"description", "summary", "title", "example", "examples", "x-example-events", "externalDocs", "version"}
SURROUNDINGS = {"Info", "Contact", "License", "Tag", "ExternalDocs", "Example"}


class ToolError(Exception):
    """The comparison could not be made."""


def find(redocly: Path, old: Document, new: Document) -> Iterator[Finding]:
    """Return all relevant changes.

    Raises:
        ToolError: Redocly is missing or failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("old.json", "new.json")]
        for path, document in zip(paths, (old, new), strict=True):
            path.write_text(json.dumps(_reduced(document, document.data)), encoding="utf-8")
        changes = _diff(redocly, *paths)
    unions = {at for document in (old, new) for at, schema in document.objects() if known_variants(schema)}
    for change in changes:
        impact = _impact(change)
        if impact is not Impact.NONE and not _is_variant(_pointer(change), unions):
            yield Finding(impact, _pointer(change).replace("~1", "/").replace("~0", "~"), _what(change))


def _reduced(document: Document, node: Any, *, are_names: bool = False) -> Any:
    """Return a node without extensions, with scalar types instead of equivalent references and unions."""
    if isinstance(node, list):
        return [_reduced(document, child) for child in node]
    if not isinstance(node, dict):
        return node
    reduced = {
        key: _reduced(document, value, are_names=key == "properties" and not are_names)
        for key, value in node.items()
        if are_names or not key.startswith("x-")
    }
    target = _reduced(document, document.resolve("", node)[1]) if isinstance(node.get("$ref"), str) else {}
    if "allOf" in reduced:
        reduced = _merged(document, node, reduced)
    if _is_scalar(target):
        return {**target, **{key: value for key, value in reduced.items() if key != "$ref"}}
    members = reduced.get("anyOf", [])
    others = {key: value for key, value in reduced.items() if key != "anyOf"}
    if known_values(node):
        return {"type": "string", **others}
    if len(members) == 2 and members[1] == {"type": "null"} and _is_scalar(members[0]):
        return {**members[0], "type": [members[0]["type"], "null"], **others}
    return reduced


def _merged(document: Document, node: Mapping[str, Any], reduced: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its `allOf` merged into it."""
    whole: dict[str, Any] = {key: value for key, value in reduced.items() if key != "allOf"}
    for member in node["allOf"]:
        part = _reduced(document, document.resolve("", member)[1])
        properties = {**part.get("properties", {}), **whole.get("properties", {})}
        required = [*whole.get("required", []), *part.get("required", [])]
        whole = {**part, **whole, "properties": properties, "required": list(dict.fromkeys(required))}
    return whole


def _is_scalar(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") in ("string", "number", "integer", "boolean")


def _diff(redocly: Path, old: Path, new: Path) -> list[dict[str, Any]]:
    command = [str(redocly), "diff", str(old), str(new), "--format", "json", "--fail-on", "none"]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    try:
        done = subprocess.run(
            command, env={**os.environ, **quiet}, capture_output=True, text=True, timeout=120, check=False
        )
        changes: list[dict[str, Any]] = json.loads(done.stdout)["changes"]
    except FileNotFoundError:
        raise ToolError("Redocly's command is missing: run `make setup` (it needs node)") from None
    except (ValueError, KeyError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"Redocly's `diff` returned no report ({error})") from None
    return changes


def _impact(change: Mapping[str, Any]) -> Impact:
    if change.get("property") in WORDS or change.get("typeName") in SURROUNDINGS:
        return Impact.NONE
    rules = {verdict["ruleId"] for verdict in change["verdicts"]}
    if rules == {"enum-values-added"} and "/responses/" in change["path"]:
        return Impact.ADDITION
    if change.get("property") == "enum" and not rules and _values(change, "revision") - _values(change, "base"):
        return Impact.ADDITION
    return IMPACTS[change["impact"]]


def _values(change: Mapping[str, Any], side: str) -> set[str]:
    value = change.get(side, {}).get("value")
    return {json.dumps(item) for item in value} if isinstance(value, list) else set()


def _pointer(change: Mapping[str, Any]) -> str:
    side = change.get("revision") or change.get("base") or {}
    return str(side.get("pointer", change["path"])).removeprefix("#")


def _is_variant(pointer: str, unions: set[str]) -> bool:
    """Whether a pointer is that of a variant of one of these unions."""
    union = re.fullmatch(r"(.*)/(?:oneOf|anyOf|discriminator/mapping)/[^/]*", pointer)
    return union is not None and union[1] in unions


def _what(change: Mapping[str, Any]) -> str:
    verdicts = "; ".join(verdict["message"].rstrip(".") for verdict in change["verdicts"])
    return verdicts or " ".join(filter(None, (change.get("property"), change["kind"])))
