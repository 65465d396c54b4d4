"""What changed in the document, judged by Redocly's `diff`: it knows which way round a schema is used.

Its verdict is taken with three exceptions. A further value in a reply breaks nobody, since the client keeps values that
it does not know. Words for people (descriptions, examples, the version itself) ask for no release. Extensions are
judged by `fact_changes`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .versions import Finding, Impact

IMPACTS = {"major": Impact.BREAKING, "minor": Impact.ADDITION, "patch": Impact.FIX}
WORDS = {
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "x-example-events",
    "externalDocs",
    "version",
}
SURROUNDINGS = {"Info", "Contact", "License", "Tag", "ExternalDocs", "Example", "SpecExtension"}


class ToolError(Exception):
    """The comparison could not be made."""


def find(redocly: Path, old: Path, new: Path) -> Iterator[Finding]:
    """All changes that matter.

    Raises:
        ToolError: The tool is missing or failed.
    """
    command = [str(redocly), "diff", str(old), str(new), "--format", "json", "--fail-on", "none"]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    try:
        done = subprocess.run(
            command, env={**os.environ, **quiet}, capture_output=True, text=True, timeout=120, check=False
        )
        report = json.loads(done.stdout)
    except FileNotFoundError:
        raise ToolError("Redocly's command is missing: run `make setup` (it needs node)") from None
    except (ValueError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"Redocly's `diff` gave no report ({error})") from None
    for change in report["changes"]:
        impact = _impact(change)
        if impact is not Impact.NONE:
            yield Finding(impact, _where(change), _what(change))


def _impact(change: Mapping[str, Any]) -> Impact:
    if change.get("property") in WORDS or change.get("typeName") in SURROUNDINGS:
        return Impact.NONE
    rules = {verdict["ruleId"] for verdict in change["verdicts"]}
    if rules == {"enum-values-added"} and "/responses/" in change["path"]:
        return Impact.ADDITION
    if (
        change.get("property") == "enum"
        and not rules
        and _values(change, "revision") - _values(change, "base")
    ):
        return Impact.ADDITION
    return IMPACTS[change["impact"]]


def _values(change: Mapping[str, Any], side: str) -> set[str]:
    value = change.get(side, {}).get("value")
    return {json.dumps(one) for one in value} if isinstance(value, list) else set()


def _where(change: Mapping[str, Any]) -> str:
    place = change.get("revision") or change.get("base") or {}
    pointer = str(place.get("pointer", change["path"])).removeprefix("#")
    return pointer.replace("~1", "/").replace("~0", "~")


def _what(change: Mapping[str, Any]) -> str:
    verdicts = "; ".join(verdict["message"].rstrip(".") for verdict in change["verdicts"])
    return verdicts or " ".join(filter(None, (change.get("property"), change["kind"])))
